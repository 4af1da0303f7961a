"""Merging and rectifying on the web: the first person asks, the list waits, the second confirms."""

from collections.abc import Callable

import pytest

from registry.services import batches, certificates, people
from registry.store import certificates as rows
from registry.store import merging, rectifications
from registry.store.database import connection
from registry.store.people import Added
from tests.services.test_people import id_number
from tests.web.conftest import Browser
from tests.web.page_inspection import problems_of
from tests.web.test_people import ACT, person, send

BOTH = pytest.mark.parametrize("language", ["zh-CN", "en"])


@pytest.fixture
def here(organisation_of: Callable[..., int]) -> int:
    return organisation_of("CG", "区城市管理局")


@pytest.fixture
def pair(here: int) -> tuple[Added, Added]:
    return person(here, 1), person(here, 3)


@pytest.fixture
def two(signed_in: Callable[..., Browser]) -> Callable[..., tuple[Browser, Browser]]:
    """Two browsers of two legal officers."""

    def build(language: str = "zh-CN") -> tuple[Browser, Browser]:
        first = signed_in("legal-office", login="first", name="高明", language=language)
        return first, signed_in("legal-office", login="second", name="林静", language=language)

    return build


@BOTH
def test_from_a_possible_double_to_one_record(
    two: Callable[..., tuple[Browser, Browser]], pair: tuple[Added, Added], language: str
) -> None:
    kept, gone = pair
    first, second = two(language)
    listed = first.get("/people/doubles")
    assert listed.status_code == 200 and problems_of(listed.text) == []
    page = f"/people/{gone.number}/merge"
    assert f"{page}?into={kept.number}" in listed.text
    shown = first.get(f"{page}?into={kept.number}")
    assert problems_of(shown.text) == [] and kept.number in shown.text
    asked = send(first, f"{page}?into={kept.number}", basis="registry-rule")
    assert asked.status_code == 303 and asked.headers["Location"].endswith("/confirmations")
    own = first.get(page).text
    assert problems_of(own) == [] and '<form class="act"' not in own
    waiting = second.get("/confirmations").text
    assert page in waiting and problems_of(waiting) == []
    confirm = second.get(page)
    assert problems_of(confirm.text) == [] and kept.number in confirm.text
    done = send(second, page, basis="registry-rule")
    assert done.status_code == 303 and done.headers["Location"].endswith(kept.number)
    old = second.get(f"/people/{gone.number}").text
    assert problems_of(old) == [] and f'href="/people/{kept.number}"' in old
    for dead in ("edit", "photograph/add", "identity-number", "merge"):
        assert f"/people/{gone.number}/{dead}" not in old
    survivor = second.get(f"/people/{kept.number}").text
    assert survivor.count("<li>") > old.count("<li>"), "the history of both is read here"
    assert f'href="/people/{gone.number}"' in survivor and problems_of(survivor) == []
    found = second.post("/people/search", {"q": gone.number.lower()})
    assert found.headers["Location"].endswith(f"/people/{kept.number}")
    by_id = second.post("/people/find", {"identity_number": id_number(3)})
    assert by_id.headers["Location"].endswith(f"/people/{kept.number}")
    assert (
        "1" not in first.get("/people/doubles").text
        or gone.number not in first.get("/people/doubles").text
    )


def test_the_first_person_can_not_confirm_and_may_take_it_back(
    two: Callable[..., tuple[Browser, Browser]], pair: tuple[Added, Added]
) -> None:
    kept, gone = pair
    first, second = two()
    page = f"/people/{gone.number}/merge"
    assert send(first, f"{page}?into={kept.number}", basis="registry-rule").status_code == 303
    first.get(page)
    alone = first.post(
        page, {"on": "2026-11-23", "document": "", "basis": "registry-rule", "reason": "x"}
    )
    assert alone.status_code == 422 and "两个不同的账号" in alone.text
    with connection():
        assert merging.absorbed_by(kept.person_id) == ()
    declined = send(second, f"{page}/decline", basis="registry-rule")
    assert declined.status_code == 303
    assert gone.number not in second.get("/confirmations").text
    assert second.get(f"{page}/decline").status_code == 302


def test_a_merge_that_may_not_be_says_which_certificate_to_end(
    two: Callable[..., tuple[Browser, Browser]], here: int
) -> None:
    kept, gone = person(here, 1, card=True), person(here, 3, card=True)
    first, _ = two()
    page = f"/people/{gone.number}/merge?into={kept.number}"
    shown = first.get(page).text
    assert "请先注销" in shown and problems_of(shown) == []
    assert send(first, page, basis="registry-rule").status_code == 422
    assert first.get(f"/people/{gone.number}/merge?into=P999999").status_code == 200
    assert first.get("/people/P999999/merge").status_code == 404


@BOTH
def test_two_people_are_told_apart(
    two: Callable[..., tuple[Browser, Browser]], pair: tuple[Added, Added], language: str
) -> None:
    first, _ = two(language)
    one, other = pair
    page = f"/people/{one.number}/apart/{other.number}"
    assert page in first.get("/people/doubles").text
    assert problems_of(first.get(page).text) == []
    assert send(first, page, basis="registry-rule", reason="").status_code == 422
    assert send(first, page, basis="registry-rule").status_code == 303
    empty = first.get("/people/doubles").text
    assert page not in empty and problems_of(empty) == []


@BOTH
def test_a_mistaken_revocation_undone_by_two(
    two: Callable[..., tuple[Browser, Browser]], here: int, language: str
) -> None:
    added = person(here, 1, card=True)
    with connection():
        number = batches.exchange(ACT, added.number).certificate.number
        certificates.revoke(ACT, number)
    first, second = two(language)
    page = f"/certificates/{number}/rectify"
    assert send(first, page, basis="registry-rule").status_code == 303
    assert page in first.get("/confirmations").text
    first.get(page)
    alone = first.post(
        page, {"on": "2026-11-23", "document": "", "basis": "registry-rule", "reason": ""}
    )
    assert alone.status_code == 422
    declining = second.get(f"{page}/decline")
    assert problems_of(declining.text) == []
    assert send(second, f"{page}/decline", basis="registry-rule").status_code == 303
    assert page not in second.get("/confirmations").text
    with connection():
        assert rows.by_number(number).state == "revoked"  # type: ignore[union-attr]
        assert rectifications.waiting() == []
    assert send(first, page, basis="registry-rule").status_code == 303
    listed = second.get("/confirmations")
    assert page in listed.text and problems_of(listed.text) == []
    assert send(second, page, basis="registry-rule").status_code == 303
    with connection():
        assert rows.by_number(number).state == "active"  # type: ignore[union-attr]
    assert page not in second.get("/confirmations").text
    shown = second.get(f"/certificates/{number}").text
    void = "不再算数" if language == "zh-CN" else "no longer counts"
    assert void in shown, "the mistaken act stays visible as void"


@BOTH
def test_after_a_name_is_corrected_the_new_card_is_offered(
    signed_in: Callable[..., Browser], here: int, language: str
) -> None:
    added = person(here, 1, card=True)
    with connection():
        number = batches.exchange(ACT, added.number).certificate.number
    browser = signed_in("legal-office", language=language)
    done = send(browser, f"/people/{added.number}/correct-name", name="林晓玫")
    shown = browser.get(done.headers["Location"]).text
    address = f"/certificates/{number}/replace?cause=data-changed"
    assert address in shown and problems_of(shown) == []
    assert number in browser.get("/due/old-name").text
    page = browser.get(address).text
    assert '<option selected value="data-changed"' in page
    assert send(browser, address).status_code == 303
    with connection():
        [card] = rows.live_of(added.person_id)
    assert card.name == "林晓玫" and number not in browser.get("/due/old-name").text
    assert "data-changed" not in browser.get(f"/people/{added.number}").text


def test_a_clerk_is_sent_to_the_legal_office(signed_in: Callable[..., Browser], here: int) -> None:
    added = person(here, 1, card=True)
    with connection():
        batches.exchange(ACT, added.number)
        people.correct_name(ACT, added.number, "林晓玫")
    clerk = signed_in("hr", organisation_id=here)
    assert "请联系法制机构" in clerk.get(f"/people/{added.number}").text
    for path in ("/people/doubles", "/confirmations", f"/people/{added.number}/merge"):
        assert clerk.get(path).status_code == 403
