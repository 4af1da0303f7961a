"""Score entry over HTTP: the form without script, the script's messages, and who sees what."""

import io
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import pytest

from registry.config import Config
from registry.store.database import connection, database
from registry.store.tables import Account
from tests.exam_tables import (
    add_sitting,
    history_of,
    marks_by_seat,
    open_typist,
    seat_ids,
)
from tests.web.conftest import Browser
from tests.web.page_inspection import problems_of

SignedIn = Callable[..., Browser]
RARE = "73.5"


def begin(browser: Browser, sitting: int, entry: int) -> str:
    """Stand in an entry; gives the grid's address."""
    browser.get(f"/exams/entry/{sitting}")
    answer = browser.post(f"/exams/entry/{sitting}/{entry}/begin")
    assert answer.status_code == 303, answer.text
    return f"/exams/entry/{sitting}/{entry}"


def form_of(page: str, cells: dict[int, str]) -> dict[str, str]:
    """The grid's form as a browser without script sends it, with ``cells`` typed over."""
    fields = dict(re.findall(r'name="((?:was|version)-[0-9]+)" value="([^"]*)"', page))
    fields |= dict(re.findall(r'name="(mark-[0-9]+)" value="([^"]*)"', page))
    form = re.search(r'name="form" value="([^"]+)"', page)
    assert form
    fields["form"] = form[1]
    fields = {name: unescape(value) for name, value in fields.items()}
    return fields | {f"mark-{cell}": text for cell, text in cells.items()}


def type_form(browser: Browser, grid: str, cells: dict[int, str]) -> Any:
    """Open the grid, type and save it without script."""
    return browser.post(grid, form_of(browser.get(grid).text, cells))


def whos(browser: Browser) -> int:
    return int(browser.get("/exams/entry/pulse").json["account"])


def change(cell: int, text: str, base: int = 0, client: str = "a" * 24, **more: Any) -> Any:
    return {"id": client, "cell": str(cell), "base": base, "text": text, **more}


def save(browser: Browser, grid: str, *changes: Any, account: int | None = None) -> Any:
    body = {"account": whos(browser) if account is None else account, "changes": list(changes)}
    return browser.client.post(
        f"{grid}/save",
        base_url="https://zf.example.cn",
        json=body,
        headers={"X-CSRFToken": browser.token, "Accept-Language": browser.language},
    )


def hand_in(browser: Browser, grid: str, scripts: int, total: str) -> Any:
    page = browser.get(grid).text
    version = re.search(r'name="version" value="([0-9]+)"', page)
    assert version
    numbers = {"scripts": str(scripts), "sum": total, "version": version[1]}
    assert browser.post(f"{grid}/total", numbers).status_code == 303
    return browser.post(f"{grid}/finish")


@pytest.fixture
def first(register: Config, signed_in: SignedIn) -> Browser:
    return signed_in("exam-coordinator", login="first", name="张华")


@pytest.fixture
def second(register: Config, signed_in: SignedIn) -> Browser:
    return signed_in("legal-office", login="second", name="李敏")


@pytest.fixture
def wired(register: Config) -> Iterator[None]:
    with connection():
        yield


pytestmark = pytest.mark.usefixtures("wired")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_are_sound_in_both_languages(signed_in: SignedIn, language: str) -> None:
    browser = signed_in("exam-coordinator", language=language)
    assert problems_of(browser.get("/exams/entry").text) == []
    sitting = add_sitting(5, rooms=2)
    assert problems_of(browser.get("/exams/entry").text) == []
    assert problems_of(browser.get(f"/exams/entry/{sitting}").text) == []
    grid = begin(browser, sitting, 1)
    (cell, *_) = seat_ids(sitting).values()
    typed = type_form(browser, grid, {cell: "8,5"})
    total = browser.post(f"{grid}/total", {"scripts": "x", "sum": "1", "version": "0"})
    finish = browser.post(f"{grid}/finish")
    pasted = browser.post(f"{grid}/paste", {"text": "60\n8,5\n61\n62", "start": str(cell)})
    for answer in (typed, total, finish, pasted):
        assert answer.status_code in (200, 422), answer.status_code
        assert problems_of(answer.text) == []
    for path in (grid, f"/exams/entry/{sitting}", f"{grid}/paste"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert problems_of(answer.text) == []
        assert language == "zh-CN" or "成绩" not in re.sub("<option.*", "", answer.text)


# --- without script ---------------------------------------------------------------------------


def test_a_thousand_rows_are_posted_whole_and_once(first: Browser) -> None:
    sitting = add_sitting(1000)
    grid = begin(first, sitting, 1)
    cells = {cell: str(seat % 100) for seat, cell in seat_ids(sitting).items()}
    form = form_of(first.get(grid).text, cells)
    assert len(form) > 3000
    for _ in range(2):
        assert first.post(grid, form).status_code == 303
    marks = marks_by_seat(sitting, 1)
    assert len(marks) == 1000
    assert all(mark == ("mark", 2 * (seat % 100), 1) for seat, mark in marks.items())
    assert len(history_of(cells and min(cells))) == 1


def test_a_form_cut_short_empties_nothing(first: Browser) -> None:
    sitting = add_sitting(3)
    grid, seats = begin(first, sitting, 1), seat_ids(sitting)
    type_form(first, grid, {seats[1]: "60", seats[2]: "61", seats[3]: "62"})
    form = form_of(first.get(grid).text, {seats[1]: "70"})
    cut = {name: value for name, value in form.items() if not name.endswith(f"-{seats[2]}")}
    cut.pop(f"mark-{seats[3]}")
    assert first.post(grid, cut).status_code == 303
    assert marks_by_seat(sitting, 1) == {
        1: ("mark", 140, 2),
        2: ("mark", 122, 1),
        3: ("mark", 124, 1),
    }


def test_what_cannot_be_read_stays_in_its_cell_and_the_rest_is_saved(first: Browser) -> None:
    sitting = add_sitting(4)
    grid, seats = begin(first, sitting, 1), seat_ids(sitting)
    type_form(first, grid, {seats[1]: "85"})
    answer = type_form(
        first, grid, {seats[1]: "850", seats[2]: "８５．５", seats[3]: "<b>8o", seats[4]: "6\x005"}
    )
    assert answer.status_code == 422
    assert 'value="850"' in answer.text and "超过满分100" in answer.text
    assert 'value="&lt;b&gt;8o"' in answer.text and "<b>8o" not in answer.text
    # Nobody stands by the 85 any more: the cell is empty until the paper has been looked at.
    assert marks_by_seat(sitting, 1) == {1: ("empty", None, 2), 2: ("mark", 171, 1)}
    answer = first.post(grid, form_of(answer.text, {seats[1]: "80", seats[3]: "q", seats[4]: ""}))
    assert answer.status_code == 303
    assert marks_by_seat(sitting, 1)[1] == ("mark", 160, 3)


def test_the_four_states_and_back_to_empty(first: Browser) -> None:
    sitting = add_sitting(4)
    grid, seats = begin(first, sitting, 1), seat_ids(sitting)
    type_form(first, grid, {seats[1]: "0", seats[2]: "缺", seats[3]: "w", seats[4]: "45+38.5"})
    assert {seat: mark[:2] for seat, mark in marks_by_seat(sitting, 1).items()} == {
        1: ("mark", 0),
        2: ("absent", None),
        3: ("disciplined", None),
        4: ("mark", 167),
    }
    page = first.get(grid).text
    assert 'value="缺考"' in page and 'value="违纪"' in page and "45 + 38.5 = 83.5" in page
    type_form(first, grid, {cell: " " for cell in seats.values()})
    assert {mark[0] for mark in marks_by_seat(sitting, 1).values()} == {"empty"}


def test_an_english_page_says_no_word_of_ours_in_chinese(
    first: Browser, signed_in: SignedIn
) -> None:
    other = signed_in("exam-coordinator", login="other", name="Wang Lin", language="en")
    sitting = add_sitting(4)
    seats = seat_ids(sitting)
    grid = begin(other, sitting, 1)
    begin(first, sitting, 1)
    # Both keyboards type the words, and the words that a cell shows.
    type_form(
        other, grid, {seats[1]: "缺", seats[2]: "w", seats[3]: "Absent", seats[4]: "disciplined"}
    )
    states = {seat: mark[0] for seat, mark in marks_by_seat(sitting, 1).items()}
    assert states == {1: "absent", 2: "disciplined", 3: "absent", 4: "disciplined"}
    page = other.get(grid).text
    shown = re.findall(r'name="(?:mark|was)-[0-9]+" value="([^"]*)"', page)
    assert shown == ["absent"] * 2 + ["disciplined"] * 2 + ["absent"] * 2 + ["disciplined"] * 2
    words = re.search(r'data-words="([^"]*)"', page)
    assert words and not re.search("[一-鿿]", words[1])
    # Sent back as it came, nothing is written; nor by a page in the other language.
    other.post(grid, form_of(page, {}))
    first.post(grid, form_of(first.get(grid).text, {}))
    assert {mark[2] for mark in marks_by_seat(sitting, 1).values()} == {1}
    assert save(other, grid, change(seats[1], "q", 1)).json["results"][0]["text"] == "absent"
    said = save(other, grid, change(seats[2], "61", 0, "b" * 24)).json["results"][0]
    assert (said["outcome"], said["text"]) == ("conflict", "disciplined")
    pasted = other.post(f"{grid}/paste", {"text": "w\n60", "start": str(seats[1])}).text
    assert "缺" not in pasted.split("</table>")[0] and "违" not in pasted.split("</table>")[0]
    listed = f"准考证号,成绩\n2026{sitting:02d}01001,违纪\n2026{sitting:02d}01003,8x\n"
    preview = other.get(upload(other, grid, listed).location).text
    assert ">disciplined<" in preview and "read. “x” is not" in preview
    type_form(other, grid, {cell: "" for cell in seats.values()})
    answer = other.post(f"{grid}/finish").text
    open_seats = re.search("[^<]*第1考场 1, 第1考场 2[^<]*", answer)
    assert open_seats and "、" not in open_seats[0]


def test_an_ended_session_holds_the_whole_form(first: Browser) -> None:
    sitting = add_sitting(40)
    grid, seats = begin(first, sitting, 1), seat_ids(sitting)
    form = form_of(first.get(grid).text, {cell: "61.5" for cell in seats.values()})
    first.client.delete_cookie("__Host-registry", domain="zf.example.cn")
    answer = first.post(grid, form)
    assert answer.status_code == 401
    assert answer.text.count('value="61.5"') == 40


def test_a_conflict_shows_both_and_drops_neither(first: Browser, signed_in: SignedIn) -> None:
    other = signed_in("exam-coordinator", login="other", name="王琳")
    sitting = add_sitting(2)
    seats = seat_ids(sitting)
    grid = begin(first, sitting, 1)
    begin(other, sitting, 1)
    form = form_of(other.get(grid).text, {seats[1]: "78", seats[2]: "60"})
    type_form(first, grid, {seats[1]: "73", seats[2]: "60"})
    answer = other.post(grid, form)
    assert answer.status_code == 422
    assert re.search("张华 [0-9:]{8} 录为73；您录为78", answer.text)
    assert 'value="78"' in answer.text
    # The same mark is no conflict.
    assert len(re.findall("张华 [0-9:]{8} 录为", answer.text)) == 2
    assert history_of(seats[1]) == [
        ("mark", 146, "saved", "typed"),
        ("mark", 156, "conflict", "typed"),
    ]
    assert marks_by_seat(sitting, 1)[1] == ("mark", 146, 1)
    answer = other.post(grid, form_of(answer.text, {}))
    assert answer.status_code == 303
    assert marks_by_seat(sitting, 1)[1] == ("mark", 156, 2)


# --- the script's messages --------------------------------------------------------------------


def test_an_answer_lost_after_the_commit_leaves_one_row(first: Browser) -> None:
    sitting = add_sitting(1)
    grid, cell = begin(first, sitting, 1), seat_ids(sitting)[1]
    answers = [save(first, grid, change(cell, "61")).json["results"] for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] | {"id": ""} == {
        "id": "",
        "cell": str(cell),
        "outcome": "saved",
        "version": 1,
        "text": "61",
        "parts": "",
    }
    assert history_of(cell) == [("mark", 122, "saved", "typed")]


def test_answers_out_of_order_let_the_newest_mark_stand(first: Browser) -> None:
    sitting = add_sitting(1)
    grid, cell = begin(first, sitting, 1), seat_ids(sitting)[1]
    save(first, grid, change(cell, "61", 0, "a" * 24))
    save(first, grid, change(cell, "62", 1, "b" * 24))
    late = save(first, grid, change(cell, "61", 0, "a" * 24)).json["results"][0]
    assert (late["outcome"], late["version"]) == ("saved", 1)
    assert marks_by_seat(sitting, 1)[1] == ("mark", 124, 2)
    assert len(history_of(cell)) == 2


def test_a_conflict_names_whose_mark_stands(first: Browser, signed_in: SignedIn) -> None:
    other = signed_in("exam-coordinator", login="other", name="王琳")
    sitting = add_sitting(1)
    cell = seat_ids(sitting)[1]
    grid = begin(first, sitting, 1)
    begin(other, sitting, 1)
    save(first, grid, change(cell, "73"))
    result = save(other, grid, change(cell, "78", 0, "b" * 24)).json["results"][0]
    assert (result["outcome"], result["text"], result["by"]) == ("conflict", "73", "张华")
    assert re.fullmatch("[0-9]{2}:[0-9]{2}:[0-9]{2}", result["at"])
    undone = change(cell, "78", result["version"], "c" * 24, how="undone")
    result = save(other, grid, undone).json["results"][0]
    assert (result["outcome"], result["version"]) == ("saved", 2)
    assert history_of(cell)[-1] == ("mark", 156, "saved", "undone")


def test_what_the_script_sends_unread_is_refused_with_the_reason(first: Browser) -> None:
    sitting = add_sitting(1)
    grid, cell = begin(first, sitting, 1), seat_ids(sitting)[1]
    save(first, grid, change(cell, "85"))
    result = save(first, grid, change(cell, "850", 1, "b" * 24)).json["results"][0]
    assert result["outcome"] == "refused" and "超过满分100" in result["reason"]
    assert (result["version"], marks_by_seat(sitting, 1)[1]) == (2, ("empty", None, 2))


def test_only_the_page_s_own_account_is_heard(first: Browser, second: Browser) -> None:
    sitting = add_sitting(1)
    cell = seat_ids(sitting)[1]
    grid = begin(first, sitting, 1)
    answer = save(second, f"/exams/entry/{sitting}/2", change(cell, "61"), account=whos(first))
    assert answer.status_code == 409 and "另一个账号" in answer.json["sentence"]
    # Whoever stands in the one entry can't write the other, whatever the message says.
    answer = save(first, f"/exams/entry/{sitting}/2", change(cell, "61"))
    assert answer.status_code == 409 and "张华" in answer.json["sentence"]
    assert marks_by_seat(sitting, 1) == marks_by_seat(sitting, 2) == {}
    assert grid


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"changes": "x"},
        {"changes": [1]},
        {"changes": [{"id": "a" * 24, "cell": 1, "base": 0, "text": "60"}]},
        {"changes": [{"id": "a'--", "cell": "1", "base": 0, "text": "60"}]},
        {"changes": [{"id": "a" * 24, "cell": "1", "base": True, "text": "60"}]},
        {"changes": [{"id": "a" * 24, "cell": "1", "base": 10**20, "text": "60"}]},
        {"changes": [{"id": "a" * 24, "cell": "１", "base": 0, "text": "60"}]},
        {"changes": [{"id": "a" * 24, "cell": "1", "base": 0, "text": None}]},
        {"changes": [change(1, "60")] * 501},
    ],
)
def test_nonsense_is_answered_and_never_written(first: Browser, body: Any) -> None:
    sitting = add_sitting(1)
    grid = begin(first, sitting, 1)
    if isinstance(body, dict):
        body["account"] = whos(first)
    answer = first.client.post(
        f"{grid}/save",
        base_url="https://zf.example.cn",
        json=body,
        headers={"X-CSRFToken": first.token},
    )
    assert answer.status_code == (415 if body is None else 422)
    assert marks_by_seat(sitting, 1) == {}


def test_odd_characters_never_break_a_message(first: Browser) -> None:
    sitting = add_sitting(1)
    grid, cell = begin(first, sitting, 1), seat_ids(sitting)[1]
    for number, text in enumerate(("\x00", "\ud800", "‮85", "8" * 5000, "😀", "%", "'; --")):
        answer = save(first, grid, change(cell, text, 0, f"{number:024x}"))
        assert answer.status_code == 200, text
        assert answer.json["results"][0]["outcome"] == "refused", text
    assert save(first, grid, change(999_999_999, "60")).json["results"][0]["outcome"] == "refused"


def test_a_message_needs_our_token_and_our_origin(first: Browser) -> None:
    sitting = add_sitting(1)
    grid, cell = begin(first, sitting, 1), seat_ids(sitting)[1]
    body = {"account": whos(first), "changes": [change(cell, "60")]}
    for headers in (
        {},
        {"X-CSRFToken": "x"},
        {"X-CSRFToken": first.token, "Origin": "https://evil.example"},
        {"X-CSRFToken": first.token, "Sec-Fetch-Site": "cross-site"},
    ):
        answer = first.client.post(
            f"{grid}/save", base_url="https://zf.example.cn", json=body, headers=headers
        )
        assert answer.status_code == 400
    assert marks_by_seat(sitting, 1) == {}


# --- who sees what ----------------------------------------------------------------------------


def test_the_second_person_never_receives_a_byte_of_the_first(
    first: Browser, second: Browser
) -> None:
    sitting = add_sitting(3)
    cells = list(seat_ids(sitting).values())
    grid = begin(first, sitting, 1)
    type_form(first, grid, dict(zip(cells, (RARE, "60", "61"), strict=True)))
    blind, lists = f"/exams/entry/{sitting}", (grid, f"{grid}/paste", f"{grid}/import")
    # While the first entry is open, before and after the second has begun; and once it is closed.
    said = [second.get(path).text for path in ("/exams/entry", blind, *lists)]
    own = begin(second, sitting, 2)
    said += [second.get(path).text for path in (blind, own, f"{own}/paste", *lists)]
    form = form_of(first.get(grid).text, {cells[0]: "1"})
    said.append(second.post(grid, form).text)
    said.append(second.post(f"{grid}/total", {"scripts": "1", "sum": "1", "version": "0"}).text)
    assert hand_in(first, grid, 3, "194.5").status_code == 303
    said += [second.get(path).text for path in ("/exams/entry", blind, own, *lists)]
    page = f"/exams/sittings/{sitting}"
    said += [second.get(path).text for path in (page, f"{page}/publish")]
    said += [second.get(f"{grid}?room=1").text, second.get(f"{blind}/differences").text]
    said.append(save(second, own, change(cells[0], "60", 7)).text)
    said.append(second.post(f"{own}/total", {"scripts": "3", "sum": "1", "version": "0"}).text)
    said.append(second.post(f"{own}/finish").text)
    said.append(second.post(f"{own}/paste", {"text": "70\n71", "start": str(cells[0])}).text)
    said.append(second.post(f"{grid}/begin").text)
    assert "第1遍" in said[-1] or "张华" in said[-1] or "第2遍" in said[-1]
    everything = "\n".join(said)
    assert RARE not in everything and "194.5" not in everything
    assert "张华" in everything


def test_a_typist_sees_seats_and_the_own_sitting_alone(
    first: Browser, browser_of: Callable[..., Browser], account_of: Callable[..., int]
) -> None:
    sitting, foreign = add_sitting(2), add_sitting(2, held_on="2026-11-21")
    # Typists' accounts are opened by slip alone: this one is made into one.
    account_id = account_of("auditor", login="typist", name="录入一")
    Account.update(role="typist").where(Account.id == account_id).execute()
    open_typist(sitting, account_id, whos(first))
    typist = browser_of()
    assert typist.sign_in("typist").status_code == 302
    index = typist.get("/exams/entry").text
    assert f"/exams/entry/{sitting}" in index and f"/exams/entry/{foreign}" not in index
    grid = begin(typist, sitting, 1)
    pages = [typist.get(path).text for path in (f"/exams/entry/{sitting}", grid)]
    assert "考生" not in pages[1].replace("成绩，", "") and "文化市场综合执法大队" not in pages[1]
    assert "20260101001" in pages[1]
    for path in (f"/exams/entry/{foreign}", f"/exams/entry/{foreign}/1"):
        assert typist.get(path).status_code == 404
    assert save(typist, f"/exams/entry/{foreign}/1", change(1, "60")).status_code == 404
    assert typist.post(f"/exams/entry/{foreign}/1/begin").status_code == 404


def test_other_roles_stay_outside(signed_in: SignedIn) -> None:
    sitting = add_sitting(1)
    for role in ("administrator", "auditor"):
        browser = signed_in(role)
        assert browser.get("/exams/entry").status_code == 403
        assert browser.get(f"/exams/entry/{sitting}/1").status_code == 403


def test_one_room_at_a_time_in_the_order_of_the_paper(first: Browser) -> None:
    sitting = add_sitting(24, rooms=2)
    grid = begin(first, sitting, 1)
    page = first.get(grid).text
    assert re.findall(r'<td class="seat">([0-9]+)</td>', page) == [str(n) for n in range(1, 13)]
    rooms = re.findall(r"room=([0-9]+)", first.get(f"/exams/entry/{sitting}").text)
    pages = [first.get(f"{grid}?room={room}").text for room in dict.fromkeys(rooms)]
    tickets = [re.findall(r'<td class="ticket">([0-9]+)</td>', one) for one in pages]
    assert (tickets[0][0], tickets[1][0]) == ("20260101001", "20260102001")
    assert first.get(f"{grid}?room=9999").status_code == 404
    assert first.get(f"/exams/entry/{sitting}/3").status_code == 404


def test_a_grid_costs_as_many_queries_however_long_it_is(
    first: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    grids = [begin(first, add_sitting(people), 1) for people in (5, 60)]
    bound: Any = database.obj  # type: ignore[attr-defined]
    execute = bound.execute_sql
    asked = []
    for grid in grids:
        statements: list[str] = []

        def count(sql: str, *more: Any, said: list[str] = statements, **named: Any) -> Any:
            said.append(sql)
            return execute(sql, *more, **named)

        with monkeypatch.context() as patch:
            patch.setattr(bound, "execute_sql", count)
            assert first.get(grid).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1] < 25


# --- the end of an entry, and what differs ----------------------------------------------------


def test_the_machine_compares_count_and_sum(first: Browser) -> None:
    sitting = add_sitting(3)
    grid, seats = begin(first, sitting, 1), seat_ids(sitting)
    type_form(first, grid, {seats[1]: "60", seats[2]: "缺"})
    answer = first.post(f"{grid}/finish")
    assert answer.status_code == 422 and "第1考场 3" in answer.text
    type_form(first, grid, {seats[3]: "71.5"})
    numbers = {"scripts": "2", "sum": "130.5", "version": "0"}
    assert first.post(f"{grid}/total", numbers).status_code == 303
    assert "不符" in first.get(grid).text
    assert first.post(f"{grid}/finish").status_code == 422
    moved = first.post(f"{grid}/total", numbers | {"sum": "131.5"})
    assert moved.status_code == 422 and 'value="131.5"' in moved.text
    assert hand_in(first, grid, 2, "１３１．５").status_code == 303
    assert first.get(grid).status_code == 303
    assert save(first, grid, change(seats[1], "61", 1)).status_code == 409


def test_a_difference_is_typed_again_from_the_paper_with_neither_mark_shown(
    first: Browser, second: Browser, signed_in: SignedIn
) -> None:
    sitting = add_sitting(6)
    seats = seat_ids(sitting)
    right = ["88", "59", "61", "72", "83", "64"]
    typed = ["88", "95", "61", "72", "83", "64.5"]
    for browser, entry, marks in ((first, 1, right), (second, 2, typed)):
        grid = begin(browser, sitting, entry)
        type_form(browser, grid, dict(zip(seats.values(), marks, strict=True)))
        total = sum(map(float, marks))
        assert hand_in(browser, grid, 6, f"{total:g}").status_code == 303
    third = signed_in("exam-coordinator", login="third", name="赵刚")
    page = third.get(f"/exams/entry/{sitting}/differences")
    assert problems_of(page.text) == []
    assert re.findall(r'<td class="seat">([0-9]+)</td>', page.text) == ["2", "6"]
    for mark in ("59", "95", "64", "64.5"):
        assert f">{mark}<" not in page.text and f'"{mark}"' not in page.text
    assert "颠倒" not in page.text
    address = f"/exams/entry/{sitting}/differences"
    fields = {"form": "f1", f"mark-{seats[2]}": "59", f"mark-{seats[6]}": "70"}
    answer = third.post(address, fields)
    assert answer.status_code == 422 and "还没有定" in answer.text
    assert re.findall(r'<td class="seat">([0-9]+)</td>', answer.text) == ["6"]
    answer = third.post(address, {"form": "f2", f"mark-{seats[6]}": "6x"})
    assert answer.status_code == 422 and "不是数字" in answer.text
    assert third.post(address, {"form": "f3", f"mark-{seats[6]}": "64"}).status_code == 303
    page = third.get(address)
    assert problems_of(page.text) == []
    assert "2个座位都已照卷面定好" in page.text and "颠倒" in page.text
    assert third.get(f"/exams/entry/{sitting}").status_code == 200


# --- a pasted column --------------------------------------------------------------------------


def digest_in(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def test_a_pasted_column_is_shown_first_and_written_as_shown(first: Browser) -> None:
    sitting = add_sitting(4)
    grid, seats = begin(first, sitting, 1), seat_ids(sitting)
    type_form(first, grid, {seats[1]: "50", seats[2]: "51"})
    fields = {"text": "60\n\n45+20\n8,5\n77\n", "start": str(seats[1])}
    page = first.post(f"{grid}/paste", fields).text
    assert problems_of(page) == []
    assert "粘贴了5行，按顺序对应；从所选座位起有4个座位" in page
    assert "这一行空白" in page and "不能用逗号" in page and "座位已经用完" in page
    assert marks_by_seat(sitting, 1)[1] == ("mark", 100, 1)
    answer = first.post(f"{grid}/paste", fields | {"digest": digest_in(page)})
    assert answer.status_code == 303
    assert marks_by_seat(sitting, 1) == {
        1: ("mark", 120, 2),
        2: ("mark", 102, 1),
        3: ("mark", 130, 1),
    }
    assert history_of(seats[3]) == [("mark", 130, "saved", "pasted")]
    assert "45 + 20 = 65" in first.get(grid).text


def test_a_preview_that_no_longer_holds_writes_nothing(first: Browser, signed_in: SignedIn) -> None:
    other = signed_in("exam-coordinator", login="other")
    sitting = add_sitting(3)
    seats = seat_ids(sitting)
    grid = begin(first, sitting, 1)
    begin(other, sitting, 1)
    fields = {"text": "60\n61\n62", "start": str(seats[1])}
    shown = first.post(f"{grid}/paste", fields).text
    type_form(other, grid, {seats[3]: "90"})
    for digest in (digest_in(shown), "0" * 64):
        answer = first.post(f"{grid}/paste", fields | {"digest": digest})
        assert answer.status_code == 422 and "什么都没有写入" in answer.text
    changed = fields | {"text": "60\n61\n63", "digest": digest_in(shown)}
    assert first.post(f"{grid}/paste", changed).status_code == 422
    assert marks_by_seat(sitting, 1) == {3: ("mark", 180, 1)}


def test_one_entry_may_be_pasted_never_both(first: Browser, second: Browser) -> None:
    sitting = add_sitting(2)
    seats = seat_ids(sitting)
    fields = {"text": "60\n61", "start": str(seats[1])}
    for browser, entry, status in ((first, 1, 303), (second, 2, 422)):
        grid = begin(browser, sitting, entry)
        page = browser.post(f"{grid}/paste", fields).text
        answer = browser.post(f"{grid}/paste", fields | {"digest": digest_in(page)})
        assert answer.status_code == status, answer.text
    assert marks_by_seat(sitting, 2) == {}


def test_the_script_pastes_the_same_way(first: Browser) -> None:
    sitting = add_sitting(3)
    grid, seats = begin(first, sitting, 1), seat_ids(sitting)
    room = re.search(r"paste-here\?room=([0-9]+)", first.get(grid).text)
    assert room
    body: dict[str, Any] = {"account": whos(first), "text": "60\n61", "start": str(seats[2])}

    def send(more: dict[str, str]) -> Any:
        return first.client.post(
            f"{grid}/paste-here?room={room[1]}",
            base_url="https://zf.example.cn",
            json=body | more,
            headers={"X-CSRFToken": first.token},
        )

    shown = send({}).json
    assert "考生丙2" in shown["html"] and marks_by_seat(sitting, 1) == {}
    assert send({"digest": "0" * 64}).status_code == 409
    written = send({"digest": shown["digest"]}).json
    assert [one["text"] for one in written["results"]] == ["60", "61"]
    assert {seat: mark[1] for seat, mark in marks_by_seat(sitting, 1).items()} == {2: 120, 3: 122}


# --- a list as an entry --------------------------------------------------------------------------


def upload(browser: Browser, grid: str, text: str) -> Any:
    browser.get(f"{grid}/import")
    file = (io.BytesIO(text.encode()), "成绩.csv")
    return browser.post(f"{grid}/import", {"file": file}, content_type="multipart/form-data")


def test_a_list_is_shown_row_by_row_and_written_as_shown(first: Browser) -> None:
    sitting = add_sitting(5)
    grid, seats = begin(first, sitting, 1), seat_ids(sitting)
    type_form(first, grid, {seats[5]: "50"})
    text = "准考证号,成绩\n" + "".join(
        f"2026{sitting:02d}01{seat:03d},{mark}\n"
        for seat, mark in (
            (1, "８５．５"),
            (2, "缺考"),
            (3, "良好"),
            (4, "60"),
            (4, "61"),
            (5, "51"),
        )
    )
    answer = upload(first, grid, text)
    assert answer.status_code == 303, answer.text
    page = first.get(answer.location).text
    assert problems_of(page) == []
    assert "85.5" in page and "良好" in page and "按预览写入2格" in page
    assert "第1考场 5" in page and "考生乙1" in page and ">50<" in page
    rows = first.get(f"{answer.location}/refused-rows.xlsx")
    assert rows.status_code == 200 and rows.data[:2] == b"PK"
    assert marks_by_seat(sitting, 1) == {5: ("mark", 100, 1)}
    digest = digest_in(page)
    # Somebody types meanwhile: the preview no longer holds.
    type_form(first, grid, {seats[2]: "70"})
    refused = first.post(answer.location, {"digest": digest})
    assert refused.status_code == 422 and "什么都没有写入" in refused.text
    assert 1 not in marks_by_seat(sitting, 1)
    type_form(first, grid, {seats[2]: ""})
    digest = digest_in(first.get(answer.location).text)
    assert first.post(answer.location, {"digest": digest}).status_code == 303
    marks = {seat: mark[:2] for seat, mark in marks_by_seat(sitting, 1).items()}
    assert marks == {1: ("mark", 171), 2: ("absent", None), 5: ("mark", 100)}
    assert first.get(answer.location).status_code == 404


def test_a_list_that_is_none_is_refused_with_a_sentence(first: Browser, second: Browser) -> None:
    sitting = add_sitting(1)
    grid = begin(first, sitting, 1)
    answer = upload(first, grid, "甲,乙\n1,2\n")
    assert answer.status_code == 422
    assert problems_of(answer.text) == []
    held = upload(first, grid, f"准考证号,成绩\n2026{sitting:02d}01001,60\n").location
    # Another account's upload is nobody's.
    other = begin(second, sitting, 2)
    assert second.get(held.replace(grid, other)).status_code == 404
