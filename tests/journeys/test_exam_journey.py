"""From an empty register to a scanned card: class, exam day, marks, results, first issue.

Everything by clicks and keys in one browser's windows, against the product's own three doors; only
the accounts of the office come from the command line.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from werkzeug.serving import WSGIRequestHandler, make_server

from registry.config import Config
from registry.rules.acts import local_day
from registry.rules.marks import mark_text, read_mark
from registry.store.database import shut
from registry.web.doors import doors
from registry.web.sessions import utc_now
from tests.command_line.conftest import PASSWORD, Console
from tests.documents.printed import Printed
from tests.roster_files import identity_number, officer, roster
from tests.web.conftest import cheap_passwords  # noqa: F401 - fixture
from tests.web.live import Eyes, watching

pytestmark = pytest.mark.browser

BUREAU = "常州市金坛区市场监督管理局"
BRIGADE = "金坛区市场监管综合行政执法大队"
CLASS, EXAM = "公共法律知识培训班", "资格考试"
OWN = "three.boats-on-the-canal"
NAMES = (
    "陈思远", "周文静", "吴国栋", "郑晓燕", "欧阳建国", "冯志强",
    "蒋丽华", "沈海波", "韩雪梅", "杨立新", "买买提·艾力", "朱明亮",
)  # fmt: skip
#: What stands on the twelve papers, in the order of the seats as they are drawn.
MARKS = ("85.5", "60", "q", "92", "59.5", "73", "88.5", "100", "66", "71.5", "90", "64")
PASSED = 10


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def every_door(config: Config) -> Iterator[str]:
    """The product's own three doors behind one address; gives it."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=_Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    server.app = doors(replace(config, public_url=address))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        shut()


def press(page: Any, button: str) -> None:
    """Press the button of that name and wait for the page that answers."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=button, exact=True).click()


def follow(page: Any, link: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=link, exact=True).first.click()


def go(page: Any, place: str) -> None:
    """Open a first-level page by the navigation."""
    with page.expect_navigation():
        page.get_by_role("navigation").get_by_role("link", name=place, exact=True).first.click()


def downloaded(page: Any, button: str) -> bytes:
    with page.expect_download() as download:
        page.locator("main").get_by_role("button", name=button, exact=True).click()
    return Path(download.value.path()).read_bytes()


def said(page: Any, text: str) -> None:
    assert text in page.inner_text("main"), page.inner_text("main")


def codes_of(pdf: bytes, page: int = 0) -> list[str]:
    """The QR codes on a page, read by a reader that is not ours."""
    found = zxingcpp.read_barcodes(
        Printed(pdf).picture(page, 200).convert("L"),
        formats=zxingcpp.barcode_formats_from_str("QRCode"),
    )
    return [one.text for one in found]


def test_from_an_empty_register_to_a_scanned_card(
    config: Config, chromium: Any, tmp_path: Path
) -> None:
    console = Console(config)
    console.account("legal", "legal-office", "--name", "法制")
    console.account("coordinator", "exam-coordinator", "--name", "考务")
    console.account("publisher", "exam-coordinator", "--name", "公布人")
    with every_door(config) as address, ExitStack() as windows:

        def window(login: str = "", password: str = PASSWORD, width: int = 1280) -> Eyes:
            eyes: Eyes = windows.enter_context(
                watching(chromium, address, width=width, language="zh-CN")
            )
            seen.append(eyes)
            if login:
                eyes.sign_in(login, password)
            return eyes

        seen: list[Eyes] = []
        legal = window("legal").page
        put_on_record(legal, tmp_path)
        console.account("clerk", "hr", "--name", "经办", "--organisation", "SJJ")
        coordinator, clerk = window("coordinator").page, window("clerk").page
        hold_class(coordinator, clerk)
        tickets = prepare_exam(coordinator, clerk)
        slips = [open_typist(coordinator, name) for name in ("录入员甲", "录入员乙")]
        marks = dict(zip(tickets, MARKS, strict=True))
        for entry, (login, once) in zip(("第一遍", "第二遍"), slips, strict=True):
            type_entry(window(login, once).page, once, entry, marks)
        publish(window("publisher").page)
        look_up(window(width=390).page, address, clerk, tickets[0])
        card = issue(legal)
        (scanned,) = codes_of(card)
        assert scanned.startswith(f"{address}/v/")
        citizen = window(width=390).page
        citizen.goto(scanned)
        assert citizen.inner_text("h1") == "有效"
        assert BUREAU in citizen.inner_text("main") or BRIGADE in citizen.inner_text("main")
        assert citizen.context.cookies() == []
        assert [fault for eyes in seen for fault in eyes.found] == []


def put_on_record(page: Any, folder: Path) -> None:
    """Two organisations typed, eleven people from a workbook, the twelfth typed."""
    for code, name, parent in (("SJJ", BUREAU, ""), ("SJDD", BRIGADE, "SJJ")):
        go(page, "单位与主体")
        follow(page, "登记一个机构")
        page.fill("#code", code)
        page.fill("#name", name)
        page.check(f"input[name=subject_type][value={'authorised' if parent else 'authority'}]")
        page.select_option("#parent", parent)
        page.check("input[name=fields][value=market-regulation]")
        page.check("input[name=merged][value=no]")
        press(page, "登记")
        assert name in page.inner_text("h1")
    file = folder / "执法人员名册.xlsx"
    rows = [
        officer(2 * serial + 1, name, place=BRIGADE if serial > 7 else BUREAU)
        for serial, name in enumerate(NAMES[:-1])
    ]
    file.write_bytes(roster(*rows))
    go(page, "导入")
    page.set_input_files("input[type=file]", str(file))
    press(page, "上传并预览")
    press(page, "导入：新增 11")
    said(page, "每一行都导入了。")
    go(page, "人员")
    follow(page, "登记一个人")
    page.fill("#name", NAMES[-1])
    page.fill("#identity_number", identity_number(101))
    page.select_option("#organisation", "SJDD")
    page.select_option("#establishment", "civil-servant")
    page.fill("#post", "科员")
    press(page, "登记")
    said(page, NAMES[-1])


def hold_class(page: Any, clerk: Any) -> None:
    """Planned and opened, people put down by the clerk, attendance by digits, closed."""
    today = local_day(utc_now()).isoformat()
    go(page, "培训")
    follow(page, "新建培训班")
    page.fill("#title", CLASS)
    page.select_option("#kind", "public-law")
    page.fill("#from_on", today)
    page.fill("#to_on", today)
    page.fill("#hours", "7")
    page.check("#half_days")
    press(page, "建班")
    follow(page, "分配名额")
    page.fill("#quota", "20")
    page.fill("#deadline_on", today)
    page.check("input[name=organisations][value=SJJ]")
    press(page, "分配")
    follow(page, "开放报名")
    press(page, "开放报名")
    go(clerk, "培训")
    follow(clerk, CLASS)
    follow(clerk, "报名")
    for box in clerk.locator("tbody input[name=person]").all():
        box.press("Space")
    press(clerk, "保存报名")
    said(clerk, "已报名 12 人")
    page.reload()
    follow(page, "手工登记签到")
    for organ, people in ((BUREAU, 8), (BRIGADE, 4)):
        if page.inner_text("main h2") != organ:
            with page.expect_navigation():
                page.locator("main details a", has_text=organ).click()
        cells = page.locator("form.grid select")
        assert cells.count() == 2 * people
        cells.first.focus()
        # Down the morning, down the afternoon, and the button that saves.
        for _ in range(2 * people):
            page.keyboard.press("1")
        with page.expect_navigation():
            page.keyboard.press("Enter")
    go(page, "培训")
    follow(page, CLASS)
    follow(page, "结班")
    press(page, "结班")
    said(page, "全勤人数")
    assert page.locator("tbody tr", has_text="7 学时").count() == 12


def prepare_exam(page: Any, clerk: Any) -> list[str]:
    """A sitting of today: enrolled, seated in two rooms, tickets printed, held.

    Gives the ticket numbers in the order of rooms and seats.
    """
    go(page, "考试")
    follow(page, "新建考试")
    page.fill("#title", EXAM)
    page.fill("#held_on", local_day(utc_now()).isoformat())
    page.select_option("#subject", "public-law")
    press(page, "新建")
    press(page, "开放报名")
    go(clerk, "考试")
    follow(clerk, "公共法律知识")
    follow(clerk, "报名")
    clerk.click("thead input[type=checkbox]")
    press(clerk, "报名")
    said(clerk, "已报名（12 人）")
    page.reload()
    press(page, "报名截止")
    follow(page, "考场、座位和准考证")
    for room in ("第一考场", "第二考场"):
        page.fill("#code", room)
        page.fill("#place", "区委党校")
        page.fill("#seats", "7")
        page.fill("#reserve", "1")
        press(page, "登记考场")
    press(page, "抽签排座位（12 人）")
    page.fill("#times", "9:00—10:30")
    paper = downloaded(page, "准考证")
    page.reload()
    said(page, "准考证已经打印，座位不再重排。")
    for panel in page.locator("main details summary").all():
        panel.click()
    rows = page.locator("main details tbody tr td:nth-child(2)").all_inner_texts()
    assert len(set(rows)) == 12
    printed = [one for sheet in range(len(Printed(paper))) for one in codes_of(paper, sheet)]
    assert sorted(one.rsplit("/", 1)[1] for one in printed) == sorted(rows)
    page.go_back()
    follow(page, "考试")
    follow(page, "公共法律知识")
    press(page, "开始录成绩")
    return rows


def open_typist(page: Any, name: str) -> tuple[str, str]:
    """An account by slip; gives login and one-time password."""
    follow(page, "录入账号")
    page.fill("#name", name)
    press(page, "开账号，显示登录单")
    login = re.search(r"luru-[0-9]+-[0-9]+", page.inner_text("article.slip"))
    once = page.inner_text(".slip-password")
    assert login
    follow(page, "已经交给本人，返回")
    follow(page, EXAM)
    return login[0], once


def type_entry(page: Any, once: str, entry: str, marks: dict[str, str]) -> None:
    """An own password, then every mark with real keys, count and sum of both rooms, handed in."""
    page.fill("#current_password", once)
    page.fill("#new_password", OWN)
    page.fill("#new_password_again", OWN)
    press(page, "改密码")
    go(page, "成绩录入")
    with page.expect_navigation():
        page.click("main tbody a")
    with page.expect_navigation():
        page.locator("main section.panel", has_text=entry).locator("button.button-first").click()
    for last in (False, True):
        page.locator("input[data-mark]:focus").wait_for()
        tickets = page.locator("td.ticket").all_inner_texts()
        typed = [marks[ticket] for ticket in tickets]
        page.keyboard.type("".join(f"{mark}\n" for mark in typed))
        page.locator("[data-part=waiting][data-waiting='0']").wait_for()
        values = [half for one in typed if (half := read_mark(one, 200).half_points) is not None]
        page.keyboard.type(str(len(values)))
        page.keyboard.press("Tab")
        page.keyboard.type(mark_text(sum(values)))
        with page.expect_navigation():
            page.keyboard.press("Enter")
        said(page, "份数和总分都相符。")
        if not last:
            follow(page, "下一考场：第二考场")
    press(page, "整场录完，交上")
    said(page, "已交上。")


def publish(page: Any) -> None:
    go(page, "考试")
    follow(page, "公共法律知识")
    follow(page, "公布成绩")
    press(page, "公布成绩")
    assert page.locator("tbody tr", has_text="不合格").count() == len(MARKS) - PASSED


def look_up(phone: Any, address: str, clerk: Any, ticket: str) -> None:
    """The candidate in the first seat asks for the own mark, first with a wrong number."""
    go(clerk, "考试")
    follow(clerk, "公共法律知识")
    row = clerk.locator("tbody tr", has_text=ticket)
    name = row.locator("th").inner_text().split()[0]
    place = NAMES.index(name)
    identity = identity_number(101 if place == len(NAMES) - 1 else 2 * place + 1)
    phone.goto(f"{address}/c/result")
    phone.fill("#ticket", ticket)
    phone.fill("#tail", "000000")
    press(phone, "查成绩")
    assert phone.locator("[role=alert]").count() == 1
    phone.fill("#tail", identity[-6:])
    press(phone, "查成绩")
    said(phone, "85.5 分（满分 100 分，合格线 60 分） · 合格")
    assert name in phone.inner_text("header")


def issue(page: Any) -> bytes:
    """First certificates for all who passed, upon the organ's statement; gives a card's PDF."""
    go(page, "换发")
    follow(page, "首次发证")
    assert page.locator("tbody input[name=person]").count() == PASSED
    page.click("thead input[type=checkbox]")
    press(page, "发证")
    said(page, "不予发证 10 人")
    go(page, "换发")
    follow(page, "首次发证")
    page.click("thead input[type=checkbox]")
    page.fill("#letter_number", "坛市监函〔2026〕8号")
    page.fill("#appraisals_stated", "坛市监函〔2026〕9号")
    press(page, "发证")
    said(page, "已发证 10 张，不予发证 0 人。")
    with page.expect_navigation():
        page.locator("th[scope=row] a.nowrap").first.click()
    return downloaded(page, "打印卡片（PDF）")
