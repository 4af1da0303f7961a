"""Slips: a one-time password on paper, until when it is good, and that it opens once.

The register's own rule. The password is drawn by the service; here lies what it is made of and
how it may be typed: capitals, spaces and the strokes between its groups make no difference, nor do
the wide letters of a Chinese keyboard.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from registry.rules.refusals import Refusal, sentence
from registry.rules.text import fold_width

#: Letters and digits that nobody takes for one another on paper: no i, l, o, 0, 1.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
#: Three groups of four: 59 bits, behind the sign-in's growing waits.
GROUPS, GROUP = 3, 4


@dataclass(frozen=True)
class SlipFacts:
    """A standing slip as whoever signs in with it finds it; ``last_day`` is its last good day."""

    last_day: date
    used: bool = False


def last_day(made_on: date, days: int) -> date:
    """The last day on which a slip made on ``made_on`` opens its account."""
    return made_on + timedelta(days=days)


def in_groups(password: str) -> str:
    """A slip's password as it is printed."""
    return "-".join(password[at : at + GROUP] for at in range(0, len(password), GROUP))


def as_printed(typed: str) -> str:
    """What was typed for a slip's password, without what makes no difference."""
    folded = fold_width(typed).lower()
    return "".join(sign for sign in folded if sign not in " -—–－_\t")


def may_use(slip: SlipFacts, on: date) -> tuple[Refusal, ...]:
    """What speaks against signing in with a slip on a day: it was used, or its days are over."""
    if slip.used:
        return (slip_used(),)
    if on > slip.last_day:
        return (
            Refusal(
                "slip-expired",
                sentence("这张登录单只到%(last_day)s有效，已经过期；请找开单的人重新打印一张。"),
                "registry-rule",
                {"last_day": slip.last_day.isoformat()},
            ),
        )
    return ()


def slip_used() -> Refusal:
    """The refusal of a slip with which somebody has signed in."""
    return Refusal(
        "slip-used",
        sentence(
            "这张登录单已经用过一次，不能再用；请找开单的人重新打印一张。不是您本人用的，请一并说明。"
        ),
        "registry-rule",
    )
