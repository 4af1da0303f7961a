"""Proposals and absences many at once: told before, one paper, haste, foreign rows, nonsense."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.services import batches, certificates, employment, imports
from registry.services.import_judging import read_file
from registry.store.certificates import by_number
from registry.store.database import connection, database
from registry.store.tables import Absence, Engagement, Event, Person, Proposal
from tests.roster_files import officer, roster
from tests.staff import add_account, add_organisation
from tests.web.conftest import Browser
from tests.web.page_inspection import inspect_page

SignIn = Callable[..., Browser]
_PICK = re.compile(r'name="pick" value="([^"]+)"')
PAPER = {"on": "2026-11-23", "document": "坛人社〔2026〕9号", "basis": "", "reason": "年度名册"}
LEAVE = PAPER | {"cause": "retired"}


@pytest.fixture
def legal(act: Act, register: Config) -> Act:
    return replace(act, by=Actor(add_account("maker"), "maker", "法制", "legal-office"))


@pytest.fixture
def district(legal: Act) -> tuple[int, int]:
    """Two organs of one field and six people, of whom the next roster moves and renames some.

    王1 moves and becomes a civil servant, with a national certificate; 王2 moves into another
    field; 王3 has another name; 王4 has another establishment; 王5 and 王6 are not in the file.
    """
    here = add_organisation("市场监督管理局", code="HERE")
    there = add_organisation("市场监管二分局", code="THERE")
    add_organisation("区交通运输局", code="OTHER", fields="transport")

    def rows(*changes: dict[str, Any], last: int) -> Any:
        known: dict[int, dict[str, Any]] = {
            serial: {"name": f"王{serial}", "number": f"3204000{serial:03d}"}
            for serial in range(1, 7)
        }
        known[1]["establishment"] = "事业编制"
        for change in changes:
            known[change.pop("serial")] |= change
        return roster(*(officer(serial, **known[serial]) for serial in range(1, last + 1)))

    first = read_file(rows(last=6), "一.xlsx")
    imports.commit(legal, first, "officer")
    batches.exchange(legal, "P000001")
    batches.exchange(legal, "P000002")
    second = rows(
        {"serial": 1, "place": "市场监管二分局", "establishment": "公务员", "post": "科长",
         "telephone": "13800001111", "section": "二科"},
        {"serial": 2, "place": "区交通运输局"},
        {"serial": 3, "name": "王小三", "remarks": "更名"},
        {"serial": 4, "establishment": "事业编制", "section": "四科"},
        last=4,
    )  # fmt: skip
    imports.commit(legal, read_file(second, "二.xlsx"), "officer", whole=True)
    return here, there


def picks(page: str) -> list[str]:
    return _PICK.findall(page)


def states() -> dict[str, int]:
    told = [state for (state,) in Proposal.select(Proposal.state).tuples()]
    return {state: told.count(state) for state in set(told)}


def test_each_says_before_what_it_ends_and_what_may_follow(
    district: tuple[int, int], signed_in: SignIn
) -> None:
    page = signed_in("legal-office").get("/proposals").text
    inspect_page(page)
    rows = {
        name: row
        for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
        if (found := re.search(r'class="name"[^>]*>([^<]+)', row)) and (name := found[1])
    }
    assert "注销 10320000001" in rows["王1"] or "注销 10320000001" in page
    assert "同一领域，不用考试" in page and "注销 10320000002" in page
    assert "先通过这一领域的专业考试" in rows["王2"]
    assert "3204000003 继续有效" in rows["王3"] and "要换发" in rows["王3"]
    assert "3204000004 继续有效" in rows["王4"]


def test_all_of_them_with_one_paper_and_the_whole_row(
    district: tuple[int, int], signed_in: SignIn
) -> None:
    browser = signed_in("legal-office")
    done = browser.post("/proposals", PAPER | {"pick": picks(browser.get("/proposals").text)})
    assert done.status_code == 200 and "没有办 0 条" in done.text
    inspect_page(done.text)
    assert states() == {"done": 5}
    known = {
        row["number"]: row
        for row in Person.select(Person.number, Person.name, Engagement)
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .where(Engagement.ended_on.is_null())
        .dicts()
    }
    one = known["P000001"]
    assert (one["organisation_id"], one["establishment"]) == (district[1], "civil-servant")
    assert (one["post"], one["section"], one["telephone"]) == ("科长", "二科", "13800001111")
    assert (known["P000003"]["name"], known["P000003"]["remarks"]) == ("王小三", "更名")
    assert known["P000004"]["section"] == "四科"
    papers = Event.select(Event.document, Event.reason, Event.basis).where(
        Event.act.in_(("transferred", "reclassified", "name-corrected", "certificate-cancelled"))
    )
    told = set(papers.tuples())
    assert {one[:2] for one in told} == {("坛人社〔2026〕9号", "年度名册")}
    # Without a basis of its own, each act cites its default.
    assert {one[2] for one in told} == {"jiangsu-certificate-rule", "personal-information-law-46"}
    assert "/exchange/moved/P000001" in done.text and "专业考试" in done.text


def test_one_that_is_refused_holds_back_nobody(
    legal: Act, district: tuple[int, int], signed_in: SignIn
) -> None:
    browser = signed_in("legal-office")
    ticked = picks(browser.get("/proposals").text)
    # Meanwhile another colleague has let 王2 go, and 王1's certificate was replaced.
    with connection():
        employment.leave(legal, "P000002", "retired")
        before = Event.select().where(Event.act == "transferred").count()
    done = browser.post("/proposals", PAPER | {"pick": ticked})
    assert done.status_code == 200 and "没有办的（1 条）" in done.text
    assert "列出以后有了变动" in done.text
    assert Event.select().where(Event.act == "transferred").count() == before + 1
    assert states() == {"done": 4, "open": 1}


def test_a_certificate_that_changed_meanwhile_is_not_ended(
    legal: Act, district: tuple[int, int], signed_in: SignIn
) -> None:
    browser = signed_in("legal-office")
    ticked = picks(browser.get("/proposals?act=transfer").text)
    with connection():
        new = certificates.replace(legal, "10320000001", cause="damaged").certificate.number
    done = browser.post("/proposals?act=transfer", PAPER | {"pick": ticked[:1]})
    assert done.status_code == 422 and "列出以后有了变动" in done.text
    card = by_number(new)
    assert card is not None and card.state == "active"


def test_a_second_press_does_nothing(district: tuple[int, int], signed_in: SignIn) -> None:
    browser = signed_in("legal-office")
    ticked = picks(browser.get("/proposals").text)
    browser.post("/proposals", PAPER | {"pick": ticked})
    before = Event.select().count()
    again = browser.post("/proposals", PAPER | {"pick": ticked})
    assert again.status_code == 422 and "5 条已经办过" in again.text
    assert Event.select().count() == before


def test_nothing_ticked_nonsense_and_short_papers_do_nothing(
    district: tuple[int, int], signed_in: SignIn
) -> None:
    browser = signed_in("legal-office")
    ticked = picks(browser.get("/proposals").text)
    nonsense = ["1", "1-zz", "a\x00b", "99999999999999-0123456789abcdef"]
    many = [f"{row}-0123456789abcdef" for row in range(1, 130)]
    for sent in ({}, {"pick": nonsense}, {"pick": many}):
        answer = browser.post("/proposals", PAPER | sent)
        assert answer.status_code == 422 and "error-summary" in answer.text
        inspect_page(answer.text)
    for missing in PAPER:
        short = {name: value for name, value in PAPER.items() if name != missing}
        answer = browser.post("/proposals", short | {"pick": ticked[:2]})
        assert answer.status_code == 422
        # The ticks stay for the next try.
        assert len(re.findall(r'name="pick"[^>]* checked', answer.text)) == 2
    assert states() == {"open": 5}


def test_an_empty_register_says_what_the_lists_are_for(register: Config, signed_in: SignIn) -> None:
    browser = signed_in("legal-office")
    for path, told in (
        ("/proposals", "没有变更建议"),
        ("/proposals/absent", "没有这样的人"),
        ("/exchange/moved", "没有人在等"),
        ("/transfers", "没有等着答复的请求"),
    ):
        page = browser.get(path)
        assert page.status_code == 200 and told in page.text
        inspect_page(page.text)


def test_a_clerk_does_her_own_and_nobody_elses(
    district: tuple[int, int], signed_in: SignIn
) -> None:
    here, there = district
    legal = signed_in("legal-office")
    ticked = picks(legal.get("/proposals").text)
    stranger = signed_in("hr", login="there", organisation_id=there)
    assert picks(stranger.get("/proposals").text) == []
    done = stranger.post("/proposals", PAPER | {"pick": ticked})
    assert done.status_code == 422 and "5 条已经办过，或者不在" in done.text
    assert states() == {"open": 5}
    clerk = signed_in("hr", login="here", organisation_id=here)
    page = clerk.get("/proposals").text
    # Moves out of her reach are the legal office's, and can't be ticked.
    assert len(picks(page)) == 3 and "请联系法制机构办理" in page
    forced = clerk.post("/proposals", PAPER | {"pick": ticked})
    assert forced.status_code == 200 and "没有办的（2 条）" in forced.text
    assert by_number("10320000001").state == "active"  # type: ignore[union-attr]


def test_many_are_set_aside_with_one_reason(district: tuple[int, int], signed_in: SignIn) -> None:
    browser = signed_in("legal-office")
    ticked = picks(browser.get("/proposals?act=transfer").text)
    silent = browser.post("/proposals/dismiss", PAPER | {"reason": "", "pick": ticked})
    assert silent.status_code == 422 and states() == {"open": 5}
    done = browser.post("/proposals/dismiss", PAPER | {"pick": ticked})
    assert done.status_code == 200 and states() == {"open": 3, "dismissed": 2}


def test_filters_by_act_organ_and_file(district: tuple[int, int], signed_in: SignIn) -> None:
    browser = signed_in("legal-office")
    digest = Proposal.select(Proposal.digest).scalar()
    here, there = district
    for asked, number in (
        ("", 5),
        ("?act=transfer", 2),
        (f"?organisation={here}", 5),
        (f"?organisation={there}", 0),
        (f"?file={digest}", 5),
        ("?file=nothing", 0),
        (f"?file={digest}&act=reclassify&organisation={here}", 2),
    ):
        assert len(picks(browser.get(f"/proposals{asked}").text)) == number, asked
    assert browser.get("/proposals?organisation=１２").status_code == 400
    assert browser.get("/proposals?file=a%00b").status_code == 400
    page = browser.get("/proposals?tick=all").text
    assert len(re.findall(r'name="pick"[^>]* checked', page)) == 5


# --- not in the file -------------------------------------------------------------------------


def test_the_absent_leave_or_stay(district: tuple[int, int], signed_in: SignIn) -> None:
    browser = signed_in("legal-office")
    assert "在册而不在名册里的人：2 人" in browser.get("/proposals").text
    page = browser.get("/proposals/absent").text
    inspect_page(page)
    assert "注销 3204000005" in page and "二.xlsx" in page
    leaver, stayer = picks(page)
    for sent in ({}, {"cause": ""}, {"cause": "fun"}, {"on": "2999-01-01", "cause": "retired"}):
        answer = browser.post("/proposals/absent/leave", PAPER | {"pick": leaver} | sent)
        assert answer.status_code == 422
    assert Absence.select().where(Absence.state == "open").count() == 2
    done = browser.post("/proposals/absent/leave", LEAVE | {"pick": leaver})
    assert done.status_code == 200 and "已注销 3204000005" in done.text
    card = by_number("3204000005")
    assert card is not None and card.state == "cancelled"
    silent = browser.post("/proposals/absent/here", LEAVE | {"reason": "", "pick": stayer})
    assert silent.status_code == 422 and "凭什么知道" in silent.text
    stays = browser.post("/proposals/absent/here", PAPER | {"cause": "", "pick": stayer})
    assert stays.status_code == 200
    assert {row.state for row in Absence.select()} == {"gone", "still-here"}
    empty = browser.get("/proposals/absent").text
    assert "没有这样的人" in empty
    again = browser.post("/proposals/absent/leave", LEAVE | {"pick": [leaver, stayer]})
    assert again.status_code == 422 and "2 条已经办过" in again.text


def test_somebody_elsewhere_is_not_let_go(district: tuple[int, int], signed_in: SignIn) -> None:
    ticked = picks(signed_in("legal-office").get("/proposals/absent").text)
    stranger = signed_in("hr", login="there", organisation_id=district[1])
    assert picks(stranger.get("/proposals/absent").text) == []
    for path in ("leave", "here"):
        answer = stranger.post(f"/proposals/absent/{path}", LEAVE | {"pick": ticked})
        assert answer.status_code == 422
    assert Absence.select().where(Absence.state == "open").count() == 2
    auditor = signed_in("auditor")
    page = auditor.get("/proposals/absent").text
    assert "王5" in page and picks(page) == []
    assert auditor.post("/proposals/absent/leave", LEAVE | {"pick": ticked}).status_code == 403


def test_a_preview_asks_whether_the_roster_is_whole(
    district: tuple[int, int], signed_in: SignIn
) -> None:
    browser = signed_in("legal-office")
    browser.get("/imports")
    data = roster(*(officer(serial, f"王{serial}") for serial in (4, 5)))
    sent = browser.post(
        "/imports",
        {"file": (io.BytesIO(data), "补.xlsx"), "kind": "officer"},
        content_type="multipart/form-data",
    )
    page = browser.get(sent.location).text
    assert '<option value="no" selected>' in page
    decisions = re.search(r'name="decisions" value="([^"]+)"', page)
    assert decisions is not None
    browser.post(f"{sent.location}/commit", {"decisions": decisions[1], "whole": "no"})
    left = [row.person_id for row in Absence.select().where(Absence.state == "open")]
    # 王5 is named by it and comes off the list; nobody is put on it.
    assert len(left) == 1


def test_the_lists_ask_the_same_questions_however_long(
    district: tuple[int, int], signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("legal-office")
    ran: list[str] = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(
        database.obj, "execute_sql", lambda sql, *rest: (ran.append(sql), execute(sql, *rest))[1]
    )

    def queries(path: str) -> int:
        ran.clear()
        assert browser.get(path).status_code == 200
        return len(ran)

    assert queries("/proposals") == queries("/proposals?act=transfer")
    before = queries("/proposals/absent")
    browser.post(
        "/proposals/absent/here",
        LEAVE | {"pick": picks(browser.get("/proposals/absent").text)[:1]},
    )
    assert queries("/proposals/absent") == before
    browser.post("/proposals", PAPER | {"pick": picks(browser.get("/proposals?act=transfer").text)})
    two = queries("/exchange/moved")
    browser.post(
        "/exchange/moved",
        PAPER | {"first_day": "", "pick": picks(browser.get("/exchange/moved").text)},
    )
    assert queries("/exchange/moved") == two
