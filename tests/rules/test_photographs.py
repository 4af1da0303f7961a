"""Whose a file is by its name, and what the second look asks."""

import pytest

from registry.rules.photographs import (
    REASONS,
    Candidate,
    Organ,
    judge_second_look,
    read_file_name,
)
from registry.rules.refusals import Refusal

ID = "32041319900101001X"
OTHER_ID = "320413199001010021"
PEOPLE = (
    Candidate("P000001", "张三", ID),
    Candidate("P000002", "李四", OTHER_ID),
    Candidate("P000003", "王伟", "c"),
    Candidate("P000004", "王伟", "d"),
    Candidate("P000005", "买买提·艾力", "e"),
    Candidate("P000006", "O'Neill Zoë", "f"),
    Candidate("P000007", "张三丰", "g"),
)


def owner(name: str) -> str:
    """The person number, or the code of why there is none."""
    marks = read_file_name(name)
    found = Organ(PEOPLE).owner(marks, {number: number for number in marks.identity_numbers})
    return found.code if isinstance(found, Refusal) else found.number


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("张三.jpg", "P000001"),
        ("张三", "P000001"),
        ("部门/张三.JPG", "P000001"),
        ("..\\..\\张三.png", "P000001"),
        ("张 三(1).jpg", "P000001"),
        ("张三 证件照 白底一寸.jpg", "P000001"),
        ("12、张三.jpg", "P000001"),
        ("城管局-张三-20260301.jpeg", "P000001"),
        (f"{ID}.jpg", "P000001"),
        (f"{ID.lower()}.jpg", "P000001"),
        (f"张三_{ID.lower()}.JPG", "P000001"),
        (f"张三{ID}.jpg", "P000001"),
        ("３２０４１３１９９００１０１００１Ｘ.jpg", "P000001"),
        (f"王五_{ID}.jpg", "P000001"),
        ("P000002 李四.png", "P000002"),
        ("p000002.png", "P000002"),
        (f"P000002_{OTHER_ID}_李四.png", "P000002"),
        ("王伟_P000004.jpg", "P000004"),
        ("买买提·艾力.jpg", "P000005"),
        ("买买提•艾力.jpg", "P000005"),
        ("买买提 艾力.jpg", "P000005"),
        ("O'Neill Zoë.jpg", "P000006"),
        ("o'neill_zoe\u0308.jpg", "P000006"),
        ("张三丰.jpg", "P000007"),
        ("王伟.jpg", "name-borne-by-several"),
        ("张三 李四.jpg", "file-name-contradicts-itself"),
        ("张三 丰.jpg", "file-name-contradicts-itself"),
        (f"李四_{ID}.jpg", "file-name-contradicts-itself"),
        (f"P000002_{ID}.jpg", "file-name-contradicts-itself"),
        (f"{ID}_{OTHER_ID}.jpg", "file-name-contradicts-itself"),
        ("王伟_P000001.jpg", "file-name-contradicts-itself"),
        ("赵六.jpg", "fits-nobody"),
        ("P000099 张三.jpg", "fits-nobody"),
        ("张三_320413199001010999.jpg", "fits-nobody"),
        ("IMG_20260301_120000.jpg", "fits-nobody"),
        ("证件照.jpg", "fits-nobody"),
        (".jpg", "fits-nobody"),
        ("", "fits-nobody"),
    ],
)
def test_a_file_is_whose_its_name_says(name: str, found: str) -> None:
    assert owner(name) == found


def test_an_odd_name_breaks_nothing() -> None:
    for name in ("\0", "\ud800.jpg", "a" * 10_000, "/" * 500, "·.·", "%(x)s{0}.jpg"):
        assert owner(name) == "fits-nobody"


@pytest.mark.parametrize("uploader", [None, 1, 2])
@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize("why", [None, "", "ugly", *REASONS])
@pytest.mark.parametrize("note", ["", "请重拍"])
def test_the_second_look(uploader: int | None, waits: bool, why: str | None, note: str) -> None:
    found = judge_second_look(
        uploader=uploader,
        reviewer=2,
        waits=waits,
        sends_back=why is not None,
        why=why or "",
        note=note,
    )
    expected = set()
    if not waits:
        expected.add("photograph-not-waiting")
    if uploader == 2:
        expected.add("own-photograph")
    if why is not None and why not in REASONS:
        expected.add("why-unknown")
    if why == "other" and not note:
        expected.add("why-missing")
    assert {refusal.code for refusal in found} == expected
