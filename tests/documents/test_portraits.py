"""Drawn portraits: the same for a seed, different between seeds, small."""

from io import BytesIO

import pytest
from PIL import Image

from registry.documents.portraits import draw_portrait


def test_a_seed_always_gives_the_same_drawing() -> None:
    assert draw_portrait(7, "female") == draw_portrait(7, "female")


def test_people_differ() -> None:
    drawn = {draw_portrait(seed, sex) for seed in range(60) for sex in ("female", "male")}
    assert len(drawn) == 120


@pytest.mark.parametrize("sex", ["female", "male"])
def test_a_portrait_is_an_identity_photograph_in_form(sex) -> None:
    for seed in range(40):
        data = draw_portrait(seed, sex)
        with Image.open(BytesIO(data)) as drawn:
            assert (drawn.format, drawn.size, drawn.mode) == ("JPEG", (480, 640), "RGB")
            for corner in ((3, 3), (476, 3), (3, 300), (476, 300)):
                assert min(drawn.getpixel(corner)) > 245
            # Somebody is there: skin amid the face, clothes amid the bottom edge.
            assert min(drawn.getpixel((240, 320))) < 240 and min(drawn.getpixel((150, 630))) < 252
        assert len(data) < 25_000
