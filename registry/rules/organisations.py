"""Enforcement subjects: their types, fields and categories, what each may do, commission letters.

In whose name a merged team acts towards the outside is a question of its own: external_names.py.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from registry.rules.refusals import Refusal, Term, sentence
from registry.rules.text import fold_width


@dataclass(frozen=True)
class Word:
    """One entry of a dictionary: its code, its names, and how else files write it."""

    code: str
    title: str
    title_en: str
    aliases: tuple[str, ...] = ()


def _dictionary(*words: Word) -> dict[str, Word]:
    return {word.code: word for word in words}


SUBJECT_TYPES: dict[str, Word] = _dictionary(
    Word(
        "authority",
        sentence("法定行政机关"),
        "Statutory authority",
        ("行政机关", "法定机关", "机关"),
    ),
    Word(
        "authorised",
        sentence("法律法规授权组织"),
        "Authorised organisation",
        ("授权组织", "法律、法规授权组织", "法律法规授权的组织"),
    ),
    Word(
        "commissioned",
        sentence("受委托组织"),
        "Commissioned organisation",
        ("委托组织", "受委托执法组织", "受委托单位"),
    ),
)

# The seven fields of comprehensive enforcement (行政处罚法 18) and those of the district's organs.
FIELDS: dict[str, Word] = _dictionary(
    Word(
        "city-management",
        sentence("城市管理"),
        "City management",
        ("城管", "城市管理综合执法", "城市综合管理"),
    ),
    Word(
        "market-regulation",
        sentence("市场监管"),
        "Market regulation",
        ("市场监督管理", "市场监督", "工商"),
    ),
    Word(
        "ecology",
        sentence("生态环境"),
        "Ecology and environment",
        ("环境保护", "环保", "生态环境保护"),
    ),
    Word(
        "culture-market",
        sentence("文化市场"),
        "Culture market",
        ("文化", "文化管理", "文化旅游", "文旅", "文化市场综合执法"),
    ),
    Word("transport", sentence("交通运输"), "Transport", ("交通", "交通运输综合执法")),
    Word(
        "emergency",
        sentence("应急管理"),
        "Emergency management",
        ("应急", "安全生产", "安监", "安全生产监管"),
    ),
    Word(
        "agriculture",
        sentence("农业农村"),
        "Agriculture and rural affairs",
        ("农业", "农林", "农林管理", "农业综合执法"),
    ),
    Word(
        "health",
        sentence("卫生健康"),
        "Health",
        ("卫生", "卫计", "卫健", "卫生监督", "卫生计生"),
    ),
    Word(
        "labour",
        sentence("劳动保障"),
        "Labour protection",
        ("人社", "劳动监察", "人力资源和社会保障", "劳动保障监察"),
    ),
    Word(
        "housing",
        sentence("住房城乡建设"),
        "Housing and construction",
        ("住建", "城乡建设", "住房和城乡建设", "建设"),
    ),
    Word(
        "natural-resources",
        sentence("自然资源"),
        "Natural resources",
        ("国土", "国土资源", "规划", "自然资源和规划"),
    ),
    Word("water", sentence("水利"), "Water", ("水务", "水政", "水行政")),
    Word(
        "comprehensive",
        sentence("综合执法"),
        "Comprehensive enforcement",
        ("综合行政执法", "镇街综合执法"),
    ),
)

CATEGORIES: dict[str, Word] = _dictionary(
    Word("penalty", sentence("行政处罚"), "Administrative penalty", ("处罚",)),
    Word("licence", sentence("行政许可"), "Administrative licence", ("许可",)),
    Word(
        "coercion",
        sentence("行政强制"),
        "Administrative coercion",
        ("强制", "行政强制措施", "行政强制执行"),
    ),
    Word("inspection", sentence("行政检查"), "Administrative inspection", ("检查",)),
    Word(
        "levy",
        sentence("行政征收征用"),
        "Levy and requisition",
        ("征收征用", "行政征收", "行政征用", "征收", "征用"),
    ),
)

_SEPARATORS = re.compile(r"[、,，;；/／|\s]+")


def word_from(dictionary: dict[str, Word], text: str) -> str | None:
    """The code for one word as a file writes it (code, title or alias); None when unknown."""
    spelled = "".join(fold_width(text).split())
    for word in dictionary.values():
        if spelled in (word.code, word.title, *word.aliases):
            return word.code
    return None


def words_from(dictionary: dict[str, Word], text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The codes named in ``text`` (separated by 、 or a comma) and the words it doesn't know."""
    whole = word_from(dictionary, text)
    if whole:
        return (whole,), ()
    codes: list[str] = []
    unknown: list[str] = []
    for part in filter(None, _SEPARATORS.split(text)):
        code = word_from(dictionary, part)
        if code is None:
            unknown.append(part)
        elif code not in codes:
            codes.append(code)
    return tuple(codes), tuple(unknown)


# --- category × subject (行政处罚法 17–21, 行政强制法 17 and 70, 行政许可法 23 and 24) ---------

How = Literal[
    "own-name", "within-scope", "commissioners-name", "another-organ-only", "by-law", "never"
]


@dataclass(frozen=True)
class Power:
    """How a type of subject may exercise a category of act, and by which article."""

    how: How
    basis: str


POWERS: dict[tuple[str, str], Power] = {
    ("penalty", "authority"): Power("own-name", "penalty-law-17"),
    ("penalty", "authorised"): Power("within-scope", "penalty-law-19"),
    ("penalty", "commissioned"): Power("commissioners-name", "penalty-law-20"),
    ("licence", "authority"): Power("own-name", "licence-law-23"),
    ("licence", "authorised"): Power("within-scope", "licence-law-23"),
    ("licence", "commissioned"): Power("another-organ-only", "licence-law-24"),
    ("coercion", "authority"): Power("own-name", "coercion-law-17"),
    ("coercion", "authorised"): Power("within-scope", "coercion-law-70"),
    ("coercion", "commissioned"): Power("never", "coercion-law-17"),
    ("inspection", "authority"): Power("own-name", "inspection-opinion"),
    ("inspection", "authorised"): Power("own-name", "inspection-opinion"),
    ("inspection", "commissioned"): Power("commissioners-name", "inspection-opinion"),
    ("levy", "authority"): Power("by-law", "registry-rule"),
    ("levy", "authorised"): Power("by-law", "registry-rule"),
    ("levy", "commissioned"): Power("by-law", "registry-rule"),
}

HOW: dict[str, str] = {
    "own-name": sentence("可以，以自己的名义"),
    "within-scope": sentence("可以，在授权范围内以自己的名义"),
    "commissioners-name": sentence("可以，以委托机关的名义"),
    "another-organ-only": sentence("只有受委托的行政机关可以"),
    "by-law": sentence("按法律规定"),
    "never": sentence("不可以"),
}


def may_exercise(category: str, subject_type: str, *, is_organ: bool = False) -> Refusal | None:
    """Whether a subject of this type may exercise the category at all; None when it may.

    ``is_organ``: the commissioned body is itself an administrative organ (行政许可法 24). Raises
    KeyError outside the tables.
    """
    power = POWERS[category, subject_type]
    if power.how == "never":
        return Refusal(
            "coercion-commissioned",
            sentence("行政强制措施不得委托，受委托组织不能有“%(category)s”；请由委托机关实施。"),
            power.basis,
            {"category": Term(CATEGORIES[category].title)},
        )
    if power.how == "another-organ-only" and not is_organ:
        return Refusal(
            "licence-commissioned",
            sentence("行政许可只能委托其他行政机关，不能委托其他组织；请由委托机关实施。"),
            power.basis,
        )
    return None


def allowed_categories(subject_type: str) -> tuple[str, ...]:
    """The categories that an organisation of this type may have on its certificates."""
    return tuple(code for code in CATEGORIES if may_exercise(code, subject_type) is None)


# --- commission letters (行政处罚法 20) -------------------------------------------------------

LetterState = Literal["in-force", "lapsed", "not-yet", "missing"]

LETTER_STATES: dict[str, str] = {
    "in-force": sentence("委托有效"),
    "lapsed": sentence("委托已到期"),
    "not-yet": sentence("委托尚未生效"),
    "missing": sentence("没有委托书"),
}


@dataclass(frozen=True)
class CommissionLetter:
    """A commission letter's term; ``ends_on`` is its last day, None where the letter names none."""

    starts_on: date
    ends_on: date | None
    published_by_commissioner: bool = True
    published_by_commissioned: bool = True


def letter_state(letters: Iterable[CommissionLetter], on: date) -> LetterState:
    """How a commissioned organisation's letters stand on the day ``on`` (行政处罚法 20).

    One letter in force is enough; failing that, one that ran out counts as lapsed even when
    another begins later, for on that day nothing covers the organisation.
    """
    known = tuple(letters)
    if any(
        letter.starts_on <= on and (letter.ends_on is None or on <= letter.ends_on)
        for letter in known
    ):
        return "in-force"
    if any(letter.ends_on is not None and letter.ends_on < on for letter in known):
        return "lapsed"
    return "not-yet" if known else "missing"


def covered_until(letters: Iterable[CommissionLetter], on: date) -> date | None:
    """The last day up to which letters cover the organisation without a gap, from ``on`` on.

    None where none is in force on that day, or where one in force names no end.
    """
    known = sorted(letters, key=lambda letter: letter.starts_on)
    until: date | None = None
    for letter in known:
        reaches = letter.starts_on <= (on if until is None else until + timedelta(days=1))
        if not reaches or (letter.ends_on is not None and letter.ends_on < on):
            continue
        if letter.ends_on is None:
            return None
        until = letter.ends_on if until is None else max(until, letter.ends_on)
    return until


def check_letter(letter: CommissionLetter) -> tuple[Refusal, ...]:
    """What is wrong with a commission letter: a term is law, and both sides publish it."""
    refusals = []
    if letter.ends_on is None:
        refusals.append(
            Refusal(
                "letter-without-term",
                sentence("委托书没有写明期限，请填写委托的最后一天。"),
                "penalty-law-20",
            )
        )
    elif letter.ends_on < letter.starts_on:
        refusals.append(
            Refusal(
                "letter-ends-before-start",
                sentence("委托书的结束日期早于开始日期，请更正日期。"),
                "penalty-law-20",
            )
        )
    return tuple(refusals)


def letter_warnings(letter: CommissionLetter) -> tuple[Refusal, ...]:
    """行政处罚法 20: the letter must be published by both sides."""
    if letter.published_by_commissioner and letter.published_by_commissioned:
        return ()
    return (
        Refusal(
            "letter-not-published",
            sentence("委托书要由委托机关和受委托组织双方公布，请补办公布并登记。"),
            "penalty-law-20",
        ),
    )


# --- the tree -----------------------------------------------------------------------------


def may_lie_under(code: str, parent: str, parents: dict[str, str | None]) -> Refusal | None:
    """Whether ``parent`` may become the parent of ``code``: the tree has no circles.

    ``parents`` maps every organisation's code to its present parent's.
    """
    seen: set[str] = set()
    step: str | None = parent
    while step is not None and step not in seen:
        if step == code:
            return Refusal(
                "organisation-circle",
                sentence("上级机构不能是机构自己或它的下级，请选择另一个上级机构。"),
                "registry-rule",
            )
        seen.add(step)
        step = parents.get(step)
    return None
