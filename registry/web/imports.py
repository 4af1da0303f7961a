"""Importing on the web: upload, preview, what columns and words mean, the import, its result."""

from collections.abc import Collection, Iterable
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, pgettext
from werkzeug.datastructures import FileStorage

from registry.documents.spreadsheet_prescan import MOST_BYTES
from registry.documents.spreadsheets import Cell, write_workbook
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.roster_absences import names_most
from registry.rules.roster_headings import IGNORED, SYNONYMS, heading_key
from registry.rules.roster_values import match_key
from registry.rules.rosters import APPRAISAL, KINDS, OFFICER, ORGANISATION, unmapped_values
from registry.rules.text import clean_text
from registry.services import imports as services
from registry.services import uploads
from registry.services.imports import Preview
from registry.services.uploads import FinishedUpload, HeldUpload
from registry.store import imports as store
from registry.store.imports import SAID_YEAR, Meanings
from registry.store.uploads import RosterFile
from registry.web import import_wording
from registry.web.addresses import asked_choice, asked_number
from registry.web.file_readers import one_reader
from registry.web.forms import Form, OneOf, PlainForm, Upload
from registry.web.import_wording import SORTS, masked
from registry.web.permissions import allow, role_may_open
from registry.web.sessions import current_act, now, signed_in

blueprint = Blueprint("imports", __name__)

PAGE = 100
PAST = 20
#: How many unknown words are asked about at once; most files have a handful.
WORDS_ASKED = 60
#: How many years back a file's grades may be said to be of on the page.
YEARS_OFFERED = 12
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ACCEPT = ".xlsx,.xls,.csv"

#: The empty workbooks that are handed out: file name and headings as bureaus write them.
TEMPLATES: dict[str, tuple[str, str]] = {
    "officer": (
        "officers.xlsx",
        "序号 姓名 性别 身份证号码 所在单位 内设机构 职务 编制性质 执法领域 原执法证号 发证日期 "
        "有效期至 联系电话 备注",
    ),
    "auxiliary": (
        "auxiliaries.xlsx",
        "序号 姓名 性别 身份证号码 用人单位 岗位 用工形式 合同开始 合同结束 带班执法人员 联系电话 "
        "备注",
    ),
    "organisation": (
        "organisations.xlsx",
        "机构代码 机构名称 简称 主体类型 上级机构代码 执法领域 执法区域 执法类别 发证机关 投诉电话",
    ),
    APPRAISAL: ("appraisals.xlsx", "序号 姓名 身份证号码 所在单位 考核年度 考核等次"),
}

# Columns of an empty workbook in which a spreadsheet would lose digits.
_TEXT_COLUMNS = frozenset({"身份证号码", "原执法证号", "联系电话", "机构代码", "上级机构代码"})

for _name in (
    "kind_title",
    "act_title",
    "finding_title",
    "column_title",
    "changed_value",
    "commit_title",
    "year_source",
    "masked",
    "wrong",
):
    blueprint.add_app_template_global(getattr(import_wording, _name), _name)


class UploadForm(Form):
    """A file, and what it is if its columns should not say so."""

    file = Upload(
        lazy_gettext("文件"),
        accept=_ACCEPT,
        description=lazy_gettext("可以是 .xlsx、.xls 或 .csv，最大10 MB。标题行、表尾签字不用删。"),
    )
    kind = OneOf(lazy_gettext("是什么名册"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [kind for kind in KINDS if kind != ORGANISATION or _may_import_organisations()]
        self.kind.choices = [("", gettext("按列名自动识别"))] + [
            (kind, import_wording.kind_title(kind)) for kind in kinds
        ]
        if not self.is_submitted():
            self.kind.data = ""


def _may_import_organisations() -> bool:
    return signed_in().may("organisation.import")


@blueprint.route("/imports", methods=["GET", "POST"])
@allow("roster.import", body_limit=MOST_BYTES + 500_000)
def index() -> ResponseReturnValue:
    """Upload a file; below it what was imported before."""
    uploads.purge_uploads(now())
    form = UploadForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                return redirect(url_for("imports.one", upload_id=_hold(form)))
            except Refused as refused:
                form.refuse(refused)
    account = signed_in()
    past = past_imports(asked_number("before"), PAST + 1)
    page = render_template(
        "imports/index.html",
        form=form,
        past=past[:PAST],
        older=past[PAST - 1].seq if len(past) > PAST else None,
        templates=[
            (kind, url_for("imports.template", kind=kind))
            for kind in TEMPLATES
            if kind != ORGANISATION or _may_import_organisations()
        ],
        may_import_organisations=_may_import_organisations(),
        exported=(
            url_for("exports.choose", name="people", roster=OFFICER)
            if account.may("export.view") and account.may("roster.import")
            else ""
        ),
    )
    return make_response(page, status)


def past_imports(before: int | None, limit: int) -> list[store.PastImport]:
    """Imports that the account may see, newest first: a clerk sees her own."""
    account = signed_in()
    return store.past_imports(
        account_id=None if account.scope is None else account.account_id,
        before=before,
        limit=limit,
    )


def _hold(form: UploadForm) -> str:
    """Keep the file sealed and give the name it waits under. Raises Refused."""
    return uploads.hold_upload(current_act(), read_upload(form.file.data), form.kind.data or None)


def read_upload(upload: FileStorage) -> RosterFile:
    """Read an uploaded spreadsheet in a process of its own, few at a time. Raises Refused."""
    data = upload.stream.read(MOST_BYTES + 1)
    with one_reader():
        return services.read_file(data, upload.filename or "")


@blueprint.get("/imports/templates/<kind>.xlsx")
@allow("roster.import")
def template(kind: str) -> ResponseReturnValue:
    """An empty workbook with the headings of a kind of file."""
    if kind not in TEMPLATES or (kind == ORGANISATION and not _may_import_organisations()):
        abort(404)
    name, headings = TEMPLATES[kind]
    columns = headings.split()
    text = [place for place, heading in enumerate(columns) if heading in _TEXT_COLUMNS]
    return _workbook(name, "", columns, [], text)


@blueprint.get("/imports/<upload_id>")
@allow("roster.import")
def one(upload_id: str) -> ResponseReturnValue:
    """What the file would do, sort by sort; a file already imported shows its result."""
    held = uploads.waiting_upload(current_act(), upload_id)
    if held is None:
        return _result(upload_id)
    return _preview_page(held)


@blueprint.post("/imports/<upload_id>/meanings")
@allow("roster.import")
def meanings(upload_id: str) -> ResponseReturnValue:
    """Take what the user says columns and words mean, and look again."""
    held = _held_or_404(upload_id)
    form = PlainForm()
    if form.validate() and form.attempt(lambda: uploads.say(current_act(), held, _said(held))):
        return redirect(url_for("imports.one", upload_id=upload_id))
    return make_response(_preview_page(held, refused=form.refused), 422)


@blueprint.post("/imports/<upload_id>/commit")
@allow("roster.import")
def commit(upload_id: str) -> ResponseReturnValue:
    """Import all good rows, or none if anything stands against it."""
    held = uploads.waiting_upload(current_act(), upload_id)
    if held is None:
        # A second press on the button: the first one has done it.
        return _result(upload_id)
    form = PlainForm()
    decisions = request.form.get("decisions", "")
    if form.validate() and form.attempt(
        lambda: services.commit(
            current_act(),
            held.file,
            held.kind,
            held.said,
            decisions=decisions,
            held=held,
            whole={"yes": True, "no": False}.get(request.form.get("whole", "")),
        )
    ):
        return redirect(url_for("imports.one", upload_id=upload_id))
    if {refusal.code for refusal in form.refused} == {"imported-meanwhile"}:
        return redirect(url_for("imports.one", upload_id=upload_id))
    return make_response(_preview_page(held, refused=form.refused), 409)


@blueprint.post("/imports/<upload_id>/discard")
@allow("roster.import")
def discard(upload_id: str) -> ResponseReturnValue:
    """Throw the file away without importing it."""
    if not uploads.discard_upload(current_act(), upload_id):
        abort(404)
    return redirect(url_for("imports.index"))


@blueprint.get("/imports/<upload_id>/refused.xlsx")
@allow("roster.import")
def refused_rows(upload_id: str) -> ResponseReturnValue:
    """The refused rows as they were typed, in a new workbook, with what to mend."""
    title = pgettext("column", "原因")
    held = uploads.waiting_upload(current_act(), upload_id)
    if held is not None:
        shown = services.preview(current_act(), held.file, held.kind, held.said)
        headings, rows = services.refused_workbook_rows(shown, import_wording.reason, title)
        return _workbook("refused-rows.xlsx", "", headings, rows)
    done = uploads.finished_upload(current_act(), upload_id)
    if done is None:
        abort(404)
    reasons: dict[tuple[str, int], list[str]] = {}
    for entry in done.refused.entries:
        reasons.setdefault((entry.sheet, entry.row), []).append(import_wording.reason(entry))
    headings = [*done.refused.headings, title]
    rows = [
        [*cells, *[None] * (len(done.refused.headings) - len(cells)), "；".join(said)]
        for sheet, row, cells in done.refused.rows
        if (said := reasons.get((sheet, row)))
    ]
    return _workbook("refused-rows.xlsx", "", headings, rows)


def _workbook(
    name: str,
    title: str,
    headings: list[str],
    rows: Iterable[list[Cell]],
    text_columns: Collection[int] = (),
) -> ResponseReturnValue:
    data = write_workbook(title, headings, rows, text_columns=text_columns)
    answer = Response(data, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _held_or_404(upload_id: str) -> HeldUpload:
    held = uploads.waiting_upload(current_act(), upload_id)
    if held is None:
        abort(404)
    return held


def _preview_page(held: HeldUpload, refused: tuple[Refusal, ...] = ()) -> str:
    shown = services.preview(current_act(), held.file, held.kind, held.said)
    lines = {name: getattr(shown, name) for name in SORTS}
    chosen = asked_choice("show", tuple(SORTS)) or next(
        (name for name in SORTS if lines[name]), "unchanged"
    )
    at = asked_number("page") or 1
    here = lines[chosen][(at - 1) * PAGE : at * PAGE]
    if not here and at > 1:
        abort(404)

    def address(show: str, page: int = 1) -> str:
        return (
            url_for("imports.one", upload_id=held.id, show=show, page=page if page > 1 else None)
            + "#rows"
        )

    total = len(lines[chosen])
    return render_template(
        "imports/preview.html",
        held=held,
        shown=shown,
        is_whole=not shown.keyed
        and names_most(
            len(shown.changed) + len(shown.unchanged) + len(shown.proposed), len(shown.absent)
        ),
        refused=refused,
        chosen=chosen,
        chosen_title=str(SORTS[chosen]),
        tabs=[
            (str(title), len(lines[name]), address(name), name == chosen)
            for name, title in SORTS.items()
            if lines[name] or name in ("added", "refused")
        ],
        lines=here,
        total=total,
        first=(at - 1) * PAGE + 1,
        previous=address(chosen, at - 1) if at > 1 else "",
        following=address(chosen, at + 1) if at * PAGE < total else "",
        years=range(now().year, now().year - YEARS_OFFERED, -1),
        many_sheets=shown.roster is not None and len(shown.roster.sheets) > 1,
        asked=_questions(held, shown),
    )


def _result(upload_id: str) -> ResponseReturnValue:
    done = uploads.finished_upload(current_act(), upload_id)
    if done is None:
        abort(404)
    at = asked_number("page") or 1
    entries = done.refused.entries
    here = entries[(at - 1) * PAGE : at * PAGE]
    if not here and at > 1:
        abort(404)

    def address(page: int) -> str:
        return url_for("imports.one", upload_id=upload_id, page=page if page > 1 else None)

    return render_template(
        "imports/result.html",
        done=done,
        summary=_summary(done),
        entries=here,
        total=len(entries),
        first=(at - 1) * PAGE + 1,
        previous=address(at - 1) if at > 1 else "",
        following=address(at + 1) if at * PAGE < len(entries) else "",
    )


def _summary(done: FinishedUpload) -> list[tuple[int, str, str]]:
    """The counts of an import, each leading to where its rows went."""
    account = signed_in()
    links = {
        "added": "people.index" if done.kind == "officer" else "people.auxiliaries",
        "changed": "people.index" if done.kind == "officer" else "people.auxiliaries",
        "proposed": "oversight.proposals",
        "findings": "oversight.findings",
    }
    if done.kind == ORGANISATION:
        links = {"added": "organisations.index", "changed": "organisations.index"}
    if done.kind == APPRAISAL:
        links = {}
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return [
        (
            done.counts[name],
            str(title),
            url_for(links[name])
            if name in links and role_may_open(app, account.role, links[name])
            else "",
        )
        for name, title in SORTS.items()
        if name in done.counts
    ]


# --- what columns and words mean ---------------------------------------------------------------


def _questions(held: HeldUpload, shown: Preview) -> dict[str, Any]:
    """The columns and words to ask about: unknown ones, and those that were said before."""
    roster = shown.roster
    if roster is None:
        return {"columns": [], "words": [], "open": False}
    by_key = {heading_key(heading): name for heading, name in shown.meanings.columns.items()}
    unknown = {column.heading: column for column in roster.unknown}
    headings = dict.fromkeys(
        [heading for sheet in roster.sheets for heading in sheet.headings if heading]
    )
    fields = [
        (name, import_wording.column_title(name))
        for name in dict.fromkeys(SYNONYMS[held.kind].values())
        if name != IGNORED
    ]
    choices = [*fields, (IGNORED, import_wording.column_title(IGNORED))]
    columns = [
        {
            "heading": heading,
            "samples": map(masked, unknown[heading].samples) if heading in unknown else (),
            "chosen": by_key.get(heading_key(heading), ""),
            "remembered": heading_key(heading) in by_key,
            "choices": choices,
        }
        for heading in headings
        if heading in unknown or heading_key(heading) in by_key
    ]
    words = _words(shown)
    asks = bool(shown.missing) or any(not word["chosen"] for word in words)
    return {"columns": columns, "words": words, "open": asks}


def _words(shown: Preview) -> list[dict[str, Any]]:
    allowed = uploads.allowed_values(current_act())
    del allowed[SAID_YEAR[0]]
    names = dict(store.directory().names)
    counted = unmapped_values(shown.faults)
    said = {(name, match_key(text)): value for (name, text), value in shown.meanings.values.items()}
    if shown.roster is not None and said:
        for raw in shown.roster.rows:
            for name in allowed:
                text = str(raw.cells.get(name) or "").strip()
                if (name, match_key(text)) in said:
                    counted[(name, text)] = counted.get((name, text), 0) + 1
    choices = {
        name: [(value, import_wording.word_title(name, value, names)) for value in values]
        for name, values in allowed.items()
    }
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [
        {
            "field": name,
            "text": text,
            "rows": rows,
            "chosen": said.get((name, match_key(text)), ""),
            "remembered": (name, match_key(text)) in said,
            "choices": choices[name],
        }
        for (name, text), rows in ordered[:WORDS_ASKED]
        # A column moved aside holds ID numbers: those are no words to ask about.
        if name in choices and masked(text) == text
    ]


def _said(held: HeldUpload) -> Meanings:
    """What the form says, over what was said of this file before. Raises Refused for no text."""
    columns = dict(held.said.columns)
    values = dict(held.said.values)
    for place in range(500):
        heading = request.form.get(f"heading-{place}")
        if heading is None:
            break
        chosen = request.form.get(f"column-{place}", "")
        if chosen:
            columns[_clean(heading)] = chosen
    for place in range(WORDS_ASKED):
        field, text = request.form.get(f"field-{place}"), request.form.get(f"text-{place}")
        if field is None or text is None:
            break
        chosen = request.form.get(f"word-{place}", "")
        if chosen:
            values[(field, _clean(text))] = chosen
    if year := request.form.get("year", ""):
        values[SAID_YEAR] = year
    return Meanings(columns, values)


def _clean(text: str) -> str:
    return clean_text(text, limit=uploads.SOURCE_LIMIT, name=sentence("列名"))
