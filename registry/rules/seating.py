"""Seats and ticket numbers of an exam day, drawn so that colleagues do not sit together.

The draw takes its chance from outside, so that the same seed gives the same seats. A seat is a
number within its room; neighbours are the seats whose numbers follow each other.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from registry.rules.refusals import Refusal, Refused, sentence


@dataclass(frozen=True)
class RoomSeats:
    """A room by its id: how many ``seats`` it has, and how many of them stay in ``reserve``."""

    room: int
    seats: int
    reserve: int = 0

    @property
    def usable(self) -> int:
        """Seats that a draw fills: from number 1 up, the reserve stands at the end."""
        return self.seats - self.reserve


@dataclass(frozen=True)
class Place:
    """Where one person sits."""

    person: int
    room: int
    seat: int


def draw_places(
    organisations: Mapping[int, int], rooms: Sequence[RoomSeats], chance: Random
) -> list[Place]:
    """A seat for every person, by room and seat; ``organisations`` gives each person's organ.

    No two colleagues are neighbours where that is possible at all, that is where no organ sends
    more than half of the people. Rooms are filled evenly. Raises Refused (``too-few-seats``).
    """
    free = sum(room.usable for room in rooms)
    if len(organisations) > free:
        raise Refused(
            Refusal(
                "too-few-seats",
                sentence(
                    "要坐 %(people)s 人，各考场除预留外只有 %(seats)s 个座位，"
                    "还差 %(short)s 个。请增加考场或减少预留座位。"
                ),
                "registry-rule",
                {
                    "people": len(organisations),
                    "seats": free,
                    "short": len(organisations) - free,
                },
            )
        )
    order = _apart(organisations, chance)
    places, start = [], 0
    for room, count in _shares(len(order), rooms):
        people = order[start : start + count]
        places += [Place(person, room.room, seat) for seat, person in enumerate(people, start=1)]
        start += count
    return places


def _apart(organisations: Mapping[int, int], chance: Random) -> list[int]:
    """The people in an order in which neighbours are of different organs while that can be."""
    waiting: dict[int, list[int]] = {}
    for person in sorted(organisations):
        waiting.setdefault(organisations[person], []).append(person)
    for people in waiting.values():
        chance.shuffle(people)
    left = Counter({organ: len(people) for organ, people in waiting.items()})
    order: list[int] = []
    last: int | None = None
    for remaining in range(len(organisations), 0, -1):
        most = max(left.values())
        # An organ that fills every other seat from here on has to sit down now.
        pressing = [organ for organ, count in left.items() if 2 * count > remaining]
        others = [organ for organ in sorted(left) if organ != last and left[organ]]
        if pressing and pressing[0] != last:
            organ = pressing[0]
        elif others:
            organ = chance.choices(others, weights=[left[one] for one in others])[0]
        else:
            organ = next(one for one, count in left.items() if count == most)
        left[organ] -= 1
        order.append(waiting[organ].pop())
        last = organ
    return order


def _shares(people: int, rooms: Sequence[RoomSeats]) -> list[tuple[RoomSeats, int]]:
    """How many sit in each room: as even as the rooms' sizes let it be, all in order."""
    shares = dict.fromkeys(range(len(rooms)), 0)
    for _ in range(people):
        place = min(
            (at for at in shares if shares[at] < rooms[at].usable),
            key=lambda at: (shares[at] / rooms[at].usable, at),
        )
        shares[place] += 1
    return [(rooms[at], count) for at, count in shares.items() if count]


def reserve_seats(rooms: Sequence[RoomSeats], taken: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Seats still free for latecomers as (room, seat): those in reserve first, then any other."""
    kept = [(room.room, seat) for room in rooms for seat in range(room.usable + 1, room.seats + 1)]
    others = [(room.room, seat) for room in rooms for seat in range(1, room.usable + 1)]
    return [place for place in kept + others if place not in taken]


def ticket_numbers(year: int, prefix: int, count: int, *, after: int = 0) -> list[str]:
    """``count`` numbers such as 2026010001: year, the day's ``prefix`` and a running number.

    ``after`` is the last number that the day has used; numbers are never used again.
    """
    if not 0 <= prefix <= 99 or after + count > 9999:
        raise ValueError("a day's ticket numbers run from 0001 to 9999 under two digits")
    return [f"{year}{prefix:02d}{serial:04d}" for serial in range(after + 1, after + count + 1)]
