"""Transfers asked for on the web: what the asker sees, who answers, and one form that issues."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.services import batches, conduct, employment
from registry.store import people as people_rows
from registry.store.certificates import live_of
from registry.store.database import connection, database
from registry.store.tables import Certificate, Event, TransferRequest
from tests.services.test_people import add, id_number, with_card
from tests.staff import add_account, add_organisation
from tests.web.conftest import Browser
from tests.web.page_inspection import inspect_page

SignIn = Callable[..., Browser]
_PICK = re.compile(r'name="pick" value="([^"]+)"')
ANSWER = {
    "on": "2026-11-23",
    "document": "坛组〔2026〕5号",
    "basis": "jiangsu-certificate-rule",
    "reason": "工作需要",
    "number": "",
    "first_day": "",
}


@pytest.fixture
def here(register: Config) -> int:
    return add_organisation("区市场监督管理局", code="HERE")


@pytest.fixture
def there(register: Config) -> int:
    return add_organisation("市场监管二分局", code="THERE")


@pytest.fixture
def holder(act: Act, here: int) -> people_rows.Added:
    by = Actor(add_account("maker"), "maker", "法制", "legal-office")
    added = add(replace(act, by=by), here)
    with_card(replace(act, by=by), added)
    batches.exchange(replace(act, by=by), added.number)
    return added


@pytest.fixture
def asker(signed_in: SignIn, there: int) -> Browser:
    return signed_in("hr", login="asker", organisation_id=there)


def form(serial: int = 1, **more: str) -> dict[str, str]:
    return {
        "name": "林晓梅",
        "identity_number": id_number(serial),
        "organisation": "THERE",
        "establishment": "civil-servant",
        "section": "执法二中队",
        "post": "",
        "field": "",
        "started_on": "",
        "document": "坛组〔2026〕5号",
        "reason": "工作需要",
    } | more


def ask(asker: Browser, serial: int = 1) -> int:
    asker.get("/transfers/ask")
    assert asker.post("/transfers/ask", form(serial)).status_code == 303
    return int(TransferRequest.select().order_by(TransferRequest.id.desc()).get().id)


def test_every_kind_of_elsewhere_is_answered_in_the_same_bytes(
    act: Act, asker: Browser, here: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for serial, establishment in ((1, "civil-servant"), (3, "contract"), (5, "service-worker")):
        add(act, here, serial, establishment=establishment, name=f"甲{serial}")
    with_card(act, add(act, here, 7))
    conduct.record_conviction(act, add(act, here, 9).number, decided_on=act.on, judgment="1")
    employment.leave(act, add(act, here, 11).number, "retired")
    ran: list[str] = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(
        database.obj, "execute_sql", lambda sql, *rest: (ran.append(sql), execute(sql, *rest))[1]
    )
    answers = []
    for serial in (1, 3, 5, 7, 9, 11):
        told = []
        for path in ("/people/add", "/transfers/ask"):
            asker.get(path)
            ran.clear()
            more = {"planned_end_on": "", "telephone": "", "supervisor_names": "", "remarks": ""}
            paper = {"on": "2026-11-23", "basis": "notice-118-item-23"} | more
            answer = asker.post(path, form(serial) | (paper if "add" in path else {}))
            text = re.sub(r'value="[^"]{30,}"', "", answer.text.replace(id_number(serial), "…"))
            told.append((answer.status_code, answer.location, text, len(ran)))
        newest = TransferRequest.select().order_by(TransferRequest.id.desc()).get().id
        own = [asker.get(path).text for path in (f"/transfers/{newest}", "/transfers")]
        row = own[1].partition(f'/transfers/{newest}"')[2].partition("</tr>")[0]
        main = own[0].partition("<main")[2].replace(f"/transfers/{newest}/", "")
        told.append((200, "", re.sub(r'value="[^"]{30,}"', "", main) + row, 0))
        answers.append(told)
    assert answers[0][0][0] == 422 and "请联系法制机构" in answers[0][0][2]
    assert answers[0][1][:2] == (303, "/transfers")
    for other in answers[1:]:
        assert other == answers[0]
    # Neither page nor list says anything that the clerk did not type herself.
    whole = "".join(str(one) for one in answers) + asker.get("/transfers/1").text
    assert "区市场监督管理局" not in whole and "P00000" not in whole


def test_the_page_that_adds_a_person_offers_to_ask(
    holder: people_rows.Added, asker: Browser
) -> None:
    asker.get("/people/add")
    paper = {"on": "2026-11-23", "basis": "notice-118-item-23", "planned_end_on": ""}
    paper |= {"telephone": "", "supervisor_names": "", "remarks": ""}
    page = asker.post("/people/add", form() | paper)
    assert page.status_code == 422 and 'formaction="/transfers/ask"' in page.text
    inspect_page(page.text)
    # The button sends the very form that was typed.
    assert asker.post("/transfers/ask", form() | paper).status_code == 303
    known = asker.post("/people/add", form(21) | paper)
    assert known.status_code == 302


def test_asking_for_nobody_and_for_ones_own(act: Act, asker: Browser, there: int) -> None:
    asker.get("/transfers/ask")
    nobody = asker.post("/transfers/ask", form(31))
    assert nobody.status_code == 422 and 'href="/people/add"' in nobody.text
    add(act, there, 33)
    own = asker.post("/transfers/ask", form(33))
    assert own.status_code == 422 and "P000001" in own.text
    for missing in form():
        short = {name: value for name, value in form().items() if name != missing}
        assert asker.post("/transfers/ask", short).status_code == 422
    assert TransferRequest.select().count() == 0
    inspect_page(nobody.text)


def test_the_releasing_clerk_answers_and_loses_sight(
    holder: people_rows.Added, asker: Browser, signed_in: SignIn, here: int
) -> None:
    request = ask(asker)
    clerk = signed_in("hr", login="releaser", organisation_id=here)
    assert "等着答复的调入请求" in clerk.get("/").text
    page = clerk.get(f"/transfers/{request}").text
    inspect_page(page)
    for told in ("10320000001", "同一领域，不用考试", "坛组〔2026〕5号", "市场监管二分局"):
        assert told in page
    assert "并发新证" not in page
    answer = clerk.post(f"/transfers/{request}/confirm", ANSWER | {"ending": "10320000001"})
    assert answer.status_code == 303
    after = clerk.get("/transfers").text
    assert "10320000001" in after and "已列入待发新证的名单" in after
    assert clerk.get(f"/transfers/{request}").status_code == 404
    assert "已同意" in asker.get("/transfers").text
    event = Event.select().where(Event.act == "transferred").dicts().get()
    assert (event["document"], event["reason"]) == ("坛组〔2026〕5号", "工作需要")
    # The legal office's list, and many at once from it.
    legal = signed_in("legal-office")
    assert "调动后待发新证的人" in legal.get("/").text
    waiting = legal.get("/exchange/moved")
    inspect_page(waiting.text)
    paper = {name: ANSWER[name] for name in ("on", "document", "reason", "first_day")}
    done = legal.post("/exchange/moved", paper | {"basis": "", "pick": _PICK.findall(waiting.text)})
    assert done.status_code == 200 and "10320000002" in done.text
    assert [card.number for card in live_of(holder.person_id)] == ["10320000002"]


def test_the_legal_office_confirms_and_issues_by_one_form(
    holder: people_rows.Added, asker: Browser, signed_in: SignIn, clock: Any
) -> None:
    request = ask(asker)
    legal = signed_in("legal-office")
    page = legal.get(f"/transfers/{request}").text
    assert f'formaction="/transfers/{request}/issue"' in page and "只同意" in page
    clock.wait(minutes=11)
    sent = ANSWER | {"ending": "10320000001"}
    # What can't be taken back asks for the password again, and keeps what was typed.
    held = legal.post(f"/transfers/{request}/issue", sent)
    assert held.status_code == 403 and "坛组〔2026〕5号" in held.text
    assert TransferRequest.get_by_id(request).state == "open"
    done = legal.post(
        f"/transfers/{request}/issue", sent | {"fresh_password": "good-tea-from-1-hill"}
    )
    assert (done.status_code, done.location) == (303, "/certificates/10320000002")
    assert Certificate.get(Certificate.number == "10320000001").state == "cancelled"
    # A second press finds it answered.
    again = legal.post(f"/transfers/{request}/confirm", sent)
    assert again.status_code == 422 and "已经有答复" in again.text
    assert Event.select().where(Event.act == "transferred").count() == 1


def test_what_changed_since_the_page_is_not_done(
    holder: people_rows.Added, asker: Browser, signed_in: SignIn
) -> None:
    request = ask(asker)
    legal = signed_in("legal-office")
    legal.get(f"/transfers/{request}")
    answer = legal.post(f"/transfers/{request}/confirm", ANSWER | {"ending": ""})
    assert answer.status_code == 422 and "刚有变动" in answer.text
    assert TransferRequest.get_by_id(request).state == "open"


def test_a_no_needs_its_reason_and_the_asker_reads_it(
    holder: people_rows.Added, asker: Browser, signed_in: SignIn, here: int
) -> None:
    request = ask(asker)
    clerk = signed_in("hr", login="releaser", organisation_id=here)
    clerk.get(f"/transfers/{request}")
    empty = clerk.post(f"/transfers/{request}/decline", {"why": ""})
    assert empty.status_code == 422
    inspect_page(empty.text)
    assert clerk.post(f"/transfers/{request}/decline", {"why": "服务期未满"}).status_code == 303
    assert "服务期未满" in asker.get(f"/transfers/{request}").text
    assert asker.post(f"/transfers/{request}/withdraw").status_code == 422


def test_the_asker_withdraws_and_strangers_find_nothing(
    holder: people_rows.Added, asker: Browser, signed_in: SignIn
) -> None:
    request = ask(asker)
    with connection():
        third = add_organisation("区卫生健康局", code="THIRD")
    stranger = signed_in("hr", login="third", organisation_id=third)
    for path in ("", "/confirm", "/decline", "/withdraw"):
        call = stranger.post if path else stranger.get
        assert call(f"/transfers/{request}{path}").status_code == 404
        assert call(f"/transfers/999{path}").status_code == 404
    assert "林晓梅" not in stranger.get("/transfers").text
    # The asking side can't answer its own request.
    for path in ("/confirm", "/decline"):
        assert asker.post(f"/transfers/{request}{path}", ANSWER).status_code == 404
    assert asker.post(f"/transfers/{request}/issue", ANSWER).status_code == 403
    page = asker.get(f"/transfers/{request}")
    inspect_page(page.text)
    assert asker.post(f"/transfers/{request}/withdraw").status_code == 303
    assert TransferRequest.get_by_id(request).state == "withdrawn"
    assert signed_in("legal-office").get("/transfers").text.count("等待答复") == 0
