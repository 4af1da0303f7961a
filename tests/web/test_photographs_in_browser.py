"""Photographs in a real browser: a zip before everybody's eyes, the second look by keyboard."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.services import photographs
from registry.store import photograph_review
from registry.store.database import connection
from registry.store.tables import Photograph
from tests.conftest import LEGAL
from tests.photograph_files import EPS, HEIC, portrait, zipped
from tests.web.conftest import PASSWORD
from tests.web.live import LANGUAGES, WIDTHS, serving, watching
from tests.web.test_imports_in_browser import press
from tests.web.test_people import person

pytestmark = pytest.mark.browser

NAMES = ("王晓", "李梅", "买买提·艾力·阿不都热合曼", "张军", "刘洋", "陈静", "杨帆")


@pytest.fixture
def bureau(organisation_of: Any) -> int:
    return int(organisation_of("CG", "区城市管理局"))


@pytest.fixture
def sent(bureau: int, act: Act, account_of: Any) -> list[int]:
    """Seven photographs that wait, one of them in the place of an approved one."""
    clerk = account_of("hr", login="clerk", name="李敏", organisation_id=bureau)
    own = replace(act, by=replace(LEGAL, account_id=clerk, login="clerk"))
    people = [person(bureau, name=name, serial=2 * at + 1) for at, name in enumerate(NAMES)]
    with connection():
        photographs.add_photograph(own, people[0].number, portrait(99))
        Photograph.update(approved_at=act.moment).execute()
        for at, one in enumerate(people):
            photographs.add_photograph(own, one.number, portrait(at))
    return [one.person_id for one in people]


@pytest.mark.parametrize(("width", "language"), zip(WIDTHS, LANGUAGES, strict=True))
def test_a_zip_goes_in_before_everybodys_eyes(
    register: Config,
    chromium: Any,
    account_of: Any,
    bureau: int,
    tmp_path: Path,
    width: int,
    language: str,
) -> None:
    account_of("hr", organisation_id=bureau)
    for at, name in enumerate(NAMES):
        person(bureau, name=name, serial=2 * at + 1)
    file = tmp_path / "城市管理局照片（2026年）.zip"
    file.write_bytes(
        zipped(
            [
                *((f"{name}.jpg", portrait(at)) for at, name in enumerate(NAMES[:4])),
                ("刘洋.heic", HEIC),
                ("微信图片_20261101093000_一个非常长的文件名一个非常长的文件名.jpg", portrait(8)),
                ("陈静.jpg", EPS),
            ],
            gbk=True,
        )
    )
    with (
        serving(register) as address,
        watching(chromium, address, width=width, language=language) as eyes,
    ):
        eyes.sign_in("hr", PASSWORD)
        eyes.look("/photographs")
        page = eyes.page
        press(page, "main form[data-reads] button[type=submit]")
        eyes.look()
        page.set_input_files("input[type=file]", str(file))
        press(page, "main form[data-reads] button[type=submit]")
        preview = page.url.removeprefix(address)
        for sort in ("refused", "unmatched", "added", "without"):
            eyes.look(f"{preview}?show={sort}")
        press(page, "form[action$=commit] button")
        eyes.look()
        eyes.look("/photographs/missing")
        assert Photograph.select().count() == 4
        # The same again with two files at once: one replaces, one is the same.
        page.goto(f"{address}/photographs")
        page.set_input_files(
            "input[type=file]",
            [
                {"name": f"{NAMES[0]}.jpg", "mimeType": "image/jpeg", "buffer": portrait(50)},
                {"name": f"{NAMES[1]}.jpg", "mimeType": "image/jpeg", "buffer": portrait(1)},
            ],
        )
        press(page, "main form[data-reads] button[type=submit]")
        again = page.url.removeprefix(address)
        for sort in ("replacing", "unchanged"):
            eyes.look(f"{again}?show={sort}")
        assert eyes.found == []


@pytest.mark.parametrize(("width", "language"), zip(reversed(WIDTHS), LANGUAGES, strict=True))
def test_the_second_look_by_keyboard_alone(
    register: Config, chromium: Any, account_of: Any, sent: list[int], width: int, language: str
) -> None:
    account_of("legal-office")
    with (
        serving(register) as address,
        watching(chromium, address, width=width, language=language) as eyes,
    ):
        eyes.sign_in("legal-office", PASSWORD)
        eyes.look("/photographs/review")
        page, key = eyes.page, eyes.page.keyboard
        for _ in range(60):
            if page.evaluate("document.activeElement.hasAttribute('data-card')"):
                break
            key.press("Tab")
        # The first two are approved, the third left alone, the fourth approved and taken back,
        # the fifth sent back with a reason and a word.
        for pressed in ("Enter", " ", "ArrowRight", "Enter", "ArrowLeft", "Backspace", "End"):
            key.press(pressed)
        for pressed in (
            "ArrowLeft",
            "ArrowLeft",
            "x",
            "ArrowDown",
            "ArrowDown",
            "ArrowDown",
            "Tab",
        ):
            key.press(pressed)
        key.type("请重拍")
        eyes.look()
        key.press("Enter")
        with page.expect_navigation():
            key.press("Control+Enter")
        eyes.look()
        shown = photograph_review.standing(sent)
        rows = list(Photograph.select().where(Photograph.approved_by.is_null(False)))
        assert sorted(row.person_id for row in rows) == sent[:2]
        (back,) = Photograph.select().where(Photograph.sent_back_at.is_null(False))
        assert (back.person_id, back.sent_back_why, back.sent_back_note) == (
            sent[4], "blurred", "请重拍",
        )  # fmt: skip
        assert sent[4] not in shown
        eyes.look("/photographs")
        assert eyes.found == []


def test_the_second_look_without_script(
    register: Config, chromium: Any, account_of: Any, sent: list[int]
) -> None:
    account_of("legal-office")
    with serving(register) as address:
        context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("#login", "legal-office")
        page.fill("#password", PASSWORD)
        press(page, "main button[type=submit]")
        page.goto(f"{address}/photographs/review")
        page.locator("input[value=approve]").first.check()
        page.locator("input[value=back]").nth(1).check()
        page.locator("select[name^=why-]").nth(1).select_option("background")
        press(page, "form[data-review] button[type=submit]")
        assert "通过 1 张，退回 1 张" in page.inner_text("main")
        context.close()
