"""Slips and handing over through HTTP: shown once, by those who may, and nothing of it kept."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from registry.store import accounts as store
from registry.store.database import connection
from registry.store.tables import Account, AccountSlip
from tests.documents.printed import Printed
from tests.web.page_inspection import inspect_page

OWN = "three.boats-on-the-canal"
PASSWORD = "good-tea-from-1-hill"
REASON = {"reason": "本人带工作证到窗口"}


def password_on(page: str) -> str:
    found = re.search(r'class="slip-password">([a-z0-9-]{14})<', page)
    assert found, page
    return found[1]


def id_of(login: str) -> int:
    with connection():
        account = store.find_login(login)
    assert account is not None
    return account.id


@pytest.fixture
def bureau(organisation_of: Callable[..., int]) -> int:
    top = organisation_of("B", "城市管理局")
    organisation_of("B1", "综合执法大队", top)
    return top


def test_from_a_new_account_to_an_own_password(
    signed_in: Callable[..., Any], browser_of: Callable[..., Any], bureau: int
) -> None:
    administrator = signed_in("administrator")
    form = {"login": "chen.jie", "name": "陈洁", "role": "hr", "organisation": str(bureau)}
    typed = {"new_password": "", "new_password_again": ""}
    answer = administrator.post("/accounts/new", form | typed)
    assert answer.status_code == 200
    page = inspect_page(answer.text)
    assert "城市管理局及下属 1 个单位" in page
    assert answer.headers["Cache-Control"] == "no-store"
    password = password_on(page)
    clerk = browser_of()
    assert clerk.sign_in("chen.jie", password).headers["Location"] == "/account/password"
    thief = browser_of().sign_in("chen.jie", password)
    assert thief.status_code == 422
    assert "已经用过一次" in inspect_page(thief.text)
    clerk.get("/account/password")
    own = {"current_password": password, "new_password": OWN, "new_password_again": OWN}
    assert clerk.post("/account/password", own).status_code == 302
    assert clerk.get("/people").status_code == 200
    assert password not in administrator.get("/accounts").text


def test_an_expired_slip_says_so_to_its_owner_alone(
    signed_in: Callable[..., Any],
    account_of: Callable[..., int],
    browser_of: Callable[..., Any],
    clock: Any,
) -> None:
    administrator = signed_in("administrator")
    auditor = account_of("auditor")
    password = password_on(administrator.post(f"/accounts/{auditor}/slip", REASON).text)
    clock.wait(minutes=4 * 24 * 60)
    answer = browser_of().sign_in("auditor", password)
    assert answer.status_code == 422
    assert "已经过期" in inspect_page(answer.text)
    wrong = browser_of().sign_in("auditor", "abcd-efgh-jkmn")
    assert "已经过期" not in wrong.text


def test_the_legal_office_gives_slips_to_clerks_alone(
    signed_in: Callable[..., Any],
    account_of: Callable[..., int],
    browser_of: Callable[..., Any],
    bureau: int,
) -> None:
    legal = signed_in("legal-office")
    clerk = account_of("hr", login="clerk", name="李娜", organisation_id=bureau)
    others = [account_of(role, login=f"other-{role}") for role in ("administrator", "auditor")]
    page = inspect_page(legal.get("/clerks").text)
    assert "李娜" in page
    assert "other-administrator" not in page
    hashes = [store_hash(other) for other in others]
    for other in (*others, id_of("legal-office"), 999):
        assert legal.get(f"/clerks/{other}/slip").status_code == 404
        assert legal.post(f"/clerks/{other}/slip", REASON).status_code == 404
        assert legal.post(f"/accounts/{other}/slip", REASON).status_code == 403
        assert legal.post(f"/accounts/{other}/hand-over", REASON).status_code == 403
    assert [store_hash(other) for other in others] == hashes
    with connection():
        assert AccountSlip.select().count() == 0
    assert legal.post(f"/clerks/{clerk}/slip", {"reason": ""}).status_code == 422
    password = password_on(inspect_page(legal.post(f"/clerks/{clerk}/slip", REASON).text))
    assert browser_of().sign_in("clerk", PASSWORD).status_code == 422
    assert browser_of().sign_in("clerk", password).status_code == 302


def store_hash(account_id: int) -> str:
    with connection():
        return store.password_hash_of(account_id)


def test_a_stolen_session_gives_no_slip(
    signed_in: Callable[..., Any], account_of: Callable[..., int], clock: Any, bureau: int
) -> None:
    legal = signed_in("legal-office")
    clerk = account_of("hr", login="clerk", organisation_id=bureau)
    clock.wait(minutes=30)
    answer = legal.post(f"/clerks/{clerk}/slip", REASON)
    assert answer.status_code == 403
    assert "fresh_password" in answer.text
    with connection():
        assert AccountSlip.select().count() == 0


def test_a_post_is_handed_over_on_its_page(
    signed_in: Callable[..., Any],
    account_of: Callable[..., int],
    browser_of: Callable[..., Any],
    bureau: int,
) -> None:
    administrator = signed_in("administrator")
    account_of("hr", login="clerk", name="张三", organisation_id=bureau)
    leaver = browser_of()
    leaver.sign_in("clerk")
    place = f"/accounts/{id_of('clerk')}/hand-over"
    inspect_page(administrator.get(place).text)
    silent = administrator.post(place, {"name": "李四", "login": "li.si", "reason": ""})
    assert silent.status_code == 422
    answer = administrator.post(place, {"name": "李四", "login": "li.si"} | REASON)
    password = password_on(inspect_page(answer.text))
    assert leaver.get("/people").status_code == 302
    assert browser_of().sign_in("clerk").status_code == 422
    successor = browser_of()
    assert successor.sign_in("li.si", password).status_code == 302
    with connection():
        new = store.find_login("li.si")
    assert new is not None
    assert (new.role, new.organisation_id) == ("hr", bureau)


def test_who_uses_an_account_and_who_does_not(
    signed_in: Callable[..., Any], account_of: Callable[..., int], bureau: int
) -> None:
    administrator = signed_in("administrator")
    account_of("auditor", login="never")
    idle = account_of("hr", login="idle", organisation_id=bureau)
    with connection():
        Account.update(last_sign_in_at="2026-05-27T02:29:59.000000Z").where(
            Account.id == idle
        ).execute()
    administrator.post(f"/accounts/{id_of('never')}/slip", REASON)
    page = inspect_page(administrator.get("/accounts?show=unused").text)
    assert ">idle<" in page
    assert ">never<" not in page
    page = inspect_page(administrator.get("/accounts?show=slip").text)
    assert ">never<" in page
    assert "登录单有效至" in page
    assert ">idle<" not in page


def test_organisations_that_no_clerk_reaches_are_named(
    signed_in: Callable[..., Any],
    account_of: Callable[..., int],
    organisation_of: Callable[..., int],
    bureau: int,
) -> None:
    administrator = signed_in("administrator")
    water = organisation_of("C", "水利局")
    organisation_of("C1", "水政监察大队", water)
    account_of("hr", login="clerk", organisation_id=bureau)
    page = inspect_page(administrator.get("/accounts").text)
    assert "1 个单位没有经办人账号" in page
    assert "水利局" in page
    assert "水政监察大队" not in page


def test_below_a_government_each_organ_without_a_clerk_is_named(
    signed_in: Callable[..., Any],
    account_of: Callable[..., int],
    organisation_of: Callable[..., int],
) -> None:
    administrator = signed_in("administrator")
    government = organisation_of("G", "区人民政府")
    served = organisation_of("G1", "城市管理局", government)
    water = organisation_of("G2", "水利局", government)
    organisation_of("G21", "水政监察大队", water)
    account_of("hr", login="clerk", organisation_id=served)
    told = inspect_page(administrator.get("/accounts").text).split("没有经办人账号")[1]
    assert "水利局" in told and "区人民政府" in told
    assert "城市管理局" not in told and "水政监察大队" not in told


def test_the_list_of_accounts_prints(
    signed_in: Callable[..., Any], account_of: Callable[..., int], bureau: int
) -> None:
    administrator = signed_in("administrator", language="en")
    account_of("hr", login="clerk", name="买买提·艾力", organisation_id=bureau)
    answer = administrator.get("/accounts/list.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    text = Printed(answer.data).packed(0)
    for word in ("人事经办人", "城市管理局及下属1个单位", "买买提·艾力", "clerk", "从未"):
        assert word in text, text
