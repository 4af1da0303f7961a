"""The grid under real keys: moving and mending, input methods, undo, paste, tabs and accounts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from registry.config import Config
from registry.store.database import connection
from registry.store.tables import AccountSession
from tests.exam_tables import add_sitting, history_of, marks_by_seat, seat_ids, stand_in
from tests.web.conftest import PASSWORD
from tests.web.live import serving

pytestmark = pytest.mark.browser

ENDED = "2026-11-23T02:31:00.000000Z"
NOTHING_WAITS = "[data-part=waiting][data-waiting='0']"
QUEUED = "Object.keys(localStorage).filter((key) => key.includes('registry-marks')).length"


class Desk:
    """A browser at the grid of one sitting, signed in as somebody who stands in its first entry."""

    def __init__(
        self, address: str, chromium: Any, sitting: int, login: str, language: str = "zh-CN"
    ) -> None:
        self.address, self.sitting = address, sitting
        self.context = chromium.new_context(
            viewport={"width": 1280, "height": 800},
            locale=language,
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.page = self.context.new_page()
        self.sign_in(login)
        self.open()

    def sign_in(self, login: str) -> None:
        self.page.goto(f"{self.address}/sign-in")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button[type=submit]")

    def open(self) -> None:
        self.page.goto(f"{self.address}/exams/entry/{self.sitting}/1")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    @property
    def seat(self) -> str:
        """The seat of the cell that has the focus, "" for none."""
        found = self.page.evaluate(
            "(document.activeElement.closest('tr[data-cell]') || {dataset: {}}).dataset.seat || ''"
        )
        return str(found)

    @property
    def here(self) -> str:
        return str(self.page.evaluate("document.activeElement.value"))

    def cell(self, seat: int) -> str:
        return str(self.page.input_value(f"tr[data-seat='{seat}'] input[data-mark]"))

    def status(self, seat: int) -> str:
        return str(self.page.get_attribute(f"tr[data-seat='{seat}']", "data-status"))

    def why(self, seat: int) -> str:
        return str(self.page.inner_text(f"tr[data-seat='{seat}'] [data-note]"))

    def saved(self) -> dict[int, tuple[str, int | None]]:
        """What the register holds once nothing waits any more."""
        self.page.locator(NOTHING_WAITS).wait_for()
        with connection():
            return {seat: one[:2] for seat, one in marks_by_seat(self.sitting, 1).items()}


Hook = Callable[[Any, Any, Any], Any]


class House:
    """A served register with accounts; ``hook`` may stand between a save and the office."""

    def __init__(self, address: str, chromium: Any, account_of: Callable[..., int]) -> None:
        self.address, self.chromium, self.account_of = address, chromium, account_of
        self.hook: Hook | None = None
        self.accounts: dict[str, int] = {}
        self.desks: list[Desk] = []

    def __call__(self, app: Any) -> Any:
        def between(environ: Any, start_response: Any) -> Any:
            if self.hook and environ["PATH_INFO"].endswith("/save"):
                return self.hook(app, environ, start_response)
            return app(environ, start_response)

        return between

    def sitting(self, people: int, *logins: str) -> int:
        """A sitting of one room, its first entry typed by ``logins``."""
        with connection():
            sitting = add_sitting(people)
            for login in logins:
                if login not in self.accounts:
                    self.accounts[login] = self.account_of(
                        "exam-coordinator", login=login, name={"li": "李敏", "zhang": "张华"}[login]
                    )
                stand_in(sitting, 1, self.accounts[login])
        return sitting

    def desk(self, sitting: int, login: str = "li", language: str = "zh-CN") -> Desk:
        self.desks.append(Desk(self.address, self.chromium, sitting, login, language))
        return self.desks[-1]


@pytest.fixture
def house(register: Config, chromium: Any, account_of: Callable[..., int]) -> Iterator[House]:
    with _opened(register, chromium, account_of) as house:
        yield house
        for desk in house.desks:
            desk.context.close()


@contextmanager
def _opened(register: Config, chromium: Any, account_of: Callable[..., int]) -> Iterator[House]:
    house = House("", chromium, account_of)
    with serving(register, house) as house.address:
        yield house


def test_both_keyboards_in_an_english_page(house: House) -> None:
    desk = house.desk(house.sitting(4, "li"), language="en")
    for typed in ("q", "缺", "w", "违"):
        desk.type(typed)
        desk.press("Enter")
    assert [desk.cell(seat) for seat in range(1, 5)] == ["absent"] * 2 + ["disciplined"] * 2
    # A step back puts the word that the cell showed, and the register reads it.
    desk.page.focus("tr[data-seat='1'] input[data-mark]")
    desk.type("61")
    desk.press("Enter", "Control+z")
    assert desk.saved() == {
        1: ("absent", None),
        2: ("absent", None),
        3: ("disciplined", None),
        4: ("disciplined", None),
    }
    assert desk.status(1) == "kept" and desk.cell(1) == "absent"


def test_moving_and_mending(house: House) -> None:
    desk = house.desk(house.sitting(12, "li"))
    assert desk.seat == "1" and desk.page.is_visible(".keys kbd")
    desk.type("85")
    desk.press("Enter")
    assert desk.seat == "2"
    # Moving: arrows go up and down, sideways does nothing, typing replaces.
    desk.press("ArrowUp")
    assert desk.seat == "1"
    desk.press("ArrowLeft", "ArrowRight", "Home", "End")
    assert desk.seat == "1"
    desk.type("7")
    assert desk.here == "7"
    desk.press("Escape")
    assert desk.here == "85"
    # Mending: arrows stay inside the cell, Esc gives back what stood there.
    desk.press("F2", "ArrowLeft", "ArrowLeft", "Delete")
    desk.type("9")
    assert (desk.seat, desk.here) == ("1", "95")
    desk.press("Escape")
    assert desk.here == "85"
    desk.press("F2", "Backspace")
    desk.type("6")
    desk.press("ArrowUp", "ArrowDown")
    assert desk.seat == "1"
    desk.press("Enter")
    assert (desk.cell(1), desk.seat) == ("86", "2")
    # A first click moves there, a second one mends.
    box = desk.page.locator("tr[data-seat='1'] input[data-mark]").bounding_box()
    edge = (box["x"] + box["width"] - 10, box["y"] + 10)
    desk.page.mouse.click(*edge)
    desk.page.mouse.click(*edge)
    desk.type(".5")
    desk.press("Enter", "Control+End")
    assert (desk.cell(1), desk.seat) == ("86.5", "12")
    desk.press("PageUp")
    assert desk.seat == "2"
    desk.press("Control+Home")
    assert desk.seat == "1"
    assert desk.page.locator("tr.here").count() == 1
    assert "1号座位，考生乙1" in str(desk.page.evaluate("document.activeElement.ariaLabel"))
    assert desk.saved() == {1: ("mark", 173)}


def test_jumps_the_second_way_and_the_end(house: House) -> None:
    desk = house.desk(house.sitting(12, "li"))
    desk.type("/9\n70\n")
    assert desk.seat == "10"
    desk.type("/77\n")
    assert desk.page.inner_text("[data-part=jump-said]") == "没有77号座位。"
    desk.press("Escape")
    assert desk.seat == "10"
    desk.page.check("input[name=way][value=seat]")
    desk.type("3\n61\n11\nq\n3\n")
    assert "已经有成绩" in desk.page.inner_text("[data-part=jump-said]")
    desk.press("Escape")
    desk.page.check("input[name=way][value=order]")
    desk.type("/12\n8o\n")
    # The last row never goes round: it opens the list of what is still open.
    seats = desk.page.locator("[data-open-seats] button").all_inner_texts()
    assert seats == [f"{n}号座位 空" for n in (1, 2, 4, 5, 6, 7, 8, 10)] + ["12号座位 有误"]
    desk.press("Enter")
    assert desk.seat == "1"
    for seat in (1, 2, 4, 5, 6, 7, 8, 10):
        desk.type(f"/{seat}\n60\n")
    desk.type("/12\n60\n")
    assert desk.page.evaluate("document.activeElement.id") == "scripts"
    marks = desk.saved()
    assert (len(marks), marks[9], marks[11], marks[3]) == (
        12,
        ("mark", 140),
        ("absent", None),
        ("mark", 122),
    )


def test_an_input_method_composes_in_peace(house: House) -> None:
    desk = house.desk(house.sitting(4, "li"))
    method = desk.context.new_cdp_session(desk.page)

    def compose(letters: str) -> None:
        for end in range(1, len(letters) + 1):
            method.send(
                "Input.dispatchKeyEvent",
                {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": "Process"},
            )
            method.send(
                "Input.imeSetComposition",
                {"text": letters[:end], "selectionStart": end, "selectionEnd": end},
            )

    compose("que")
    # Enter and the slash belong to the input method while it composes.
    for key in ("Enter", "/"):
        method.send(
            "Input.dispatchKeyEvent",
            {"type": "rawKeyDown", "windowsVirtualKeyCode": 229, "key": key},
        )
    assert (desk.seat, desk.status(1)) == ("1", "empty")
    method.send("Input.insertText", {"text": "缺"})
    desk.press("Enter")
    assert (desk.cell(1), desk.seat) == ("缺考", "2")
    method.send("Input.insertText", {"text": "８５。５"})
    desk.press("Enter")
    compose("w")
    method.send("Input.insertText", {"text": "w"})
    desk.press("Enter")
    assert (desk.cell(2), desk.cell(3), desk.seat) == ("85.5", "违纪", "4")
    # An input method makes 、 of the slash without telling the key.
    method.send("Input.insertText", {"text": "、"})
    assert desk.page.evaluate("document.activeElement.id") == "jump"
    assert desk.cell(4) == ""
    assert desk.saved() == {1: ("absent", None), 2: ("mark", 171), 3: ("disciplined", None)}


def test_undo_takes_steps_back_and_a_paste_is_one(house: House) -> None:
    sitting = house.sitting(5, "li")
    desk = house.desk(sitting)
    desk.type("60\n61\n45+20\n")
    assert "45 + 20 = 65" in desk.why(3)
    desk.saved()
    desk.page.evaluate("navigator.clipboard.writeText('70\\n71\\n\\n8,5\\n')")
    desk.type("/1\n")
    desk.press("Control+v")
    panel = desk.page.locator("[data-part=paste]")
    panel.get_by_text("粘贴了4行").wait_for()
    assert "这一行空白" in panel.inner_text() and "不能用逗号" in panel.inner_text()
    assert desk.cell(1) == "60"
    desk.press("Enter")
    panel.wait_for(state="hidden")
    assert [desk.cell(seat) for seat in range(1, 5)] == ["70", "71", "65", ""]
    assert desk.seat == "1"
    desk.press("Control+z")
    assert [desk.cell(seat) for seat in range(1, 4)] == ["60", "61", "65"]
    # What is typed over before it was sent is sent once; the history is to show both steps.
    desk.saved()
    desk.press("Control+z")
    assert (desk.cell(3), desk.seat) == ("", "3")
    desk.press("Control+z", "Control+z", "Control+z")
    assert [desk.cell(seat) for seat in range(1, 4)] == ["", "", ""]
    assert set(desk.saved().values()) == {("empty", None)}
    with connection():
        ways = [row[3] for row in history_of(seat_ids(sitting)[1])]
    assert ways == ["typed", "pasted", "undone", "undone"]


def test_a_conflict_shows_both_until_the_paper_was_looked_at(house: House) -> None:
    sitting = house.sitting(3, "li", "zhang")
    li, zhang = house.desk(sitting), house.desk(sitting, "zhang")
    zhang.type("73\n80\n")
    zhang.saved()
    li.type("78\n80\n")
    li.page.get_by_text("张华").first.wait_for()
    assert "录为73；您录为78" in li.why(1) and li.cell(1) == "78"
    # The same mark is no conflict.
    li.page.locator("tr[data-seat='2'][data-status=kept]").wait_for()
    assert "分歧 1" in li.page.inner_text("[data-part=counts]")
    # It outlives the page, waits for nobody's network, and passing by settles nothing.
    li.open()
    assert li.cell(1) == "78" and "张华" in li.why(1) and li.seat == "1"
    li.press("Enter")
    assert li.status(1) == "conflict"
    li.page.click("tr[data-seat='1'] button")
    li.type("78\n")
    assert li.saved() == {1: ("mark", 156), 2: ("mark", 160)}
    assert li.status(1) == "kept"
    assert li.page.evaluate(QUEUED) == 0
    with connection():
        outcomes = [row[1:3] for row in history_of(seat_ids(sitting)[1])]
    assert outcomes == [(146, "saved"), (156, "conflict"), (156, "saved")]


def test_an_answer_lost_after_the_commit_is_asked_for_again(house: House) -> None:
    sitting = house.sitting(2, "li")
    desk = house.desk(sitting)
    lost: list[int] = []

    def lose(app: Any, environ: Any, start_response: Any) -> Any:
        if len(lost) < 2:
            lost.append(1)
            list(app(environ, lambda *_: None))
            start_response("502 Bad Gateway", [("Content-Length", "0")])
            return [b""]
        return app(environ, start_response)

    house.hook = lose
    desk.type("61\n")
    desk.page.get_by_text("网络不通").wait_for()
    desk.type("62\n")
    desk.type("/1\n63\n")
    assert desk.saved() == {1: ("mark", 126), 2: ("mark", 124)}
    assert len(lost) == 2
    with connection():
        assert [row[1] for row in history_of(seat_ids(sitting)[1])] == [122, 126]


def test_two_tabs_share_one_queue(house: House) -> None:
    sitting = house.sitting(3, "li")
    desk = house.desk(sitting)
    one, other = desk.page, desk.context.new_page()
    other.goto(f"{house.address}/exams/entry/{sitting}/1")
    one.bring_to_front()
    desk.context.set_offline(True)
    desk.type("61\n62\n")
    other.locator("tr[data-seat='2'][data-status=waiting]").wait_for()
    assert other.input_value("tr[data-seat='1'] input[data-mark]") == "61"
    one.close(run_before_unload=False)
    desk.context.set_offline(False)
    # The tab that lives sends what the dead one left, and types over it without a conflict.
    desk.page = other
    other.bring_to_front()
    desk.type("/1\n71\n")
    other.locator(NOTHING_WAITS).wait_for(timeout=15_000)
    assert desk.saved() == {1: ("mark", 142), 2: ("mark", 124)}
    assert other.evaluate(QUEUED) == 0


def test_another_account_neither_sees_nor_sends_what_waits(house: House) -> None:
    sitting = house.sitting(3, "li", "zhang")
    desk = house.desk(sitting)
    desk.context.set_offline(True)
    desk.type("61.5\n")
    desk.page.get_by_text("1 个等待网络").wait_for()
    desk.page.close(run_before_unload=False)
    desk.context.set_offline(False)
    with connection():
        AccountSession.update(ended_at=ENDED).execute()
    desk.page = desk.context.new_page()
    desk.sign_in("zhang")
    desk.open()
    assert desk.cell(1) == "" and desk.page.locator(NOTHING_WAITS).count() == 1
    desk.type("/2\n90\n")
    assert desk.saved() == {2: ("mark", 180)}
    assert "61.5" not in desk.page.content() and desk.page.evaluate(QUEUED) == 1
    stored = str(desk.page.evaluate("JSON.stringify(localStorage)"))
    assert "考生" not in stored and "李敏" not in stored
    # A page of the first account that still stands open says so and shows nothing any more.
    with connection():
        AccountSession.update(ended_at=ENDED).execute()
    desk.sign_in("li")
    desk.open()
    assert desk.cell(1) == "61.5"
    assert desk.saved() == {1: ("mark", 123), 2: ("mark", 180)}
    assert desk.page.evaluate(QUEUED) == 0


def test_a_page_whose_account_has_changed_goes_away(house: House) -> None:
    sitting = house.sitting(3, "li", "zhang")
    desk = house.desk(sitting)
    first = desk.page
    desk.page = desk.context.new_page()
    with connection():
        AccountSession.update(ended_at=ENDED).execute()
    desk.sign_in("zhang")
    first.bring_to_front()
    first.keyboard.type("61\n")
    first.wait_for_url("**/exams/entry")
    assert "61" not in first.inner_text("main")
    with connection():
        assert marks_by_seat(sitting, 1) == {}


def test_leaving_warns_only_while_something_waits(house: House) -> None:
    desk = house.desk(house.sitting(3, "li"))
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.page.on("dialog", answer)
    desk.type("61\n")
    desk.saved()
    desk.page.reload()
    assert asked == [] and desk.cell(1) == "61"
    desk.context.set_offline(True)
    desk.type("62\n")
    desk.page.get_by_text("1 个等待网络").wait_for()
    desk.page.click("nav.trail a >> nth=0", no_wait_after=True)
    desk.page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
