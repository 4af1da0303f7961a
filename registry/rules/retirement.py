"""When somebody reaches the statutory age of retirement, by birth date, sex and kind of post.

全国人民代表大会常务委员会关于实施渐进式延迟法定退休年龄的决定 (2024-09-13, in force from
2025-01-01) with the State Council's 渐进式延迟法定退休年龄的办法: men from 60 to 63 and women in
cadre posts from 55 to 58, one month later for every four months of birth; women in other posts
from 50 to 55, one month later for every two. Whoever had reached the old age before 2025 keeps
it. Early and deferred retirement by agreement, and the few women in cadre posts to whom the men's
age applies, are not on the register: what follows from here is a reminder and nothing else.
"""

from dataclasses import dataclass
from datetime import date

from registry.rules.conduct import months_later
from registry.rules.identity_number import FEMALE
from registry.rules.refusals import Refusal, sentence


@dataclass(frozen=True)
class Ladder:
    """One table of the reform: from which age in months, by which steps, up to how much later."""

    code: str
    months: int
    first_born: tuple[int, int]
    step: int
    most: int


MEN = Ladder("men", 60 * 12, (1965, 1), 4, 36)
WOMEN_IN_CADRE_POSTS = Ladder("women-cadre", 55 * 12, (1970, 1), 4, 36)
WOMEN_IN_OTHER_POSTS = Ladder("women-other", 50 * 12, (1975, 1), 2, 60)
LADDERS = (MEN, WOMEN_IN_CADRE_POSTS, WOMEN_IN_OTHER_POSTS)

BASIS = "retirement-reform-2024"


def ladder_of(sex: str, *, cadre: bool) -> Ladder:
    """The table that counts; whose sex is not on record is reminded of last."""
    if sex != FEMALE:
        return MEN
    return WOMEN_IN_CADRE_POSTS if cadre else WOMEN_IN_OTHER_POSTS


def age_in_months(ladder: Ladder, born_on: date) -> int:
    """The age of retirement of whoever was born on that day, in months."""
    year, month = ladder.first_born
    since = (born_on.year - year) * 12 + born_on.month - month
    later = 0 if since < 0 else min(since // ladder.step + 1, ladder.most)
    return ladder.months + later


def retirement_day(born_on: date, sex: str, *, cadre: bool = True) -> date:
    """The day on which somebody reaches the statutory age."""
    return months_later(born_on, age_in_months(ladder_of(sex, cadre=cadre), born_on))


def born_by(ladder: Ladder, day: date) -> date:
    """The latest birth date with which the age is reached by ``day``: the tables turned round."""
    low, high = date(1900, 1, 1).toordinal(), day.toordinal()
    while low < high:
        middle = (low + high + 1) // 2
        born_on = date.fromordinal(middle)
        if months_later(born_on, age_in_months(ladder, born_on)) <= day:
            low = middle
        else:
            high = middle - 1
    return date.fromordinal(low)


def retirement_warning(
    born_on: date | None, sex: str, on: date, months_ahead: int, *, cadre: bool = True
) -> tuple[Refusal, ...]:
    """What to say of somebody at or near the age: never more than a reminder."""
    if born_on is None:
        return ()
    day = retirement_day(born_on, sex, cadre=cadre)
    months = age_in_months(ladder_of(sex, cadre=cadre), born_on)
    values = {"day": day.isoformat(), "years": months // 12, "months": months % 12}
    if on >= day:
        return (
            Refusal(
                "past-retirement-age",
                sentence(
                    "此人%(day)s已到法定退休年龄（%(years)s岁%(months)s个月），请核实是否已经退休。"
                ),
                BASIS,
                values,
            ),
        )
    if months_later(on, months_ahead) < day:
        return ()
    return (
        Refusal(
            "near-retirement-age",
            sentence(
                "此人%(day)s到法定退休年龄（%(years)s岁%(months)s个月），退休时证件要收回注销，"
                "请核实是否还要发证。"
            ),
            BASIS,
            values,
        ),
    )
