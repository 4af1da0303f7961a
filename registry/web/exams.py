"""The exam room on the web: exam days, sittings, publishing, corrections, exemptions."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, pgettext

from registry.rules import exams
from registry.rules.acts import local_day, moment_of
from registry.rules.marks import Reading, mark_text, read_mark
from registry.rules.organisations import FIELDS
from registry.rules.unusual_marks import unusual
from registry.services import exam_scans as scanning
from registry.services import marks as entering
from registry.services import publishing, second_entry
from registry.services import sittings as services
from registry.services.sittings import Paper
from registry.services.wrong_forms import open_forms
from registry.store import exam_scans, results, wrong_forms
from registry.store import marks as cells
from registry.store import sittings as store
from registry.store.exam_enrolment import let_through
from registry.store.sittings import CandidateRow, SittingRow
from registry.web import exam_wrong_forms
from registry.web.addresses import asked_number, asked_text
from registry.web.certificates import download
from registry.web.exam_wording import paper_title
from registry.web.forms import (
    ActForm,
    Choice,
    CleanField,
    Day,
    Form,
    HiddenInput,
    LongText,
    Number,
    PlainForm,
    Text,
    Tick,
    Upload,
)
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.wording import refusal_sentence

blueprint = Blueprint("exams", __name__)

_MOST_POINTS = 2000
_SCAN_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}


class Points(CleanField):
    """Points with or without a half; ``data`` in half points."""

    def __init__(self, label: object = None, **kwargs: Any) -> None:
        super().__init__(label, limit=20, render_kw={"inputmode": "decimal"}, **kwargs)

    def read(self, text: str) -> int:
        found = read_mark(text, _MOST_POINTS).half_points
        if found is None:
            raise ValueError(gettext("没有填写，请填写。"))
        return found

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else mark_text(int(self.data))

    def empty(self) -> None:
        return None


class _PaperForm(Form):
    full_mark = Points(lazy_gettext("满分"))
    pass_mark = Points(lazy_gettext("合格线"))
    enrol_from = Day(lazy_gettext("报名开始"), required=False)
    enrol_until = Day(lazy_gettext("报名截止"), required=False)
    quota = Number(lazy_gettext("名额"), low=1, high=100000, required=False)
    single_entry = Tick(
        lazy_gettext("只录一遍成绩"),
        required=False,
        description=lazy_gettext("平时要由两个人各录一遍。只录一遍的，公布的成绩上都会注明。"),
    )


class NewForm(_PaperForm):
    """A new paper, on a day of its own or in a day that is there already."""

    title = Text(lazy_gettext("考试名称"), limit=100, required=False)
    held_on = Day(lazy_gettext("考试日期"), required=False)
    subject = Choice(lazy_gettext("科目"))
    field = Choice(lazy_gettext("执法领域"), required=False)
    external_body = Text(
        lazy_gettext("组织考试的机关"),
        limit=100,
        required=False,
        description=lazy_gettext("省、市组织的考试才填；成绩以它公布的名单为准。"),
    )
    external_document = Text(lazy_gettext("公布成绩的文号"), limit=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject.choices = [(code, gettext(title)) for code, title in exams.SUBJECTS.items()]
        self.field.choices = [("", gettext("不分领域")), *_field_choices()]
        if not self.is_submitted():
            self.full_mark.data, self.pass_mark.data = 200, 120


class EditForm(_PaperForm):
    """What may be changed of a paper before it is sat."""


class WhyForm(ActForm):
    """An act that has to say why."""


class PostponeForm(ActForm):
    """Another day for the exam."""

    held_on = Day(lazy_gettext("新的考试日期"))


class PublishForm(ActForm):
    """Publishing; ``seen`` is what the screen showed."""

    bases = ("penalty-law-42",)
    seen = Text("", limit=40, widget=HiddenInput())
    compared = Tick(lazy_gettext("我已经把成绩与组织机关公布的原件逐个核对过"), required=False)


class CorrectForm(ActForm):
    """A correction of published marks."""

    bases = ("personal-information-law-46",)


class ReviewForm(Form):
    """A candidate's request to look at the mark again."""

    ticket = Text(lazy_gettext("准考证号"), limit=40)
    reason = LongText(lazy_gettext("复核理由"), limit=1000)


class AnswerForm(Form):
    """The answer to such a request."""

    answer = LongText(lazy_gettext("答复"), limit=1000)


class ScanForm(Form):
    """The scan of an official list."""

    scan = Upload(
        lazy_gettext("公布成绩原件的扫描件"),
        accept=".pdf,.jpg,.jpeg,.png",
        description=lazy_gettext("PDF、JPEG 或 PNG，不超过 10 兆字节；加密保存。"),
    )


class ExemptForm(ActForm):
    """An exemption with its proof."""

    bases = ("notice-118-item-23",)
    person = Text(lazy_gettext("人员编号"), limit=20)
    subject = Choice(lazy_gettext("科目"))
    field = Choice(lazy_gettext("执法领域"), required=False)
    proof = Text(
        lazy_gettext("免试证明"),
        limit=200,
        description=lazy_gettext("例如法律职业资格证书和号码。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject.choices = [(code, gettext(title)) for code, title in exams.SUBJECTS.items()]
        self.field.choices = [("", gettext("不分领域")), *_field_choices()]


def _field_choices() -> list[tuple[str, str]]:
    return [(code, gettext(field.title)) for code, field in FIELDS.items()]


# --- days and sittings -------------------------------------------------------------------------


@blueprint.get("/exams")
@allow("exam.view")
def index() -> ResponseReturnValue:
    """Exam days with their papers, the latest first, and what waits to be handed on."""
    days = sittings_by_day()
    rows = [row for papers in days for row in papers]
    known = store.counts(row.id for row in rows)
    return render(
        "exams/index.html",
        days=[(papers[0], papers) for papers in days],
        counts=known,
        waiting=[
            (row, _age(known[row.id].waiting_since))
            for row in rows
            if row.state == "held" and len(known[row.id].finished) == row.entries
        ],
        corrections=results.corrections(undecided=True),
        state=state_word,
        paper=paper_title,
        may_manage=signed_in().may("exam.manage"),
        may_exempt=signed_in().may("exam.exempt"),
    )


def sittings_by_day() -> list[list[SittingRow]]:
    """Every sitting, the latest exam day first, those of one day together."""
    days: dict[int, list[SittingRow]] = {}
    for row in store.sittings():
        days.setdefault(row.round_id, []).append(row)
    return list(days.values())


def _age(moment: str | None) -> int:
    return (today() - local_day(moment_of(moment))).days if moment else 0


def state_word(state: str) -> str:
    """A sitting's state in the page's language."""
    return pgettext("sitting", exams.STATES[state])


@blueprint.route("/exams/new", methods=["GET", "POST"])
@allow("exam.manage")
def new() -> ResponseReturnValue:
    """A new paper; ``?day=`` adds it to an exam day."""
    round_id = asked_number("day")
    day = store.round_of(round_id) if round_id else None
    if round_id and day is None:
        abort(404)
    form = NewForm()
    made: list[int] = []

    def make() -> None:
        made.append(
            services.new_sitting(
                current_act(),
                Paper(
                    form.subject.data,
                    form.field.data or "",
                    form.full_mark.data,
                    form.pass_mark.data,
                    bool(form.single_entry.data),
                    form.enrol_from.data,
                    form.enrol_until.data,
                    form.quota.data,
                    form.external_body.data,
                    form.external_document.data,
                ),
                held_on=form.held_on.data,
                title=form.title.data,
                round_id=round_id,
            )
        )

    if form.is_submitted() and form.validate() and form.attempt(make):
        flash(gettext("考试已建好。"), "good")
        return redirect(url_for("exams.sitting", sitting_id=made[0]), 303)
    page = render("exams/new.html", form=form, day=day, round_id=round_id)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.get("/exams/sittings/<number:sitting_id>")
@allow("exam.view")
def sitting(sitting_id: int) -> ResponseReturnValue:
    """A sitting: how far it is, what is open, what may be done now, and its results."""
    row = _sitting_or_404(sitting_id)
    scope = signed_in().scope
    full = scope is None
    everybody = store.candidates(sitting_id, scope)
    listed = results.versions(sitting_id)
    begun = cells.entries(sitting_id)
    typists = store.entry_accounts(sitting_id)
    reader = signed_in()
    compared = second_entry.compare(sitting_id) if full and row.entries == 2 else None
    page = render(
        "exams/sitting.html",
        sitting=row,
        paper=paper_title(row.subject, row.field),
        state=state_word(row.state),
        counts=store.counts([sitting_id])[sitting_id],
        candidates=everybody,
        own=len(everybody),
        passed_over=_passed_over(everybody),
        let_through=[
            (one, [gettext(exams.RESIT_RULES[code]) for code in one.codes])
            for one in let_through(sitting_id, [row.person_id for row in everybody])
        ],
        results=[(one, listed[one.id]) for one in everybody if one.id in listed],
        entries=[
            (
                entry,
                begun.get(entry),
                [name for of_entry, name in typists.values() if of_entry == entry],
            )
            for entry in range(1, row.entries + 1)
        ],
        compared=compared,
        open_matters=publishing.open_matters(row) if full and row.state == "held" else (),
        open_forms=open_forms(row) if full and row.state == "held" else [],
        wrong_forms=_forms_called_wrong(row) if full else [],
        corrections=results.corrections(sitting_id) if full else [],
        reviews=results.reviews(sitting_id) if full else [],
        review_form=ReviewForm(formdata=None),
        scans=exam_scans.scans_of(sitting_id) if full else [],
        may_scan=bool(row.external_body) and row.state not in exams.ENDED,
        acts=exams.open_acts(row.state),
        mark=shown_mark,
        points=mark_text,
        may=reader.may,
        full=full,
        typed_here=reader.account_id in typists,
        me=reader.account_id,
    )
    return make_response(page, 200)


def _forms_called_wrong(row: SittingRow) -> list[tuple[wrong_forms.WrongFormRow, str]]:
    """What was said of the rooms' forms; the figures only once no entry is open any more."""
    said = wrong_forms.wrong_forms(row.id)
    begun = cells.entries(row.id) if said else {}
    if all(entry in begun and begun[entry].finished_at for entry in range(1, row.entries + 1)):
        return exam_wrong_forms.figures_said(said)
    return [(one, "") for one in said]


def shown_mark(state: str, value: int | None) -> str:
    """A published mark as people read it."""
    if state in ("absent", "disciplined"):
        return gettext("缺考") if state == "absent" else gettext("违纪")
    return Reading(state, () if value is None else (value,)).text


def _passed_over(rows: list[CandidateRow]) -> list[tuple[str, int]]:
    found: dict[str, int] = {}
    for row in rows:
        for code in row.passed_over:
            found[code] = found.get(code, 0) + 1
    return [(gettext(exams.PASSED_OVER[code]), count) for code, count in sorted(found.items())]


@blueprint.route("/exams/sittings/<number:sitting_id>/edit", methods=["GET", "POST"])
@allow("exam.manage")
def edit(sitting_id: int) -> ResponseReturnValue:
    """Change window, quota and marks before the exam."""
    row = _sitting_or_404(sitting_id)
    form = EditForm(
        data={
            "full_mark": row.full_mark,
            "pass_mark": row.pass_mark,
            "enrol_from": row.enrol_from,
            "enrol_until": row.enrol_until,
            "quota": row.quota,
            "single_entry": row.single,
        }
    )

    def change() -> None:
        services.edit_sitting(
            current_act(),
            sitting_id,
            enrol_from=form.enrol_from.data,
            enrol_until=form.enrol_until.data,
            quota=form.quota.data,
            full_mark=form.full_mark.data,
            pass_mark=form.pass_mark.data,
            single_entry=bool(form.single_entry.data),
        )

    return _confirmed(
        row, form, change, gettext("修改考试"), gettext("保存"), gettext("考试已修改。")
    )


@blueprint.route("/exams/sittings/<number:sitting_id>/scan", methods=["GET", "POST"])
@allow("exam.manage", body_limit=scanning.MOST_BYTES + 100_000)
def scan(sitting_id: int) -> ResponseReturnValue:
    """Keep the scan of an official list."""
    row = _sitting_or_404(sitting_id)
    form = ScanForm()

    def keep() -> None:
        upload = form["scan"].data
        scanning.add_scan(
            current_act(),
            sitting_id,
            upload.stream.read(scanning.MOST_BYTES + 1),
            upload.filename or "",
        )

    back = url_for("exams.sitting", sitting_id=sitting_id)
    if form.is_submitted() and form.validate() and form.attempt(keep):
        flash(gettext("扫描件已保存。"), "good")
        return redirect(back, 303)
    page = render("exams/scan.html", sitting=row, form=form, back=back)
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.get("/exams/sittings/<number:sitting_id>/scans/<number:scan_id>")
@allow("exam.manage")
def scanned(sitting_id: int, scan_id: int) -> ResponseReturnValue:
    """One scan, to be saved."""
    known = {one.id: one for one in exam_scans.scans_of(sitting_id)}
    found = exam_scans.content(scan_id) if scan_id in known else None
    if found is None:
        abort(404)
    kind, content = found
    return download(content, f"scan-{scan_id}.{kind}", _SCAN_TYPES[kind])


@blueprint.post("/exams/sittings/<number:sitting_id>/step/<what>")
@allow("exam.manage")
def step(sitting_id: int, what: str) -> ResponseReturnValue:
    """Open or close enrolment, or begin the marks."""
    if what not in ("open", "close", "hold"):
        abort(404)
    _sitting_or_404(sitting_id)
    form = PlainForm()
    if form.validate() and form.attempt(lambda: services.move_on(current_act(), sitting_id, what)):
        flash(gettext("考试已进入下一步。"), "good")
    for refusal in form.refused:
        flash(refusal_sentence(refusal), "warning")
    return redirect(url_for("exams.sitting", sitting_id=sitting_id), 303)


@blueprint.route("/exams/sittings/<number:sitting_id>/postpone", methods=["GET", "POST"])
@allow("exam.manage")
def postpone(sitting_id: int) -> ResponseReturnValue:
    """Move the exam day, with all its papers."""
    row = _sitting_or_404(sitting_id)
    form = PostponeForm(today=today())
    return _confirmed(
        row,
        form,
        lambda: services.postpone(current_act(**form.act_values()), sitting_id, form.held_on.data),
        gettext("改期"),
        gettext("改期"),
        gettext("考试日期已改；准考证号和座位不变。"),
        gettext("同一天的各科一起改期。准考证号和座位不变。请写明原因。"),
    )


@blueprint.route("/exams/sittings/<number:sitting_id>/cancel", methods=["GET", "POST"])
@allow("exam.manage")
def cancel(sitting_id: int) -> ResponseReturnValue:
    """Cancel a sitting, for good."""
    row = _sitting_or_404(sitting_id)
    form = WhyForm(today=today())
    return _confirmed(
        row,
        form,
        lambda: services.cancel(current_act(**form.act_values()), sitting_id),
        gettext("取消考试"),
        gettext("取消这场考试"),
        gettext("考试已取消。"),
        gettext("取消以后不能恢复；已经录的成绩留在记录里，不作数。请写明原因。"),
        danger=True,
    )


@blueprint.route(
    "/exams/sittings/<number:sitting_id>/reopen/<number:entry>", methods=["GET", "POST"]
)
@allow("exam.manage")
def reopen(sitting_id: int, entry: int) -> ResponseReturnValue:
    """Open a finished entry again, with a reason."""
    row = _sitting_or_404(sitting_id)
    if not 1 <= entry <= row.entries:
        abort(404)
    form = WhyForm(today=today())
    return _confirmed(
        row,
        form,
        lambda: entering.reopen_entry(current_act(**form.act_values()), sitting_id, entry),
        gettext("重新打开第%(n)s遍成绩", n=entry),
        gettext("重新打开"),
        gettext("第%(n)s遍成绩已重新打开。", n=entry),
        gettext("录入人照试卷改好后要重新确认录完，两遍再核对一次。请写明原因。"),
    )


def _confirmed(
    row: SittingRow,
    form: Form,
    act: Callable[[], object],
    heading: str,
    button: str,
    done: str,
    text: str = "",
    *,
    danger: bool = False,
) -> ResponseReturnValue:
    back = url_for("exams.sitting", sitting_id=row.id)
    if form.is_submitted() and form.validate() and form.attempt(act):
        flash(done, "good")
        return redirect(back, 303)
    page = render(
        "parts/confirm.html",
        heading=heading,
        text=text,
        facts=[
            (gettext("考试"), row.round_title),
            (gettext("科目"), paper_title(row.subject, row.field)),
            (gettext("状态"), state_word(row.state)),
        ],
        form=form,
        refused=form.refused,
        button=button,
        cancel=back,
        danger=danger,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


# --- publishing and corrections ----------------------------------------------------------------


@blueprint.route("/exams/sittings/<number:sitting_id>/publish", methods=["GET", "POST"])
@allow("exam.publish")
def publish(sitting_id: int) -> ResponseReturnValue:
    """What would be published, what is unusual in it, what is still open; then one button."""
    row = _sitting_or_404(sitting_id)
    form = PublishForm(today=today())
    done: list[publishing.Published] = []

    def carry_out() -> None:
        done.append(
            publishing.publish(
                current_act(**form.act_values()),
                sitting_id,
                seen=form.seen.data,
                compared=bool(form.compared.data),
            )
        )

    if form.is_submitted() and form.validate() and form.attempt(carry_out):
        flash(
            gettext(
                "已公布 %(n)s 人的成绩，%(passed)s 人合格。",
                n=done[0].candidates,
                passed=done[0].passed,
            ),
            "good",
        )
        return redirect(url_for("exams.sitting", sitting_id=sitting_id), 303)
    held = row.state == "held"
    matters = publishing.open_matters(row) if held else ()
    external = [one for one in matters if one.code == "external-not-checked"]
    settled = held and matters == tuple(external)
    final = publishing.final_marks(row) if settled else {}
    everybody = store.candidates(sitting_id)
    form.seen.data = cells.digest(sitting_id)
    form.seen.raw_data = None
    page = render(
        "exams/publish.html",
        sitting=row,
        paper=paper_title(row.subject, row.field),
        form=form,
        held=held,
        matters=[one for one in matters if one not in external],
        external=bool(row.external_body and row.checked_by is None),
        settled=settled,
        candidates=len(everybody),
        passed=sum(
            1
            for state, value in final.values()
            if state == "mark" and (value or 0) >= row.pass_mark
        ),
        absent=sum(1 for state, _ in final.values() if state == "absent"),
        disciplined=sum(1 for state, _ in final.values() if state == "disciplined"),
        unusual=unusual(_by_room_name(everybody, final), row.pass_mark) if settled else (),
        wrong_forms=exam_wrong_forms.figures_said(
            list(wrong_forms.standing(sitting_id).values()) if settled else []
        ),
        points=mark_text,
        typed_here=signed_in().account_id in store.entry_accounts(sitting_id),
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _by_room_name(everybody: list[CandidateRow], final: Any) -> dict[str, list[Any]]:
    names = {one.room_id: one.room for one in everybody if one.room_id is not None}
    return {names[room_id]: known for room_id, known in cells.by_room(everybody, final).items()}


@blueprint.route("/exams/sittings/<number:sitting_id>/correct", methods=["GET", "POST"])
@allow("exam.correct")
def correct(sitting_id: int) -> ResponseReturnValue:
    """Ask that published marks be corrected: one candidate's, or a whole room's at once."""
    row = _sitting_or_404(sitting_id)
    if row.state != "published":
        abort(404)
    everybody = store.candidates(sitting_id)
    candidate_id, room_id = asked_number("candidate"), asked_number("room")
    chosen = [
        one
        for one in everybody
        if (candidate_id is not None and one.id == candidate_id)
        or (room_id is not None and one.room_id == room_id)
    ]
    if (candidate_id or room_id) and not chosen:
        abort(404)
    known = results.newest(sitting_id)
    form = CorrectForm(today=today())
    typed = {one.id: request.form.get(f"mark-{one.id}", "").strip()[:60] for one in chosen}

    def ask() -> None:
        lines = {key: text for key, text in typed.items() if text}
        publishing.request_correction(current_act(**form.act_values()), sitting_id, lines)

    if chosen and form.is_submitted() and form.validate() and form.attempt(ask):
        flash(gettext("更正已提交，等另一人批准。"), "good")
        return redirect(url_for("exams.sitting", sitting_id=sitting_id), 303)
    page = render(
        "exams/correct.html",
        sitting=row,
        paper=paper_title(row.subject, row.field),
        form=form,
        chosen=[(one, known[one.id], typed[one.id]) for one in chosen if one.id in known],
        everybody=everybody,
        rooms=sorted(
            {(one.room_id, one.room) for one in everybody if one.room_id}, key=lambda two: two[0]
        ),
        mark=shown_mark,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.route("/exams/corrections/<number:correction_id>/<decision>", methods=["GET", "POST"])
@allow("exam.approve")
def decide(correction_id: int, decision: str) -> ResponseReturnValue:
    """Approve or reject a correction that somebody else asked for."""
    request_row = results.correction(correction_id)
    if decision not in ("approve", "reject") or request_row is None:
        abort(404)
    row = _sitting_or_404(request_row.sitting_id)
    form = WhyForm(today=today())
    approve = decision == "approve"
    back = url_for("exams.sitting", sitting_id=row.id)
    if (
        form.is_submitted()
        and form.validate()
        and form.attempt(
            lambda: publishing.decide_correction(
                current_act(**form.act_values()), correction_id, approve=approve
            )
        )
    ):
        flash(gettext("成绩已更正。") if approve else gettext("没有同意更正。"), "good")
        return redirect(back, 303)
    page = render(
        "exams/decide.html",
        sitting=row,
        paper=paper_title(row.subject, row.field),
        correction=request_row,
        form=form,
        approve=approve,
        back=back,
        mark=shown_mark,
        pass_mark=row.pass_mark,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@blueprint.post("/exams/sittings/<number:sitting_id>/reviews")
@allow("exam.correct")
def review(sitting_id: int) -> ResponseReturnValue:
    """Record a candidate's request to look at the mark again."""
    row = _sitting_or_404(sitting_id)
    form = ReviewForm()

    def record() -> None:
        candidate = store.candidate_by_ticket(sitting_id, form.ticket.data)
        publishing.record_review(
            current_act(), sitting_id, candidate.id if candidate else 0, form.reason.data
        )

    if form.validate() and form.attempt(record):
        flash(gettext("复核申请已登记。"), "good")
        return redirect(url_for("exams.sitting", sitting_id=sitting_id), 303)
    page = render(
        "parts/confirm.html",
        heading=gettext("登记复核申请"),
        text="",
        facts=[(gettext("考试"), row.round_title)],
        form=form,
        refused=form.refused,
        button=gettext("登记"),
        cancel=url_for("exams.sitting", sitting_id=sitting_id),
        danger=False,
    )
    return make_response(page, 422)


@blueprint.route(
    "/exams/sittings/<number:sitting_id>/reviews/<number:review_id>", methods=["GET", "POST"]
)
@allow("exam.correct")
def answer(sitting_id: int, review_id: int) -> ResponseReturnValue:
    """Answer a request for review."""
    row = _sitting_or_404(sitting_id)
    asked = next((one for one in results.reviews(sitting_id) if one.id == review_id), None)
    if asked is None or asked.answered_at:
        abort(404)
    form = AnswerForm()
    return _confirmed(
        row,
        form,
        lambda: publishing.answer_review(current_act(), sitting_id, review_id, form.answer.data),
        gettext("答复%(name)s的复核申请", name=asked.name),
        gettext("答复"),
        gettext("复核申请已答复。"),
        gettext("申请理由：%(reason)s。成绩有误的，另请办理成绩更正。", reason=asked.reason),
    )


# --- exemptions --------------------------------------------------------------------------------


@blueprint.route("/exams/exemptions/new", methods=["GET", "POST"])
@allow("exam.exempt")
def exempt() -> ResponseReturnValue:
    """Record that somebody needs no exam in a subject, with the proof."""
    form = ExemptForm(today=today())
    if not form.is_submitted():
        form.person.data = asked_text("person") or None

    def record() -> None:
        publishing.record_exemption(
            current_act(**form.act_values()),
            form.person.data,
            form.subject.data,
            field=form.field.data or "",
            proof=form.proof.data,
        )

    if form.is_submitted() and form.validate() and form.attempt(record):
        flash(gettext("免试已登记。"), "good")
        return redirect(url_for("exams.index"), 303)
    page = render(
        "parts/confirm.html",
        heading=gettext("登记免试"),
        text=gettext("取得国家统一法律职业资格等可以免试的，登记证明以后视同合格。"),
        facts=[],
        form=form,
        refused=form.refused,
        button=gettext("登记"),
        cancel=url_for("exams.index"),
        danger=False,
    )
    return make_response(page, 422 if form.is_submitted() else 200)


def _sitting_or_404(sitting_id: int) -> SittingRow:
    row = store.by_id(sitting_id)
    if row is None:
        abort(404)
    return row


exam_wrong_forms.install(blueprint)
