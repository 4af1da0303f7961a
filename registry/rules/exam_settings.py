"""What the district decides for itself about the qualification exam, with its defaults.

Where Jiangsu's value is not known (R09 to R12 of the register's rules) the default is named with
the practice it comes from.
"""

from collections.abc import Callable, Iterator
from typing import TypeVar

from registry.rules.exams import SUBJECTS
from registry.rules.refusals import sentence

Kind = TypeVar("Kind")

_SUBJECT_CHOICES = tuple(SUBJECTS.items())
SETTLED_BY: dict[str, str] = {
    "third": sentence("没有录过这场成绩的第三人"),
    "anybody": sentence("录过成绩的人也可以"),
}


def exam_settings(kind: Callable[..., Kind]) -> Iterator[Kind]:
    """The exam room's settings, each made by ``kind`` (rules/settings.py)."""
    yield kind(
        "first_issue_subjects",
        ("public-law",),
        "words",
        "exams",
        sentence("首次申领要合格的科目"),
        sentence("首次发证时，每一科都要有合格成绩，或者有免试证明。"),
        "penalty-law-42",
        choices=_SUBJECT_CHOICES,
    )
    yield kind(
        "exam_result_months",
        60,
        "number",
        "exams",
        sentence("合格成绩的有效期"),
        sentence("从考试当天算起；过期不用，重新考试。"),
        "registry-rule",
        low=1,
        high=240,
        unit=sentence("个月"),
    )
    yield kind(
        "exam_objection_days",
        0,
        "number",
        "exams",
        sentence("成绩公布后的异议期"),
        sentence("期满以后合格成绩才能用来申领。填 0 表示公布即可用。"),
        "registry-rule",
        low=0,
        high=60,
        unit=sentence("天"),
    )
    yield kind(
        "exam_hours_first",
        0,
        "number",
        "exams",
        sentence("报名前要学满的学时"),
        sentence("按考试当年的培训学时计。填 0 表示不作要求。"),
        "registry-rule",
        low=0,
        high=200,
        unit=sentence("学时"),
    )
    yield kind(
        "exam_professional_first",
        False,
        "flag",
        "exams",
        sentence("先考专业法律知识，合格后再考公共法律知识"),
        sentence("关闭时两科先后不限。"),
        "registry-rule",
    )
    yield kind(
        "exam_resits_most",
        0,
        "number",
        "exams",
        sentence("同一科目最多考几次"),
        sentence("只数最近一次合格以后的次数。填 0 表示不限。"),
        "registry-rule",
        low=0,
        high=20,
        unit=sentence("次"),
    )
    yield kind(
        "exam_resit_months",
        0,
        "number",
        "exams",
        sentence("不合格后多久以内可以补考"),
        sentence("过了期限要重新参加培训，由考务人员登记说明。填 0 表示不限。"),
        "registry-rule",
        low=0,
        high=60,
        unit=sentence("个月"),
    )
    yield kind(
        "exam_leave_counts",
        False,
        "flag",
        "exams",
        sentence("请了假的缺考也算一次"),
        sentence("关闭时，考前请假的缺考不计入次数。"),
        "registry-rule",
    )
    yield kind(
        "exam_misconduct_months",
        12,
        "number",
        "exams",
        sentence("违纪后多久不能报名"),
        sentence("从违纪的那场考试当天算起。填 0 表示不限制。"),
        "registry-rule",
        low=0,
        high=120,
        unit=sentence("个月"),
    )
    yield kind(
        "exam_settle_by",
        "third",
        "choice",
        "exams",
        sentence("两遍成绩不一致时由谁照试卷再录"),
        sentence("再录时两遍成绩都不显示；与其中一遍相同才算定下来。"),
        "registry-rule",
        choices=tuple(SETTLED_BY.items()),
    )
