"""Every page of the office × every role and nobody: who gets in is what rules/roles.py says.

The walk is made from the URL map: a page with a parameter fails until it says here which address
of one's own and of another organ it has.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

import registry
from registry.config import Config
from registry.rules.acts import Act
from registry.rules.roles import ROLES, SCOPED_ROLES, may
from registry.rules.settings import SETTINGS
from registry.store.tables import Account
from registry.web import permissions
from registry.web.permissions import declaration_of
from registry.web.sessions import SignedIn
from tests.two_organs import Organ, set_up
from tests.web.conftest import (  # noqa: F401 - fixtures
    Browser,
    account_of,
    browser_of,
    built_office,
    cheap_passwords,
    clock,
    office,
)

_NUMBER = re.compile(r"<(?:\w+:)?\w+>")

#: First parts of an address that name a row of an organ → what stands for the parameter.
OF_AN_ORGAN = {
    "/people/<number>/sanctions/<number:sanction_id>": lambda o: (o.holder, o.sanction),
    "/people/<number>/convictions/<number:conviction_id>": lambda o: (o.holder, o.conviction),
    "/people/<number>/photographs/<number:version>": lambda o: (o.holder, 1),
    "/people/<number>/apart/<other>": lambda o: (o.holder, o.waiting),
    "/people/<number>": lambda o: (o.holder,),
    "/cards/slips/<number:slip_id>": lambda o: (o.slip,),
    "/certificates/<number>": lambda o: (o.card,),
    "/exchange/person/<number>": lambda o: (o.free[0],),
    "/exchange/moved/<number>": lambda o: (o.holder,),
    "/exchange/<number:batch_id>/paper/<form>": lambda o: (o.batch, "checking-sheet"),
    "/exchange/<number:batch_id>": lambda o: (o.batch,),
    "/findings/<number:finding_id>": lambda o: (o.finding,),
    "/proposals/<number:proposal_id>": lambda o: (o.proposal,),
    "/transfers/<number:request_id>": lambda o: (o.request,),
    "/training/<number:class_id>/sessions/<number:session_id>": lambda o: (o.training, o.session),
    "/training/<number:class_id>/invited/<code>": lambda o: (o.training, o.code),
    "/training/<number:class_id>/import/<upload_id>": lambda o: (o.training, "x" * 22),
    "/training/<number:class_id>/move/<to>": lambda o: (o.training, "open"),
    "/training/<number:class_id>": lambda o: (o.training,),
    "/training/elsewhere/<number:claim_id>": lambda o: (o.claim,),
    "/training/hours/<number>": lambda o: (o.holder,),
    "/organisations/<code>/letters/<number:letter_id>": lambda o: (o.code, 1),
    "/organisations/<code>/matters/<number:matter_id>": lambda o: (o.code, 1),
    "/organisations/<code>": lambda o: (o.code,),
}
#: Addresses that name nothing of an organ.
OF_NOBODY = {
    "/account/sessions/<handle>": ("0" * 16,),
    "/accounts/<number:account_id>": (1,),
    "/clerks/<number:account_id>": (1,),
    "/due/<name>": ("no-photograph",),
    "/exams/corrections/<number:correction_id>/<decision>": (1, "approve"),
    "/exams/days/<number:round_id>/paper/<form>": (1, "door-lists"),
    "/exams/days/<number:round_id>/rooms/<number:room_id>": (1, 1),
    "/exams/days/<number:round_id>/seats/<what>": (1, "draw"),
    "/exams/days/<number:round_id>": (1,),
    "/exams/entry/<number:sitting_id>/<number:entry>/import/<upload_id>": (1, 1, "x" * 22),
    "/exams/entry/<number:sitting_id>/<number:entry>": (1, 1),
    "/exams/entry/<number:sitting_id>": (1,),
    # A clerk sees every sitting and the own people in it: tests/web/test_exams.py.
    "/exams/proofs/<number:qualification_id>": (1,),
    "/exams/sittings/<number:sitting_id>/enrolment/<number:candidate_id>": (1, 1),
    "/exams/sittings/<number:sitting_id>/exception/<number>": (1, "P000009"),
    "/exams/sittings/<number:sitting_id>/reopen/<number:entry>": (1, 1),
    "/exams/sittings/<number:sitting_id>/reviews/<number:review_id>": (1, 1),
    "/exams/sittings/<number:sitting_id>/scans/<number:scan_id>": (1, 1),
    "/exams/sittings/<number:sitting_id>/step/<what>": (1, "open"),
    "/exams/sittings/<number:sitting_id>/typists/<number:account_id>": (1, 1),
    "/exams/sittings/<number:sitting_id>/wrong-form/<number:room_id>": (1, 1),
    "/exams/sittings/<number:sitting_id>": (1,),
    "/export-templates/<number:template_id>": (1,),
    "/exports/<name>": ("people",),
    "/history/<number:seq>": (1,),
    # An upload is its owner's alone; tests/web/test_imports.py has real ones.
    "/imports/<upload_id>": ("x" * 22,),
    "/imports/templates/<kind>": ("officer",),
    "/photographs/uploads/<upload_id>/pictures/<number:place>": ("x" * 22, 1),
    "/photographs/uploads/<upload_id>": ("x" * 22,),
    "/settings/<name>": (next(iter(SETTINGS)),),
    "/static/<path:filename>": ("office.css",),
    "/training/elsewhere/import/<upload_id>": ("x" * 22,),
}


@dataclass(frozen=True)
class Page:
    """One address with one method, and the act that it needs ("" for a public one)."""

    method: str
    rule: str
    act: str

    def address(self, organ: Organ) -> str:
        """The address with an organ's own rows in it; raises KeyError for a page unknown here."""
        if "<" not in self.rule:
            return self.rule
        for beginning, values in (*OF_AN_ORGAN.items(), *OF_NOBODY.items()):
            if self.rule == beginning or self.rule.startswith((beginning + "/", beginning + ".")):
                address = self.rule
                for value in values(organ) if callable(values) else values:
                    address = _NUMBER.sub(str(value), address, count=1)
                if "<" not in address:
                    return address
        raise KeyError(self.rule)

    @property
    def names_a_row(self) -> bool:
        """Whether the address names a row of an organ."""
        return any(
            self.rule == one or self.rule.startswith((one + "/", one + ".")) for one in OF_AN_ORGAN
        )


def pages_of(app: Flask, rules: Iterable[Rule] | None = None) -> list[Page]:
    """All pages: those that are only looked at first, signing out last."""
    pages = []
    for rule in rules or app.url_map.iter_rules():
        declaration = declaration_of(app, rule.endpoint)
        act = declaration.act or "" if declaration else "undeclared"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            pages.append(Page(method, rule.rule, act))
    return sorted(pages, key=lambda page: (page.method, page.rule == "/sign-out", page.rule))


def uncovered(app: Flask) -> list[str]:
    """Addresses with a parameter for which nothing stands in the tables above."""
    place = Organ(1, "A", "P1", 1, "C1", "P2", ("P3",), "P4", 1, 1, 1, 1, 1)
    missing = []
    for page in pages_of(app):
        try:
            page.address(place)
        except KeyError:
            missing.append(page.rule)
    return missing


def ask(browser: Browser, page: Page, address: str) -> Any:
    return browser.get(address) if page.method == "GET" else browser.post(address)


def strangers_entered(pages: Iterable[Page], browser: Browser, organ: Organ) -> list[str]:
    """Pages where somebody who hasn't signed in is not sent to the door."""
    found = []
    for page in pages:
        answer = ask(browser, page, page.address(organ))
        sent_away = answer.status_code == 302 and (answer.location or "").startswith("/sign-in")
        if page.act and not sent_away:
            found.append(f"{page.method} {page.rule}: {answer.status_code}")
        if answer.status_code >= 500:
            found.append(f"{page.method} {page.rule}: {answer.status_code}")
    return found


def wrongly_answered(pages: Iterable[Page], role: str, browser: Browser, organ: Organ) -> list[str]:
    """Pages that let a role in that may not, or keep out one that may."""
    found = []
    for page in pages:
        status = ask(browser, page, page.address(organ)).status_code
        allowed = not page.act or may(role, page.act)
        if status >= 500 or status == 401 or (status == 403) == allowed:
            found.append(f"{page.method} {page.rule} as {role}: {status}")
    return found


def leaks(pages: Iterable[Page], clerk: Browser, there: Organ, nowhere: Organ) -> list[str]:
    """Pages where another organ's row is answered otherwise than one that isn't there."""
    found = []
    for page in pages:
        theirs, absent = page.address(there), page.address(nowhere)
        answers = [ask(clerk, page, address) for address in (theirs, absent)]
        said = [_told(one, there, nowhere) for one in answers]
        if said[0] != said[1] or answers[0].status_code not in (403, 404):
            found.append(f"{page.method} {page.rule}: {[one.status_code for one in answers]}")
    return found


def _told(answer: Any, *organs: Organ) -> tuple[int, str]:
    body = answer.data.decode("utf-8", "replace")
    text = re.sub(r'value="[^"]*"|\b[2-9A-HJ-NP-Z]{8}\b', "", body)
    for organ in organs:
        for mark in (organ.holder, organ.card, organ.code, organ.free[0]):
            text = text.replace(mark, "…")
    return answer.status_code, text


NOWHERE = Organ(
    999, "NONE", "P999999", 999, "99999999999", "P999998", ("P999997",), "P9", 999, 99, 99, 99, 99
)


@pytest.fixture
def organs(register: Config, act: Act) -> tuple[Organ, Organ]:
    return (
        set_up(act, "HERE", "城市管理局", 101, free=1),
        set_up(act, "THERE", "卫生健康局", 201, free=1),
    )


@pytest.fixture
def signed_in_as(browser_of: Any, account_of: Any, organs: tuple[Organ, Organ]) -> Any:  # noqa: F811
    def sign_in(role: str) -> Browser:
        place = organs[0].id if role in SCOPED_ROLES else None
        # A typist's account is opened for a sitting, never by hand.
        by_hand = "auditor" if role == "typist" else role
        account_of(by_hand, login=f"role-{role}", organisation_id=place)
        Account.update(role=role).where(Account.login == f"role-{role}").execute()
        browser: Browser = browser_of()
        assert browser.sign_in(f"role-{role}").status_code == 302
        return browser

    return sign_in


def test_every_address_is_covered_here(office: Flask) -> None:  # noqa: F811
    assert uncovered(office) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_the_table_says(
    office: Flask,  # noqa: F811
    organs: tuple[Organ, Organ],
    signed_in_as: Any,
    role: str,
) -> None:
    browser = signed_in_as(role)
    pages = pages_of(office)
    assert wrongly_answered(pages, role, browser, organs[0]) == []
    assert len(pages) > 100


def test_nobody_opens_anything(
    office: Flask,  # noqa: F811
    organs: tuple[Organ, Organ],
    browser_of: Any,  # noqa: F811
) -> None:
    assert strangers_entered(pages_of(office), browser_of(), organs[0]) == []


def test_another_organ_s_rows_are_answered_like_none(
    office: Flask,  # noqa: F811
    organs: tuple[Organ, Organ],
    signed_in_as: Any,
) -> None:
    clerk = signed_in_as("hr")
    pages = [page for page in pages_of(office) if page.names_a_row]
    assert len(pages) > 60
    assert leaks(pages, clerk, organs[1], NOWHERE) == []
    own = [page for page in pages if page.method == "GET" and may("hr", page.act)]
    kept_out = {page.rule for page in own if clerk.get(page.address(organs[0])).status_code != 200}
    # No letter and no matter is on record; the conviction is another person's.
    assert not {rule for rule in kept_out if "letters" not in rule and "matters" not in rule}


# --- planted faults --------------------------------------------------------------------------


def test_a_new_address_is_found_missing(register: Config) -> None:
    app = registry.create_app(register, connected=True)
    view = permissions.allow("person.view")(lambda drawer: "")
    app.add_url_rule("/drawers/<drawer>", "drawers", view)
    assert uncovered(app) == ["/drawers/<drawer>"]


def test_a_gate_that_lets_everybody_in_is_found(
    office: Flask,  # noqa: F811
    organs: tuple[Organ, Organ],
    signed_in_as: Any,
    browser_of: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    auditor = signed_in_as("auditor")
    monkeypatch.setattr(permissions, "may", lambda role, act: True)
    pages = [page for page in pages_of(office) if page.rule.startswith("/settings")]
    assert len(wrongly_answered(pages, "auditor", auditor, organs[0])) == len(pages) == 3
    monkeypatch.setattr(permissions, "_admit", lambda act: None)
    looked = [page for page in pages if page.method == "GET"]
    assert len(strangers_entered(looked, browser_of(), organs[0])) == len(looked)


def test_a_scope_that_holds_everything_is_found(
    office: Flask,  # noqa: F811
    organs: tuple[Organ, Organ],
    signed_in_as: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clerk = signed_in_as("hr")
    monkeypatch.setattr(SignedIn, "scope", None)
    pages = [
        page
        for page in pages_of(office)
        if page.names_a_row and page.method == "GET" and may("hr", page.act)
    ]
    found = leaks(pages, clerk, organs[1], NOWHERE)
    assert {page.rule for page in pages} == {line.split()[1].rstrip(":") for line in found}
