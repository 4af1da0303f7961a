"""Paper: the code on the card opens the certificate's address, and nobody's whole ID number
is on any of it."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest

from registry import credential
from registry.config import Config
from registry.documents.fonts import find_fonts
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import batches, certificates, employment, printing
from registry.store import certificates as store
from registry.store import keys, people
from registry.store.book import transaction
from registry.store.tables import Event
from tests.staff import add_account, add_organisation, give_legacy

zxingcpp = pytest.importorskip("zxingcpp")
pdfium = pytest.importorskip("pypdfium2")

FONTS = find_fonts()
IDENTITY = "320413198002030013"


@pytest.fixture
def legal(register: Config, act: Act) -> Act:
    return replace(act, by=Actor(add_account(), "legal", "法制", "legal-office"))


def add_officer(act: Act, organ: int, name: str, tail: int) -> None:
    with transaction() as book:
        added = people.add_person(
            book,
            act,
            name=name,
            sex="male",
            birth_on=date(1980, 2, 3),
            identity_number=f"32041319800203{tail:04d}",
            organisation_id=organ,
            establishment="civil-servant",
            roster="officer",
            on_record_since=act.on,
        )
    give_legacy(act, (added.person_id, added.engagement_id))


def texts(pdf: bytes) -> str:
    document = pdfium.PdfDocument(io.BytesIO(pdf))
    read = "\n".join(page.get_textpage().get_text_range() for page in document)
    # Typesetting parts Chinese from digits by a little space, which is no character of ours.
    return read.replace(" ", "")


def codes_in(pdf: bytes) -> list[str]:
    found = []
    for page in pdfium.PdfDocument(io.BytesIO(pdf)):
        picture = page.render(scale=6).to_pil().convert("L")
        found += [one.text for one in zxingcpp.read_barcodes(picture)]
    return found


def test_the_card_s_code_opens_the_certificate(register: Config, legal: Act) -> None:
    add_officer(legal, add_organisation(), "陈大文", 13)
    card = batches.exchange(legal, "P000001").certificate
    paper = printing.print_card(legal, card.number, config=register, fonts=FONTS)
    assert codes_in(paper.content) == [f"https://zf.example.cn/v/{card.code}"]
    assert "陈大文" in texts(paper.content) and card.number in texts(paper.content)
    event = Event.select().order_by(Event.seq.desc()).get()
    assert (event.act, event.subject_id) == ("certificate-printed", card.id)


def test_the_png_reads_as_the_same_address(register: Config, legal: Act) -> None:
    from PIL import Image

    add_officer(legal, add_organisation(), "陈大文", 13)
    card = batches.exchange(legal, "P000001").certificate
    picture = Image.open(io.BytesIO(printing.code_png(card, register)))
    [found] = zxingcpp.read_barcodes(picture.convert("L"))
    assert found.text == credential.url(register.public_url, card.code or "")
    code = found.text.rpartition("/")[2]
    assert credential.read(code, keys.bound().verifying).number == card.number


def test_only_a_card_in_use_is_printed(register: Config, legal: Act) -> None:
    add_officer(legal, add_organisation(), "陈大文", 13)
    [legacy] = store.live_of(1)
    with pytest.raises(Refused, match="legacy-has-no-card"):
        printing.print_card(legal, legacy.number, config=register, fonts=FONTS)
    card = batches.exchange(legal, "P000001").certificate
    certificates.lost(legal, card.number)
    events = Event.select().count()
    with pytest.raises(Refused, match="card-not-in-use"):
        printing.print_card(legal, card.number, config=register, fonts=FONTS)
    assert Event.select().count() == events


def test_a_batch_on_paper(register: Config, legal: Act) -> None:
    organ = add_organisation()
    for tail in range(13, 25):
        add_officer(legal, organ, f"陈大{tail}", tail)
    prepared = batches.prepare_batch(legal, letter_number="坛市监〔2026〕9号")
    sheet = texts(
        printing.print_batch(
            legal, prepared.batch_id, "checking-sheet", config=register, fonts=FONTS
        ).content
    )
    assert "320413********0013" in sheet and "坛市监〔2026〕9号" in sheet
    assert IDENTITY not in sheet
    with pytest.raises(Refused, match="nothing-to-print"):
        printing.print_batch(legal, prepared.batch_id, "cards", config=register, fonts=FONTS)
    issued = batches.issue_batch(legal, prepared.batch_id)
    sheets = printing.print_batch(
        legal,
        prepared.batch_id,
        "card-sheets",
        config=register,
        fonts=FONTS,
        back_offset_mm=(1.5, -0.5),
    )
    wanted = {f"https://zf.example.cn/v/{row.code}" for row in issued.certificates}
    assert set(codes_in(sheets.content)) == wanted
    signatures = texts(
        printing.print_batch(
            legal, prepared.batch_id, "signature-list", config=register, fonts=FONTS
        ).content
    )
    assert all(row.number in signatures for row in issued.certificates)
    event = Event.select().where(Event.act == "batch-printed").order_by(Event.seq).get()
    assert json.loads(event.details)["form"] == "checking-sheet"


def test_what_can_not_be_set_is_refused_in_words(register: Config, legal: Act) -> None:
    add_officer(legal, add_organisation(), "陈\ua984文", 13)
    card = batches.exchange(legal, "P000001").certificate
    with pytest.raises(Refused) as refused:
        printing.print_card(legal, card.number, config=register, fonts=FONTS)
    assert refused.value.refusals[0].sentence


def test_the_sheet_of_an_issued_batch_says_what_the_cards_say(register: Config, legal: Act) -> None:
    old, new = add_organisation("老大队"), add_organisation("新大队")
    add_officer(legal, old, "陈大文", 13)
    prepared = batches.prepare_batch(legal)
    batches.issue_batch(legal, prepared.batch_id)
    employment.transfer(legal, "P000001", new)
    sheet = texts(
        printing.print_batch(
            legal, prepared.batch_id, "checking-sheet", config=register, fonts=FONTS
        ).content
    )
    assert "老大队" in sheet and "新大队" not in sheet
