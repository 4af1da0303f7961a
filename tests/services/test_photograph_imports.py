"""Photographs by the hundred: whose each file is, what is written, who is still without."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image, ImageChops, ImageStat

from registry.config import Config
from registry.documents.photograph_files import Upload
from registry.documents.photographs import take_photograph
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import photograph_imports, photograph_review
from registry.services.photograph_imports import Preview
from registry.services.photograph_review import SendBack
from registry.store import photograph_review as review_store
from registry.store import photographs as store
from registry.store.book import transaction
from registry.store.people import NewPerson, add_people
from registry.store.tables import Event, EventValue, Photograph
from tests.conftest import LEGAL
from tests.photograph_files import EPS, HEIC, bomb, portrait, zipped
from tests.services.test_people import clerk, codes, events, id_number, refused
from tests.staff import add_account, add_organisation

FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何"
GIVEN = "建国文军晓梅海涛志强丽华永平春燕"


def staff(
    act: Act, organisation_id: int, names: list[str], *, first: int = 1, kind: str = "civil-servant"
) -> list[str]:
    """Enter people; gives their person numbers."""
    with transaction() as book:
        added = add_people(
            book,
            act,
            [
                NewPerson(
                    name=name,
                    sex="male",
                    birth_on=date(1990, 1, 1),
                    identity_number=number_of(first + serial),
                    organisation_id=organisation_id,
                    establishment=kind,
                    on_record_since=date(2018, 1, 1),
                )
                for serial, name in enumerate(names)
            ],
            roster="officer",
        )
    return [one.number for one in added]


def number_of(serial: int) -> str:
    return id_number(serial % 1000, f"199{serial // 1000}0101")


def read(act: Act, *files: tuple[str, bytes]) -> photograph_imports.ReadUpload:
    uploads = [Upload(name, io.BytesIO(data)) for name, data in files]
    return photograph_imports.read_upload(act, uploads)


def take_in(act: Act, *files: tuple[str, bytes], organisation_id: int | None = None) -> Preview:
    got = read(act, *files)
    return photograph_imports.commit(act, got.name, got.entries, organisation_id, got.pictures.get)


def told(lines: tuple[photograph_imports.Line, ...]) -> dict[str, str]:
    return {line.file: line.refusal.code for line in lines if line.refusal}


def test_three_hundred_portraits_in_a_zip(register: Config, act: Act) -> None:
    organ, other = add_organisation("城市管理局"), add_organisation("卫生健康局")
    names = [
        f"{FAMILY[serial % 20]}{GIVEN[serial // 20]}{GIVEN[serial % 16]}" for serial in range(310)
    ]
    assert len(set(names)) == 310
    people = staff(act, organ, names)
    staff(act, organ, ["王伟", "王伟"], first=401)
    staff(act, organ, ["欧阳临时"], first=411, kind="dispatched")
    staff(act, other, ["司马别处", names[7]], first=421)
    files = []
    for serial in range(300):
        sideways = serial % 25 == 3
        ending = ".JPG" if serial % 2 else ".jpg"
        if serial < 40:
            name = names[serial]
        elif serial % 2:
            name = f"{names[serial]}_{number_of(serial + 1).lower()}"
        else:
            name = f"{people[serial]} {names[serial]}"
        files.append((f"照片/{name}{ending}", portrait(serial, sideways=sideways)))
    hostile = [
        (f"{people[300]}.jpg", EPS),
        (f"{names[301]}.heic", HEIC),
        (f"{people[302]}.png", bomb()),
        (f"{names[303]}.jpg", portrait(303)[:700]),
    ]
    strays = [
        ("查无此人.jpg", portrait(330)),
        (f"司马别处_{number_of(421)}.jpg", portrait(331)),
        ("IMG_20260301_120000.jpg", portrait(332)),
        ("王伟.jpg", portrait(333)),
        (f"{people[305]}.jpg", portrait(334)),
        (f"{names[305]} (2).jpg", portrait(335)),
        (f"{names[306]}_{people[307]}.jpg", portrait(336)),
        ("__MACOSX/照片/._x.jpg", b"x"),
        ("照片/Thumbs.db", b"x"),
    ]
    packed = zipped([*files, *hostile, *strays], links=["../../链接.jpg"], gbk=True)
    shown = take_in(act, ("城管局照片.zip", packed), organisation_id=organ)
    assert shown.counts() == {
        "files": 312,
        "good": 300,
        "added": 300,
        "unchanged": 0,
        "unmatched": 3,
        "refused": 9,
        "without": 312 - 300,
    }
    masked = f"司马别处_{'*' * 18}.jpg"
    assert told(shown.unmatched) == {
        "查无此人.jpg": "fits-nobody",
        masked: "fits-nobody",
        "IMG_20260301_120000.jpg": "fits-nobody",
    }
    assert told(shown.refused) == {
        f"{people[300]}.jpg": "not-a-photograph",
        f"{names[301]}.heic": "not-a-photograph",
        f"{people[302]}.png": "photograph-too-large",
        f"{names[303]}.jpg": "photograph-damaged",
        "链接.jpg": "zip-entry-is-a-link",
        "王伟.jpg": "name-borne-by-several",
        f"{people[305]}.jpg": "two-photographs-for-one-person",
        f"{names[305]} (2).jpg": "two-photographs-for-one-person",
        f"{names[306]}_{people[307]}.jpg": "file-name-contradicts-itself",
    }
    assert [line.person.candidate.number for line in shown.added if line.person] == people[:300]
    assert {one.candidate.number for one in shown.without} >= set(people[300:])
    assert len(shown.without) == 12
    assert events("photograph-added") == ["photograph-added"] * 300
    _upright(shown)
    _says_no_identity_number(number_of(421))
    # The same zip again changes nothing; a new picture for one replaces his first.
    again = take_in(
        act,
        ("a.zip", zipped([*files[1:], (files[0][0], portrait(340))])),
        organisation_id=organ,
    )
    assert (len(again.unchanged), len(again.replacing), again.written) == (299, 1, 1)
    assert again.replacing[0].replaces == 1


def _upright(shown: Preview) -> None:
    sideways = [line for serial, line in enumerate(shown.added) if serial % 25 == 3]
    assert len(sideways) == 12
    for serial, line in zip(range(3, 300, 25), sideways, strict=True):
        assert line.person is not None
        kept = store.picture(line.person.person_id, 1)
        assert kept is not None
        straight = take_photograph(portrait(serial)).jpeg
        with Image.open(io.BytesIO(kept)) as one, Image.open(io.BytesIO(straight)) as two:
            assert max(ImageStat.Stat(ImageChops.difference(one, two)).mean) < 3


def _says_no_identity_number(number: str) -> None:
    told = [value for (value,) in EventValue.select(EventValue.value).tuples()]
    told += [details for (details,) in Event.select(Event.details).tuples()]
    assert not [text for text in told if number in text]


def test_a_clerk_matches_nobody_outside_her_organ(
    register: Config, act: Act, act_of: Callable[..., Act]
) -> None:
    here, there = add_organisation("甲局"), add_organisation("乙局")
    (mine,) = staff(act, here, ["林晓梅"])
    (theirs,) = staff(act, there, ["林晓梅"], first=5)
    own = act_of(clerk(here))
    shown = take_in(
        own,
        ("林晓梅.jpg", portrait(1)),
        (f"{theirs}.jpg", portrait(2)),
        (f"{number_of(5)}.jpg", portrait(3)),
        (f"{number_of(999)}.jpg", portrait(4)),
    )
    assert [line.person.candidate.number for line in shown.added if line.person] == [mine]
    # Somebody registered elsewhere and somebody registered nowhere are answered alike.
    assert set(told(shown.unmatched).values()) == {"fits-nobody"}
    assert len({line.refusal.sentence for line in shown.unmatched if line.refusal}) == 1
    for wrong in (there, 999):
        assert refused(
            lambda wrong=wrong: take_in(own, ("林晓梅.jpg", portrait(5)), organisation_id=wrong)
        ) == ["no-such-organisation"]
    auditor = act_of(replace(LEGAL, role="auditor"))
    assert refused(lambda: take_in(auditor, ("林晓梅.jpg", portrait(5)))) == ["not-permitted"]
    # In the whole register two people bear the name.
    both = take_in(act, ("林晓梅.jpg", portrait(6)))
    assert told(both.refused) == {"林晓梅.jpg": "name-borne-by-several"}


def test_nothing_is_written_where_the_preview_has_grown_old(register: Config, act: Act) -> None:
    organ = add_organisation()
    staff(act, organ, ["林晓梅"])
    got = read(act, ("林晓梅.jpg", portrait(1)))
    seen = photograph_imports.preview(act, got.entries, organ).decisions
    staff(act, organ, ["林晓梅"], first=7)
    assert refused(
        lambda: photograph_imports.commit(
            act, "", got.entries, organ, got.pictures.get, decisions=seen
        )
    ) == ["photographs-changed-meanwhile"]
    assert Photograph.select().count() == 0


def test_an_upload_with_nothing_in_it_is_refused(register: Config, act: Act) -> None:
    with pytest.raises(Refused) as caught:
        read(act, ("Thumbs.db", b"x"))
    assert codes(caught) == ["no-photographs"]


def test_a_picture_that_came_back_does_not_come_again(
    register: Config, act: Act, act_of: Callable[..., Act]
) -> None:
    organ = add_organisation()
    staff(act, organ, ["林晓梅"])
    second = act_of(replace(LEGAL, account_id=add_account("second")))
    take_in(act, ("林晓梅.jpg", portrait(1)))
    (row,) = review_store.waiting(None, second.by.account_id)
    photograph_review.review(second, [], {row.id: SendBack("blurred")})
    assert told(take_in(act, ("林晓梅.jpg", portrait(1))).refused) == {
        "林晓梅.jpg": "photograph-was-sent-back"
    }
    assert take_in(act, ("林晓梅.jpg", portrait(2))).counts()["added"] == 1
    details = Event.select(Event.details).where(Event.act == "photograph-sent-back").scalar()
    assert json.loads(details)["cause"] == "blurred"
