"""Exam figures: nobody is counted twice, nobody is lost, and a rate is of those who have a mark."""

from hypothesis import given
from hypothesis import strategies as st

from registry.rules.exam_statistics import Sat, bands, middle, share_of, shares

RESULTS = st.lists(
    st.builds(
        lambda person, organ, state, value: Sat(
            person,
            organ,
            "civil-servant",
            False,
            state,
            value if state == "mark" else None,
            state == "mark" and value >= 120,
        ),
        st.integers(1, 500),
        st.sampled_from(("城管局", "市监局", "农业农村局")),
        st.sampled_from(("mark", "absent", "disciplined")),
        st.integers(0, 200),
    ),
    max_size=60,
)


def sat(value: int | None, state: str = "mark", organ: str = "城管局") -> Sat:
    return Sat(1, organ, "civil-servant", False, state, value, bool(value and value >= 120))


@given(RESULTS)
def test_groups_add_up_to_the_whole(results: list[Sat]) -> None:
    whole = share_of("", results)
    parts = shares(results, lambda one: one.organisation)
    for name in ("enrolled", "marked", "absent", "disciplined", "passed"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name)
    assert whole.enrolled == whole.marked + whole.absent + whole.disciplined


@given(RESULTS, st.integers(1, 100).map(lambda points: points * 2))
def test_every_mark_is_in_one_band(results: list[Sat], full: int) -> None:
    inside = [one for one in results if one.value is None or one.value <= full]
    found = bands(inside, full)
    assert sum(band.count for band in found) == sum(one.value is not None for one in inside)
    assert found[0].low == 0 and found[-1].high == full


def test_absent_people_do_not_lower_the_rate() -> None:
    share = share_of("", [sat(150), sat(100), sat(None, "absent"), sat(None, "disciplined")])
    assert share.rate == 50.0
    assert share_of("", [sat(None, "absent")]).rate is None


def test_the_full_mark_is_in_the_last_band() -> None:
    assert [band.count for band in bands([sat(200), sat(180), sat(179)], 200)][-2:] == [1, 2]


def test_the_pass_mark_is_in_the_band_that_it_opens() -> None:
    counts = {(band.low, band.high): band.count for band in bands([sat(120), sat(119)], 200)}
    assert counts[(120, 140)] == 1 and counts[(100, 120)] == 1


def test_the_largest_group_stands_first() -> None:
    found = shares(
        [sat(1, organ="乙"), sat(1, organ="甲"), sat(1, organ="甲")], lambda r: r.organisation
    )
    assert [share.group for share in found] == ["甲", "乙"]


def test_mean_and_median() -> None:
    assert middle([sat(100), sat(120), sat(200)]) == (70.0, 60.0)
    assert middle([sat(100), sat(120)]) == (55.0, 55.0)
    assert middle([sat(None, "absent")]) is None
