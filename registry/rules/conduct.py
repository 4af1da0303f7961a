"""What stands against a person: sanctions and their periods, convictions, yearly appraisals.

They are judged when a certificate is issued; for a holder they open a finding that the legal
office decides. The passing of time alone never ends a certificate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules.refusals import sentence


@dataclass(frozen=True)
class SanctionKind:
    """One sanction: its period in months (0: for good) and whether it bars from a certificate."""

    code: str
    title: str
    title_en: str
    months: int
    bars: bool


# 政务处分法 8 and 公务员法 64: 6, 12, 18, 24 and 24 months from the day of effect. Only 记过 and
# what is heavier bars from a certificate (江苏省行政执法证件管理办法).
SANCTIONS: dict[str, SanctionKind] = {
    kind.code: kind
    for kind in (
        SanctionKind("warning", sentence("警告"), "Warning", 6, False),
        SanctionKind("demerit", sentence("记过"), "Demerit", 12, True),
        SanctionKind("major-demerit", sentence("记大过"), "Major demerit", 18, True),
        SanctionKind("demotion", sentence("降级"), "Demotion", 24, True),
        SanctionKind("removal", sentence("撤职"), "Removal from post", 24, True),
        SanctionKind("expulsion", sentence("开除"), "Dismissal from public office", 0, True),
    )
}


@dataclass(frozen=True)
class Sanction:
    """A sanction on record; from ``lifted_on``, when it was set aside, it bars no more."""

    kind: str
    effective_on: date
    lifted_on: date | None = None


def months_later(day: date, months: int) -> date:
    """The same date ``months`` on, or the first of the next month where there is no such date."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return date(year, month + 2, 1)


def sanction_end(kind: str, effective_on: date) -> date:
    """The last day of the sanction's period; ``date.max`` for one without end (开除).

    政务处分法 8: counted from the day of effect, that day included.
    """
    months = SANCTIONS[kind].months
    return months_later(effective_on, months) - timedelta(days=1) if months else date.max


def bars_on(sanction: Sanction, on: date) -> bool:
    """Whether the sanction keeps its bearer from a certificate on the day ``on`` (R04)."""
    if not SANCTIONS[sanction.kind].bars:
        return False
    if sanction.lifted_on is not None and on >= sanction.lifted_on:
        return False
    return sanction.effective_on <= on <= sanction_end(sanction.kind, sanction.effective_on)


def barring(sanctions: Iterable[Sanction], on: date) -> tuple[Sanction, ...]:
    """Those sanctions that bar on the day ``on``, earliest first."""
    standing = (sanction for sanction in sanctions if bars_on(sanction, on))
    return tuple(sorted(standing, key=lambda sanction: (sanction.effective_on, sanction.kind)))


@dataclass(frozen=True)
class Grade:
    """A yearly appraisal's grade; ``enough`` None where it decides nothing (未确定等次)."""

    code: str
    title: str
    title_en: str
    enough: bool | None
    aliases: tuple[str, ...] = ()


# 公务员法 38 for civil servants; public institutions say 合格 where civil servants say 称职, with
# the same effect.
GRADES: dict[str, Grade] = {
    grade.code: grade
    for grade in (
        Grade("excellent", sentence("优秀"), "Excellent", True, ("优",)),
        Grade("competent", sentence("称职"), "Competent", True),
        Grade("qualified", sentence("合格"), "Qualified", True),
        Grade("basically-competent", sentence("基本称职"), "Barely competent", False),
        Grade("basically-qualified", sentence("基本合格"), "Barely qualified", False),
        Grade("incompetent", sentence("不称职"), "Not competent", False),
        Grade("unqualified", sentence("不合格"), "Not qualified", False),
        Grade(
            "undetermined",
            sentence("不确定等次"),
            "Not graded",
            None,
            ("未确定等次", "不定等次", "未定等次", "不评定等次", "未确定", "不确定"),
        ),
    )
}


def grade_from(text: str) -> str | None:
    """The grade's code for the way a file writes it; None when it is none of them."""
    spelled = "".join(text.split())
    for grade in GRADES.values():
        if spelled in (grade.title, *grade.aliases, grade.code):
            return grade.code
    return None
