"""Findings, proposals and attempts are written once, however often a file is read."""

import pytest

from registry.rules.acts import Act
from registry.store import findings
from registry.store.book import transaction
from registry.store.tables import Attempt, Event, Finding


def test_a_finding_is_opened_once_and_stays_until_decided(register, act: Act) -> None:
    for new in (True, False):
        with transaction() as book:
            assert findings.open_finding(book, act, "card-to-recover", "f1") is new
    (row,) = findings.findings(None)
    assert row.kind == "card-to-recover" and row.decision is None
    with transaction() as book:
        assert findings.decide_finding(book, act, row, "recovered")
    assert findings.findings(None) == []
    with transaction() as book:
        assert not findings.open_finding(book, act, "card-to-recover", "f1")
    assert Finding.select().count() == 1
    assert [act for (act,) in Event.select(Event.act).order_by(Event.seq).tuples()][-2:] == [
        "finding-opened",
        "finding-decided",
    ]


def test_an_attempt_is_recorded_once(register, act: Act) -> None:
    assert findings.record_attempt(act, "a1", {"code": "barred-employment-type"})
    assert not findings.record_attempt(act, "a1", {"code": "barred-employment-type"})
    assert Attempt.select().count() == 1
    assert Event.select().where(Event.act == "attempt-refused").count() == 1


def test_an_attempt_pressed_twice_at_once_is_recorded_once(
    register, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert findings.record_attempt(act, "a1", {"code": "barred-employment-type"})
    # What the second of two simultaneous requests sees: nothing recorded yet.
    unseen = Attempt.select().where(Attempt.fingerprint == "another")
    monkeypatch.setattr(Attempt, "select", lambda *_: unseen.clone())
    assert not findings.record_attempt(act, "a1", {"code": "barred-employment-type"})
    monkeypatch.undo()
    assert Attempt.select().count() == 1
    assert Event.select().where(Event.act == "attempt-refused").count() == 1


def test_findings_keep_to_their_scope(register, act: Act) -> None:
    with transaction() as book:
        findings.open_finding(book, act, "letter-lapsed", "x")
    assert findings.findings(frozenset({5})) == []
    assert findings.kinds_open(None) == {"letter-lapsed": 1}
