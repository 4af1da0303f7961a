"""Lists of the exam room and of training that go out row by row as their pages show them."""

from collections.abc import Iterator, Sequence
from itertools import count

from flask_babel import gettext, lazy_gettext

from registry.rules.rosters import Cell
from registry.rules.training import hours_number, short_by
from registry.services.exports import list_too_long
from registry.store import exam_enrolment as people_in_post
from registry.store import (
    exam_statistics,
    sittings,
    training,
    training_attendance,
    training_elsewhere,
)
from registry.web import exam_enrolment, training_hours
from registry.web import training as training_page
from registry.web.addresses import asked_number
from registry.web.exam_wording import paper_title
from registry.web.exams import sittings_by_day, state_word
from registry.web.export_kinds import ListKind, day_cell, reasons_cell, rows_kind
from registry.web.sessions import signed_in
from registry.web.training_attendance import class_or_404
from registry.web.training_elsewhere import asked_state
from registry.web.training_wording import claim_state, class_field, class_kind, class_state

Rows = Iterator[Sequence[Cell]]


def _exams() -> Rows:
    days = sittings_by_day()
    known = sittings.counts(row.id for papers in days for row in papers)
    for papers in days:
        for row in papers:
            yield (
                day_cell(row.held_on),
                row.round_title,
                paper_title(row.subject, row.field),
                row.external_body,
                state_word(row.state),
                known[row.id].enrolled,
                gettext("%(done)s / %(all)s 遍", done=len(known[row.id].finished), all=row.entries),
            )


def _failed_again() -> Rows:
    for row in exam_statistics.failed_again(signed_in().scope):
        yield (
            row.name,
            row.person_number,
            row.organisation_name,
            paper_title(row.subject, row.field),
            row.times,
            day_cell(row.last_on),
        )


def _asked_sitting() -> sittings.SittingRow:
    return exam_enrolment.sitting_or_404(asked_number("sitting") or 0)


def _enrolment_title() -> str:
    sitting = _asked_sitting()
    paper = paper_title(sitting.subject, sitting.field)
    return gettext("报名：%(title)s", title=f"{sitting.round_title} · {paper}")


def _enrolment() -> Rows:
    asked = exam_enrolment.asked_enrolment(_asked_sitting())
    if asked.cut:
        raise list_too_long(people_in_post.LONGEST)
    for row in asked.enrolled:
        yield (
            row.name,
            row.person_number,
            row.organisation_name,
            gettext("已报名"),
            row.ticket,
            "",
        )
    judged = [
        (one, gettext("可以报名"), warnings) for one, _, warnings in asked.may if asked.is_open
    ] + [(one, gettext("不能报名"), against) for one, against, _ in asked.may_not]
    for one, state, said in judged:
        yield one.name, one.number, one.organisation_name, state, "", reasons_cell(said)


def _classes() -> Rows:
    _, rows = training_page.asked_classes()
    counts = training.counts_of(row.id for row in rows)
    for row in rows:
        places, people = counts[row.id]
        yield (
            row.title,
            class_state(row.state),
            class_kind(row.kind),
            class_field(row.field) if row.field else "",
            day_cell(row.from_on),
            day_cell(row.to_on),
            row.place,
            places or None,
            people,
        )


def _asked_class() -> training.ClassRow:
    return class_or_404(asked_number("class") or 0)


def _attendees() -> Rows:
    row = _asked_class()
    earned = training_attendance.quarters_by_attendee(row.id)
    for one in training.attendees_of(row.id, signed_in().scope):
        yield one.name, one.number, one.organisation_name, hours_number(earned.get(one.id, 0))


def _hours_title() -> str:
    return gettext("%(year)s年培训学时", year=training_hours.asked_year())


def _hours() -> Rows:
    asked = training_hours.asked_hours()
    for row in asked.listed:
        yield (
            row.name,
            row.number,
            hours_number(row.quarters),
            hours_number(short_by(row.quarters, asked.norm)),
            hours_number(row.elsewhere) if row.elsewhere else None,
            row.organisation_name,
        )


def _elsewhere_title() -> str:
    return f"{gettext('另行培训的学时')} · {claim_state(asked_state())}"


def _elsewhere() -> Rows:
    for page in count(1):
        rows, more = training_elsewhere.claims(asked_state(), signed_in().scope, page=page)
        for row in rows:
            yield (
                row.name,
                hours_number(row.quarters),
                row.topic,
                row.provider,
                day_cell(row.ended_on),
                row.document,
                row.organisation_name,
            )
        if not more:
            return


EXAM_ROWS: tuple[ListKind, ...] = (
    rows_kind(
        "exams",
        lazy_gettext("考试"),
        "exams.index",
        "exam.view",
        (
            lazy_gettext("考试日期"),
            lazy_gettext("考试名称"),
            lazy_gettext("科目"),
            lazy_gettext("组织考试的机关"),
            lazy_gettext("进度"),
            lazy_gettext("考生"),
            lazy_gettext("录完"),
        ),
        _exams,
    ),
    rows_kind(
        "failed-again",
        lazy_gettext("多次不合格的人"),
        "exam_statistics.failed_again",
        "exam.view",
        (
            lazy_gettext("姓名"),
            lazy_gettext("人员编号"),
            lazy_gettext("单位"),
            lazy_gettext("科目"),
            lazy_gettext("次数"),
            lazy_gettext("最近一次"),
        ),
        _failed_again,
    ),
    rows_kind(
        "enrolment",
        lazy_gettext("报名"),
        "exam_enrolment.index",
        "exam.enrol",
        (
            lazy_gettext("姓名"),
            lazy_gettext("人员编号"),
            lazy_gettext("单位"),
            lazy_gettext("报名"),
            lazy_gettext("准考证号"),
            lazy_gettext("说明"),
        ),
        _enrolment,
        arguments=("sitting", "organisation"),
        placed={"sitting": "sitting_id"},
        named=_enrolment_title,
    ),
    rows_kind(
        "classes",
        lazy_gettext("培训班"),
        "training.index",
        "training.view",
        (
            lazy_gettext("班次名称"),
            lazy_gettext("进度"),
            lazy_gettext("类别"),
            lazy_gettext("执法领域"),
            lazy_gettext("开始"),
            lazy_gettext("结束"),
            lazy_gettext("地点"),
            lazy_gettext("名额"),
            lazy_gettext("报名人数"),
        ),
        _classes,
        arguments=("state",),
    ),
    rows_kind(
        "attendees",
        lazy_gettext("报名"),
        "training.one",
        "training.view",
        (
            lazy_gettext("姓名"),
            lazy_gettext("人员编号"),
            lazy_gettext("单位"),
            lazy_gettext("学时"),
        ),
        _attendees,
        arguments=("class",),
        placed={"class": "class_id"},
        named=lambda: _asked_class().title,
    ),
    rows_kind(
        "hours",
        lazy_gettext("学时"),
        "training.hours",
        "training.view",
        (
            lazy_gettext("姓名"),
            lazy_gettext("人员编号"),
            lazy_gettext("至今学时"),
            lazy_gettext("还差"),
            lazy_gettext("其中另行培训"),
            lazy_gettext("单位"),
        ),
        _hours,
        arguments=("year", "roster", "organisation", "show"),
        named=_hours_title,
    ),
    rows_kind(
        "hours-elsewhere",
        lazy_gettext("另行培训的学时"),
        "training.elsewhere",
        "training.view",
        (
            lazy_gettext("姓名"),
            lazy_gettext("学时"),
            lazy_gettext("培训内容"),
            lazy_gettext("培训单位"),
            lazy_gettext("结束日期"),
            lazy_gettext("证明文号"),
            lazy_gettext("单位"),
        ),
        _elsewhere,
        arguments=("state",),
        named=_elsewhere_title,
    ),
)
