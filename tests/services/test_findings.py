"""Deciding findings and dismissing proposals: the row and the event, or neither."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import batches, employment, findings
from registry.store import findings as store
from registry.store import proposals as proposal_rows
from registry.store.book import transaction
from registry.store.tables import (
    Engagement,
    Event,
    Finding,
    Organisation,
    Person,
    Proposal,
)
from tests.staff import add_account, add_organisation, add_person, give_legacy


def finding_on(act: Act, kind: str, person_id: int | None, organisation_id: int | None) -> int:
    with transaction() as book:
        assert store.open_finding(
            book,
            act,
            kind,
            f"{kind}-{person_id}",
            person_id=person_id,
            organisation_id=organisation_id,
        )
    return int(Finding.select(Finding.id).order_by(Finding.id.desc()).scalar())


def propose(act: Act, person_id: int, organisation_id: int, name: str = "transfer") -> int:
    with transaction() as book:
        assert store.open_proposal(
            book,
            act,
            act_name=name,
            person_id=person_id,
            organisation_id=organisation_id,
            target="JT-X",
            digest="d1",
            facts={"row": 4},
        )
    return int(Proposal.select(Proposal.id).order_by(Proposal.id.desc()).scalar())


def events(*names: str) -> list[str]:
    rows = Event.select(Event.act).where(Event.act.in_(names)).order_by(Event.seq).tuples()
    return [act for (act,) in rows]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def test_a_decision_is_a_row_and_an_event_with_who_and_why(register, act_of) -> None:
    organisation = add_organisation()
    account = add_account("legal-1")
    act = act_of(Actor(account, "legal-1", "王琳", "legal-office"), reason="证件已交回")
    number = finding_on(act, "card-to-recover", None, organisation)
    findings.decide_finding(act, number, "recovered")
    row = store.finding(number, None)
    assert row is not None
    assert (row.decision, row.reason, row.decided_by) == ("recovered", "证件已交回", "legal-1")
    (event,) = Event.select().where(Event.act == "finding-decided").dicts()
    assert (event["subject_id"], event["organisation_id"]) == (number, organisation)
    assert event["basis"] == "registry-rule" and event["reason"] == "证件已交回"


@pytest.mark.parametrize(
    ("decision", "reason", "expected"),
    [
        ("officer", "查明", ["decision-unknown"]),
        ("recovered", "", ["reason-for-decision-missing"]),
        ("", "", ["decision-unknown", "reason-for-decision-missing"]),
    ],
)
def test_a_refused_decision_leaves_neither(register, act, decision, reason, expected) -> None:
    number = finding_on(act, "card-to-recover", None, add_organisation())
    with pytest.raises(Refused) as refused:
        findings.decide_finding(replace(act, reason=reason), number, decision)
    assert codes(refused) == expected
    assert Finding.get_by_id(number).decided_at is None
    assert events("finding-decided") == []


def test_only_the_legal_office_decides(register, act, act_of: Callable[..., Act]) -> None:
    organisation = add_organisation()
    number = finding_on(act, "card-to-recover", None, organisation)
    for role in ("hr", "auditor", "administrator", "exam-coordinator"):
        by = Actor(None, role, role, role, frozenset({organisation}) if role == "hr" else None)
        with pytest.raises(Refused) as refused:
            findings.decide_finding(act_of(by), number, "recovered")
        assert codes(refused) == ["not-permitted"]
    assert Finding.get_by_id(number).decided_at is None


def test_a_finding_outside_the_scope_is_as_one_that_is_not_there(register, act, act_of) -> None:
    number = finding_on(act, "card-to-recover", None, add_organisation())
    elsewhere = act_of(replace(act.by, scope=frozenset({add_organisation("别的局")})))
    for asked in (number, number + 999):
        with pytest.raises(Refused) as refused:
            findings.decide_finding(elsewhere, asked, "recovered")
        assert codes(refused) == ["no-such-finding"]


def test_a_finding_is_decided_once(register, act) -> None:
    number = finding_on(act, "card-to-recover", None, add_organisation())
    before = store.finding(number, None)
    assert before is not None
    findings.decide_finding(act, number, "recovered")
    with pytest.raises(Refused) as refused:
        findings.decide_finding(act, number, "no-card")
    assert codes(refused) == ["finding-decided-already"]
    # Whoever read it while it was still open writes nothing either.
    with transaction() as book:
        assert not store.decide_finding(book, act, before, "no-card")
    assert Finding.get_by_id(number).decision == "recovered"
    assert events("finding-decided") == ["finding-decided"]


@pytest.mark.parametrize("decision", ["officer", "different-people"])
def test_a_cleared_contradiction_releases_the_hold_on_issue(register, act, act_of, decision):
    """on-both-rosters holds back issue until somebody decides it (R03)."""
    act = act_of(Actor(add_account(), "legal", "法制", "legal-office"))
    organisation = add_organisation()
    person = add_person(organisation)
    number = finding_on(act, "on-both-rosters", person[0], organisation)
    give_legacy(act, person)
    name = Person.get_by_id(person[0]).number
    with pytest.raises(Refused) as refused:
        batches.exchange(act, name)
    assert "on-both-rosters" in codes(refused)
    findings.decide_finding(act, number, decision)
    issued = batches.exchange(act, name)
    assert issued.certificate is not None


def test_auxiliary_after_all_needs_the_register_to_say_so_first(register, act) -> None:
    """Otherwise the decision would release the hold on somebody registered as an officer."""
    organisation = add_organisation()
    person = add_person(organisation)
    number = finding_on(act, "on-both-rosters", person[0], organisation)
    with pytest.raises(Refused) as refused:
        findings.decide_finding(act, number, "auxiliary")
    assert codes(refused) == ["finding-needs-not-officer"]
    employment.reclassify(act, Person.get_by_id(person[0]).number, "dispatched")
    findings.decide_finding(act, number, "auxiliary")
    assert Finding.get_by_id(number).decision == "auxiliary"


def test_a_renewed_commission_needs_the_letter_first(register, act) -> None:
    from registry.store.tables import CommissionLetter

    bureau, body = (
        add_organisation("委托局"),
        add_organisation("受托所", subject_type="commissioned"),
    )
    number = finding_on(act, "letter-lapsed", None, body)
    letter = {
        "commissioned_id": body,
        "commissioner_id": bureau,
        "number": "1号",
        "matters": "检查",
        "from_on": "2020-01-01",
        "until_on": act.on.replace(day=act.on.day - 1).isoformat(),
    }
    CommissionLetter.insert(**letter).execute()
    CommissionLetter.insert(
        **letter | {"number": "2号", "until_on": "2030-01-01", "ended_on": act.day}
    ).execute()
    with pytest.raises(Refused) as refused:
        findings.decide_finding(act, number, "renewed")
    assert codes(refused) == ["finding-needs-letter-in-force"]
    CommissionLetter.insert(**letter | {"number": "3号", "until_on": act.day}).execute()
    findings.decide_finding(act, number, "renewed")


def test_a_finding_is_due_by_its_kind_unless_told(register, act) -> None:
    organisation = add_organisation()
    number = finding_on(act, "on-both-rosters", None, organisation)
    assert Finding.get_by_id(number).due_on == "2026-12-03"
    with pytest.raises(KeyError), transaction() as book:
        store.open_finding(book, act, "no-such-kind", "x")


def test_a_dismissed_proposal_is_a_row_and_an_event_and_changes_nothing(register, act) -> None:
    organisation = add_organisation()
    person_id, _ = add_person(organisation)
    first = propose(act, person_id, organisation)
    second = propose(act, person_id, organisation, "reclassify")
    findings.dismiss_proposal(act, first)
    row = Proposal.get_by_id(first)
    assert (row.state, row.reason) == ("dismissed", act.reason)
    assert Proposal.get_by_id(second).state == "open"
    assert events("proposal-dismissed") == ["proposal-dismissed"]
    with pytest.raises(Refused) as refused:
        findings.dismiss_proposal(act, first)
    assert codes(refused) == ["no-such-proposal"]


def test_a_proposal_is_dismissed_with_a_reason_and_within_the_scope(register, act, act_of) -> None:
    organisation, other = add_organisation(), add_organisation("别的局")
    person_id, _ = add_person(organisation)
    number = propose(act, person_id, organisation)
    clerk = Actor(None, "clerk", "经办", "hr", frozenset({other}))
    with pytest.raises(Refused) as refused:
        findings.dismiss_proposal(act_of(clerk), number)
    assert codes(refused) == ["no-such-proposal"]
    own = replace(clerk, scope=frozenset({organisation}))
    with pytest.raises(Refused) as refused:
        findings.dismiss_proposal(act_of(own, reason=""), number)
    assert codes(refused) == ["reason-for-dismissal-missing"]
    assert Proposal.get_by_id(number).state == "open"
    findings.dismiss_proposal(act_of(own), number)
    assert Proposal.get_by_id(number).state == "dismissed"


def test_a_proposal_for_somebody_who_left_is_still_seen_by_the_last_place(register, act) -> None:
    """Take on again: the person has no current place, the last one counts."""
    from registry.store.tables import Engagement

    organisation = add_organisation()
    person_id, engagement_id = add_person(organisation)
    Engagement.update(ended_on="2026-01-01", ended_why="other").where(
        Engagement.id == engagement_id
    ).execute()
    propose(act, person_id, organisation, "take on again")
    (row,) = proposal_rows.proposals(frozenset({organisation}))
    assert row.act == "take on again" and row.organisation_id == organisation
    assert proposal_rows.proposals(frozenset({organisation + 1})) == []
    assert proposal_rows.proposals_open(None) == {"take on again": 1}
    assert Organisation.get_by_id(organisation).name == row.organisation_name


# --- many at once ----------------------------------------------------------------------------


@pytest.fixture
def legal(register, act_of: Callable[..., Act]) -> Act:
    by = Actor(add_account("legal-1"), "legal-1", "王琳", "legal-office")
    return act_of(by, reason="逐一核实，证件已交回")


def helpers(legal: Act, organ: int, count: int, kind: str = "supervisor-not-found") -> list[int]:
    people = [add_person(organ, f"辅助{n}", "dispatched", "auxiliary") for n in range(1, count + 1)]
    return [finding_on(legal, kind, person_id, organ) for person_id, _ in people]


def test_many_are_decided_alike_each_with_its_own_event(legal: Act) -> None:
    ids = helpers(legal, add_organisation(), 3)
    done = findings.decide_findings(legal, "supervisor-not-found", ids, "not-deployed")
    assert (done.decided, done.refused) == (3, {})
    rows = list(Finding.select().order_by(Finding.id))
    assert {(row.decision, row.reason) for row in rows} == {("not-deployed", legal.reason)}
    assert events("finding-decided") == ["finding-decided"] * 3


def test_one_to_which_the_choice_is_closed_holds_back_no_other(legal: Act) -> None:
    organ = add_organisation()
    first, second = helpers(legal, organ, 2)
    person = Finding.get_by_id(second).person_id
    Engagement.update(ended_on="2026-11-01", ended_why="resigned").where(
        Engagement.person_id == person
    ).execute()
    done = findings.decide_findings(legal, "supervisor-not-found", [first, second, 999], "left")
    assert done.decided == 1
    told = {key: [one.code for one in reasons] for key, reasons in done.refused.items()}
    assert told == {first: ["finding-needs-not-engaged"], 999: ["no-such-finding"]}
    assert Finding.get_by_id(first).decided_at is None
    assert events("finding-decided") == ["finding-decided"]


def test_a_finding_of_another_kind_or_organ_is_as_if_absent(
    legal: Act, act_of: Callable[..., Act]
) -> None:
    organ, other = add_organisation(), add_organisation("水利局")
    (mine,) = helpers(legal, organ, 1, "card-to-recover")
    (foreign,) = helpers(legal, other, 1, "card-to-recover")
    # The same choice is open to this kind too.
    (remarks,) = helpers(legal, organ, 1, "number-in-remarks")
    narrow = replace(legal, by=replace(legal.by, scope=frozenset({organ})))
    done = findings.decide_findings(
        narrow, "card-to-recover", [mine, foreign, remarks], "recovered"
    )
    assert done.decided == 1
    assert set(done.refused) == {foreign, remarks}
    assert Finding.get_by_id(remarks).decided_at is None


def test_what_is_wrong_with_the_whole_of_it_leaves_nothing(legal: Act) -> None:
    ids = helpers(legal, add_organisation(), 2)

    def refused(act: Act, chosen: list[int], decision: str) -> list[str]:
        with pytest.raises(Refused) as caught:
            findings.decide_findings(act, "supervisor-not-found", chosen, decision)
        return codes(caught)

    assert refused(legal, [], "not-deployed") == ["no-finding-chosen"]
    assert refused(legal, list(range(1, 102)), "not-deployed") == ["too-many-findings"]
    assert refused(legal, ids, "recovered") == ["decision-unknown"]
    assert refused(replace(legal, reason=""), ids, "left") == ["reason-for-decision-missing"]
    clerk = replace(legal, by=replace(legal.by, role="hr"))
    assert refused(clerk, ids, "not-deployed") == ["not-permitted"]
    assert Finding.select().where(Finding.decided_at.is_null(False)).count() == 0
