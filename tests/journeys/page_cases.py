"""One case at least for every page of the URL maps: who opens it, where, and in which state."""

from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.routing import Rule

from registry.rules import custody
from registry.rules.roles import ROLES, may
from registry.rules.settings import SETTINGS
from registry.web.certificate_wording import OFFERED
from registry.web.export_lists import EXPORTED, route_of
from registry.web.home_wording import LISTS
from registry.web.imports import SORTS
from registry.web.people_acts import ACT_PAGES
from registry.web.photograph_uploads import SORTS as PHOTOGRAPH_SORTS
from tests.journeys.full_register import BUREAU, TEAM, FullRegister

LEGAL, CLERK, ADMINISTRATOR = "legal-office", "hr", "administrator"
AUDITOR, EXAMINER = "auditor", "exam-coordinator"
#: Nobody has signed in; and an account that still has its first password.
NOBODY, FIRST = "", "first"

#: Routes that answer with something else than a page, and what that is.
NO_PAGE = {
    "static": "a file",
    "accounts.language": "sends back where one was",
    "client_address.seen_from": "a seal for the self-check, 404 for strangers",
    "certificates.code_svg": "a picture",
    "certificates.code_png": "a picture",
    "photographs.shown": "a picture",
    "photographs.version": "a picture",
    "batches.test_sheet": "a PDF",
    "imports.template": "a workbook",
    "photograph_uploads.picture": "a picture",
    "photograph_uploads.progress": "JSON",
    "photograph_uploads.discard": "only a button: goes back to the photographs",
    "imports.refused_rows": "a workbook",
    "exports.workbook": "a workbook",
    **{
        f"exports.{route_of(kind, 'workbook')}": "a workbook"
        for kind in EXPORTED.values()
        if kind.has_own_routes
    },
    "exports.remove_template": "only a button: goes back to the templates",
    "verdict_photograph": "a picture",
    "verdict_upper_photograph": "a picture",
    "machine_verdict": "JSON",
    "keys": "JSON",
    "health": "a word",
    "ready": "a word",
    "robots": "plain text",
    "accounts.end_session": "only a button: goes back to the own account",
    "accounts.sign_out": "only a button: goes to the sign-in",
    "accounts.enable": "only a button: goes back to the accounts",
    "organisations.report_lapsed": "only a button: goes back to the organisations",
    "imports.discard": "only a button: goes back to the imports",
    "certificates.card": "a PDF",
    "cards.to_unit_paper": "a PDF",
    "cards.hand_over_paper": "a PDF",
    "cards.back_to_unit_paper": "a PDF",
    "cards.take_in_paper": "a PDF",
    "cards.destroy_paper": "a PDF",
    "cards.slip_paper": "a PDF",
    "cards.making_list": "a zip",
    "batches.paper": "a PDF",
    "accounts.paper": "a PDF",
    "exam_entry.save": "JSON",
    "exam_entry.refused_list": "a workbook",
    "exam_seats.paper": "a PDF",
    "exam_seats.draw": "only a button: goes back to the seats",
    "exam_enrolment.withdraw": "only a button: goes back to the enrolment",
    "exam_typists.end": "only a button: goes back to the typists",
    "exam_statistics.workbook": "a workbook",
    "exam_statistics.results": "a workbook",
    "exam_statistics.proof": "a PDF",
    "exams.scanned": "a scan",
    "exams.step": "only a button: goes back to the sitting",
    "exam_entry.paste_here": "JSON",
    "exam_entry.pulse": "JSON",
    "transfers.withdraw": "only a button: goes back to the transfers",
    "training.screen_now": "a piece of a page",
    "training.screen_show": "only a button: goes back to the screen",
    "training.screen_hide": "only a button: goes back to the class",
    "training.drop_session": "only a button: goes back to the class",
    "training.discard": "only a button: goes back to the upload",
    "training.elsewhere_discard": "only a button: goes back to the upload",
    "training.refused_rows": "a workbook",
    "training.elsewhere_refused": "a workbook",
    "training.elsewhere_template": "a workbook",
    "training.hours_workbook": "a workbook",
    "training.attendance_list": "a PDF",
    "training.certificates": "a PDF",
}


@dataclass(frozen=True)
class Case:
    """A page as ``role`` sees it; ``status`` is what it answers with."""

    endpoint: str
    path: str
    role: str = LEGAL
    status: int = 200


@dataclass(frozen=True)
class Sent:
    """A form sent with nothing or nonsense in it: what its page says then.

    ``form`` finds the form on the page that ``path`` opens; ``typed`` goes into fields by name,
    and nonsense into every other field of text. ``action`` is where another button of the form
    sends it.
    """

    endpoint: str
    path: str
    role: str = LEGAL
    status: int = 422
    form: str = "main form[method=post]"
    typed: tuple[tuple[str, str], ...] = ()
    action: str = ""


def without_case(rules: Iterable[Rule], cases: Iterable[Case | Sent]) -> list[str]:
    """Endpoints of the URL map that answer with a page and that no case looks at."""
    looked_at = {case.endpoint for case in cases}
    return sorted({rule.endpoint for rule in rules} - looked_at - set(NO_PAGE))


def unsent(rules: Iterable[Rule], sent: Iterable[Sent]) -> list[str]:
    """Endpoints that take a form and that are never sent a wrong one."""
    known = {case.endpoint for case in sent}
    takes = {rule.endpoint for rule in rules if "POST" in (rule.methods or ())}
    return sorted(takes - known - set(NO_PAGE))


def full_cases(full: FullRegister) -> list[Case]:
    """Every page of the office with a lot to show."""
    of = full.found
    person, card = f"/people/{of['holder']}", f"/certificates/{of['active']}"
    team = f"/organisations/{of['commissioned']}"
    return [
        *(Case("home.today", "/", role) for role in ROLES),
        *(Case("home.due", f"/due/{name}") for name in LISTS),
        *_people(full, person),
        *_certificates(full, card),
        *_cards_and_merges(full),
        Case("batches.index", "/exchange"),
        Case("batches.new", "/exchange/new"),
        Case("batches.one", f"/exchange/{of['prepared batch']}"),
        Case("batches.one", f"/exchange/{of['own batch']}", CLERK),
        Case("batches.one", f"/exchange/{of['issued batch']}"),
        Case("batches.discard", f"/exchange/{of['prepared batch']}/discard"),
        Case("batches.reissue", f"/exchange/moved/{of['moved']}"),
        Case("batches.person", f"/exchange/person/{of['legacy']}"),
        Case("oversight.findings", "/findings"),
        Case("oversight.findings", "/findings?show=decided"),
        Case("oversight.findings", "/findings?kind=supervisor-not-found"),
        Case("oversight.findings_many", "/findings/many?kind=sanction-on-holder"),
        *(
            Case("oversight.finding", f"/findings/{number}")
            for name, number in of.items()
            if name.startswith("finding ") or name == "decided finding"
        ),
        Case("oversight.finding", f"/findings/{of['finding card-to-recover']}", AUDITOR),
        Case("oversight.proposals", "/proposals"),
        Case("oversight.proposals_dismiss", f"/proposals/{of['proposal']}/dismiss"),
        Case("oversight.proposals", "/proposals?tick=all", CLERK),
        Case("oversight.proposals", "/proposals", AUDITOR),
        Case("oversight.proposals_absent", "/proposals/absent"),
        Case("oversight.proposals_absent", "/proposals/absent?tick=all", CLERK),
        Case("oversight.proposals_absent", "/proposals/absent?organisation=999"),
        Case("batches.moved", "/exchange/moved"),
        Case("transfers.index", "/transfers"),
        Case("transfers.index", "/transfers", CLERK),
        Case("transfers.index", "/transfers", AUDITOR),
        Case("transfers.ask", "/transfers/ask", CLERK),
        Case("transfers.one", f"/transfers/{of['request']}"),
        Case("transfers.one", f"/transfers/{of['request']}", CLERK),
        Case("transfers.one", f"/transfers/{of['request']}", AUDITOR),
        Case("transfers.one", f"/transfers/{of['declined request']}"),
        Case("transfers.one", f"/transfers/{of['declined request']}", CLERK),
        Case("oversight.book", "/history", AUDITOR),
        Case("oversight.book", "/history?view=attempts", AUDITOR),
        Case("oversight.book", "/history?view=dated-back", AUDITOR),
        *(
            Case("oversight.book_entry", f"/history/{seq}", AUDITOR)
            for name, seq in of.items()
            if name.startswith("event ")
        ),
        Case("photograph_uploads.index", "/photographs"),
        Case("photograph_uploads.index", "/photographs", CLERK),
        *(
            Case(
                "photograph_uploads.one",
                f"/photographs/uploads/{of['photographs']}?show={sort}",
            )
            for sort in PHOTOGRAPH_SORTS
        ),
        Case("photograph_uploads.one", f"/photographs/uploads/{of['finished photographs']}"),
        Case("photograph_uploads.missing", "/photographs/missing"),
        Case("photograph_review.index", "/photographs/review"),
        *_exam_entry(full),
        *_exam_days(full),
        *_training(full),
        Case("imports.index", "/imports"),
        *(Case("imports.one", f"/imports/{of['upload']}?show={sort}") for sort in SORTS),
        Case("imports.one", f"/imports/{of['finished upload']}"),
        *(
            Case("imports.one", f"/imports/{of['upload of grades']}?show={sort}")
            for sort in ("refused", "added")
        ),
        *(
            Case("exports.choose", f"/exports/{name}")
            for name, kind in EXPORTED.items()
            if name != "due" and not kind.has_own_routes
        ),
        *_lists_by_row(full),
        Case("exports.choose", "/exports/people?roster=officer", AUDITOR),
        Case("exports.choose", "/exports/due?list=no-photograph", CLERK),
        Case("exports.identity_numbers", "/exports/people/identity-numbers"),
        Case("exports.templates", "/export-templates"),
        Case("exports.add_template", "/export-templates/new?subject=certificate"),
        Case("exports.edit_template", f"/export-templates/{of['template']}"),
        Case("organisations.index", "/organisations"),
        Case("organisations.index", "/organisations?kind=lapsed"),
        Case("organisations.one", f"/organisations/{BUREAU}"),
        Case("organisations.one", f"/organisations/{TEAM}"),
        Case("organisations.one", team),
        Case("organisations.one", "/organisations/JT-OLD"),
        Case("organisations.add", "/organisations/new"),
        Case("organisations.edit", f"{team}/edit"),
        Case("organisations.end", f"{team}/end"),
        Case("organisations.letters.add", f"{team}/letters/new"),
        Case("organisations.letters.publish", f"{team}/letters/{of['letter']}/publication"),
        Case("organisations.letters.end", f"{team}/letters/{of['letter']}/end"),
        Case("organisations.matters.add", f"{team}/matters/new"),
        Case("organisations.matters.update", f"{team}/matters/{of['matter']}"),
        Case("accounts.index", "/accounts", ADMINISTRATOR),
        Case("accounts.add", "/accounts/new", ADMINISTRATOR),
        Case("accounts.one", f"/accounts/{of['account fresh']}", ADMINISTRATOR),
        Case("accounts.one", f"/accounts/{of['account shut']}", ADMINISTRATOR),
        Case("accounts.reset_password", f"/accounts/{of['account fresh']}/password", ADMINISTRATOR),
        Case("accounts.disable", f"/accounts/{of['account fresh']}/disable", ADMINISTRATOR),
        Case("accounts.index", "/accounts?show=never", ADMINISTRATOR),
        Case("accounts.slip", f"/accounts/{of['account fresh']}/slip", ADMINISTRATOR),
        Case("accounts.hand_over", f"/accounts/{of['account fresh']}/hand-over", ADMINISTRATOR),
        Case("accounts.clerks", "/clerks"),
        Case("accounts.clerks_slip", f"/clerks/{of['account clerk']}/slip"),
        Case("accounts.own", "/account"),
        Case("accounts.own_password", "/account/password"),
        Case("accounts.own_password", "/account/password", FIRST),
        Case("accounts.sign_in", "/sign-in", NOBODY),
        Case("settings.index", "/settings", ADMINISTRATOR),
        *(Case("settings.change", f"/settings/{name}", ADMINISTRATOR) for name in SETTINGS),
        Case("no page", "/no-such-page", status=404),
        Case("not allowed", "/accounts", status=403),
    ]


def _people(full: FullRegister, person: str) -> list[Case]:
    of = full.found
    others = ("seconded", "convicted", "renamed", "left", "moved", "auxiliary", "legacy")
    return [
        Case("people.index", "/people"),
        Case("people.index", "/people", CLERK),
        Case("people.index", "/people?state=no-photograph"),
        Case("people.index", "/people?q=nobody-at-all"),
        Case("people.auxiliaries", "/people/auxiliaries"),
        Case("people.find", "/people/find"),
        Case("people.add", "/people/add"),
        Case("people.one", person),
        Case("people.one", person, AUDITOR),
        *(Case("people.one", f"/people/{of[name]}") for name in others),
        Case("people.reveal", f"{person}/identity-number"),
        Case(
            "people.withdraw_conviction",
            f"/people/{of['convicted']}/convictions/{of['conviction']}/withdraw",
        ),
        Case("people.withdraw_sanction", f"{person}/sanctions/{of['sanction']}/withdraw"),
        *(
            Case(f"people.{page.endpoint}", f"/people/{of[_suits(page.name)]}/{page.name}")
            for page in ACT_PAGES
        ),
        Case("people.transfer", f"/people/{of['left']}/transfer"),
        Case("photographs.add", f"{person}/photograph/add"),
        Case("photographs.withdraw", f"{person}/photographs/{of['photograph']}/withdraw"),
    ]


def _suits(act: str) -> str:
    """Whose page an act can be done on."""
    return {"end-secondment": "seconded", "lift-bar": "convicted", "engage": "left"}.get(
        act, "holder"
    )


def _certificates(full: FullRegister, card: str) -> list[Case]:
    of = full.found
    suits = {"release": "suspended", "found": "lost", "expire": "past-end"}
    return [
        Case("certificates.index", "/certificates"),
        Case("certificates.index", "/certificates?state=suspended"),
        *(
            Case("certificates.one", f"/certificates/{number}")
            for name, number in of.items()
            if name.startswith("certificate ") or name in ("legacy card", "cancelled")
        ),
        Case("certificates.one", f"{card}?on=2026-03-05"),
        Case("certificates.one", card, CLERK),
        *(
            Case(f"certificates.{act}", f"/certificates/{of[suits.get(act, 'active')]}/{act}")
            for act in OFFERED
        ),
        Case("certificates.rectify", f"/certificates/{of['cancelled']}/rectify"),
        Case("certificates.rectify", f"/certificates/{of['revoked']}/rectify"),
    ]


def _cards_and_merges(full: FullRegister) -> list[Case]:
    of = full.found
    merge = f"/people/{of['merging']}/merge"
    return [
        *(Case("cards.index", f"/cards?list={name}") for name in custody.LISTS),
        Case("cards.index", "/cards?list=to-hand-over", CLERK),
        Case("cards.index", "/cards?list=to-make", AUDITOR),
        *(
            Case(f"cards.{act.replace('-', '_')}", f"/cards/{act}?number={of['card']}")
            for act in custody.ACTS
        ),
        Case("cards.slips", "/cards/slips"),
        Case("cards.slip", f"/cards/slips/{of['slip order']}"),
        Case("cards.slip", f"/cards/slips/{of['slip destroy']}"),
        Case("cards.answer", "/cards/answer"),
        Case("confirmations.index", "/confirmations"),
        Case(
            "certificates.decline_rectification", f"/certificates/{of['cancelled']}/rectify/decline"
        ),
        Case("people.one", f"/people/{of['merged']}"),
        Case("people.one", f"/people/{of['survivor']}"),
        Case("merging.doubles", "/people/doubles"),
        Case("merging.merge", f"/people/{of['double']}/merge?into={of['double other']}"),
        Case("merging.merge", merge),
        Case("merging.decline", f"{merge}/decline"),
        Case("merging.apart", f"/people/{of['double']}/apart/{of['double other']}"),
    ]


def _exam_days(full: FullRegister) -> list[Case]:
    of = full.found
    day = f"/exams/days/{of['exam day']}"
    enrolling = f"/exams/sittings/{of['sitting enrolling']}"
    planned = f"/exams/sittings/{of['sitting planned']}"
    again = f"/exams/sittings/{of['sitting again']}"
    held = f"/exams/sittings/{of['sitting being typed']}"
    published = f"/exams/sittings/{of['sitting published']}"
    correction = f"/exams/corrections/{of['waiting correction']}"
    wrong = f"/exams/sittings/{of['sitting added up wrong']}/wrong-form/{of['room added up wrong']}"
    return [
        *(Case("exams.index", "/exams", role) for role in (EXAMINER, LEGAL, CLERK, AUDITOR)),
        Case("exams.new", "/exams/new", EXAMINER),
        *(
            Case("exams.sitting", path, role)
            for path in (enrolling, planned, held, published)
            for role in (EXAMINER, CLERK)
        ),
        Case("exams.sitting", f"/exams/sittings/{of['sitting settled']}", EXAMINER),
        Case("exams.edit", f"{enrolling}/edit", EXAMINER),
        Case("exams.postpone", f"{enrolling}/postpone", EXAMINER),
        Case("exams.cancel", f"{enrolling}/cancel", EXAMINER),
        Case("exams.reopen", f"/exams/sittings/{of['sitting differing']}/reopen/1", EXAMINER),
        Case("exams.wrong_form", wrong, EXAMINER),
        Case("exams.wrong_form", wrong, LEGAL),
        Case("exams.sitting", wrong.partition("/wrong-form")[0], EXAMINER),
        Case("exams.sitting", f"/exams/sittings/{of['sitting ready']}", EXAMINER),
        Case("exams.publish", f"{held}/publish", EXAMINER),
        Case("exams.publish", f"/exams/sittings/{of['sitting settled']}/publish", EXAMINER),
        Case("exams.publish", f"/exams/sittings/{of['sitting ready']}/publish", EXAMINER),
        Case("exams.correct", f"{published}/correct", EXAMINER),
        Case("exams.correct", f"{published}/correct?candidate={of['result']}", EXAMINER),
        Case("exams.decide", f"{correction}/approve", EXAMINER),
        Case("exams.decide", f"{correction}/reject", EXAMINER),
        Case("exams.answer", f"{published}/reviews/{of['review']}", EXAMINER),
        Case("exams.exempt", "/exams/exemptions/new"),
        Case("exams.scan", f"{planned}/scan", EXAMINER),
        Case("first_issue.index", "/first-issue"),
        Case("first_issue.index", f"/first-issue?organisation={TEAM}"),
        Case("exam_enrolment.index", f"{enrolling}/enrolment", CLERK),
        Case("exam_enrolment.index", f"{enrolling}/enrolment?organisation={TEAM}", EXAMINER),
        Case("exam_enrolment.index", f"{published}/enrolment", EXAMINER),
        Case("exam_enrolment.index", f"{again}/enrolment", EXAMINER),
        Case("exam_enrolment.exception", f"{again}/exception/{of['failed once']}", EXAMINER),
        Case("exams.sitting", again, EXAMINER),
        Case("exam_seats.seats", f"{day}/seats", EXAMINER),
        Case("exam_seats.room", f"{day}/rooms/{of['exam room']}", EXAMINER),
        Case("exam_typists.index", f"{enrolling}/typists", EXAMINER),
        Case("exam_typists.index", f"{published}/typists", EXAMINER),
        Case("exam_statistics.one", f"{published}/statistics", EXAMINER),
        Case("exam_statistics.one", f"{published}/statistics", CLERK),
        Case("exam_statistics.failed_again", "/exams/failed-again", EXAMINER),
        Case("people.one", f"/people/{of['qualified']}"),
    ]


def _exam_entry(full: FullRegister) -> list[Case]:
    of = full.found
    typing = f"/exams/entry/{of['sitting being typed']}"
    return [
        Case("exam_entry.index", "/exams/entry"),
        Case("exam_entry.index", "/exams/entry", EXAMINER),
        Case("exam_entry.sitting", typing, EXAMINER),
        Case("exam_entry.sitting", f"/exams/entry/{of['sitting differing']}", EXAMINER),
        Case("exam_entry.grid", f"{typing}/1", EXAMINER),
        Case("exam_entry.paste", f"{typing}/1/paste", EXAMINER),
        Case("exam_entry.upload", f"{typing}/1/import", EXAMINER),
        Case("exam_entry.preview", f"{typing}/1/import/{of['score list']}", EXAMINER),
        *(
            Case(
                "exam_entry.differences",
                f"/exams/entry/{of[f'sitting {name}']}/differences",
                EXAMINER,
            )
            for name in ("differing", "settled")
        ),
    ]


def _training(full: FullRegister) -> list[Case]:
    of = full.found
    planned, opened = f"/training/{of['planned class']}", f"/training/{of['open class']}"
    held, closed = f"/training/{of['held class']}", f"/training/{of['closed class']}"
    holder = f"/training/hours/{of['holder']}"
    return [
        Case("training.index", "/training", EXAMINER),
        Case("training.index", "/training?state=held"),
        Case("training.index", "/training", CLERK),
        Case("training.new", "/training/new", EXAMINER),
        *(Case("training.one", path, EXAMINER) for path in (held, planned, opened, closed)),
        Case("training.one", held, CLERK),
        Case("training.one", closed, AUDITOR),
        Case("training.edit", f"{held}/edit", EXAMINER),
        *(
            Case("training.move", f"{path}/move/{to}", EXAMINER)
            for path, to in (
                (planned, "open"),
                (planned, "cancel"),
                (held, "close"),
                (closed, "reopen"),
            )
        ),
        Case("training.add_session", f"{held}/sessions/new", EXAMINER),
        Case("training.session", f"{held}/sessions/{of['session']}", EXAMINER),
        Case("training.screen", f"{held}/sessions/{of['session']}/screen", EXAMINER),
        Case("training.screen", f"{held}/sessions/{of['other session']}/screen", EXAMINER),
        Case("training.invitations", f"{opened}/invitations", EXAMINER),
        Case("training.invited", f"{opened}/invited/{of['invited']}", CLERK),
        Case("training.invited", f"{held}/invited/{of['invited']}", EXAMINER),
        Case("training.attendance", f"{held}/attendance", EXAMINER),
        Case("training.attendance", f"{planned}/attendance", EXAMINER),
        Case("training.attendance", f"{closed}/attendance", EXAMINER),
        Case("training.import_list", f"{held}/import", EXAMINER),
        Case("training.import_list", f"{closed}/import", EXAMINER),
        *(
            Case("training.preview", f"{held}/import/{of['attendance upload']}?show={s}", EXAMINER)
            for s in ("refused", "notices", "good")
        ),
        Case("training.preview", f"{held}/import/{of['finished attendance']}", EXAMINER),
        Case("training.hours", "/training/hours", EXAMINER),
        Case("training.hours", "/training/hours?show=all", CLERK),
        Case("training.hours", "/training/hours?year=2025&roster=auxiliary"),
        Case("training.hours_of_person", holder),
        Case("training.hours_of_person", f"{holder}?year=2025", EXAMINER),
        *(
            Case("training.elsewhere", f"/training/elsewhere?state={state}", EXAMINER)
            for state in ("waiting", "approved", "declined")
        ),
        Case("training.elsewhere", "/training/elsewhere", CLERK),
        *(
            Case("training.claim", f"/training/elsewhere/{of[f'{name} claim']}", EXAMINER)
            for name in ("waiting", "declined", "approved")
        ),
        Case("training.elsewhere_new", "/training/elsewhere/new", CLERK),
        Case("training.elsewhere_import", "/training/elsewhere/import", CLERK),
        *(
            Case("training.elsewhere_preview", f"/training/elsewhere/import/{of[name]}", CLERK)
            for name in ("hours upload", "finished hours")
        ),
    ]


def sent_cases(full: FullRegister) -> list[Sent]:
    """Every form of the office, filled in wrongly."""
    of = full.found
    opened: dict[str, Case] = {}
    for case in full_cases(full):
        if case.status == 200:
            opened.setdefault(case.endpoint, case)
    shown = ("cards.index", "cards.slips", "cards.slip", "merging.doubles")
    cards = [
        Sent(case.endpoint, case.path)
        for case in _cards_and_merges(full)
        if case.endpoint.partition(".")[0] in ("cards", "merging") and case.endpoint not in shown
    ]
    plain = [
        Sent(case.endpoint, case.path, case.role)
        for endpoint, case in opened.items()
        if endpoint.partition(".")[0] in ("people", "certificates", "organisations", "photographs")
        and not endpoint.endswith((".index", ".one", ".auxiliaries"))
    ]
    number = next(name for name, kind in SETTINGS.items() if kind.sort == "number")
    fresh = f"/accounts/{of['account fresh']}"
    return [
        *plain,
        *cards,
        Sent("people.search", "/people", form="form.search", typed=(("q", "110101199003071234"),)),
        Sent("batches.new", "/exchange/new"),
        Sent(
            "batches.issue",
            f"/exchange/{of['prepared batch']}",
            form="form[action$=issue]",
        ),
        Sent("batches.discard", f"/exchange/{of['issued batch']}/discard"),
        Sent("batches.reissue", f"/exchange/moved/{of['moved']}"),
        Sent("batches.person", f"/exchange/person/{of['legacy']}"),
        Sent("oversight.findings_many", "/findings/many?kind=sanction-on-holder"),
        Sent("oversight.decide", f"/findings/{of['finding sanction-on-holder']}"),
        Sent(
            "oversight.proposals_dismiss",
            f"/proposals/{of['proposal']}/dismiss",
            typed=(("reason", ""),),
        ),
        Sent("exports.identity_numbers", "/exports/people/identity-numbers"),
        Sent("exports.add_template", "/export-templates/new", typed=(("name", ""),)),
        Sent("exports.edit_template", f"/export-templates/{of['template']}"),
        Sent("photograph_uploads.index", "/photographs"),
        Sent(
            "photograph_uploads.commit",
            f"/photographs/uploads/{of['photographs']}",
            status=409,
            form="form[action$=commit]",
            typed=(("decisions", "x"),),
        ),
        Sent("photograph_review.index", "/photographs/review"),
        *_worklists(full),
        *_exam_days_forms(full),
        *_exam_entry_forms(full),
        *_training_forms(full),
        Sent("imports.index", "/imports"),
        Sent(
            "imports.meanings",
            f"/imports/{of['upload']}",
            form="form[action$=meanings]",
            typed=(("heading-0", "x" * 2000), ("column-0", "ignored")),
        ),
        Sent(
            "imports.commit",
            f"/imports/{of['upload']}",
            status=409,
            form="form[action$=commit]",
            typed=(("decisions", "x"),),
        ),
        Sent("accounts.add", "/accounts/new", ADMINISTRATOR),
        Sent("accounts.one", fresh, ADMINISTRATOR, typed=(("name", ""),)),
        Sent("accounts.reset_password", f"{fresh}/password", ADMINISTRATOR),
        Sent(
            "accounts.disable",
            f"/accounts/{of['account admin']}/disable",
            ADMINISTRATOR,
        ),
        Sent("accounts.slip", f"{fresh}/slip", ADMINISTRATOR, typed=(("reason", ""),)),
        Sent("accounts.hand_over", f"{fresh}/hand-over", ADMINISTRATOR),
        Sent(
            "accounts.clerks_slip",
            f"/clerks/{of['account clerk']}/slip",
            typed=(("reason", ""),),
        ),
        Sent("accounts.own_password", "/account/password"),
        Sent("accounts.sign_in", "/sign-in", NOBODY),
        Sent("settings.change", f"/settings/{number}", ADMINISTRATOR),
    ]


def _exam_days_forms(full: FullRegister) -> list[Sent]:
    of = full.found
    wrong = f"/exams/sittings/{of['sitting added up wrong']}/wrong-form/{of['room added up wrong']}"
    enrolling = f"/exams/sittings/{of['sitting enrolling']}"
    published = f"/exams/sittings/{of['sitting published']}"
    day = f"/exams/days/{of['exam day']}"
    return [
        Sent("exams.new", "/exams/new", EXAMINER),
        Sent("exams.edit", f"{enrolling}/edit", EXAMINER),
        Sent("exams.postpone", f"{enrolling}/postpone", EXAMINER),
        Sent("exams.cancel", f"{enrolling}/cancel", EXAMINER),
        Sent("exams.reopen", f"/exams/sittings/{of['sitting differing']}/reopen/1", EXAMINER),
        Sent("exams.wrong_form", wrong, EXAMINER),
        Sent("exams.publish", f"/exams/sittings/{of['sitting ready']}/publish", EXAMINER),
        Sent("exams.correct", f"{published}/correct?candidate={of['result']}", EXAMINER),
        Sent("exams.decide", f"/exams/corrections/{of['waiting correction']}/approve", EXAMINER),
        Sent("exams.review", published, EXAMINER, form="form[action$=reviews]"),
        Sent(
            "exams.answer",
            f"{published}/reviews/{of['review']}",
            EXAMINER,
            typed=(("answer", ""),),
        ),
        Sent("exams.scan", f"/exams/sittings/{of['sitting planned']}/scan", EXAMINER),
        Sent("first_issue.index", "/first-issue", form="form[data-selection]"),
        Sent("exams.exempt", "/exams/exemptions/new"),
        Sent("exam_seats.add_room", f"{day}/seats", EXAMINER, form="form[action$=rooms]"),
        Sent("exam_seats.room", f"{day}/rooms/{of['exam room']}", EXAMINER),
        Sent(
            "exam_typists.add",
            f"{enrolling}/typists",
            EXAMINER,
            form="form.act",
            typed=(("name", ""),),
        ),
        Sent(
            "exam_enrolment.exception",
            f"/exams/sittings/{of['sitting again']}/exception/{of['failed once']}",
            EXAMINER,
        ),
        Sent(
            "exam_enrolment.enrol",
            f"{enrolling}/enrolment",
            CLERK,
            form="form[data-selection]",
            typed=(("numbers", "P999999"),),
        ),
    ]


def _exam_entry_forms(full: FullRegister) -> list[Sent]:
    sitting = full.found["sitting being typed"]
    grid = f"/exams/entry/{sitting}/1"
    differing = f"/exams/entry/{full.found['sitting differing']}/differences"
    return [
        Sent("exam_entry.grid", grid, EXAMINER, form="form[data-score-entry]"),
        Sent("exam_entry.total", grid, EXAMINER, form="form.totals"),
        Sent("exam_entry.finish", grid, EXAMINER, form="form[action*=finish]"),
        Sent("exam_entry.paste", f"{grid}/paste", EXAMINER, status=200),
        Sent("exam_entry.upload", f"{grid}/import", EXAMINER),
        Sent(
            "exam_entry.preview",
            f"{grid}/import/{full.found['score list']}",
            EXAMINER,
            typed=(("digest", "x"),),
        ),
        Sent("exam_entry.differences", differing, EXAMINER),
        Sent(
            "exam_entry.begin",
            f"/exams/entry/{sitting}",
            EXAMINER,
            form="form[action*=language], main form, .who form",
            action=f"/exams/entry/{sitting}/2/begin",
        ),
    ]


def _training_forms(full: FullRegister) -> list[Sent]:
    of = full.found
    opened, held = f"/training/{of['open class']}", f"/training/{of['held class']}"
    commit = "form[action$=commit]"
    return [
        Sent("training.new", "/training/new", EXAMINER),
        Sent("training.edit", f"{held}/edit", EXAMINER),
        Sent("training.move", f"{opened}/move/cancel", EXAMINER),
        Sent("training.add_session", f"{held}/sessions/new", EXAMINER),
        Sent("training.session", f"{held}/sessions/{of['session']}", EXAMINER),
        Sent("training.invitations", f"{opened}/invitations", EXAMINER),
        Sent(
            "training.invited",
            f"{opened}/invited/{of['invited']}",
            CLERK,
            typed=(("person", "P999999"),),
            form="main form",
        ),
        Sent("training.attendance", f"{held}/attendance", EXAMINER, status=200, form="form.grid"),
        Sent("training.import_list", f"{held}/import", EXAMINER),
        Sent(
            "training.commit",
            f"{held}/import/{of['attendance upload']}",
            EXAMINER,
            status=409,
            form=commit,
            typed=(("decisions", "x"),),
        ),
        Sent("training.elsewhere_new", "/training/elsewhere/new", CLERK),
        Sent("training.elsewhere_import", "/training/elsewhere/import", CLERK),
        Sent(
            "training.elsewhere_commit",
            f"/training/elsewhere/import/{of['hours upload']}",
            CLERK,
            status=409,
            form=commit,
            typed=(("decisions", "x"),),
        ),
        Sent(
            "training.decide",
            f"/training/elsewhere/{of['waiting claim']}",
            EXAMINER,
            form="form[action$=decide]",
        ),
    ]


def _worklists(full: FullRegister) -> list[Sent]:
    """Nothing ticked, or a bad paper; a request answered without what an answer needs."""
    request = f"/transfers/{full.found['request']}"
    lists = (
        ("oversight.proposals_many", "/proposals", ""),
        ("oversight.proposals_dismiss_many", "/proposals", "/proposals/dismiss"),
        ("oversight.proposals_absent_leave", "/proposals/absent", ""),
        ("oversight.proposals_absent_here", "/proposals/absent", "/proposals/absent/here"),
        ("batches.moved_many", "/exchange/moved", ""),
    )
    return [
        *(
            Sent(endpoint, path, form="form[data-selection]", action=action)
            for endpoint, path, action in lists
        ),
        Sent("transfers.ask", "/transfers/ask", CLERK),
        Sent("transfers.confirm", request, form="form[action$=confirm]"),
        Sent(
            "transfers.issue",
            request,
            form="form[action$=confirm]",
            action=f"{request}/issue",
        ),
        Sent(
            "transfers.decline",
            request,
            form="form[action$=decline]",
            typed=(("why", ""),),
        ),
    ]


def _lists_by_row(full: FullRegister) -> list[Case]:
    """What goes out of each list that goes out row by row, as one who sees its page."""
    of = full.found
    asked = {
        "enrolment": f"?sitting={of['sitting enrolling']}",
        "attendees": f"?class={of['held class']}",
    }
    return [
        Case(
            f"exports.{route_of(kind, 'choose')}",
            f"/exports/{name}{asked.get(name, '')}",
            next(role for role in (LEGAL, AUDITOR, ADMINISTRATOR) if may(role, kind.act)),
        )
        for name, kind in EXPORTED.items()
        if kind.has_own_routes
    ]


def empty_cases(roles: Iterable[str]) -> list[Case]:
    """Every page that a register with nothing in it can open."""
    return [
        *(Case("home.today", "/", role) for role in roles),
        *(Case("home.due", f"/due/{name}") for name in LISTS),
        Case("people.index", "/people"),
        Case("people.auxiliaries", "/people/auxiliaries"),
        Case("people.find", "/people/find"),
        Case("people.add", "/people/add"),
        Case("certificates.index", "/certificates"),
        Case("batches.index", "/exchange"),
        Case("batches.new", "/exchange/new"),
        *(Case("cards.index", f"/cards?list={name}") for name in custody.LISTS),
        Case("cards.slips", "/cards/slips"),
        Case("cards.answer", "/cards/answer"),
        Case("confirmations.index", "/confirmations"),
        Case("merging.doubles", "/people/doubles"),
        Case("oversight.findings", "/findings"),
        Case("oversight.findings", "/findings?show=decided"),
        Case("oversight.findings_many", "/findings/many?kind=letter-lapsed"),
        Case("oversight.proposals", "/proposals"),
        Case("oversight.proposals_absent", "/proposals/absent"),
        Case("batches.moved", "/exchange/moved"),
        Case("transfers.index", "/transfers"),
        Case("oversight.book", "/history", AUDITOR),
        Case("oversight.book", "/history?view=attempts", AUDITOR),
        Case("photograph_uploads.index", "/photographs"),
        Case("photograph_uploads.missing", "/photographs/missing"),
        Case("photograph_review.index", "/photographs/review"),
        Case("imports.index", "/imports"),
        Case("exams.index", "/exams", EXAMINER),
        Case("exam_statistics.failed_again", "/exams/failed-again", EXAMINER),
        Case("exam_entry.index", "/exams/entry", EXAMINER),
        Case("training.index", "/training", EXAMINER),
        Case("training.index", "/training", LEGAL),
        Case("training.new", "/training/new", EXAMINER),
        Case("training.hours", "/training/hours", EXAMINER),
        Case("training.elsewhere", "/training/elsewhere", LEGAL),
        Case("training.elsewhere", "/training/elsewhere", EXAMINER),
        Case("exports.choose", "/exports/people"),
        Case("exports.templates", "/export-templates"),
        Case("organisations.index", "/organisations"),
        Case("organisations.add", "/organisations/new"),
        Case("accounts.index", "/accounts", ADMINISTRATOR),
        Case("accounts.clerks", "/clerks"),
        Case("accounts.own", "/account", EXAMINER),
        Case("settings.index", "/settings", ADMINISTRATOR),
    ]
