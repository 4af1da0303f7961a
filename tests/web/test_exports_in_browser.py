"""Lists out and grades in, in a real browser: axe, widths, both languages, the file itself."""

from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from registry.config import Config
from registry.documents.spreadsheets import write_workbook
from registry.rules.acts import Act
from registry.services import exports
from registry.services.imports import commit, read_file
from registry.store.tables import Appraisal, Engagement, ExportTemplateRow
from tests.roster_files import identity_number, import_organisations, officer, roster
from tests.web.conftest import PASSWORD
from tests.web.live import LANGUAGES, WIDTHS, Eyes, serving, watching

pytestmark = pytest.mark.browser

BUREAU = "市场监督管理局"


@pytest.fixture
def district(register: Config, act: Act) -> None:
    import_organisations(act, "区人民政府", BUREAU)
    names = {1: "陈大文", 3: "买买提·艾力·阿不都热合曼", 5: "㛃䶮𬭎"}
    rows = (officer(serial, name, number=f"3204130000{serial}") for serial, name in names.items())
    commit(act, read_file(roster(*rows), "roster.xlsx"))
    chosen = [("serial", ""), ("name", "持证人姓名"), ("card_number", "")]
    exports.save_template(
        act, name="市局季度汇总表", subject="person", title="持证人员汇总", chosen=chosen
    )


def press(page: Any, button: str) -> None:
    with page.expect_navigation():
        page.click(button)


def taken(page: Any, button: str, folder: Path) -> Path:
    """What the browser saves when a button is pressed."""
    with page.expect_download() as waiting:
        page.click(button)
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


class BothWidths:
    """Looks at a page with axe at one width, and for sideways scrolling at the other too."""

    def __init__(self, eyes: Eyes) -> None:
        self.eyes = eyes

    def __call__(self, path: str = "") -> None:
        self.eyes.look(path)
        here = self.eyes.page.viewport_size
        for width in set(WIDTHS) - {here["width"]}:
            self.eyes.page.set_viewport_size({"width": width, "height": here["height"]})
            wide = self.eyes.page.evaluate(
                "document.documentElement.scrollWidth - window.innerWidth"
            )
            if wide > 1:
                self.eyes.found.append(f"{self.eyes.page.url} at {width}: {wide} px too wide")
        self.eyes.page.set_viewport_size(here)


@pytest.mark.parametrize(("language", "width"), zip(LANGUAGES, WIDTHS, strict=True))
def test_a_list_goes_out_and_grades_come_in_before_everybodys_eyes(
    register: Config,
    chromium: Any,
    account_of: Any,
    district: None,
    tmp_path: Path,
    width: int,
    language: str,
) -> None:
    account_of("legal-office")
    grades = [
        [1, "陈大文", identity_number(1), BUREAU, "合格"],
        [2, "㛃䶮𬭎", identity_number(5), BUREAU, "良好"],
    ]
    headings = ["序号", "姓名", "身份证号", "单位", "考核等次"]
    graded = tmp_path / "2025年度考核结果.xlsx"
    graded.write_bytes(write_workbook("2025年度考核结果汇总表", headings, grades))
    with (
        serving(register) as address,
        watching(chromium, address, width=width, language=language) as eyes,
    ):
        eyes.sign_in("legal-office", PASSWORD)
        page, look = eyes.page, BothWidths(eyes)
        page.goto(f"{address}/people?roster=officer")
        press(page, "main a[href^='/exports/people']")
        assert "roster=officer" in page.url
        look()
        file = taken(page, "main form button[type=submit]", tmp_path)
        look("/exports/people/identity-numbers?roster=officer")
        press(page, "main form button[type=submit]")
        look()
        page.fill("#reason", "报市局制证")
        whole = taken(page, "main form button[type=submit]", tmp_path)
        look("/export-templates")
        press(page, "main tbody th a")
        look()
        page.fill("[name=place-name]", "x")
        press(page, "main form button[type=submit]")
        look()
        page.goto(f"{address}/imports")
        page.set_input_files("input[type=file]", str(graded))
        press(page, "main form button[type=submit]")
        for sort in ("refused", "added"):
            look(f"{page.url.removeprefix(address).partition('?')[0]}?show={sort}")
        press(page, "form[action$=commit] button")
        look()
        assert eyes.found == []
    shown, hidden = (
        CalamineWorkbook.from_path(str(one)).get_sheet_by_index(0).to_python()[2][4]
        for one in (whole, file)
    )
    assert len(shown) == 18 and hidden == shown[:6] + "*" * 8 + shown[-4:]
    assert Appraisal.select().count() == 1 and ExportTemplateRow.select().count() == 1


def test_a_mended_list_comes_back_through_the_browser(
    register: Config, chromium: Any, account_of: Any, district: None, tmp_path: Path
) -> None:
    account_of("legal-office")
    with (
        serving(register) as address,
        watching(chromium, address, width=1280, language="zh-CN") as eyes,
    ):
        eyes.sign_in("legal-office", PASSWORD)
        page = eyes.page
        page.goto(f"{address}/exports/people?roster=officer")
        file = taken(page, "main form button[type=submit]", tmp_path)
        title, headings, *rows = (
            CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
        )
        rows[1][headings.index("联系电话")] = "13900000001"
        mended = tmp_path / "改好的名单.xlsx"
        mended.write_bytes(write_workbook(str(title[0]), list(map(str, headings)), rows))
        page.goto(f"{address}/imports")
        page.set_input_files("input[type=file]", str(mended))
        press(page, "main form button[type=submit]")
        assert page.locator("main del").count() == page.locator("main ins").count() == 1
        eyes.look()
        press(page, "form[action$=commit] button")
        assert eyes.found == []
    changed = Engagement.select().where(Engagement.telephone == "13900000001")
    assert changed.count() == 1
