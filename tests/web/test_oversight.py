"""Findings, proposals and the book on the web: scope, decisions, filters, proof, bad input."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.events import EVENTS, ORIGIN
from registry.rules.findings import KINDS
from registry.rules.roster_difference import ACTS
from registry.store import book_pages, findings
from registry.store.book import transaction
from registry.store.database import connection, database
from registry.store.tables import BookHead, Event, Finding, Person, Proposal
from registry.web.book_wording import FIELDS, proposed_title
from tests.staff import add_account, add_organisation, add_person
from tests.web.conftest import Browser
from tests.web.oversight_scene import Scene, set_scene
from tests.web.page_inspection import inspect_page

DECISION = {
    "decision": "recovered",
    "on": "2026-11-23",
    "document": "坛司〔2026〕9号",
    "basis": "jiangsu-certificate-rule",
    "reason": "证件已当面收回",
}
DISMISSAL = {name: value for name, value in DECISION.items() if name != "decision"}


@pytest.fixture
def scene(office: Any, act: Act) -> Scene:
    with connection():
        by = Actor(add_account("office-2"), "office-2", "法制", "legal-office")
        return set_scene(replace(act, by=by))


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main")[0]


# --- findings --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_pages_stand_in_both_languages(
    signed_in: Callable[..., Browser], scene: Scene, language: str
) -> None:
    browser = signed_in("legal-office", language=language)
    for path in (
        "/findings",
        "/findings?show=decided",
        "/findings?kind=letter-lapsed",
        f"/findings/{scene.finding_here}",
        "/proposals",
        "/proposals?act=transfer",
        f"/proposals/{scene.proposal_here}/dismiss",
    ):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        page = inspect_page(answer.text)
        if language == "en":
            known = re.sub(r"[甲乙]\w+|城市管理局|卫生健康局|中文|王琳|法制", "", main_of(page))
            assert not re.search(r"[\u4e00-\u9fff]", known), re.findall(
                r".{0,30}[\u4e00-\u9fff]+.{0,30}", known
            )


def test_every_kind_of_finding_has_its_page(
    signed_in: Callable[..., Browser], act: Act, office: Any
) -> None:
    with connection():
        organ = add_organisation("某局")
        person, _ = add_person(organ)
        with transaction() as book:
            for kind in KINDS:
                findings.open_finding(
                    book, act, kind, kind, person_id=person, organisation_id=organ
                )
        numbers = [number for (number,) in Finding.select(Finding.id).tuples()]
    browser = signed_in("legal-office")
    for number in numbers:
        page = inspect_page(browser.get(f"/findings/{number}").text)
        for needed in ("这是怎么回事", "谁来决定", "可以怎么决定，各有什么结果"):
            assert needed in page


def test_overdue_stand_first_and_decided_stay_readable(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    browser = signed_in("legal-office", name="王琳")
    rows = re.findall(r'href="/findings/(\d+)"', browser.get("/findings").text)
    assert set(rows[:2]) == {str(scene.finding_here), str(scene.finding_there)} and len(rows) == 4
    browser.get(f"/findings/{scene.finding_here}")
    answer = browser.post(f"/findings/{scene.finding_here}", DECISION)
    assert answer.status_code == 302
    assert f"/findings/{scene.finding_here}" not in browser.get("/findings").text
    decided = browser.get("/findings?show=decided").text
    for told in ("证件已经收回", "王琳", "证件已当面收回"):
        assert told in decided and told in browser.get(f"/findings/{scene.finding_here}").text
    # Nothing more to press on a decided one.
    assert '<form class="act"' not in browser.get(f"/findings/{scene.finding_here}").text


def test_a_decision_carries_its_paper(signed_in: Callable[..., Browser], scene: Scene) -> None:
    browser = signed_in("legal-office")
    browser.get(f"/findings/{scene.finding_here}")
    more = {"is_admin": "y", "state": "open", "organisation_id": str(scene.there), "kind": "x"}
    browser.post(f"/findings/{scene.finding_here}", DECISION | more)
    with connection():
        event = Event.select().where(Event.act == "finding-decided").dicts().get()
        row = Finding.get_by_id(scene.finding_here)
    assert (event["document"], event["basis"], event["reason"], event["effective_on"]) == (
        "坛司〔2026〕9号",
        "jiangsu-certificate-rule",
        "证件已当面收回",
        "2026-11-23",
    )
    assert event["actor"] == "legal-office" and row.organisation_id == scene.here


@pytest.mark.parametrize("missing", sorted(DECISION))
def test_a_short_decision_decides_nothing(
    signed_in: Callable[..., Browser], scene: Scene, missing: str
) -> None:
    browser = signed_in("legal-office")
    browser.get(f"/findings/{scene.finding_here}")
    short = {name: value for name, value in DECISION.items() if name != missing}
    answer = browser.post(f"/findings/{scene.finding_here}", short)
    assert answer.status_code == 422
    inspect_page(answer.text)
    assert "error-summary" in answer.text
    with connection():
        assert Finding.get_by_id(scene.finding_here).decided_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("decision", "officer"),
        ("decision", "a\x00b"),
        ("on", "2026-13-45"),
        ("on", "2026-11-24"),
        ("on", "１２"),
        ("basis", "no-such-basis"),
        ("reason", ""),
        ("reason", "长" * 10_000),
        ("reason", "a\x00b"),
        ("document", "号" * 101),
        ("document", "a‮b"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_changes_nothing(
    signed_in: Callable[..., Browser], scene: Scene, field: str, value: str
) -> None:
    browser = signed_in("legal-office")
    for path, form in (
        (f"/findings/{scene.finding_here}", DECISION),
        (f"/proposals/{scene.proposal_here}/dismiss", DISMISSAL),
    ):
        if field not in form:
            continue
        browser.get(path)
        answer = browser.post(path, form | {field: value})
        assert answer.status_code == 422, path
        inspect_page(answer.text)
    with connection():
        assert Finding.get_by_id(scene.finding_here).decided_at is None
        assert Proposal.get_by_id(scene.proposal_here).state == "open"


def test_a_choice_that_the_register_contradicts_is_refused_in_words(
    signed_in: Callable[..., Browser], act: Act, office: Any
) -> None:
    with connection():
        organ = add_organisation("某局")
        person, _ = add_person(organ)
        with transaction() as book:
            findings.open_finding(
                book, act, "on-both-rosters", "x", person_id=person, organisation_id=organ
            )
        number = Finding.select(Finding.id).scalar()
    browser = signed_in("legal-office")
    said = "登记里此人现在还是执法人员"
    assert "现在还不能选" in browser.get(f"/findings/{number}").text
    answer = browser.post(f"/findings/{number}", DECISION | {"decision": "auxiliary"})
    assert answer.status_code == 422 and answer.text.count(said) == 2
    assert "证件已当面收回" in answer.text
    assert browser.post(f"/findings/{number}", DECISION | {"decision": "officer"}).location


def test_a_decision_taken_meanwhile_is_told(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    first = signed_in("legal-office")
    second = signed_in("legal-office", login="legal-2")
    path = f"/findings/{scene.finding_here}"
    first.get(path)
    second.get(path)
    assert first.post(path, DECISION).status_code == 302
    late = second.post(path, DECISION | {"decision": "no-card"})
    assert late.status_code == 422
    inspect_page(late.text)
    assert "已经有人处理过了" in late.text and "证件已经收回" in late.text


@pytest.mark.parametrize("role", ["hr", "auditor"])
def test_readers_see_and_cannot_decide(
    signed_in: Callable[..., Browser], scene: Scene, role: str
) -> None:
    organ = {"organisation_id": scene.here} if role == "hr" else {}
    browser = signed_in(role, **organ)
    page = browser.get(f"/findings/{scene.finding_here}").text
    assert "由法制机构决定" in page and '<form class="act"' not in page
    assert browser.post(f"/findings/{scene.finding_here}", DECISION).status_code == 403
    with connection():
        assert Finding.get_by_id(scene.finding_here).decided_at is None


def test_what_lies_in_another_organ_is_not_there(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    """The same answer as for what never was (security row 11)."""
    browser = signed_in("hr", organisation_id=scene.here)
    for path in (
        f"/findings/{scene.finding_there}",
        "/findings/999999",
        f"/proposals/{scene.proposal_there}/dismiss",
        "/proposals/999999/dismiss",
    ):
        assert browser.get(path).status_code == 404, path
    for path in (f"/proposals/{scene.proposal_there}/dismiss", "/proposals/999999/dismiss"):
        assert browser.post(path, DISMISSAL).status_code == 404
    with connection():
        assert Proposal.get_by_id(scene.proposal_there).state == "open"
    for path in ("/findings", "/findings?show=decided", "/proposals"):
        for after in ("", scene.finding_there, scene.proposal_there):
            page = browser.get(f"{path}{'&' if '?' in path else '?'}after={after}").text
            assert "乙" not in main_of(page) and "卫生健康局" not in main_of(page)
    assert "2 条待定" in browser.get("/findings").text


@pytest.mark.parametrize("role", ["administrator", "exam-coordinator"])
def test_others_have_no_business_here(
    signed_in: Callable[..., Browser], scene: Scene, role: str
) -> None:
    browser = signed_in(role)
    for path in ("/findings", f"/findings/{scene.finding_here}", "/proposals", "/history"):
        assert browser.get(path).status_code == 403, path


# --- proposals -------------------------------------------------------------------------------


def test_a_proposal_says_what_would_change_and_leads_to_the_act(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    browser = signed_in("hr", organisation_id=scene.here)
    page = inspect_page(browser.get("/proposals").text)
    for told in ("更正姓名", "姓名：甲换发 → 甲新名", "第 7 行"):
        assert told in page
    leads = re.search(r'href="(/people/[^"]+)">去办理', page)
    assert leads is not None
    act_page = browser.get(leads[1].replace("&amp;", "&"))
    assert act_page.status_code == 200 and 'value="甲新名"' in act_page.text


def test_a_proposal_is_dismissed_with_a_reason(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    browser = signed_in("hr", organisation_id=scene.here)
    path = f"/proposals/{scene.proposal_here}/dismiss"
    browser.get(path)
    assert browser.post(path, DISMISSAL | {"reason": ""}).status_code == 422
    answer = browser.post(path, DISMISSAL | {"reason": "名册写错了"})
    assert answer.status_code == 302
    with connection():
        row = Proposal.get_by_id(scene.proposal_here)
        event = Event.select().where(Event.act == "proposal-dismissed").dicts().get()
        name = Person.select(Person.name).where(Person.number == scene.person_here).scalar()
    assert (row.state, row.reason, event["reason"]) == ("dismissed", "名册写错了", "名册写错了")
    assert name == "甲换发"
    assert "没有变更建议" in browser.get("/proposals").text


def test_the_auditor_reads_proposals_without_buttons(
    signed_in: Callable[..., Browser], scene: Scene
) -> None:
    browser = signed_in("auditor")
    page = browser.get("/proposals").text
    assert "甲新名" in page and "/dismiss" not in page
    assert browser.get(f"/proposals/{scene.proposal_here}/dismiss").status_code == 403


# --- the book --------------------------------------------------------------------------------


@pytest.fixture
def auditor(signed_in: Callable[..., Browser]) -> Browser:
    return signed_in("auditor")


@pytest.mark.parametrize("role", ["legal-office", "hr", "administrator", "exam-coordinator"])
def test_the_book_is_the_auditors(signed_in: Callable[..., Browser], role: str) -> None:
    with connection():
        organ = add_organisation("某局")
    browser = signed_in(role, **({"organisation_id": organ} if role == "hr" else {}))
    for path in ("/history", "/history/1", "/history?view=reveals", "/history/999999"):
        assert browser.get(path).status_code == 403


def test_every_field_of_the_closed_list_has_its_words() -> None:
    told = set(ORIGIN).union(*(kind.details | kind.personal for kind in EVENTS.values()))
    unnamed = {name for name in told if not {name, name.removesuffix("_from")} & set(FIELDS)}
    assert unnamed == set()


def test_every_act_that_an_import_proposes_has_its_words(office: Any) -> None:
    with office.test_request_context("/"):
        assert not {act for act in ACTS if proposed_title(act) == act}


def test_the_book_keeps_to_its_filters(scene: Scene, auditor: Browser) -> None:
    def entries(query: str) -> list[str]:
        page = inspect_page(auditor.get(f"/history?{query}").text)
        return re.findall(r'href="/history/(\d+)"', page)

    everything = entries("")
    assert everything == sorted(everything, key=int, reverse=True)
    suspended = entries("act=certificate-suspended")
    assert len(suspended) == 2
    # Dated back 170 and 200 days: the issue of a card and its suspension.
    assert set(suspended) < set(entries("view=dated-back"))
    assert entries("view=attempts") == entries("view=reveals") == []
    of_person = entries(f"person={scene.person_here}")
    assert of_person and set(of_person).isdisjoint(entries(f"person={scene.person_there}"))
    assert entries(f"person={scene.person_here.lower()}") == of_person
    assert set(entries("actor=auditor")) == set(entries("actor=auditor&first=2026-11-23"))
    assert entries("last=2026-11-22") == [] and entries("first=2026-11-24") == []
    assert entries("first=2026年11月23日&last=20261123") == everything


@pytest.mark.parametrize(("days", "listed"), [(7, False), (8, True)])
def test_dated_back_means_more_than_seven_days(
    act_of: Callable[..., Act], act: Act, auditor: Browser, days: int, listed: bool
) -> None:
    from datetime import datetime, timedelta

    # Recorded at 00:30 in Shanghai, which in UTC is still the day before.
    at = datetime.fromisoformat("2026-11-22T16:30:00+00:00")
    dated = act_of(act.by, at=at, on=act.on - timedelta(days=days))
    with connection(), transaction() as book:
        book.record("key-rotated", dated, details={"key": "k"})
    page = auditor.get("/history?view=dated-back").text
    assert ("更换密钥" in main_of(page).partition("<ol")[2]) is listed


def test_chips_count_and_lead_back(scene: Scene, auditor: Browser) -> None:
    page = auditor.get(f"/history?view=dated-back&person={scene.person_here}").text
    chips = re.findall(r'class="chip" href="([^"]+)"( aria-current="true")?>([^<]+)', page)
    chosen = {text.strip(): address for address, on, text in chips if on}
    assert set(chosen) == {"倒签超过 7 天", scene.person_here}
    assert chosen[scene.person_here] == "/history?view=dated-back"
    number = re.search(r'倒签超过 7 天 <span class="number">(\d+)', page)
    assert number is not None
    assert int(number[1]) == len(re.findall(r'href="/history/(\d+)"', page))


def test_the_book_has_pages_by_number(
    act: Act, auditor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connection(), transaction() as book:
        for _ in range(7):
            book.record("key-rotated", act, details={"key": "k"})
    monkeypatch.setattr(
        book_pages.page, "__kwdefaults__", {"older": None, "newer": None, "size": 3}
    )
    seen, address = [], "/history?act=key-rotated"
    pages = []
    while address:
        page = inspect_page(auditor.get(address).text)
        pages.append(re.findall(r'href="/history/(\d+)"', page))
        seen += pages[-1]
        onward = re.search(r'href="([^"]+)" rel="next"', page)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert [len(one) for one in pages] == [3, 3, 1] and len(set(seen)) == 7
    back = re.search(r'href="([^"]+)" rel="prev"', page)
    assert back is not None
    page = auditor.get(back[1].replace("&amp;", "&")).text
    assert re.findall(r'href="/history/(\d+)"', page) == pages[1]


def test_an_entry_says_everything_and_proves_itself(scene: Scene, auditor: Browser) -> None:
    with connection():
        row = Event.select().where(Event.act == "certificate-suspended").dicts().get()
    page = inspect_page(auditor.get(f"/history/{row['seq']}").text)
    for told in (
        "暂扣证件",
        "office-2",
        "违规使用证件",
        "坛司〔2026〕1号",
        bytes(row["leaf"]).hex(),
    ):
        assert told in page
    assert "note-good" in page and "2026-06-06" in page
    assert re.search(r'href="/certificates/[^"]+"', page)


def test_an_identity_number_is_masked_in_the_book_too(
    act: Act, auditor: Browser, office: Any
) -> None:
    with connection():
        person, _ = add_person(add_organisation("某局"))
        with transaction() as book:
            book.record(
                "identity-number-corrected",
                act,
                person,
                details={"number": "P000001"},
                personal={
                    "identity_number": "320413198002030013",
                    "identity_number_from": "320413198002030021",
                },
            )
        seq = Event.select(Event.seq).order_by(Event.seq.desc()).scalar()
    for path in ("/history", f"/history/{seq}"):
        page = auditor.get(path).text
        assert "320413********0013" in page and "19800203" not in page


def test_what_was_typed_is_only_text(act: Act, auditor: Browser, office: Any) -> None:
    nasty = '"><svg onload=alert(1)>'
    with connection():
        person, _ = add_person(add_organisation(f"局{nasty}"), nasty)
        with transaction() as book:
            book.record(
                "name-corrected",
                replace(act, reason=nasty, document=nasty),
                person,
                details={"certificates": [nasty]},
                personal={"name": nasty, "name_from": nasty},
            )
        seq = Event.select(Event.seq).order_by(Event.seq.desc()).scalar()
    for path in ("/history", f"/history/{seq}"):
        page = inspect_page(auditor.get(path).text)
        assert "<svg onload" not in page and "&lt;svg onload" in page


@pytest.mark.parametrize(
    "query",
    [
        "first=2026-13-45",
        "first=zzz",
        "last=１２",
        "first=2026-11-23&last=2026-11-22",
        "first=a%00b",
        "act=no-such-act",
        "act=a%00b",
        "view=everything",
        "actor=nobody",
        "actor=%F0%9F%98",
        "person=" + "P" * 10_000,
        "person=a%00b",
        "older=１２",
        "older=0",
        "newer=" + "9" * 20,
        "older=a%00b",
    ],
)
def test_a_filter_that_does_not_read_is_an_answer_not_a_crash(
    scene: Scene, auditor: Browser, query: str
) -> None:
    answer = auditor.get(f"/history?{query}")
    assert answer.status_code == 400
    inspect_page(answer.text)


@pytest.mark.parametrize("query", ["person=%25", "person=P_____1", "person=(select 1)"])
def test_wildcards_are_text(scene: Scene, auditor: Browser, query: str) -> None:
    page = auditor.get(f"/history?{query}").text
    assert "没有符合条件的条目" in page


@pytest.mark.parametrize("seq", ["0", "999999", "１", "1a", "2147483648", "1%00"])
def test_there_is_no_such_entry(auditor: Browser, seq: str) -> None:
    assert auditor.get(f"/history/{seq}").status_code == 404


def tamper(statement: str, values: tuple[object, ...], engine: str) -> None:
    """What an owner of the database could do: the triggers put aside for one statement."""
    if engine == "sqlite":
        triggers = list(
            database.execute_sql(
                "select name, sql from sqlite_master where type = 'trigger' "
                "and tbl_name in ('event', 'event_value', 'book_head')"
            ).fetchall()
        )
        for name, _ in triggers:
            database.execute_sql(f'drop trigger "{name}"')
        database.execute_sql(statement, values)
        return
    database.execute_sql("reset role")
    database.execute_sql("set session_replication_role = replica")
    database.execute_sql(statement.replace("?", "%s"), values)
    database.execute_sql("set session_replication_role = default")


@pytest.mark.parametrize(
    ("column", "said"),
    [("reason", "这一条的内容和它的叶不符"), ("leaf", "这一条不在台账现在的总根之下")],
)
def test_an_altered_entry_is_seen(
    scene: Scene, auditor: Browser, register: Config, engine: str, column: str, said: str
) -> None:
    with connection():
        seq = Event.select(Event.seq).where(Event.act == "certificate-suspended").scalar()
        other = Event.select(Event.leaf).where(Event.seq == 1).scalar()
        value = "改过的理由" if column == "reason" else bytes(other)
        tamper(f"update event set {column} = ? where seq = ?", (value, seq), engine)
    page = inspect_page(auditor.get(f"/history/{seq}").text)
    assert "note-error" in page and said in page
    # Whoever alters one leaf breaks the root for every other entry as well.
    whole = auditor.get("/history/1").text
    assert ("note-good" in whole) is (column == "reason")


def test_a_book_cut_short_is_seen(
    scene: Scene, auditor: Browser, engine: str, register: Config
) -> None:
    with connection():
        size = BookHead.get_by_id(1).size
        tamper("delete from event_value where seq = ?", (size,), engine)
        tamper("delete from event where seq = ?", (size,), engine)
    assert "这一条不在台账现在的总根之下" in auditor.get("/history/1").text


def test_the_lists_ask_the_same_questions_however_long(
    signed_in: Callable[..., Browser], act: Act, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    legal, reader = signed_in("legal-office"), signed_in("auditor")
    ran: list[str] = []
    execute = database.obj.execute_sql
    monkeypatch.setattr(
        database.obj, "execute_sql", lambda sql, *rest: (ran.append(sql), execute(sql, *rest))[1]
    )

    def queries(browser: Browser, path: str) -> int:
        ran.clear()
        assert browser.get(path).status_code == 200
        return len(ran)

    asked = [
        (legal, "/findings"),
        (legal, "/findings/many?kind=number-in-remarks"),
        (legal, "/proposals"),
        (reader, "/history"),
    ]
    before = [queries(*one) for one in asked]
    with connection():
        by = Actor(add_account("office-3"), "office-3", "法制", "legal-office")
        for more in ("一", "二", "三"):
            set_scene(replace(act, by=by), more)
    assert [queries(*one) for one in asked] == before


def test_the_book_names_a_superior_and_not_its_code(
    act: Act, auditor: Browser, office: Any
) -> None:
    with connection():
        under = add_organisation("某局", code="X1")
        add_organisation("某区人民政府", code="X8")
        add_organisation("某区综合行政执法局", code="X9")
        with transaction() as book:
            told = {"code": "X1", "parent": "X9", "parent_from": "X8"}
            book.record("organisation-edited", act, under, details=told)
        seq = Event.select(Event.seq).order_by(Event.seq.desc()).scalar()
    page = inspect_page(auditor.get(f"/history/{seq}").text)
    assert "某区综合行政执法局（原：某区人民政府）" in page and "X9" not in main_of(page)
