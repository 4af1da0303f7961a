"""Cards move: a slip, an event on each certificate, and the certificate's worth untouched."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from registry.config import Config
from registry.documents.fonts import find_fonts
from registry.documents.portraits import draw_portrait
from registry.documents.spreadsheets import read_tables, write_workbook
from registry.rules.acts import Act, Actor
from registry.rules.custody import LISTS, Witnesses
from registry.rules.refusals import Refused
from registry.services import batches, certificates, custody, custody_paper, photographs, printing
from registry.store import certificates as certificate_store
from registry.store import custody as store
from registry.store import custody_slips
from registry.store.book import transaction
from registry.store.tables import Certificate, Custody, CustodyLine, CustodySlip, Event
from registry.store.violations import in_words
from tests.photograph_files import approve_waiting
from tests.staff import add_account, add_organisation, add_person, give_legacy

SEEN = Witnesses("高明", "林静", "机关文印室碎卡机粉碎")


@pytest.fixture
def legal(register: Config, act: Act) -> Act:
    by = Actor(add_account(), "legal", "法制甲", "legal-office")
    return replace(act, by=by)


@pytest.fixture
def cards(legal: Act) -> list[str]:
    """Four national certificates of one organ, and the four old cards that they replaced."""
    organ = add_organisation(code="CG")
    for serial in range(4):
        give_legacy(legal, add_person(organ, f"持证{serial}", number=f"P{serial + 1:06d}"))
    return [batches.exchange(legal, f"P{n:06d}").certificate.number for n in range(1, 5)]


def where(number: str) -> str:
    return store.by_numbers([number], None)[number].custody


def lists(scope: frozenset[int] | None = None) -> dict[str, int]:
    return store.counts(scope)


def test_a_card_s_life_from_order_to_destruction(legal: Act, cards: list[str]) -> None:
    assert lists() == dict.fromkeys(LISTS, 0) | {"to-make": 4, "to-take-back": 4}
    for act, place in (
        ("order", "ordered"),
        ("made", "with-office"),
        ("to-unit", "with-unit"),
        ("hand-over", "with-holder"),
    ):
        custody.move_cards(legal, act, cards)
        assert {where(number) for number in cards} == {place}
    assert certificate_store.by_number(cards[0]).state == "active"  # type: ignore[union-attr]
    certificates.cancel(legal, cards[0])
    assert lists()["to-take-back"] == 5
    custody.move_cards(legal, "back-to-unit", cards[:1])
    custody.move_cards(legal, "take-in", cards[:1])
    assert (lists()["to-take-back"], lists()["to-destroy"]) == (4, 1)
    custody.move_cards(legal, "destroy", cards[:1], witnesses=SEEN)
    assert where(cards[0]) == "destroyed" and lists()["to-destroy"] == 0
    row = certificate_store.by_number(cards[0])
    assert row is not None and row.state == "cancelled"
    told = [
        one.act
        for one in Event.select(Event.act)
        .where(Event.subject == "certificate", Event.subject_id == row.id)
        .order_by(Event.seq)
    ]
    assert told == [
        "certificate-issued",
        "card-ordered",
        "card-made",
        "card-sent-to-unit",
        "card-handed-over",
        "certificate-cancelled",
        "card-back-with-unit",
        "card-taken-in",
        "card-destroyed",
    ]
    assert CustodyLine.select().where(CustodyLine.certificate_id == row.id).count() == 7


def test_one_bad_number_and_nothing_moves(legal: Act, cards: list[str]) -> None:
    custody.move_cards(legal, "made", cards[:1])
    events, slips = Event.select().count(), CustodySlip.select().count()
    with pytest.raises(Refused) as refused:
        custody.move_cards(legal, "hand-over", [*cards, "10320999999"])
    codes = [one.code for one in refused.value.refusals]
    assert codes == ["card-not-there"] * 3 + ["card-unknown"]
    assert (Event.select().count(), CustodySlip.select().count()) == (events, slips)
    for numbers, code in (
        ([], "no-cards-chosen"),
        ([cards[0]] * 2, "card-twice"),
        ([str(n) for n in range(2001)], "cards-too-many"),
    ):
        with pytest.raises(Refused, match=code):
            custody.move_cards(legal, "hand-over", numbers)
    assert Custody.select().count() == 1


def test_the_law_keeps_a_card_from_going_out(legal: Act, cards: list[str]) -> None:
    custody.move_cards(legal, "made", cards)
    certificates.suspend(legal, cards[0])
    with pytest.raises(Refused, match="card-not-to-be-given"):
        custody.move_cards(legal, "hand-over", cards[:1])
    with pytest.raises(Refused, match="card-still-counts"):
        custody.move_cards(legal, "destroy", cards[:1], witnesses=SEEN)
    certificates.release(legal, cards[0])
    custody.move_cards(legal, "hand-over", cards[:1])
    certificates.suspend(legal, cards[0])
    assert store.listed("to-take-back", None).rows[-1].number in {cards[0], "苏D0001", "苏D0004"}
    assert cards[0] in {row.number for row in store.listed("to-take-back", None).rows}


@pytest.mark.parametrize(
    ("witnesses", "code"),
    [
        (None, "witnesses-missing"),
        (Witnesses("高明", "", "粉碎"), "witnesses-missing"),
        (Witnesses("高明", "高明", "粉碎"), "witnesses-not-two"),
        (Witnesses("高明", "法制甲", "粉碎"), "witnesses-not-two"),
        (Witnesses("高 明", "高 明 ", "粉碎"), "witnesses-not-two"),
    ],
)
def test_a_card_is_destroyed_before_two_witnesses(
    legal: Act, cards: list[str], witnesses: Witnesses | None, code: str
) -> None:
    custody.move_cards(legal, "made", cards[:1])
    certificates.cancel(legal, cards[0])
    with pytest.raises(Refused, match=code):
        custody.move_cards(legal, "destroy", cards[:1], witnesses=witnesses)
    assert where(cards[0]) == "with-office"


def test_a_card_that_vanishes_needs_a_reason_and_may_turn_up(legal: Act, cards: list[str]) -> None:
    custody.move_cards(legal, "made", cards[:1])
    with pytest.raises(Refused, match="custody-reason-missing"):
        custody.move_cards(replace(legal, reason=""), "write-off", cards[:1])
    custody.move_cards(legal, "write-off", cards[:1])
    assert lists()["without-card"] == 1
    custody.move_cards(legal, "take-in", cards[:1])
    assert lists()["without-card"] == 0


def test_a_clerk_moves_her_own_organ_s_cards_only(
    legal: Act, cards: list[str], act_of: Callable[..., Act]
) -> None:
    here = Certificate.get(Certificate.number == cards[0]).organisation_id
    clerk = act_of(Actor(None, "clerk", "经办", "hr", frozenset({here})))
    stranger = act_of(Actor(None, "other", "经办", "hr", frozenset({here + 1})))
    custody.move_cards(legal, "made", cards)
    with pytest.raises(Refused, match="card-lies-in-the-office"):
        custody.move_cards(clerk, "hand-over", cards[:1])
    with pytest.raises(Refused, match="not-permitted"):
        custody.move_cards(clerk, "to-unit", cards[:1])
    custody.move_cards(legal, "to-unit", cards)
    with pytest.raises(Refused) as refused:
        custody.move_cards(stranger, "hand-over", cards[:1])
    assert [one.code for one in refused.value.refusals] == ["card-unknown"]
    slip = custody.move_cards(clerk, "hand-over", cards[:1]).slip_id
    assert custody_slips.slip(slip, stranger.by.scope) is None
    assert custody_slips.lines(slip, stranger.by.scope) == []
    assert lists(stranger.by.scope) == dict.fromkeys(LISTS, 0)


def test_two_at_once_leave_one(legal: Act, cards: list[str]) -> None:
    row = store.by_numbers(cards[:1], None)[cards[0]]
    custody.move_cards(legal, "made", cards[:1])
    with pytest.raises(Refused, match="custody-is-kept"), in_words(), transaction() as book:
        store.move(book, legal, "order", [row])
    old = store.by_numbers(cards[:1], None)[cards[0]]
    custody.move_cards(legal, "to-unit", cards[:1])
    with pytest.raises(Refused, match="changed-meanwhile"), in_words(), transaction() as book:
        store.move(book, legal, "faulty", [old])


def test_a_card_that_we_print_is_made(legal: Act, cards: list[str], register: Config) -> None:
    fonts = find_fonts()
    printing.print_card(legal, cards[0], config=register, fonts=fonts)
    assert where(cards[0]) == "with-office"
    custody.move_cards(legal, "hand-over", cards[:1])
    printing.print_card(legal, cards[0], config=register, fonts=fonts)
    assert where(cards[0]) == "with-holder", "a copy moves nothing"


# --- the making list and the maker's answer ---------------------------------------------------


def opened(archive: custody_paper.Archive) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(archive.file.read()))


def test_the_making_list_is_a_zip_that_a_maker_can_use(
    legal: Act, cards: list[str], register: Config
) -> None:
    photographs.add_photograph(legal, "P000001", draw_portrait(5, "male"))
    approve_waiting(legal)
    slip = custody.move_cards(legal, "order", cards).slip_id
    archive = custody_paper.making_list(legal, slip, config=register)
    assert archive.cards == 4 and archive.without_photograph == tuple(cards[1:])
    with opened(archive) as parts:
        names = parts.namelist()
        assert sorted(names) == sorted(
            [
                "making-list.xlsx",
                f"photographs/card-{cards[0]}.jpg",
                *(f"codes/card-{number}.{kind}" for number in cards for kind in ("svg", "png")),
            ]
        )
        assert all(name.isascii() and ".." not in name for name in names)
        [table] = read_tables(parts.read("making-list.xlsx"))
        heading, *rows = [cells for _, cells in table.rows[1:]]
        assert heading == custody_paper.MAKING_HEADINGS
        assert [row[1] for row in rows] == cards
        drawn = zxingcpp.read_barcode(
            Image.open(io.BytesIO(parts.read(f"codes/card-{cards[2]}.png"))).convert("L")
        )
        code = Certificate.get(Certificate.number == cards[2]).code
        assert drawn is not None and drawn.text == f"{register.public_url}/v/{code}"
        sheet = zipfile.ZipFile(io.BytesIO(parts.read("making-list.xlsx")))
        assert b"<f" not in sheet.read("xl/worksheets/sheet1.xml")
    told = Event.select().order_by(Event.seq.desc()).get()
    assert told.act == "slip-printed" and '"making-list"' in told.details


def test_a_number_that_is_no_file_name_gets_one_of_ours(legal: Act, cards: list[str]) -> None:
    row = certificate_store.by_number(cards[0])
    assert row is not None
    assert custody_paper._stem(replace(row, number="../../x"), 7) == "card-row-7"
    assert custody_paper._stem(replace(row, number="CON1"), 7) == "card-CON1"


def test_only_an_order_has_a_making_list(legal: Act, cards: list[str], register: Config) -> None:
    slip = custody.move_cards(legal, "made", cards).slip_id
    for number in (slip, 999):
        with pytest.raises(Refused, match="no-such-slip"):
            custody_paper.making_list(legal, number, config=register)


def answer_file(*rows: tuple[Any, ...]) -> bytes:
    return write_workbook("制卡清单", ["证件号码", "制作结果", "说明"], rows)


def test_the_maker_s_answer_comes_back(legal: Act, cards: list[str]) -> None:
    custody.move_cards(legal, "order", cards)
    done = custody.take_answer(
        legal,
        answer_file((cards[0], "制好", ""), (cards[1], "制错", "照片偏色"), (cards[2], "", "")),
        "回单.xlsx",
    )
    summary = done.summary
    assert (summary["made"], summary["faulty"], summary["unanswered"]) == (1, 1, 1)
    assert [where(number) for number in cards] == ["with-office", "faulty", "ordered", "ordered"]
    assert done.faulty is not None
    assert custody_slips.lines(done.faulty.slip_id, None)[0].note == "照片偏色"
    assert lists()["to-make"] == 1
    custody.move_cards(legal, "order", cards[1:2])


def test_an_answer_with_one_fault_changes_nothing(legal: Act, cards: list[str]) -> None:
    custody.move_cards(legal, "order", cards[:2])
    events = Event.select().count()
    with pytest.raises(Refused) as refused:
        custody.take_answer(
            legal,
            answer_file(
                (cards[0], "制好", ""),
                (cards[3], "制好", ""),
                ("10320999999", "制好", ""),
                (cards[1], "也许", ""),
            ),
        )
    assert [(one.values["row"], one.code) for one in refused.value.refusals] == [
        (4, "answer-card-not-ordered"),
        (5, "answer-card-unknown"),
        (6, "answer-word-unknown"),
    ]
    assert Event.select().count() == events and where(cards[0]) == "ordered"
    with pytest.raises(Refused, match=r"spreadsheet|unreadable|file"):
        custody.take_answer(legal, b"\xff\xd8\xff\xe0 no table", "a.xlsx")


# --- paper ------------------------------------------------------------------------------------


def test_paper_before_and_after_an_act(legal: Act, cards: list[str]) -> None:
    fonts = find_fonts()
    custody.move_cards(legal, "made", cards)
    rows = custody.cards_for_paper(legal, "hand-over", cards)
    name, content = custody_paper.paper_before(legal, "hand-over", rows, fonts)
    assert name == "hand-over.pdf" and content.startswith(b"%PDF")
    with pytest.raises(Refused, match="card-not-there"):
        custody.cards_for_paper(legal, "back-to-unit", cards)
    slip = custody.move_cards(legal, "hand-over", cards).slip_id
    name, content = custody_paper.print_slip(legal, slip, fonts)
    assert name == f"slip-{slip}.pdf" and content.startswith(b"%PDF")
    ordered = CustodySlip.select(CustodySlip.id).where(CustodySlip.act == "made").scalar()
    with pytest.raises(Refused, match="no-such-slip"):
        custody_paper.print_slip(legal, ordered, fonts)
    with pytest.raises(KeyError):
        custody_paper.paper_before(legal, "order", rows, fonts)


def test_lists_are_paged_and_kept_to_an_organ_and_a_batch(legal: Act, cards: list[str]) -> None:
    seen, after = [], None
    while True:
        page = store.listed("to-make", None, after=after, size=3)
        seen += [row.number for row in page.rows]
        after = page.after
        if after is None:
            break
    assert seen == cards
    other = store.Filter(organisation_ids=frozenset({999}))
    assert store.listed("to-make", None, other).rows == ()
    assert store.counts(None, store.Filter(batch_id=1))["to-make"] == 0
    assert store.count("to-make", None) == 4
