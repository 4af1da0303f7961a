"""The new certificate after a transfer, as the legal office and a clerk see it."""

from collections.abc import Callable

import pytest

from registry.services import batches, employment
from registry.store import people as store
from registry.store.certificates import live_of
from registry.store.database import connection
from registry.store.tables import Organisation
from tests.web.conftest import Browser
from tests.web.page_inspection import problems_of
from tests.web.test_people import ACT, ACT_FIELDS, person, send


@pytest.fixture
def district(organisation_of: Callable[..., int]) -> dict[str, int]:
    """A bureau of one field, a team of the same below it, and a bureau of another."""
    here = organisation_of("CG", "区城市管理局")
    found = {
        "here": here,
        "below": organisation_of("CGD", "城管大队", here),
        "there": organisation_of("JT", "区交通运输局"),
    }
    with connection():
        Organisation.update(fields="city-management", area="金坛区").execute()
        elsewhere = Organisation.id == found["there"]
        Organisation.update(fields="transport").where(elsewhere).execute()
    return found


@pytest.fixture
def moved(district: dict[str, int]) -> store.Added:
    """Somebody with a national certificate, about to move one house down."""
    added = person(district["here"], card=True)
    with connection():
        batches.exchange(ACT, added.number)
    return added


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_after_a_transfer_one_click_leads_to_the_new_certificate(
    signed_in: Callable[..., Browser], moved: store.Added, language: str
) -> None:
    browser = signed_in("legal-office", language=language)
    there = f"/people/{moved.number}"
    page = f"/exchange/moved/{moved.number}"
    assert page not in browser.get(there).text
    answer = send(browser, f"{there}/transfer", organisation="CGD", establishment="civil-servant")
    assert answer.status_code == 302 and answer.headers["Location"].endswith(there)
    offered = browser.get(there).text
    assert f'href="{page}"' in offered and problems_of(offered) == []
    shown = browser.get(page).text
    assert "城管大队" in shown and problems_of(shown) == []
    issued = send(browser, page, basis="zhoukou-certificate-practice")
    assert issued.status_code == 303
    with connection():
        [card] = live_of(moved.person_id)
    assert issued.headers["Location"].endswith(f"/certificates/{card.number}")
    assert card.organisation_name == "城管大队"
    assert page not in browser.get(there).text
    again = browser.get(page)
    assert again.status_code == 200 and '<form class="act"' not in again.text
    refused = browser.post(
        page, ACT_FIELDS | {"basis": "registry-rule", "number": "", "first_day": ""}
    )
    assert refused.status_code == 422


def test_a_clerk_learns_who_issues_and_cannot(
    signed_in: Callable[..., Browser], moved: store.Added, district: dict[str, int]
) -> None:
    browser = signed_in("hr", organisation_id=district["here"])
    send(browser, f"/people/{moved.number}/transfer", organisation="CGD")
    shown = browser.get(f"/people/{moved.number}").text
    assert "新证由法制机构发" in shown and "/exchange/moved/" not in shown
    page = f"/exchange/moved/{moved.number}"
    assert browser.get(page).status_code == 403
    assert browser.post(page, ACT_FIELDS | {"basis": "registry-rule"}).status_code == 403
    with connection():
        assert live_of(moved.person_id) == []


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_another_field_says_what_is_missing_and_offers_nothing(
    signed_in: Callable[..., Browser],
    moved: store.Added,
    district: dict[str, int],
    language: str,
) -> None:
    with connection():
        employment.transfer(ACT, moved.number, district["there"])
    browser = signed_in("legal-office", language=language)
    words = ("交通运输", "专业考试") if language == "zh-CN" else ("Transport", "professional exam")
    page = f"/exchange/moved/{moved.number}"
    for path in (f"/people/{moved.number}", page):
        shown = browser.get(path).text
        assert all(word in shown for word in words), path
        assert f'href="{page}"' not in shown and problems_of(shown) == []


def test_nobody_who_does_not_exist_is_asked_about(signed_in: Callable[..., Browser]) -> None:
    assert signed_in("legal-office").get("/exchange/moved/P999999").status_code == 404


def test_a_stolen_session_does_not_issue(
    signed_in: Callable[..., Browser],
    moved: store.Added,
    district: dict[str, int],
    clock: object,
) -> None:
    with connection():
        employment.transfer(ACT, moved.number, district["below"])
    browser = signed_in("legal-office")
    page = f"/exchange/moved/{moved.number}"
    browser.get(page)
    clock.wait(minutes=11)  # type: ignore[attr-defined]
    assert send(browser, page).status_code == 403
    with connection():
        assert live_of(moved.person_id) == []
