"""Exchange on the web: batches from the organ's letter to the signed list, and single exchanges."""

from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from registry.documents.cards import alignment_sheet_pdf
from registry.rules.card_fit import cohort_warning
from registry.rules.certificates import validity
from registry.rules.eligibility import eligibility
from registry.rules.refusals import Refusal
from registry.services import batches as services
from registry.services import printing
from registry.services.batches import Exchanged, Issued, Prepared
from registry.store import batches as store
from registry.store import holders, organisations, person_rows, settings
from registry.store.batches import BatchRow
from registry.store.cohorts import cohorts_after
from registry.store.holders import Holder
from registry.web import reissue
from registry.web.addresses import asked_number
from registry.web.certificates import download, fonts, pdf, register_config
from registry.web.forms import ActForm, Choice, Day, PlainForm, Text
from registry.web.given_number_fields import FORM_BYTES, GivenNumbersForm, given_numbers
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.wording import refusal_sentence

blueprint = Blueprint("batches", __name__)
reissue.install(blueprint)

PAGE = 50


class PrepareForm(ActForm):
    """Who is to be judged, on which letter of the organ."""

    bases = ("unified-card-notice", "jiangsu-certificate-rule")

    organisation = Choice(
        lazy_gettext("单位"),
        required=False,
        description=lazy_gettext("包括下属单位；不选就是全区。"),
    )
    letter_number = Text(lazy_gettext("申请文号"), limit=100, required=False)
    letter_on = Day(lazy_gettext("申请日期"), required=False)
    first_day = Day(
        lazy_gettext("证件第一天"),
        required=False,
        description=lazy_gettext("空着就是发证那一天；不能更早。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation.choices = [
            ("", gettext("全区")),
            *organisations.options(signed_in().scope),
        ]


class IssueForm(GivenNumbersForm):
    """The issue of a prepared batch; boxes strike people off, lines give numbers."""

    bases = ("unified-card-notice", "jiangsu-certificate-rule")


class ExchangeForm(ActForm):
    """One person's exchange."""

    bases = ("unified-card-notice", "jiangsu-certificate-rule")

    number = Text(
        lazy_gettext("新证号码"),
        limit=40,
        required=False,
        description=lazy_gettext("空着就按编号规则自动编号。"),
    )
    first_day = Day(
        lazy_gettext("证件第一天"),
        required=False,
        description=lazy_gettext("空着就是今天；不能更早。"),
    )


def batch_or_404(batch_id: int) -> BatchRow:
    """The batch, if it lies within the account's scope."""
    found = store.by_id(batch_id, signed_in().scope)
    if found is None:
        abort(404)
    return found


@blueprint.get("/exchange")
@allow("certificate.view")
def index() -> ResponseReturnValue:
    """Batches, newest first."""
    before = asked_number("before")
    rows = store.batches(signed_in().scope, before=before, limit=PAGE)
    return render(
        "batches/index.html",
        rows=rows,
        first=url_for("batches.index") if before else "",
        following=url_for("batches.index", before=rows[-1].id) if len(rows) == PAGE else "",
        may_prepare=signed_in().may("certificate.exchange"),
    )


@blueprint.route("/exchange/new", methods=["GET", "POST"])
@allow("certificate.exchange")
def new() -> ResponseReturnValue:
    """Prepare a batch: nothing is issued yet."""
    form = PrepareForm(today=today())
    done: list[Prepared] = []

    def prepare() -> None:
        done.append(
            services.prepare_batch(
                current_act(**form.act_values()),
                organisation_code=form.organisation.data or None,
                letter_number=form.letter_number.data,
                letter_on=form.letter_on.data,
                first_day=form.first_day.data,
            )
        )

    if form.is_submitted() and form.validate() and form.attempt(prepare):
        for warning in done[0].warnings:
            flash(refusal_sentence(warning), "warning")
        return redirect(url_for("batches.one", batch_id=done[0].batch_id), 303)
    page = render("batches/new.html", form=form)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.get("/exchange/<number:batch_id>")
@allow("certificate.view")
def one(batch_id: int) -> ResponseReturnValue:
    """A batch: who may get a card, who is refused and why, what is missing; its paper."""
    return _page(batch_or_404(batch_id), IssueForm(today=today()), 200)


def _page(batch: BatchRow, form: ActForm, status: int) -> ResponseReturnValue:
    entries = store.entries(batch.id, signed_in().scope)
    waiting = [entry for entry in entries if not entry.outcome]
    known = holders.holders_of((entry.person_id for entry in waiting), today())
    rules = holders.issue_settings()
    judged = {
        person_id: eligibility(holder.facts, today(), exchange=True, settings=rules)
        for person_id, holder in known.items()
    }
    begins = max(batch.first_on, today()) if batch.first_on else today()
    eligible = [holder for key, holder in known.items() if not judged[key][0]]
    page = render(
        "batches/one.html",
        batch=batch,
        warnings=cohort_warning(cohorts_after(eligible, validity(begins))) if waiting else (),
        waiting=[(entry, known[entry.person_id], judged[entry.person_id]) for entry in waiting],
        entries=entries,
        issued=[entry for entry in entries if entry.outcome == "issued"],
        refused=[entry for entry in entries if entry.outcome == "refused"],
        left_out=[entry for entry in entries if entry.outcome == "left-out"],
        form=form,
        own_fields=[field for field in form if field.name in ("numbers", "numbers_file")],
        may_issue=batch.state == "prepared" and signed_in().may("certificate.exchange"),
        may_print=signed_in().may("certificate.print"),
        parts=range(1, printing.parts_of(batch) + 1),
        offset=_offset(),
        struck=set(request.form.getlist("leave_out")),
    )
    return make_response(page, status)


@blueprint.post("/exchange/<number:batch_id>/issue")
@allow("certificate.exchange", body_limit=FORM_BYTES)
def issue(batch_id: int) -> ResponseReturnValue:
    """Issue the batch: everybody who is still eligible and was not struck off."""
    batch = batch_or_404(batch_id)
    form = IssueForm(today=today())
    done: list[Issued] = []

    def carry_out() -> None:
        made = current_act(**form.act_values())
        done.append(
            services.issue_batch(
                made,
                batch_id,
                numbers=given_numbers(made, form),
                leave_out=frozenset(request.form.getlist("leave_out")),
            )
        )

    if form.validate() and form.attempt(carry_out):
        flash(
            gettext(
                "已发证%(issued)s张，不予发证%(refused)s人。",
                issued=len(done[0].certificates),
                refused=len(done[0].refused),
            ),
            "good",
        )
        return redirect(url_for("batches.one", batch_id=batch_id), 303)
    return _page(batch, form, 422)


@blueprint.route("/exchange/<number:batch_id>/discard", methods=["GET", "POST"])
@allow("certificate.exchange")
def discard(batch_id: int) -> ResponseReturnValue:
    """Withdraw a prepared batch."""
    batch = batch_or_404(batch_id)
    form = PlainForm()
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(lambda: services.discard_batch(current_act(), batch_id))
    ):
        flash(gettext("第 %(n)s 批已撤回，没有发证。", n=batch_id), "good")
        return redirect(url_for("batches.index"), 303)
    page = render(
        "parts/confirm.html",
        heading=gettext("撤回第 %(n)s 批", n=batch_id),
        text=gettext(
            "这一批有 %(n)s 人等待发证。撤回以后不发证，以后可以重新准备。", n=batch.waiting
        ),
        form=form,
        refused=form.refused,
        button=gettext("撤回这一批"),
        cancel=url_for("batches.one", batch_id=batch_id),
        danger=True,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.post("/exchange/<number:batch_id>/paper/<form>")
@allow("certificate.print")
def paper(batch_id: int, form: str) -> ResponseReturnValue:
    """One of the batch's papers as a PDF; every print is noted in the book."""
    batch_or_404(batch_id)
    if form not in printing.FORMS:
        abort(404)
    across, down = _offset()
    return pdf(
        printing.print_batch(
            current_act(),
            batch_id,
            form,
            config=register_config(),
            fonts=fonts(),
            part=asked_number("part", 1, 100) or 1,
            back_offset_mm=(across, down),
        )
    )


@blueprint.get("/exchange/test-sheet.pdf")
@allow("certificate.print")
def test_sheet() -> ResponseReturnValue:
    """Two pages from which the printer's offset is read off."""
    return download(alignment_sheet_pdf(fonts(), _offset()), "test-sheet.pdf", "application/pdf")


def _offset() -> tuple[float, float]:
    """The back's offset in millimetres, as the settings have it in tenths."""
    return settings.number("card_offset_x") / 10, settings.number("card_offset_y") / 10


# --- one person ------------------------------------------------------------------------------


@blueprint.route("/exchange/person/<number>", methods=["GET", "POST"])
@allow("certificate.exchange")
def person(number: str) -> ResponseReturnValue:
    """Exchange one person's old card: every reason and warning is there before the act."""
    holder = _holder_or_404(number)
    form = ExchangeForm(today=today())
    done: list[Exchanged] = []

    def carry_out() -> None:
        done.append(
            services.exchange(
                current_act(**form.act_values()),
                number,
                number=form.number.data or None,
                first_day=form.first_day.data,
            )
        )

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(gettext("已换发，新证号码%(n)s。", n=done[0].certificate.number), "good")
        for warning in done[0].warnings:
            flash(refusal_sentence(warning), "warning")
        return redirect(url_for("certificates.one", number=done[0].certificate.number), 303)
    refusals, warnings = eligibility(
        holder.facts, today(), exchange=True, settings=holders.issue_settings()
    )
    page = render(
        "batches/person.html",
        holder=holder,
        form=form,
        against=() if form.refused else refusals,
        warnings=(*warnings, *(() if refusals else _together(holder))),
        own_fields=[field for field in form if field.name in ("number", "first_day")],
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _together(holder: Holder) -> tuple[Refusal, ...]:
    """Whether all cards of the holder's organ would end on one day."""
    return cohort_warning(cohorts_after([holder], validity(today())))


def _holder_or_404(number: str) -> Holder:
    row = person_rows.find(number, signed_in().scope)
    if row is None:
        abort(404)
    return holders.holders_of((row.person_id,), today())[row.person_id]
