"""Attacks from outside on the real server: stolen cookies, forged forms, haste, skipped steps.

One server with two workers for all tests; each test has people of its own. What a single request
can try is in tests/web; hostile files are in test_hostile_files.py.
"""

import http.client
import io
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest

import registry
from registry import credential
from registry.config import Config
from registry.rules.acts import OPERATOR, SHANGHAI, Act, Actor, local_day
from registry.rules.roles import may
from registry.services import accounts
from registry.store import opening
from registry.store.database import connection, database, shut
from registry.store.tables import (
    TABLES,
    Account,
    Certificate,
    Engagement,
    Event,
    Person,
    Throttle,
)
from tests.conftest import NOW
from tests.guards.test_routes import pages_of
from tests.journeys.street_server import Server, serving
from tests.two_organs import Organ, id_number, set_up

PASSWORD = "good-tea-from-1-hill"
OTHER_PASSWORD = "a-long-river-in-1-boat"
TODAY = datetime.now(SHANGHAI).date().isoformat()
ACT = {"on": TODAY, "document": "坛司〔2026〕9号", "basis": "registry-rule", "reason": "测试"}
AT_ONCE = 20
LIVE = ("active", "suspended", "lost")

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Answer:
    """What came back, as bytes and as text."""

    status: int
    headers: Any
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))


@dataclass
class Visitor:
    """A client that keeps cookies and the token last seen, and follows nothing."""

    port: int
    jar: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}
        plug = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            plug.request(method, path, body or None, sent | (headers or {}))
            got = plug.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        finally:
            plug.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            cookie: SimpleCookie = SimpleCookie(line)
            self.jar |= {name: morsel.value for name, morsel in cookie.items()}
        if found := _TOKEN.search(answer.text):
            self.token = found[1]
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, headers=headers)

    def post(
        self, path: str, data: dict[str, str] | None = None, token: bool = True, **headers: str
    ) -> Answer:
        known = {"csrf_token": self.token} if token else {}
        body = urlencode(known | (data or {})).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, body, kind | headers)

    def upload(self, path: str, data: dict[str, str], name: str, content: bytes) -> Answer:
        edge = "edge-of-the-parts"
        parts = b"".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in ({"csrf_token": self.token} | data).items()
        )
        opening_line = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        parts += f"--{edge}\r\n{opening_line}".encode() + content + f"\r\n--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self.send("POST", path, parts, kind)

    def copy(self) -> "Visitor":
        """What a thief has who copied the cookies and saw the page."""
        return Visitor(self.port, dict(self.jar), self.token)

    def sign_in(self, login: str, password: str = PASSWORD, onward: str = "") -> Answer:
        self.get("/sign-in")
        answer = self.post("/sign-in", {"login": login, "password": password, "next": onward})
        if answer.status == 302:
            self.get("/account")
        return answer


@dataclass(frozen=True)
class Place:
    """The running office, two organs in it, and who is signed in."""

    server: Server
    config: Config
    here: Organ
    there: Organ
    legal: Visitor
    second: Visitor
    clerk: Visitor
    administrator: Visitor
    auditor: Visitor

    def visitor(self) -> Visitor:
        return Visitor(self.server.port)


LOGINS = {
    "legal": "legal-office",
    "legal2": "legal-office",
    "clerk": "hr",
    "admin": "administrator",
    "auditor": "auditor",
    "thief": "auditor",
    "victim": "auditor",
}


@pytest.fixture(scope="module")
def place(template: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("attacked")
    config = template.copy(folder / "data")
    opening.open_register(config)
    with connection():
        act = Act(OPERATOR, NOW, local_day(NOW), "测试", "坛司〔2026〕1号", "registry-rule")
        maker = Act(
            Actor(None, "maker", "法制", "legal-office"), NOW, act.on, "测试", "", "registry-rule"
        )
        here = set_up(maker, "HERE", "城市管理局", 101, free=8)
        there = set_up(maker, "THERE", "卫生健康局", 201, free=1)
        for login, role in LOGINS.items():
            accounts.create_account(
                act,
                login=login,
                name="王琳",
                role=role,
                organisation_id=here.id if role == "hr" else None,
                password=PASSWORD,
                must_change=False,
            )
    with serving(config, folder / "log", REGISTRY_SECRET_KEY=config.secret_key) as server:

        def signed_in(login: str) -> Visitor:
            visitor = Visitor(server.port)
            assert visitor.sign_in(login).status == 302
            return visitor

        yield Place(
            server,
            config,
            here,
            there,
            *(signed_in(login) for login in ("legal", "legal2", "clerk", "admin", "auditor")),
        )
    shut()


@pytest.fixture(autouse=True)
def nobody_waits(place: Place) -> Iterator[None]:
    """Failed guesses of one test don't hold the next one's sign-in back."""
    yield
    with connection():
        Throttle.delete().execute()


def counted(table: Any, *where: Any) -> int:
    with connection():
        query = table.select()
        return int((query.where(*where) if where else query).count())


def at_once(count: int, do: Callable[[int], Answer]) -> Counter[int]:
    """How often each status came back for ``count`` requests at the same time."""
    with ThreadPoolExecutor(count) as pool:
        return Counter(answer.status for answer in pool.map(do, range(count)))


def nobody_holds_what_may_not() -> bool:
    """The rule, over the whole register: live means in office, and one of a kind."""
    with connection():
        barred = (
            Certificate.select()
            .join(Engagement, on=(Engagement.id == Certificate.engagement_id))
            .where(Certificate.state.in_(LIVE), Engagement.may_hold == 0)
        )
        held = [
            (row.person_id, row.kind)
            for row in Certificate.select().where(Certificate.state.in_(LIVE))
        ]
        return barred.count() == 0 and len(held) == len(set(held))


# --- stolen cookies --------------------------------------------------------------------------


def disabled(place: Place, victim: Visitor) -> None:
    with connection():
        number = Account.get(Account.login == "victim").id
    place.administrator.get(f"/accounts/{number}/disable")
    assert place.administrator.post(f"/accounts/{number}/disable").status == 302


def password_changed(place: Place, victim: Visitor) -> None:
    elsewhere = place.visitor()
    assert elsewhere.sign_in("victim").status == 302
    new = {"new_password": OTHER_PASSWORD, "new_password_again": OTHER_PASSWORD}
    answer = elsewhere.post("/account/password", {"current_password": PASSWORD} | new)
    assert answer.status == 302
    back = {"new_password": PASSWORD, "new_password_again": PASSWORD}
    elsewhere.get("/account/password")
    answer = elsewhere.post("/account/password", {"current_password": OTHER_PASSWORD} | back)
    assert answer.status == 302


def signed_out(place: Place, victim: Visitor) -> None:
    assert victim.copy().post("/sign-out").status == 302


@pytest.mark.parametrize("end", [signed_out, password_changed, disabled])
def test_a_saved_jar_is_worth_nothing(place: Place, end: Callable[[Place, Visitor], None]) -> None:
    victim = place.visitor()
    assert victim.sign_in("victim").status == 302
    thief = victim.copy()
    assert thief.get("/people").status == 200
    end(place, victim)
    # Both workers must know it.
    answers = [victim.copy().get("/people") for _ in range(8)]
    assert {(one.status, one.location) for one in answers} == {(302, "/sign-in?next=/people")}
    assert thief.post("/people/search", {"q": "陈"}).status in (302, 401)


# --- forged forms ----------------------------------------------------------------------------


def test_forms_from_elsewhere_write_nothing(place: Place) -> None:
    app = registry.create_app(place.config, connected=True)
    events = counted(Event)
    tried, passed = 0, []
    for page in pages_of(app):
        if page.method != "POST":
            continue
        manages = page.rule.startswith(("/accounts", "/settings"))
        opened = not page.act or may("legal-office", page.act)
        office = place.legal if opened else place.clerk
        visitor = place.administrator if manages else office
        stranger = place.legal if visitor is place.clerk else place.clerk
        own = {"csrf_token": visitor.token}
        for data, headers in (
            ({}, {}),
            ({"csrf_token": stranger.token}, {}),
            (own, {"Origin": "https://evil.example"}),
            (own, {"Origin": "null"}),
            (own, {"Sec-Fetch-Site": "cross-site"}),
            (own, {"Sec-Fetch-Site": "same-site"}),
            (own, {"Referer": "https://evil.example/"}),
        ):
            answer = visitor.copy().post(page.address(place.here), ACT | data, False, **headers)
            tried += 1
            if answer.status != 400:
                passed.append((page.rule, data, headers, answer.status))
    assert passed == []
    assert tried > 350 and counted(Event) == events


@pytest.mark.parametrize(
    "onward",
    ["https:evil.example", "//evil.example", "/\t/evil.example", "/\\evil.example", "/\r\nX: 1"],
)
def test_sign_in_leads_to_no_other_host(place: Place, onward: str) -> None:
    answer = place.visitor().sign_in("thief", onward=onward)
    assert (answer.status, answer.location) == (302, "/")
    assert "X" not in answer.headers


def test_forwarding_headers_buy_no_guesses(place: Place) -> None:
    def guess(number: int) -> Answer:
        visitor = place.visitor()
        visitor.get("/sign-in")
        forged = {"X-Forwarded-For": f"6.6.6.{number}", "Forwarded": f"for=6.6.6.{number}"}
        form = {"login": "thief", "password": "wrong", "next": ""}
        return visitor.post("/sign-in", form, **forged)

    statuses = at_once(AT_ONCE, guess)
    assert set(statuses) == {422, 429} and statuses[422] <= 4
    with connection():
        keys = " ".join(key for (key,) in Throttle.select(Throttle.key).tuples())
    assert "network:127.0.0.1" in keys and "6.6.6" not in keys


@pytest.mark.parametrize(
    "forged",
    [
        {"Host": "evil.example"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"},
        {"X-Forwarded-Prefix": "//evil.example"},
        {"SCRIPT_NAME": "/evil"},
        {"SCRIPT-NAME": "/evil"},
        {"Forwarded": "host=evil.example"},
    ],
    ids=lambda forged: next(iter(forged)),
)
def test_no_header_moves_a_card_to_another_host(place: Place, forged: dict[str, str]) -> None:
    zxingcpp = pytest.importorskip("zxingcpp")
    from PIL import Image

    with connection():
        row = Certificate.get(Certificate.number == place.here.card)
    answer = place.legal.copy().get(f"/certificates/{row.number}/code.png", **forged)
    if "Host" in forged:
        assert answer.status == 400 and b"evil" not in answer.body
        return
    assert answer.status == 200
    picture = Image.open(io.BytesIO(answer.body)).convert("L")
    wanted = credential.url(place.config.public_url, row.code)
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [wanted]
    assert b"evil" not in place.legal.copy().get("/certificates", **forged).body


# --- haste -----------------------------------------------------------------------------------


def test_twenty_exchanges_at_once_issue_one(place: Place) -> None:
    person = place.here.free[0]
    path = f"/exchange/person/{person}"
    place.legal.get(path)
    form = ACT | {"number": "", "first_day": ""}
    statuses = at_once(AT_ONCE, lambda _: place.legal.copy().post(path, form))
    assert statuses == {303: 1, 422: AT_ONCE - 1}
    with connection():
        person_id = Person.get(Person.number == person).id
    mine = Certificate.person_id == person_id
    assert counted(Certificate, mine, Certificate.kind == "national") == 1
    assert counted(Certificate, mine, Certificate.state.in_(LIVE)) == 1
    assert counted(Event, Event.person_id == person_id, Event.act == "certificate-issued") == 1


def test_twenty_presses_issue_a_batch_once(place: Place) -> None:
    path = f"/exchange/{place.here.batch}"
    place.legal.get(path)
    before = counted(Certificate)
    waiting = place.legal.get(path).text.count('name="leave_out"')
    form = ACT | {"numbers": ""}
    statuses = at_once(AT_ONCE, lambda _: place.legal.copy().post(f"{path}/issue", form))
    assert statuses == {303: 1, 422: AT_ONCE - 1}
    assert 0 < counted(Certificate) - before <= waiting
    assert nobody_holds_what_may_not()
    # And never again, nor withdrawn afterwards.
    assert place.legal.post(f"{path}/issue", form).status == 422
    assert place.legal.post(f"{path}/discard").status == 422


def test_exchange_against_reclassify_never_leaves_both(place: Place) -> None:
    for person in place.here.free[1:4]:
        exchange, reclassify = f"/exchange/person/{person}", f"/people/{person}/reclassify"
        place.legal.get(exchange)
        place.second.get(reclassify)

        def press(number: int, exchange: str = exchange, reclassify: str = reclassify) -> Answer:
            if number % 2:
                return place.second.copy().post(reclassify, ACT | {"establishment": "dispatched"})
            return place.legal.copy().post(exchange, ACT | {"number": "", "first_day": ""})

        statuses = at_once(12, press)
        assert statuses[302] == 1 and max(statuses) < 500, statuses
        assert nobody_holds_what_may_not()


def test_one_person_is_added_once(place: Place) -> None:
    place.clerk.get("/people/add")
    form = ACT | {
        "name": "并发甲",
        "identity_number": id_number(901),
        "organisation": "HERE",
        "establishment": "civil-servant",
    }
    empty = "section post field started_on planned_end_on telephone supervisor_names remarks"
    form |= dict.fromkeys(empty.split(), "")
    statuses = at_once(AT_ONCE, lambda _: place.clerk.copy().post("/people/add", form))
    assert statuses == {302: 1, 422: AT_ONCE - 1}
    assert counted(Person, Person.name == "并发甲") == 1


# --- skipped steps and more fields than asked for --------------------------------------------


def test_a_mistake_takes_two_people(place: Place) -> None:
    path = f"/certificates/{place.there.card}"
    place.legal.get(path)
    assert place.legal.post(f"{path}/rectify", ACT).status == 422, "it is live"
    assert place.legal.post(f"{path}/cancel", ACT).status == 303
    assert place.second.post(f"{path}/suspend", ACT | {"ground": "x"}).status == 422
    place.second.get(path)
    assert place.clerk.post(f"{path}/rectify", ACT).status == 403
    assert place.legal.post(f"{path}/rectify", ACT).status == 303
    forged = {"account_id": "1", "second_account": "1", "state": "active"}
    assert place.legal.post(f"{path}/rectify", ACT | forged).status == 422
    row = Certificate.number == place.there.card
    assert counted(Certificate, row, Certificate.state == "cancelled") == 1
    statuses = at_once(10, lambda _: place.second.copy().post(f"{path}/rectify", ACT))
    assert statuses == {303: 1, 422: 9}
    assert counted(Certificate, row, Certificate.state == "active") == 1
    assert counted(Event, Event.act == "certificate-rectified") == 1


def test_fields_that_nobody_asked_for_change_nothing(place: Place) -> None:
    path = f"/people/{place.here.helper}/edit"
    page = place.clerk.get(path).text
    names = set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page))
    names -= {"csrf_token", "q"}
    assert "telephone" in names and "establishment" not in names
    more = {
        "is_admin": "y",
        "may_hold": "1",
        "category": "officer",
        "establishment": "civil-servant",
        "organisation": "THERE",
        "organisation_id": str(place.there.id),
        "person_id": str(place.there.holder_id),
        "state": "active",
        "number": place.there.holder,
        "name": "别人",
    }
    with connection():
        person_id = Person.get(Person.number == place.here.helper).id

    def facts() -> dict[str, Any]:
        with connection():
            found = Engagement.select().where(Engagement.person_id == person_id).dicts().get()
            return dict(found) | {"name": Person.get_by_id(person_id).name}

    before, events = facts(), counted(Event)
    for name in names:
        assert place.clerk.post(path, {name: "1"}).status == 422
        assert place.clerk.post(path, more | {name: "1"}).status == 422
    assert facts() == before and counted(Event) == events
    honest = {"telephone": "0519-1", "in_enforcement_post": "yes"}
    whole = dict.fromkeys(names, "") | ACT | more | honest
    assert place.clerk.post(path, whole).status == 302
    changed = {name for name, value in facts().items() if before[name] != value}
    assert changed == {"telephone"}


def test_no_roster_makes_an_auxiliary_a_holder(place: Place) -> None:
    titles = "姓名,性别,身份证号,所在单位,人员性质,职务,执法证号,发证日期\n"
    rows = "".join(
        f"陈冒名,男,{id_number(903 + 2 * place_)},城市管理局,{word},{post},3204{place_:04d}1234,"
        "2020-01-01\n"
        for place_, (word, post) in enumerate(
            (
                ("劳务派遣", ""),
                ("公务员（编外）", ""),
                ("公务员/辅助", ""),
                ("聘用", ""),
                ("", ""),
                ("工勤人员", ""),
                ("合同制", "公务员"),
            )
        )
    )
    known = place.here.helper
    with connection():
        helper = Person.get(Person.number == known).id
    rows += f"陈大文,男,{id_number(107)},城市管理局,公务员,,32040000999,2020-01-01\n"
    place.clerk.get("/imports")
    content = (titles + rows).encode()
    held = place.clerk.upload("/imports", {"kind": "officer"}, "officers.csv", content)
    assert held.status == 302
    decisions = re.search(r'name="decisions" value="([^"]*)"', place.clerk.get(held.location).text)
    place.clerk.post(f"{held.location}/commit", {"decisions": decisions[1] if decisions else ""})
    assert counted(Person, Person.name == "陈冒名") == 0
    assert counted(Certificate, Certificate.person_id == helper) == 0
    assert counted(Engagement, Engagement.person_id == helper, Engagement.may_hold == 1) == 0
    assert nobody_holds_what_may_not()
    # A clerk of the legal office doesn't even see that the file was there.
    assert place.legal.get(held.location).status == 404


# --- what lies about afterwards --------------------------------------------------------------

MARKED = id_number(77, "19770303")
MARKED_AFTER = id_number(79, "19770304")
TELEPHONE = "13877665544"
MARKED_PASSWORD = "Marker-Password-99x"


def test_no_log_no_table_and_no_address_keeps_an_id_number(place: Place) -> None:
    stranger = place.visitor()
    stranger.sign_in(MARKED_PASSWORD, MARKED_PASSWORD, f"/people?q={MARKED}")
    clerk = place.clerk
    clerk.get("/people/add")
    form = ACT | {
        "name": "马克尔",
        "identity_number": MARKED,
        "organisation": "HERE",
        "establishment": "civil-servant",
        "telephone": TELEPHONE,
    }
    empty = "section post field started_on planned_end_on supervisor_names remarks"
    form |= dict.fromkeys(empty.split(), "")
    added = clerk.post("/people/add", form)
    assert added.status == 302
    assert clerk.post("/people/add", form).status == 422
    for typed in (MARKED, f"马克尔{MARKED}", f"身份证{MARKED}，", MARKED[:17], " ".join(MARKED)):
        assert MARKED[:14] not in clerk.post("/people/search", {"q": typed}).location
    for path in (f"/people?q={MARKED}", f"/people/{MARKED}", f"/x/{MARKED}", f"/v/{MARKED}"):
        clerk.get(path, Referer=f"https://zf.example.cn/people?q={MARKED}")
    clerk.get(added.location)
    assert clerk.post(f"{added.location}/identity-number", ACT).body.count(MARKED.encode()) == 1
    corrected = ACT | {"identity_number": MARKED_AFTER}
    assert clerk.post(f"{added.location}/correct-identity-number", corrected).status == 302
    clerk.post("/people/add", form, token=False)
    clerk.send("POST", "/people/add", b"x" * 3_000_000)
    place.server.raw(f"GET /people/{MARKED} HTTP/9.9\r\nHost: a\r\n\r\n".encode())
    place.server.raw(f"{MARKED} {TELEPHONE}\r\n\r\n".encode())

    marks = [MARKED, MARKED_AFTER, MARKED_PASSWORD, PASSWORD]
    log = settled_log(place)
    assert [mark for mark in (*marks, TELEPHONE) if mark in log] == []
    with connection():
        found = [
            (table._meta.table_name, mark)
            for table in TABLES
            for values in database.execute_sql(f'select * from "{table._meta.table_name}"')
            for value in values
            for mark in marks
            if mark in (bytes(value).decode("latin-1") if _is_bytes(value) else str(value))
        ]
    assert found == []
    for address in ("/history", f"/history?person={added.location.rsplit('/', 1)[-1]}"):
        page = place.auditor.get(address)
        assert page.status == 200
        assert MARKED not in page.text and MARKED_AFTER not in page.text


def settled_log(place: Place) -> str:
    """The log once the line of a request made now is in it: lines follow their answers."""
    place.visitor().get("/the-last-one")
    for _ in range(100):
        if "/the-last-one" in (log := place.server.log()):
            return log
        time.sleep(0.05)
    raise AssertionError("the log lacks the last request")


def _is_bytes(value: object) -> bool:
    return isinstance(value, bytes | bytearray | memoryview)


def test_the_same_workers_stand_at_the_end(place: Place) -> None:
    booted = [line for line in place.server.lines() if line["event"].startswith("Booting worker")]
    assert len(booted) == 2 and len(place.server.workers()) == 2
    failed = [line for line in place.server.lines() if line["level"] == "error"]
    assert failed == []
