"""A sitting of 400 typed twice with real keys on a bad line, and what the database then holds.

Every save is delayed by two seconds, the line is cut twice, the session ends once and a tab is
killed: the database equals the list. The second entry has twelve planted differences: all twelve
are listed, no others, and the second person never received a byte of the first one's rare mark.
"""

import os
import random
import time
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from registry.config import Config
from registry.rules.marks import read_mark
from registry.store.database import connection
from registry.store.tables import AccountSession, MarkHistory
from tests.exam_tables import add_sitting, marks_by_seat, seat_ids, stand_in
from tests.web.conftest import (  # noqa: F401 - fixtures
    PASSWORD,
    account_of,
    cheap_passwords,
    clock,
)
from tests.web.live import serving

pytestmark = pytest.mark.browser

PEOPLE = 400
RARE = "73.5"
DELAY = 2.0
#: Seconds that two browsers type into one sitting; `make score-entry-minute` makes it 60.
SECONDS = float(os.environ.get("REGISTRY_SCORE_SECONDS", "10"))

NOTHING_WAITS = "[data-part=waiting][data-waiting='0']"

#: Times from the key to the focus of the next cell, kept by the page itself.
STOPWATCH = """
window.keyToFocus = [];
let pressed = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter") pressed = performance.now();
}, true);
document.addEventListener("focusin", () => {
  if (pressed) window.keyToFocus.push(performance.now() - pressed);
  pressed = 0;
});
"""


class Line:
    """The line to the office: slow where asked, and it keeps what each browser was answered."""

    def __init__(self) -> None:
        self.delay = 0.0
        self.answers: dict[str, list[bytes]] = {}

    def __call__(self, app: Any) -> Any:
        def slow(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if self.delay and environ["PATH_INFO"].endswith("/save"):
                time.sleep(self.delay)
            heads: list[bytes] = []

            def keep_head(status: str, headers: Any, *more: Any) -> Any:
                heads.append(repr((status, headers)).encode())
                return start_response(status, headers, *more)

            body = b"".join(app(environ, keep_head))
            kept = self.answers.setdefault(environ.get("HTTP_USER_AGENT", ""), [])
            kept += [*heads, body]
            return [body]

        return slow


def enter(browser: Any, address: str, login: str, path: str) -> tuple[Any, Any]:
    """A signed-in browser of its own at a page; gives its context and page."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="zh-CN", user_agent=f"browser of {login}"
    )
    context.add_init_script(STOPWATCH)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"{address}{path}")
    return context, page


def type_marks(page: Any, marks: list[str]) -> tuple[float, int]:
    """Type marks one after the other, each with Enter; gives the seconds, and how many."""
    began = time.monotonic()
    page.keyboard.type("".join(f"{text}\n" for text in marks))
    return time.monotonic() - began, len(marks)


def all_saved(page: Any, seconds: float = 30) -> None:
    """Wait until nothing waits any more; the queue then holds nothing."""
    page.locator(NOTHING_WAITS).wait_for(timeout=seconds * 1000)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('marks'))") == []


def key_to_focus(page: Any) -> list[float]:
    return sorted(page.evaluate("window.keyToFocus"))


def invented(seed: int) -> list[str]:
    """Four hundred marks as a paper form has them; the rare one stands at seat 201."""
    chance = random.Random(seed)
    marks = []
    for _ in range(PEOPLE):
        if chance.random() < 0.03:
            marks.append(chance.choice(["q", "w"]))
        else:
            half = chance.randint(60, 199)
            marks.append(f"{half // 2}.5" if half % 2 else str(half // 2))
    marks = ["74" if mark == RARE else mark for mark in marks]
    marks[200] = RARE
    return marks


def expected(marks: list[str]) -> dict[int, tuple[str, int | None]]:
    read = [read_mark(text, 200) for text in marks]
    return {seat: (one.state, one.half_points) for seat, one in enumerate(read, 1)}


def stored(sitting: int, entry: int) -> dict[int, tuple[str, int | None]]:
    with connection():
        return {seat: found[:2] for seat, found in marks_by_seat(sitting, entry).items()}


def hand_in(page: Any, marks: list[str]) -> None:
    """Type the room's count and sum from the paper, let the machine compare, hand the entry in."""
    values = [half for _, half in expected(marks).values() if half is not None]
    page.keyboard.type(str(len(values)))
    page.keyboard.press("Tab")
    half = sum(values)
    page.keyboard.type(f"{half // 2}.5" if half % 2 else str(half // 2))
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    page.get_by_text("份数和总分都相符。").wait_for()
    page.get_by_role("button", name="录完，交上").click()
    page.get_by_text("已交上。").first.wait_for()


def test_four_hundred_marks_on_a_bad_line_and_a_blind_second_entry(
    register: Config,
    chromium: Any,
    account_of: Callable[..., int],  # noqa: F811
    record_property: Callable[[str, object], None],
) -> None:
    first, second = account_of("exam-coordinator", login="li"), account_of("legal-office")
    third = account_of("exam-coordinator", login="third")
    sitting = add_sitting(PEOPLE)
    stand_in(sitting, 1, first)
    stand_in(sitting, 2, second)
    line, marks = Line(), invented(20261123)
    grid = f"/exams/entry/{sitting}"
    with serving(register, line) as address:
        line.delay = DELAY
        context, page = enter(chromium, address, "li", f"{grid}/1")
        assert page.evaluate("document.activeElement.dataset.mark") == ""
        spans = [type_marks(page, marks[:80])]
        context.set_offline(True)
        spans.append(type_marks(page, marks[80:130]))
        context.set_offline(False)
        spans.append(type_marks(page, marks[130:180]))
        with connection():
            AccountSession.update(ended_at="2026-11-23T02:31:00.000000Z").execute()
        spans.append(type_marks(page, marks[180:230]))
        page.get_by_text("登录已过期。").wait_for()
        page.click("#password-again")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("input[data-mark]:focus").wait_for()
        spans.append(type_marks(page, marks[230:280]))
        context.set_offline(True)
        spans.append(type_marks(page, marks[280:310]))
        page.keyboard.type(marks[310])  # Killed in the middle of a mark.
        latencies = key_to_focus(page)
        page.close(run_before_unload=False)
        context.set_offline(False)
        page = context.new_page()
        page.goto(f"{address}{grid}/1")
        assert page.evaluate("document.activeElement.value") == marks[310]
        page.keyboard.press("Enter")
        spans.append(type_marks(page, marks[311:]))
        assert page.is_visible("[data-none-open]")
        latencies = sorted(latencies + key_to_focus(page))
        all_saved(page)
        assert stored(sitting, 1) == expected(marks)
        hand_in(page, marks)
        context.close()

        # The second entry, at once and on a good line, with twelve planted differences.
        line.delay = 0.0
        planted = {
            seat: "64" if marks[seat] != "64" else "65"
            for seat in (0, 3, 17, 60, 118, 119, 200, 201, 299, 333, 398, 399)
        }
        again = [planted.get(seat, mark) for seat, mark in enumerate(marks)]
        with connection():
            AccountSession.update(ended_at="2026-11-23T02:32:00.000000Z").execute()
        context, page = enter(chromium, address, "legal-office", f"{grid}/2")
        quick = type_marks(page, again)
        all_saved(page)
        assert stored(sitting, 2) == expected(again)
        hand_in(page, again)
        page.goto(f"{address}{grid}/differences")
        context.close()
        received = b"".join(line.answers["browser of legal-office"])
        assert len(received) > 400_000 and RARE.encode() not in received
        assert b"64" in received

        # The third person reads the twelve papers again: exactly these, and then what they have
        # in common is said.
        context, page = enter(chromium, address, "third", f"{grid}/differences")
        seats = [int(text) for text in page.locator("tbody td.seat").all_inner_texts()]
        assert seats == [seat + 1 for seat in sorted(planted)]
        assert RARE not in page.content()
        type_marks(page, [marks[seat] for seat in sorted(planted)])
        page.get_by_text("12个座位都已照卷面定好").wait_for()
        context.close()
    assert third
    slow = sum(seconds for seconds, _ in spans) / sum(number for _, number in spans)
    ratio = slow / (quick[0] / quick[1])
    nine, most = latencies[int(len(latencies) * 0.9)], latencies[int(len(latencies) * 0.99)]
    record_property("ms from key to focus (9 of 10)", round(nine, 1))
    print(
        f"\n400 marks on the slow line: {slow * 1000:.1f} ms each, {ratio:.3f} of the good line; "
        f"key to focus: 9 of 10 within {nine:.1f} ms, 99 of 100 within {most:.1f} ms"
    )
    # What is measured is printed. What must hold on any machine: nothing waits for its save, which
    # takes two seconds and would make a mark twenty times as long.
    assert nine < 1000
    assert ratio < 8


def test_two_browsers_at_one_sitting_lose_no_update(
    register: Config,
    chromium: Any,
    account_of: Callable[..., int],  # noqa: F811
) -> None:
    logins = ("li", "zhang")
    accounts = {login: account_of("exam-coordinator", login=login, name=login) for login in logins}
    sitting = add_sitting(12)
    seats = seat_ids(sitting)
    for account_id in accounts.values():
        stand_in(sitting, 1, account_id)
    chance = random.Random(5)
    typed: dict[str, list[tuple[int, int | None]]] = {login: [] for login in logins}
    with serving(register) as address:
        browsers = {
            login: enter(chromium, address, login, f"/exams/entry/{sitting}/1") for login in logins
        }
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for seat in chance.sample(sorted(seats), 6):
                for login, (_, page) in browsers.items():
                    # Never twice the same in a cell, and never the other's mark.
                    text = str(len(typed[login]) % 100) + (".5" if login == "zhang" else "")
                    page.keyboard.type(f"/{seat}\n{text}\n")
                    typed[login].append((seats[seat], read_mark(text, 200).half_points))
            for _, page in browsers.values():
                page.locator(NOTHING_WAITS).wait_for()
        for context, _ in browsers.values():
            context.close()
    with connection():
        rows = list(
            MarkHistory.select(
                MarkHistory.account_id,
                MarkHistory.candidate_id,
                MarkHistory.value,
                MarkHistory.from_version,
                MarkHistory.version,
                MarkHistory.outcome,
            )
            .order_by(MarkHistory.id)
            .tuples()
        )
        cells = marks_by_seat(sitting, 1)
    lost = 0
    for login, marks in typed.items():
        kept = [row[1:3] for row in rows if row[0] == accounts[login]]
        for mark in marks:
            if mark in kept:
                kept.remove(mark)
            else:
                lost += 1
    unseen = 0
    for seat, candidate_id in seats.items():
        chain = [row for row in rows if row[1] == candidate_id and row[5] == "saved"]
        assert [row[4] for row in chain] == list(range(1, len(chain) + 1))
        unseen += sum(row[3] != row[4] - 1 for row in chain)
        if chain:
            assert cells[seat][1:] == (chain[-1][2], len(chain))
    conflicts = sum(row[5] == "conflict" for row in rows)
    number = sum(map(len, typed.values()))
    print(f"\n{number} marks by two, {conflicts} conflicts, {lost} lost, {unseen} unseen")
    assert conflicts > 0 and number > 20
    assert lost == unseen == 0
