"""Imports in a real browser: axe, widths, both languages, and without script."""

from pathlib import Path
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act
from registry.services.imports import commit, read_file
from registry.store.tables import Person
from tests.roster_files import import_organisations, officer, roster
from tests.web.conftest import PASSWORD
from tests.web.live import serving, watching

pytestmark = pytest.mark.browser

BUREAU = "市场监督管理局"
SORTS = (
    "refused", "warned", "proposed", "findings", "added", "changed", "unchanged", "absent",
)  # fmt: skip


@pytest.fixture
def messy(register: Config, act: Act, tmp_path: Path) -> Path:
    """A register with a few people, and a roster with every sort of row."""
    import_organisations(act, "区人民政府", BUREAU)
    before = roster(*(officer(serial, f"陈大文{serial}") for serial in (1, 3, 5, 7)))
    commit(act, read_file(before, "before.xlsx"))
    file = tmp_path / "行政执法人员花名册（二〇二六年度）.xlsx"
    file.write_bytes(
        roster(
            officer(1, "陈大文1"),
            officer(3, "陈大文3", section="法制科", telephone="12"),
            officer(5, "买买提·艾力·阿不都热合曼"),
            officer(9, "㛃䶮𬭎"),
            officer(11, "王五", establishment="临时工", number="32041300011"),
            officer(13, "赵六", place="某某大队", establishment="聘用"),
            headings=["序号", "姓名", "性别", "身份证号码", "所在单位", "内设机构", "职务",
                      "编制性质", "执法领域", "原执法证号", "发证日期", "联系电话", "血型"],
        )
    )  # fmt: skip
    return file


def press(page: Any, button: str) -> None:
    """Press a button that sends a form, and wait for the page that answers."""
    with page.expect_navigation():
        page.click(button)


@pytest.mark.parametrize(("width", "language"), [(390, "zh-CN"), (1280, "en")])
def test_a_roster_goes_in_before_everybodys_eyes(
    register: Config, chromium: Any, account_of: Any, messy: Path, width: int, language: str
) -> None:
    account_of("legal-office")
    with (
        serving(register) as address,
        watching(chromium, address, width=width, language=language) as eyes,
    ):
        eyes.sign_in("legal-office", PASSWORD)
        eyes.look("/imports")
        page = eyes.page
        press(page, "main form button[type=submit]")
        eyes.look()
        page.set_input_files("input[type=file]", str(messy))
        press(page, "main form button[type=submit]")
        preview = page.url.removeprefix(address)
        for sort in SORTS:
            eyes.look(f"{preview}?show={sort}")
        page.select_option("select[name=column-0]", "ignored")
        for place in range(page.locator("select[name^=word-]").count()):
            page.select_option(f"select[name=word-{place}]", index=1)
        press(page, "details button[type=submit]")
        eyes.look()
        press(page, "form[action$=commit] button")
        eyes.look()
        assert page.locator("b", has_text="1").count() and Person.select().count() == 6
        eyes.look("/imports")
        assert eyes.found == []


def test_a_roster_goes_in_without_script(
    register: Config, chromium: Any, account_of: Any, messy: Path
) -> None:
    account_of("legal-office")
    with serving(register) as address:
        context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("#login", "legal-office")
        page.fill("#password", PASSWORD)
        press(page, "main button[type=submit]")
        page.goto(f"{address}/imports")
        page.set_input_files("input[type=file]", str(messy))
        press(page, "main form button[type=submit]")
        press(page, "form[action$=commit] button")
        assert "已导入" in page.title()
        context.close()
