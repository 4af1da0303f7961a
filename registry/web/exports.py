"""Lists going out as workbooks, ID numbers masked or, for a reason, whole; and their templates."""

from collections.abc import Callable
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext, lazy_gettext

from registry.rules.export_columns import (
    COLUMNS,
    ORGANISATION,
    PERSON,
    SUBJECTS,
    Layout,
    certificate_layout,
    roster_layout,
)
from registry.rules.refusals import Refused
from registry.rules.rosters import AUXILIARY, OFFICER
from registry.services import exports as services
from registry.store import exports as store
from registry.store.exports import KeptTemplate
from registry.web.addresses import asked_choice, asked_number
from registry.web.certificates import download
from registry.web.export_kinds import ListKind, title_of
from registry.web.export_lists import (
    EXPORTED,
    asked_arguments,
    export_address,
    page_address,
    route_address,
    route_of,
)
from registry.web.forms import ActForm, Form, LongText, OneOf, PlainForm, Text
from registry.web.imports import XLSX
from registry.web.languages import CHINESE
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in, today
from registry.web.wording import refusal_sentence

blueprint = Blueprint("exports", __name__)

LARGEST_PLACE = 99

blueprint.add_app_template_global(export_address, "export_address")


class IdentityNumbersForm(ActForm):
    """Why whole ID numbers have to go out, and in which columns."""

    bases = ("personal-information-law-51", "notice-118-item-23")

    template = OneOf(lazy_gettext("格式"))
    reason = LongText(
        lazy_gettext("理由"),
        limit=500,
        description=lazy_gettext("写明交给谁、办什么事用。记入台账，审计监督人员看得到。"),
    )

    def __init__(self, kind: ListKind, **kwargs: Any) -> None:
        super().__init__(today=today(), **kwargs)
        self.template.choices = _template_choices(kind)
        if not self.is_submitted():
            self.template.data = self.template.choices[0][0]


class TemplateForm(Form):
    """A template's name and title; its columns are read beside it."""

    name = Text(lazy_gettext("格式名称"), limit=60)
    title = Text(
        lazy_gettext("表格标题"),
        limit=100,
        required=False,
        description=lazy_gettext("印在第一行，后面自动加填报日期。不写就用名单自己的标题。"),
    )


# --- a list going out -------------------------------------------------------------------------


@blueprint.get("/exports/<name>")
@allow("export.view")
def choose(name: str) -> ResponseReturnValue:
    """What goes out, in which columns, and how it comes back."""
    return make_response(_choose_page(_kind_or_404(name)))


@blueprint.get("/exports/<name>.xlsx")
@allow("export.view")
def workbook(name: str) -> ResponseReturnValue:
    """The list as a workbook, as shown, ID numbers masked."""
    return _workbook(_kind_or_404(name))


def _workbook(kind: ListKind) -> ResponseReturnValue:
    try:
        # A workbook is Chinese, whatever language the screen speaks.
        with force_locale(CHINESE):
            listed = kind.read(current_act())
        made = services.export(current_act(), listed, _asked_template(kind))
    except Refused as refused:
        return make_response(_choose_page(kind, refused), 422)
    return download(made.content, f"{kind.name}-{today().isoformat()}.xlsx", XLSX)


@blueprint.route("/exports/<name>/identity-numbers", methods=["GET", "POST"])
@allow("export.identity-numbers")
def identity_numbers(name: str) -> ResponseReturnValue:
    """Ask why whole ID numbers have to go out; the workbook is the answer to the POST."""
    kind = _kind_or_404(name)
    if kind.subject not in SUBJECTS:
        abort(404)
    form = IdentityNumbersForm(kind)
    status = 200
    if request.method == "POST":
        status = 422
        made: list[services.Workbook] = []
        if form.validate() and form.attempt(lambda: made.append(_whole(kind, form))):
            return download(made[0].content, f"{name}-{today().isoformat()}-full.xlsx", XLSX)
    page = render_template(
        "exports/identity_numbers.html",
        form=form,
        title=title_of(kind),
        back=url_for("exports.choose", name=name, **asked_arguments(kind)),  # type: ignore[arg-type]
        list_page=page_address(kind),
    )
    return make_response(page, status)


def _whole(kind: ListKind, form: IdentityNumbersForm) -> services.Workbook:
    act = current_act(**form.act_values())
    template = _template_of(kind, form.template.data)
    return services.export_identity_numbers(act, kind.read(act), kind.name, template)


def _choose_page(kind: ListKind, refused: Refused | None = None) -> str:
    asked = asked_arguments(kind)
    if kind.has_own_routes:
        return render_template(
            "exports/rows.html",
            title=title_of(kind),
            headings=kind.headings,
            refused=refused.refusals if refused else (),
            list_page=page_address(kind),
            workbook=route_address(kind, "workbook", asked),
        )
    account = signed_in()
    of_people = kind.subject != ORGANISATION
    return render_template(
        "exports/choose.html",
        title=title_of(kind),
        kind=kind,
        asked=asked,
        refused=refused.refusals if refused else (),
        choices=_template_choices(kind),
        list_page=page_address(kind),
        whole=(
            url_for("exports.identity_numbers", name=kind.name, **asked)  # type: ignore[arg-type]
            if account.may("export.identity-numbers") and of_people
            else ""
        ),
        templates=(
            url_for("exports.templates")
            if account.may("export-template.edit") and of_people
            else ""
        ),
        of_people=of_people,
        apart=[
            (title, route_address(kind, "choose", {**asked, "roster": roster}))
            for roster, title in ((OFFICER, gettext("执法人员")), (AUXILIARY, gettext("辅助人员")))
            if kind.name == "people" and "roster" not in asked
        ],
        may_import=account.may("roster.import" if of_people else "organisation.import"),
    )


def _kind_or_404(name: str) -> ListKind:
    kind = EXPORTED.get(name)
    if kind is None:
        abort(404)
    return _named_or_404(kind)


def _named_or_404(kind: ListKind) -> ListKind:
    """The kind, if the address says which list is meant."""
    if not title_of(kind):
        abort(404)
    return kind


def _template_choices(kind: ListKind) -> list[tuple[str, str]]:
    own = gettext("名册的列") if kind.comes_back else gettext("名单自己的列")
    return [
        ("", own),
        *((str(kept.id), kept.template.name) for kept in store.templates(kind.subject)),
    ]


def _asked_template(kind: ListKind) -> KeptTemplate | None:
    number = asked_number("template")
    return _template_of(kind, str(number or ""))


def _template_of(kind: ListKind, chosen: str) -> KeptTemplate | None:
    if not chosen:
        return None
    kept = store.template(int(chosen))
    if kept is None or kept.template.subject != kind.subject:
        abort(404)
    return kept


def _route(kind: ListKind, answer: Callable[[ListKind], ResponseReturnValue]) -> Callable[..., Any]:
    def view() -> ResponseReturnValue:
        return make_response(answer(_named_or_404(kind)))

    return allow(kind.act)(view)


# Whoever sees the page of such a list may take it out: each has routes that say its page's act.
for _kind in EXPORTED.values():
    if _kind.has_own_routes:
        for _what, _ending, _answer in (
            ("choose", "", _choose_page),
            ("workbook", ".xlsx", _workbook),
        ):
            blueprint.add_url_rule(
                f"/exports/{_kind.name}{_ending}",
                endpoint=route_of(_kind, _what),
                view_func=_route(_kind, _answer),
            )


# --- templates --------------------------------------------------------------------------------


@blueprint.get("/export-templates")
@allow("export-template.edit")
def templates() -> ResponseReturnValue:
    """The templates in use."""
    return make_response(
        render_template(
            "exports/templates.html",
            kept=store.templates(),
            subjects={code: gettext(title) for code, title in SUBJECTS.items()},
            token=PlainForm(),
        )
    )


@blueprint.route("/export-templates/new", methods=["GET", "POST"])
@allow("export-template.edit")
def add_template() -> ResponseReturnValue:
    """Make a template for one of the two sorts of list."""
    subject = asked_choice("subject", tuple(SUBJECTS)) or PERSON
    own = roster_layout(frozenset({OFFICER})) if subject == PERSON else certificate_layout()
    return _template_page(None, subject, own)


@blueprint.route("/export-templates/<number:template_id>", methods=["GET", "POST"])
@allow("export-template.edit")
def edit_template(template_id: int) -> ResponseReturnValue:
    """Change a template."""
    kept = store.template(template_id)
    if kept is None:
        abort(404)
    return _template_page(kept, kept.template.subject, kept.template.layout)


@blueprint.post("/export-templates/<number:template_id>/remove")
@allow("export-template.edit")
def remove_template(template_id: int) -> ResponseReturnValue:
    """Take a template out of use."""
    form = PlainForm()
    if form.validate():
        try:
            services.remove_template(current_act(), template_id)
            flash(gettext("格式已经停用。"), "good")
        except Refused as refused:
            flash(" ".join(map(refusal_sentence, refused.refusals)), "error")
    return redirect(url_for("exports.templates"))


def _template_page(kept: KeptTemplate | None, subject: str, layout: Layout) -> ResponseReturnValue:
    form = TemplateForm()
    lines = _lines(subject, layout)
    status = 200
    if request.method == "POST":
        status = 422
        lines, chosen, wrong = _typed(subject)
        if form.validate() and not wrong:
            done = form.attempt(
                lambda: services.save_template(
                    current_act(),
                    name=form.name.data,
                    subject=subject,
                    title=form.title.data,
                    chosen=chosen,
                    template_id=kept.id if kept else None,
                )
            )
            if done:
                flash(gettext("格式已经保存：%(name)s。", name=form.name.data), "good")
                return redirect(url_for("exports.templates"))
        form.form_errors.extend(wrong)
    elif kept is not None:
        form.name.data, form.title.data = kept.template.name, kept.template.title
    page = render_template(
        "exports/template.html",
        form=form,
        kept=kept,
        subject=subject,
        subject_title=gettext(SUBJECTS[subject]),
        lines=lines,
    )
    return make_response(page, status)


def _lines(subject: str, layout: Layout) -> list[dict[str, str]]:
    """Every column that may be chosen, with its place and heading in a layout."""
    places = {code: (str(place), heading) for place, (code, heading) in enumerate(layout, 1)}
    return [
        {
            "code": code,
            "title": gettext(own),
            "place": places.get(code, ("", ""))[0],
            "heading": places.get(code, ("", own))[1],
        }
        for code, own in COLUMNS[subject].items()
    ]


def _typed(subject: str) -> tuple[list[dict[str, str]], list[tuple[str, str]], list[str]]:
    """What the form says of the columns: the lines to show again, the chosen ones, the faults."""
    lines: list[dict[str, str]] = []
    placed: list[tuple[int, int, str, str]] = []
    wrong: list[str] = []
    for index, (code, own) in enumerate(COLUMNS[subject].items()):
        place = request.form.get(f"place-{code}")
        heading = request.form.get(f"heading-{code}")
        if place is None or heading is None:
            return _lines(subject, ()), [], [gettext("这张表没有送全，请从页面上重新填写后提交。")]
        place, heading = place.strip()[:10], heading[:200]
        lines.append({"code": code, "title": gettext(own), "place": place, "heading": heading})
        if not place:
            continue
        if not (place.isascii() and place.isdigit() and 1 <= int(place) <= LARGEST_PLACE):
            wrong.append(
                gettext(
                    "“%(column)s”的次序要填1到%(most)s之间的数字。",
                    column=gettext(own),
                    most=LARGEST_PLACE,
                )
            )
            continue
        placed.append((int(place), index, code, heading))
    return lines, [(code, heading) for _, _, code, heading in sorted(placed)], wrong
