"""Seats: everybody has one, nobody shares one, and colleagues are kept apart."""

from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.refusals import Refused
from registry.rules.seating import (
    Place,
    RoomSeats,
    draw_places,
    reserve_seats,
    ticket_numbers,
)

DRAWS = st.builds(
    lambda organs, spare, seed: (
        dict(enumerate(organs, start=1)),
        [RoomSeats(1, 30, 2), RoomSeats(2, 10), RoomSeats(3, len(organs) + spare)],
        seed,
    ),
    st.lists(st.integers(1, 6), min_size=1, max_size=60),
    st.integers(0, 20),
    st.integers(0, 2**32),
)


def together(places: list[Place], organs: dict[int, int]) -> int:
    """Pairs of colleagues on neighbouring seats."""
    return sum(
        one.room == other.room
        and other.seat == one.seat + 1
        and organs[one.person] == organs[other.person]
        for one, other in pairwise(places)
    )


@given(DRAWS)
def test_everybody_has_one_seat(draw: tuple[dict[int, int], list[RoomSeats], int]) -> None:
    organs, rooms, seed = draw
    places = draw_places(organs, rooms, Random(seed))
    assert sorted(place.person for place in places) == sorted(organs)
    assert len({(place.room, place.seat) for place in places}) == len(organs)
    sizes = {room.room: room for room in rooms}
    assert all(1 <= place.seat <= sizes[place.room].usable for place in places)


@given(DRAWS)
def test_colleagues_sit_apart_where_they_can(
    draw: tuple[dict[int, int], list[RoomSeats], int],
) -> None:
    organs, rooms, seed = draw
    places = draw_places(organs, rooms, Random(seed))
    most = max(Counter(organs.values()).values())
    least = max(0, most - (len(organs) - most) - 1)
    assert together(places, organs) <= least


@given(DRAWS)
def test_the_same_chance_gives_the_same_seats(
    draw: tuple[dict[int, int], list[RoomSeats], int],
) -> None:
    organs, rooms, seed = draw
    assert draw_places(organs, rooms, Random(seed)) == draw_places(organs, rooms, Random(seed))


def test_the_draw_is_not_the_order_of_the_list() -> None:
    organs = {person: person % 5 for person in range(1, 61)}
    first = draw_places(organs, [RoomSeats(1, 60)], Random(1))
    other = draw_places(organs, [RoomSeats(1, 60)], Random(2))
    assert [place.person for place in first] != sorted(organs)
    assert first != other


def test_rooms_fill_evenly() -> None:
    organs = {person: person for person in range(1, 46)}
    places = draw_places(organs, [RoomSeats(1, 30), RoomSeats(2, 60)], Random(3))
    assert Counter(place.room for place in places) == {1: 15, 2: 30}


def test_too_few_seats_says_how_many_are_missing() -> None:
    with pytest.raises(Refused, match="too-few-seats") as refused:
        draw_places({1: 1, 2: 1, 3: 2}, [RoomSeats(1, 4, 2)], Random(1))
    assert "还差 1 个" in refused.value.refusals[0].sentence


def test_latecomers_take_the_reserve_first() -> None:
    rooms = [RoomSeats(1, 4, 1), RoomSeats(2, 3, 1)]
    free = reserve_seats(rooms, {(1, 1), (1, 2), (2, 1)})
    assert free == [(1, 4), (2, 3), (1, 3), (2, 2)]


def test_ticket_numbers_run_on() -> None:
    assert ticket_numbers(2026, 3, 2) == ["2026030001", "2026030002"]
    assert ticket_numbers(2026, 3, 1, after=2) == ["2026030003"]
    with pytest.raises(ValueError):
        ticket_numbers(2026, 3, 2, after=9998)
