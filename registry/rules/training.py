"""Training classes: what may be done in which state, what a mark of attendance is worth in hours.

Hides that hours are counted in quarters, so that half a day of seven hours stays a whole number.
The norm of hours a year is R14 of the district's rule (national outline 2021-2025); what is
counted is always "recorded so far": nobody is said to have failed before the year has ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules.refusals import Refusal, Refused, Term, in_context, sentence
from registry.rules.text import fold_width

QUARTERS = 4
#: The longest class: a term off post, weekends included.
MOST_DAYS = 120
MOST_DAY_HOURS = 16
BASIS = "registry-rule"

KINDS: dict[str, str] = {
    "public-law": sentence("公共法律知识培训"),
    "professional-law": sentence("专业法律知识培训"),
    "backbone": sentence("法制骨干培训"),
    "off-post": sentence("离岗培训"),
}

STATES: dict[str, str] = {
    "planned": in_context("class", "筹备"),
    "open": in_context("class", "报名"),
    "held": in_context("class", "开班"),
    "closed": in_context("class", "结班"),
    "cancelled": in_context("class", "取消"),
}

# State × act → the state after it; what is not written here is refused. Attendance holds the
# class: whoever came was there, whether or not anybody had opened it before.
LIFE: dict[str, dict[str, str]] = {
    "edit": {"planned": "planned", "open": "open", "held": "held"},
    "invite": {"planned": "planned", "open": "open"},
    "open": {"planned": "open"},
    "put-down": {"open": "open"},
    "withdraw": {"open": "open"},
    "attend": {"planned": "held", "open": "held", "held": "held"},
    "close": {"held": "closed"},
    "reopen": {"closed": "held"},
    "cancel": {"planned": "cancelled", "open": "cancelled"},
    "certify": {"closed": "closed"},
}
ACTS: dict[str, str] = {
    "edit": sentence("修改班次"),
    "invite": sentence("分配名额"),
    "open": sentence("开放报名"),
    "put-down": sentence("报名"),
    "withdraw": sentence("取消报名"),
    "attend": sentence("登记签到"),
    "close": sentence("结班"),
    "reopen": sentence("重新开班"),
    "cancel": sentence("取消班次"),
    "certify": sentence("出具学时证明"),
}

PARTS: dict[str, str] = {
    "day": in_context("part", "全天"),
    "morning": in_context("part", "上午"),
    "afternoon": in_context("part", "下午"),
}

WORDS: dict[str, str] = {
    "present": in_context("attendance", "到"),
    "leave": in_context("attendance", "请假"),
    "absent": in_context("attendance", "缺勤"),
    "morning": in_context("attendance", "上午到"),
    "afternoon": in_context("attendance", "下午到"),
    "blank": in_context("attendance", "未记"),
}
#: Words that say somebody was there for half of a whole day.
HALVES = frozenset({"morning", "afternoon"})

_WRITTEN: dict[str, str] = {
    written: word
    for word, spellings in {
        "present": "√ ✓ ✔ ☑ v 到 已到 出勤 签到 已签到 全天 参加 present yes y",
        "leave": "请假 事假 病假 公假 假 已请假 leave excused",
        "absent": "缺勤 缺席 旷课 未到 未参加 缺 × ✗ ✘ x absent no n",
        "morning": "上午 上 上午到 仅上午 上午√ √上午 am morning",
        "afternoon": "下午 下 下午到 仅下午 下午√ √下午 pm afternoon",
        "blank": "- — / 未记 空",
    }.items()
    for written in spellings.split()
} | {"": "blank"}


@dataclass(frozen=True)
class Session:
    """One session of a class: its day, which part of it, and its hours in quarters."""

    id: int
    held_on: date
    part: str
    quarters: int


def state_after(state: str, act: str) -> str:
    """The state of a class after ``act``; raises Refused (``class-state``) for one it forbids."""
    after = LIFE[act].get(state)
    if after is None:
        raise Refused(
            Refusal(
                "class-state",
                sentence("班次现在是“%(state)s”，不能%(act)s。请先核对班次的进度。"),
                BASIS,
                {"state": Term(STATES[state]), "act": Term(ACTS[act])},
            )
        )
    return after


def may_do(state: str, act: str) -> bool:
    """Whether the life grid allows ``act`` in ``state``."""
    return state in LIFE[act]


def read_word(text: object) -> str | None:
    """The word of attendance that somebody wrote; "blank" for nothing, None for nonsense."""
    if text is None:
        return "blank"
    key = "".join(fold_width(str(text)).split()).strip("()").lower()
    return _WRITTEN.get(key)


def quarters_of(word: str, quarters: int) -> int:
    """How many quarters of an hour a word is worth in a session of ``quarters``."""
    if word == "present":
        return quarters
    return quarters // 2 if word in HALVES else 0


def fits(word: str, part: str) -> bool:
    """Whether a word can be said of a session: half a day only of a whole one."""
    return word in WORDS and (word not in HALVES or part == "day")


def is_full(words: Mapping[int, str], sessions: Iterable[Session]) -> bool:
    """Whether somebody was there at every session; ``words`` by session id."""
    ids = [session.id for session in sessions]
    return bool(ids) and all(words.get(one) == "present" for one in ids)


def hours_text(quarters: int) -> str:
    """Quarters as hours: 84 as 21, 14 as 3.5."""
    return f"{quarters / QUARTERS:g}" if quarters % QUARTERS else str(quarters // QUARTERS)


def hours_number(quarters: int) -> int | float:
    """Quarters as a number of hours, whole where it is whole."""
    return quarters / QUARTERS if quarters % QUARTERS else quarters // QUARTERS


def read_quarters(
    text: object, *, most_hours: int = MOST_DAY_HOURS, name: str = sentence("学时")
) -> int:
    """Hours as somebody typed them, in quarters: from half an hour, in steps of half an hour.

    Raises Refused (``hours-unusable``).
    """
    spelled = fold_width(str(text)).strip().removesuffix("学时").strip()
    whole, dot, rest = spelled.partition(".")
    is_number = whole.isascii() and whole.isdigit() and len(whole) < 5
    if is_number and rest in ("", "0", "5", "00", "50"):
        quarters = int(whole) * QUARTERS + (2 if rest[:1] == "5" else 0)
        if 2 <= quarters <= most_hours * QUARTERS and (rest or not dot):
            return quarters
    raise Refused(
        Refusal(
            "hours-unusable",
            sentence("“%(field)s”要填0.5到%(most)s之间、以半学时为单位的数字，例如7或3.5。"),
            BASIS,
            {"field": Term(name), "most": most_hours},
        )
    )


def days_of(from_on: date, to_on: date) -> tuple[date, ...]:
    """The days of a class, both ends included; raises Refused for ends the wrong way round."""
    count = (to_on - from_on).days + 1
    if count < 1:
        raise Refused(
            Refusal(
                "class-ends-before-it-begins",
                sentence("结束日期早于开始日期。请核对开班的起止日期。"),
                BASIS,
            )
        )
    if count > MOST_DAYS:
        raise Refused(
            Refusal(
                "class-too-long",
                sentence("一个班最多%(most)s天，这里有%(days)s天。请分成几个班。"),
                BASIS,
                {"most": MOST_DAYS, "days": count},
            )
        )
    return tuple(from_on + timedelta(days=n) for n in range(count))


def against_session(
    held_on: date, part: str, others: Iterable[Session], from_on: date, to_on: date
) -> tuple[Refusal, ...]:
    """What stands against a session: a day outside the class, or time already taken."""
    found = []
    if not from_on <= held_on <= to_on:
        found.append(
            Refusal(
                "session-outside-the-class",
                sentence("%(day)s不在开班的起止日期之内。请改日期，或者先改班次的起止日期。"),
                BASIS,
                {"day": held_on},
            )
        )
    for other in others:
        same = other.part == part or "day" in (other.part, part)
        if other.held_on == held_on and same:
            found.append(
                Refusal(
                    "session-time-taken",
                    sentence("%(day)s的%(part)s已经有课。请先把那一节改成半天，或者换一个时间。"),
                    BASIS,
                    {"day": held_on, "part": Term(PARTS[other.part])},
                )
            )
            break
    return tuple(found)


@dataclass(frozen=True)
class InvitationFacts:
    """An organisation's invitation: how many it may put down, until when, how many there are."""

    quota: int
    deadline_on: date
    used: int


def against_putting_down(facts: InvitationFacts, adding: int, today: date) -> tuple[Refusal, ...]:
    """What stands against an organ's putting down ``adding`` more of its people."""
    found = []
    if today > facts.deadline_on:
        found.append(
            Refusal(
                "deadline-has-passed",
                sentence("报名已于%(day)s截止。要增加或更换人员请联系考务人员。"),
                BASIS,
                {"day": facts.deadline_on},
            )
        )
    if adding > 0 and facts.used + adding > facts.quota:
        found.append(
            Refusal(
                "beyond-the-quota",
                sentence(
                    "名额是%(quota)s人，已报%(used)s人，再报%(adding)s人就超出了。"
                    "请减少人数，或者请考务人员增加名额。"
                ),
                BASIS,
                {"quota": facts.quota, "used": facts.used, "adding": adding},
            )
        )
    return tuple(found)


def short_by(quarters: int, norm_hours: int) -> int:
    """How many quarters are missing to the norm of hours a year (R14); 0 where it is met."""
    return max(0, norm_hours * QUARTERS - quarters)


def no_such_class() -> Refused:
    """A class that isn't there, or that the asker doesn't see."""
    return Refused(
        Refusal("no-such-class", sentence("没有这个培训班。请从培训班列表中重新选择。"), BASIS)
    )


def no_such_session() -> Refused:
    """A session that isn't there."""
    return Refused(Refusal("no-such-session", sentence("没有这一节课。请刷新后重新选择。"), BASIS))
