"""A published sitting in figures: how the marks lie, who passed, organ by organ, year by year."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort
from flask import render_template as render
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry.documents.spreadsheets import Cell, write_workbook
from registry.rules.exam_statistics import Sat, Share, bands, middle, share_of, shares
from registry.rules.marks import mark_text
from registry.rules.people import ESTABLISHMENTS
from registry.services import proofs
from registry.store import exam_statistics as store
from registry.store.exam_statistics import PublishedSitting, ResultLine
from registry.web.certificates import download, fonts, register_config
from registry.web.exam_wording import paper_title
from registry.web.permissions import allow
from registry.web.sessions import current_act, signed_in

blueprint = Blueprint("exam_statistics", __name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/exams/sittings/<number:sitting_id>/statistics")
@allow("exam.view")
def one(sitting_id: int) -> ResponseReturnValue:
    """The figures of one sitting, of the organs that the account reaches."""
    sitting = _published_or_404(sitting_id)
    scope = signed_in().scope
    found = store.results(sitting_id, scope)
    earlier = store.before(sitting)
    then = store.results(earlier.id, scope) if earlier else []
    whole, last = share_of("", found), share_of("", then)
    return render(
        "exam_statistics/one.html",
        sitting=sitting,
        title=paper_title(sitting.subject, sitting.field),
        whole=whole,
        earlier=earlier,
        last=last if then else None,
        middle=middle(found),
        bands=_columns(found, sitting),
        tables=[(heading, _rows(found, then, group_of)) for heading, group_of in _groupings()],
    )


@blueprint.get("/exams/sittings/<number:sitting_id>/statistics.xlsx")
@allow("exam.view")
def workbook(sitting_id: int) -> ResponseReturnValue:
    """The same figures as a workbook, one row for each group."""
    sitting = _published_or_404(sitting_id)
    found = store.results(sitting_id, signed_in().scope)
    rows: list[list[Cell]] = [_line(gettext("全部"), gettext("全部"), share_of("", found))]
    for heading, group_of in _groupings():
        rows += [_line(heading, share.group, share) for share in shares(found, group_of)]
    headings = [
        gettext("分组"),
        gettext("名称"),
        gettext("已报名人数"),
        gettext("有成绩"),
        gettext("缺考"),
        gettext("违纪"),
        gettext("合格人数"),
        gettext("合格率（%）"),
    ]
    title = f"{sitting.title} · {paper_title(sitting.subject, sitting.field)}"
    content = write_workbook(title, headings, rows)
    return download(content, f"exam-statistics-{sitting_id}.xlsx", XLSX)


@blueprint.get("/exams/sittings/<number:sitting_id>/results.xlsx")
@allow("exam.view")
def results(sitting_id: int) -> ResponseReturnValue:
    """The published results of the account's own people, to be sent back to their organs."""
    sitting = _published_or_404(sitting_id)
    lines = store.lines(sitting_id, signed_in().scope)
    headings = [
        gettext("单位"),
        gettext("准考证号"),
        gettext("人员编号"),
        gettext("姓名"),
        gettext("成绩"),
        gettext("结果"),
        gettext("备注"),
    ]
    title = f"{sitting.title} · {paper_title(sitting.subject, sitting.field)}"
    if sitting.external_body:
        title = gettext("%(title)s（%(body)s公布的成绩）", title=title, body=sitting.external_body)
    content = write_workbook(title, headings, [_result(line) for line in lines])
    return download(content, f"exam-results-{sitting_id}.xlsx", XLSX)


@blueprint.get("/exams/failed-again")
@allow("exam.view")
def failed_again() -> ResponseReturnValue:
    """Who has failed the same paper twice or more since the last pass."""
    rows = store.failed_again(signed_in().scope)
    return render(
        "exam_statistics/failed_again.html",
        rows=[(row, paper_title(row.subject, row.field)) for row in rows],
    )


@blueprint.post("/exams/proofs/<number:qualification_id>")
@allow("exam.prove")
def proof(qualification_id: int) -> ResponseReturnValue:
    """A proof of passing as a PDF."""
    paper = proofs.print_proof(
        current_act(), qualification_id, config=register_config(), fonts=fonts()
    )
    return download(paper.content, paper.name, "application/pdf")


def _published_or_404(sitting_id: int) -> PublishedSitting:
    sitting = store.published(sitting_id)
    if sitting is None:
        abort(404)
    return sitting


def _groupings() -> list[tuple[str, Callable[[Sat], str]]]:
    return [
        (gettext("单位"), lambda one: one.organisation),
        (
            gettext("用工性质"),
            lambda one: (
                gettext(ESTABLISHMENTS[one.establishment].title)
                if one.establishment in ESTABLISHMENTS
                else one.establishment
            ),
        ),
        (
            gettext("持证情况"),
            lambda one: gettext("已持证") if one.holder else gettext("新人，没有证件"),
        ),
    ]


def _columns(found: list[Sat], sitting: PublishedSitting) -> list[dict[str, Any]]:
    """The histogram's columns: place, height of a hundred, whether below the pass mark."""
    made = bands(found, sitting.full_mark)
    most = max((band.count for band in made), default=0) or 1
    return [
        {
            "text": f"{mark_text(band.low)}–{mark_text(band.high)}",
            "count": band.count,
            "spoken": gettext(
                "%(low)s到%(high)s分%(n)s人",
                low=mark_text(band.low),
                high=mark_text(band.high),
                n=band.count,
            ),
            "x": place * 60,
            "height": round(band.count * 100 / most, 1),
            "below": band.high <= sitting.pass_mark,
        }
        for place, band in enumerate(made)
    ]


def _rows(
    found: list[Sat], then: list[Sat], group_of: Callable[[Sat], str]
) -> list[tuple[Share, float | None]]:
    """Each group's figures and, where the group sat the year before, that year's rate."""
    earlier = {share.group: share.rate for share in shares(then, group_of)}
    return [(share, earlier.get(share.group)) for share in shares(found, group_of)]


def _line(kind: str, group: str, share: Share) -> list[Cell]:
    return [
        kind,
        group,
        share.enrolled,
        share.marked,
        share.absent,
        share.disciplined,
        share.passed,
        share.rate,
    ]


def _result(line: ResultLine) -> list[Cell]:
    said = {"absent": gettext("缺考"), "disciplined": gettext("违纪")}.get(line.state)
    mark: Cell = said if said else (line.value or 0) / 2
    return [
        line.organisation_name,
        line.ticket,
        line.person_number,
        line.name,
        mark,
        gettext("合格") if line.passed else gettext("不合格"),
        gettext("公布以后更正过") if line.corrected else "",
    ]
