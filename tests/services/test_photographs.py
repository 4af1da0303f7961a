"""Photographs: made anew, in versions, taken down with a reason."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from registry.config import Config
from registry.documents.photographs import Crop
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import photographs
from registry.store import photographs as store
from registry.store.tables import Photograph
from tests.conftest import LEGAL
from tests.photograph_files import approve_waiting
from tests.services.test_people import add, clerk, codes, events, refused
from tests.staff import add_organisation


def upload(colour: str = "navy", size: tuple[int, int] = (600, 800), form: str = "JPEG") -> bytes:
    saved = BytesIO()
    Image.new("RGB", size, colour).save(saved, form, comment=b"<script>secret</script>")
    return saved.getvalue()


def test_an_upload_becomes_a_new_picture_and_is_shown_once_approved(
    register: Config, act: Act
) -> None:
    added = add(act, add_organisation())
    assert photographs.add_photograph(act, added.number, upload()) == 1
    assert (
        photographs.add_photograph(
            act, added.number, upload("white"), turn=90, crop=Crop(0, 0, 1, 0.9)
        )
        == 2
    )
    assert store.shown_picture(added.person_id) is None
    approve_waiting(act)
    shown = store.shown_picture(added.person_id)
    assert shown is not None and b"secret" not in shown
    with Image.open(BytesIO(shown)) as picture:
        assert picture.size == (480, 640)
        assert picture.getpixel((10, 10)) == (255, 255, 255)
    assert store.shown_versions([added.person_id]) == {added.person_id: 2}
    assert events("photograph-added") == ["photograph-added"] * 2


def test_one_taken_down_shows_the_one_before(register: Config, act: Act) -> None:
    added = add(act, add_organisation())
    for colour in ("navy", "white"):
        photographs.add_photograph(act, added.number, upload(colour))
        approve_waiting(act)
    assert refused(
        lambda: photographs.withdraw_photograph(replace(act, reason=""), added.number, 2)
    ) == ["reason-missing"]
    photographs.withdraw_photograph(act, added.number, 2)
    assert store.shown_versions([added.person_id]) == {added.person_id: 1}
    assert store.picture(added.person_id, 2) is not None
    assert refused(lambda: photographs.withdraw_photograph(act, added.number, 2)) == [
        "no-such-photograph"
    ]
    photographs.withdraw_photograph(act, added.number, 1)
    assert store.shown_picture(added.person_id) is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-a-photograph"),
        (b"GIF89a", "not-a-photograph"),
        (upload(size=(100, 100)), "photograph-too-small"),
        (upload()[:700], "photograph-damaged"),
    ],
)
def test_what_is_no_photograph_is_refused_and_leaves_nothing(
    register: Config, act: Act, data: bytes, code: str
) -> None:
    added = add(act, add_organisation())
    with pytest.raises(Refused) as caught:
        photographs.add_photograph(act, added.number, data)
    assert codes(caught) == [code]
    assert Photograph.select().count() == 0
    assert events("photograph-added") == []


def test_scope_and_role_hold(register: Config, act: Act, act_of: Callable[..., Act]) -> None:
    here, there = add_organisation("甲局"), add_organisation("乙局")
    added = add(act, there)
    with pytest.raises(Refused) as caught:
        photographs.add_photograph(act_of(clerk(here)), added.number, upload())
    assert codes(caught) == ["no-such-person"]
    auditor = act_of(replace(LEGAL, role="auditor"))
    assert refused(lambda: photographs.add_photograph(auditor, added.number, upload())) == [
        "not-permitted"
    ]
