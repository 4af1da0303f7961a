"""Acts on people: row and event when done, neither when refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import Act, Actor
from registry.rules.refusals import Refused
from registry.services import batches, conduct, employment, moves, people
from registry.services.employment import Moved
from registry.store import findings
from registry.store import people as store
from registry.store.book import transaction
from registry.store.certificates import live_of
from registry.store.tables import (
    Attempt,
    Certificate,
    Conviction,
    Engagement,
    Event,
    EventValue,
    Finding,
    Organisation,
    Person,
    Proposal,
    Sanction,
)
from tests.conftest import LEGAL
from tests.staff import add_organisation, give_legacy

ID = "320413199001010013"
CHECK = "10X98765432"
WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def id_number(serial: int = 1, born: str = "19900101") -> str:
    """An ID number with the right check digit that nobody alive has (area 320413)."""
    body = f"320413{born}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + CHECK[total % 11]


def clerk(*organisations: int) -> Actor:
    return Actor(None, "clerk", "经办", "hr", frozenset(organisations))


def add(act: Act, organisation_id: int, serial: int = 1, **particulars: Any) -> store.Added:
    values: dict[str, Any] = {
        "name": "林晓梅",
        "identity_number": id_number(serial),
        "organisation_id": organisation_id,
        "establishment": "civil-servant",
    } | particulars
    return people.add_person(act, **values)


def with_card(act: Act, added: store.Added) -> str:
    return give_legacy(act, (added.person_id, added.engagement_id)).number


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def events(*names: str) -> list[str]:
    query = Event.select(Event.act).order_by(Event.seq)
    return [name for (name,) in query.tuples() if not names or name in names]


def details(name: str) -> dict[str, Any]:
    row = Event.select().where(Event.act == name).order_by(Event.seq.desc()).first()
    return dict(json.loads(row.details))


def everything() -> tuple[Any, ...]:
    """All that an act on people may touch, to compare before and after a refusal."""
    return tuple(
        tuple(table.select().order_by(table._meta.primary_key).tuples())
        for table in (Person, Engagement, Certificate, Finding, Sanction, Conviction, Event)
    )


def refused(call: Callable[[], object]) -> list[str]:
    """The codes with which ``call`` is refused; checks that it left nothing."""
    before = everything()
    with pytest.raises(Refused) as caught:
        call()
    assert everything() == before
    return codes(caught)


# --- adding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "买买提·艾力",
        "阿卜杜热合曼·买买提艾力江",
        "李𬭎",
        "㛃䶮𬭎",
        "O'Neill Zoë",
        "王Anna",
        '"><svg onload=alert(1)>',
    ],
)
def test_every_sort_of_name_is_kept_as_it_is(register: Config, act: Act, name: str) -> None:
    added = add(act, add_organisation(), name=name)
    row = store.find(added.number, None)
    assert row is not None and row.name == name


def test_what_is_typed_is_cleaned(register: Config, act: Act) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in ID[:-1]) + ID[-1]
    with pytest.raises(Refused):
        add(act, add_organisation(), identity_number=wide)  # its check digit is wrong
    good = id_number(7)
    spaced = f" {good[:6]} {good[6:14]}-{good[14:]}".lower()
    added = add(
        act,
        Organisation.get().id,
        name=" 林 晓　梅 ",
        identity_number=spaced,
        changes={"post": " a "},
    )
    assert store.identity_numbers([added.person_id]) == {added.person_id: good}
    row = store.find(added.number, None)
    assert row is not None and (row.name, row.post, row.birth_on) == ("林晓梅", "a", "1990-01-01")


def test_everything_wrong_is_said_at_once(register: Config, act: Act) -> None:
    unit = add_organisation()
    assert set(
        refused(
            lambda: add(
                act,
                unit,
                name="",
                identity_number="32041319900101001",
                establishment="聘用",
                started_on=act.on + timedelta(days=1),
            )
        )
    ) == {"missing", "id-length", "unknown-establishment", "starts-in-future"}
    assert refused(lambda: add(act, unit, name="长" * 51)) == ["name-too-long"]
    assert refused(lambda: add(act, unit, sex="female", identity_number=id_number(1))) == [
        "sex-contradicts-id"
    ]
    assert refused(lambda: add(act, 10**9)) == ["outside-scope"]


def test_an_id_number_elsewhere_gives_away_nothing(
    register: Config, act: Act, act_of: Callable[..., Act]
) -> None:
    here, there = add_organisation("甲局"), add_organisation("乙局")
    add(act, there)
    mine = act_of(clerk(here))
    with pytest.raises(Refused) as caught:
        add(mine, here)
    assert codes(caught) == ["registered-elsewhere"]
    assert caught.value.refusals[0].sentence == "不能在此登记；请联系法制机构。"
    assert refused(lambda: add(act, here)) == ["already-registered"]


def test_a_supervisor_is_linked_when_exactly_one_officer_bears_the_name(
    register: Config, act: Act
) -> None:
    unit = add_organisation()
    officer = add(act, unit, 1, name="赵强")
    supervised = {"establishment": "contract", "changes": {"supervisor_names": "赵强"}}
    one = store.find(add(act, unit, 3, **supervised).number, None)
    assert one is not None and one.supervisor_id == officer.person_id
    add(act, unit, 5, name="赵强")
    two = store.find(add(act, unit, 7, **supervised).number, None)
    assert two is not None and (two.supervisor_id, two.supervisor_names) == (None, "赵强")


# --- scope and role ---------------------------------------------------------------------------

ACTS_ON_A_PERSON: dict[str, Callable[[Act, str], object]] = {
    "edit": lambda act, number: people.edit_person(act, number, {"post": "x"}),
    "correct-name": lambda act, number: people.correct_name(act, number, "别名"),
    "correct-id": lambda act, number: people.correct_identity_number(act, number, id_number(9)),
    "reveal": lambda act, number: people.reveal_identity_number(act, number),
    "transfer": lambda act, number: employment.transfer(act, number, 1),
    "reclassify": lambda act, number: employment.reclassify(act, number, "contract"),
    "leave": lambda act, number: employment.leave(act, number, "resigned"),
    "second": lambda act, number: employment.second(act, number, "省厅"),
    "end-secondment": employment.end_secondment,
    "engage": lambda act, number: employment.engage(
        act, number, organisation_id=1, establishment="contract"
    ),
    "sanction": lambda act, number: conduct.record_sanction(
        act, number, kind="demerit", effective_on=act.on
    ),
    "withdraw-sanction": lambda act, number: conduct.withdraw_sanction(act, number, 1),
    "conviction": lambda act, number: conduct.record_conviction(act, number, decided_on=act.on),
    "appraisal": lambda act, number: conduct.record_appraisal(
        act, number, year=2025, grade="competent"
    ),
}


@pytest.mark.parametrize("name", sorted(ACTS_ON_A_PERSON))
def test_somebody_outside_the_scope_is_answered_like_somebody_absent(
    register: Config, act: Act, act_of: Callable[..., Act], name: str
) -> None:
    here, there = add_organisation("甲局"), add_organisation("乙局")
    added = add(act, there)
    mine = act_of(clerk(here))
    perform = ACTS_ON_A_PERSON[name]
    with pytest.raises(Refused) as outside:
        perform(mine, added.number)
    with pytest.raises(Refused) as absent:
        perform(mine, "P999999")
    assert outside.value.refusals == absent.value.refusals
    assert codes(outside) == ["no-such-person"]


@pytest.mark.parametrize("name", sorted(ACTS_ON_A_PERSON))
@pytest.mark.parametrize("role", ["administrator", "auditor", "exam-coordinator"])
def test_other_roles_do_nothing_to_people(
    register: Config, act: Act, act_of: Callable[..., Act], role: str, name: str
) -> None:
    added = add(act, add_organisation())
    other = act_of(replace(LEGAL, role=role))
    assert refused(lambda: ACTS_ON_A_PERSON[name](other, added.number)) == ["not-permitted"]


def test_only_the_legal_office_bars(register: Config, act: Act, act_of: Callable[..., Act]) -> None:
    unit = add_organisation()
    added = add(act, unit)
    mine = act_of(clerk(unit))
    assert refused(lambda: conduct.bar(mine, added.number, "other")) == ["not-permitted"]
    assert refused(lambda: conduct.lift_bar(mine, added.number)) == ["not-permitted"]


# --- editing, correcting, revealing -----------------------------------------------------------


def test_an_edit_takes_harmless_fields_alone(register: Config, act: Act) -> None:
    added = add(act, add_organisation())
    changed = people.edit_person(
        act,
        added.number,
        {
            "post": "科长",
            "in_enforcement_post": False,
            "planned_end_on": date(2027, 1, 1),
            "establishment": "contract",
            "person_barred": 1,
            "may_hold": 0,
            "organisation_id": 99,
        },
    )
    assert changed == ["in_enforcement_post", "planned_end_on", "post"]
    row = store.find(added.number, None)
    assert row is not None
    assert (row.establishment, row.may_hold, row.barred) == ("civil-servant", 1, 0)
    assert events("person-edited") == ["person-edited"]
    assert refused(lambda: people.edit_person(act, added.number, {"post": "长" * 101})) == [
        "too-long"
    ]


def test_a_name_is_as_long_as_a_certificate_can_bear(register: Config, act: Act) -> None:
    longest = "买" * 24 + "·" + "艾" * 25
    added = add(act, add_organisation(), name=" · ".join(longest.split("·")))
    card = with_card(act, added)
    assert batches.exchange(act, added.number).certificate.name == longest != card
    for name in ("长" * 51, "长" * 60, "长" * 61, "长" * 100_000):
        wrong = lambda name=name: people.correct_name(act, added.number, name)  # noqa: E731
        assert refused(wrong) == ["name-too-long"]


def test_a_corrected_name_is_found_by_its_new_reading_and_names_the_cards(
    register: Config, act: Act
) -> None:
    added = add(act, add_organisation(), name="单晓梅")
    card = with_card(act, added)
    people.correct_name(act, added.number, "曾晓梅")
    row = store.find(added.number, None)
    assert row is not None and (row.name, row.pinyin) == ("曾晓梅", "zengxiaomei")
    assert details("name-corrected")["certificates"] == [card]
    assert Certificate.get().name == "单晓梅"
    assert refused(lambda: people.correct_name(act, added.number, "曾晓梅")) == ["nothing-changed"]


def test_a_corrected_id_number_is_sealed_anew_and_found(register: Config, act: Act) -> None:
    unit = add_organisation()
    added = add(act, unit)
    right = id_number(2, "19910203")
    people.correct_identity_number(act, added.number, right)
    assert store.identity_numbers([added.person_id])[added.person_id] == right
    assert store.find_by_identity(id_number(1)) is None
    row = store.find_by_identity(right)
    assert row is not None and (row.birth_on, row.sex) == ("1991-02-03", "female")
    assert right not in Event.select().order_by(Event.seq.desc()).first().details
    other = add(act, unit, 5)
    assert refused(lambda: people.correct_identity_number(act, other.number, right)) == [
        "already-registered"
    ]
    assert refused(
        lambda: people.correct_identity_number(replace(act, reason=""), other.number, id_number(11))
    ) == ["reason-missing"]


def test_revealing_an_id_number_is_in_the_book_with_its_reason(register: Config, act: Act) -> None:
    added = add(act, add_organisation())
    assert refused(
        lambda: people.reveal_identity_number(replace(act, reason=""), added.number)
    ) == ["reason-missing"]
    shown = people.reveal_identity_number(replace(act, reason="核对社保"), added.number)
    assert shown == id_number(1)
    event = Event.select().where(Event.act == "identity-number-revealed").get()
    assert (event.person_id, event.reason) == (added.person_id, "核对社保")
    assert shown not in event.details
    assert EventValue.select().where(EventValue.seq == event.seq).count() == 0


# --- moving -----------------------------------------------------------------------------------


def test_a_transfer_ends_the_card_then_the_spell_and_opens_another(
    register: Config, act: Act
) -> None:
    here, there = add_organisation("甲局"), add_organisation("乙局")
    added = add(act, here, changes={"field": "城市管理", "section": "一科"})
    card = with_card(act, added)
    moved = employment.transfer(act, added.number, there, changes={"section": "二科"})
    assert moved.certificates == (card,)
    assert live_of(added.person_id) == []
    spells = list(
        Engagement.select(Engagement.organisation_id, Engagement.started_on, Engagement.ended_on)
        .order_by(Engagement.id)
        .tuples()
    )
    assert spells == [(here, None, act.day), (there, act.day, None)]
    row = store.find(added.number, frozenset({there}))
    assert row is not None and (row.section, row.field) == ("二科", "城市管理")
    assert store.find(added.number, frozenset({here})) is None
    written = events("certificate-cancelled", "transferred", "left")
    assert written == ["certificate-cancelled", "transferred"]
    assert details("transferred")["certificates"] == [card]


def test_a_clerk_transfers_inside_her_scope_only(
    register: Config, act: Act, act_of: Callable[..., Act]
) -> None:
    here, below, there = (
        add_organisation("甲局"),
        add_organisation("甲局大队"),
        add_organisation("乙局"),
    )
    added = add(act, here)
    with_card(act, added)
    mine = act_of(clerk(here, below))
    with pytest.raises(Refused) as caught:
        employment.transfer(mine, added.number, there)
    assert "请联系法制机构" in caught.value.refusals[0].sentence
    assert refused(lambda: employment.transfer(mine, added.number, there)) == ["outside-scope"]
    assert len(live_of(added.person_id)) == 1
    employment.transfer(mine, added.number, below)
    assert refused(lambda: employment.transfer(mine, added.number, below)) == ["same-organisation"]


def test_between_officer_kinds_the_card_stays(register: Config, act: Act) -> None:
    added = add(act, add_organisation())
    card = with_card(act, added)
    moved = employment.reclassify(act, added.number, "public-institution")
    assert moved == Moved(added.engagement_id, ())
    assert [row.number for row in live_of(added.person_id)] == [card]
    assert details("reclassified")["in_place"] is True
    assert Engagement.select().count() == 1


@pytest.mark.parametrize("establishment", ["contract", "service-worker", "seconded"])
def test_out_of_the_officers_the_card_ends_first(
    register: Config, act: Act, establishment: str
) -> None:
    added = add(act, add_organisation(), changes={"section": "一科"})
    card = with_card(act, added)
    moved = employment.reclassify(act, added.number, establishment)
    assert moved.certificates == (card,)
    assert moved.engagement_id != added.engagement_id
    row = store.find(added.number, None)
    assert row is not None
    assert (row.establishment, row.may_hold, row.section) == (establishment, 0, "一科")
    assert Certificate.get().state == "cancelled"


def test_leaving_ends_the_card_and_coming_back_brings_none(register: Config, act: Act) -> None:
    unit = add_organisation()
    added = add(act, unit)
    card = with_card(act, added)
    assert employment.leave(act, added.number, "retired") == (card,)
    row = store.find(added.number, None)
    assert row is not None and not row.engaged and row.ended_why == "retired"
    assert refused(lambda: employment.leave(act, added.number, "retired")) == ["not-engaged"]
    assert refused(lambda: add(act, unit)) == ["already-registered"]
    employment.engage(
        act, added.number, organisation_id=unit, establishment="contract", changes={"post": "辅警"}
    )
    again = store.find(added.number, None)
    assert again is not None and again.engaged and again.post == "辅警"
    assert live_of(added.person_id) == []
    assert refused(
        lambda: employment.engage(act, added.number, organisation_id=unit, establishment="contract")
    ) == ["already-engaged"]


def test_leaving_asks_for_a_cause_and_a_possible_day(register: Config, act: Act) -> None:
    added = add(act, add_organisation(), started_on=act.on)
    early = replace(act, on=act.on - timedelta(days=3))
    assert refused(lambda: employment.leave(early, added.number, "fun")) == [
        "unknown-cause",
        "before-engagement",
    ]


def test_a_secondment_is_a_note_and_the_card_stays(register: Config, act: Act) -> None:
    added = add(act, add_organisation())
    with_card(act, added)
    employment.second(act, added.number, "省司法厅", until=date(2027, 3, 1))
    row = store.find(added.number, None)
    assert row is not None and (row.seconded_to, row.may_hold) == ("省司法厅", 1)
    assert len(live_of(added.person_id)) == 1
    assert refused(lambda: employment.second(act, added.number, "x")) == ["already-seconded"]
    employment.end_secondment(act, added.number)
    assert refused(lambda: employment.end_secondment(act, added.number)) == ["not-seconded"]
    assert events("seconded", "secondment-ended") == ["seconded", "secondment-ended"]


def test_an_act_done_closes_the_proposal_of_it_alone(register: Config, act: Act) -> None:
    here, there = add_organisation("甲局"), add_organisation("乙局")
    added = add(act, here)
    code = Organisation.get_by_id(there).code
    with transaction() as book:
        for target in (code, "Z999"):
            findings.open_proposal(
                book,
                act,
                act_name="reclassify" if target == "Z999" else "transfer",
                person_id=added.person_id,
                organisation_id=here,
                target=target,
                digest="d",
                facts={},
            )
    employment.transfer(act, added.number, there)
    states = dict(Proposal.select(Proposal.target, Proposal.state).tuples())
    assert states == {code: "done", "Z999": "open"}


def propose(act: Act, added: store.Added, kind: str, target: str, **facts: Any) -> int:
    with transaction() as book:
        findings.open_proposal(
            book,
            act,
            act_name=kind,
            person_id=added.person_id,
            organisation_id=None,
            target=target,
            digest=target,
            facts=facts,
        )
    return int(Proposal.select().order_by(Proposal.id.desc()).first().id)


ROW = {
    "section": "二科",
    "telephone": "0519-1",
    "remarks": "",
    "supervisor": "赵强",
    "contract_ends": "2027-05-01",
    "name": "不看这一项",
}


@pytest.mark.parametrize("name", ["transfer", "reclassify", "correct the name", "take on again"])
def test_an_act_from_a_proposal_carries_the_whole_row(
    register: Config, act: Act, name: str
) -> None:
    here, there = add_organisation("甲局"), add_organisation("乙局")
    added = add(act, here, changes={"remarks": "旧的备注", "section": "一科"})
    code = Organisation.get_by_id(there).code
    if name == "take on again":
        employment.leave(act, added.number, "resigned")
    perform: dict[str, tuple[str, Callable[[int], object]]] = {
        "transfer": (
            code,
            lambda at: employment.transfer(act, added.number, there, proposal_id=at),
        ),
        "reclassify": (
            "contract",
            lambda at: employment.reclassify(act, added.number, "contract", proposal_id=at),
        ),
        "correct the name": (
            "曾晓梅",
            lambda at: people.correct_name(act, added.number, "曾晓梅", proposal_id=at),
        ),
        "take on again": (
            code,
            lambda at: employment.engage(
                act,
                added.number,
                organisation_id=there,
                establishment="contract",
                proposal_id=at,
            ),
        ),
    }
    target, done = perform[name]
    proposal_id = propose(act, added, name, target, **ROW)
    done(proposal_id)
    row = store.find(added.number, None)
    assert row is not None
    assert (row.section, row.telephone, row.supervisor_names, row.planned_end_on) == (
        "二科",
        "0519-1",
        "赵强",
        "2027-05-01",
    )
    assert row.remarks == ("" if name == "take on again" else "旧的备注")
    assert Proposal.get_by_id(proposal_id).state == "done"
    assert events("proposal-done") == ["proposal-done"]


def test_a_proposal_of_somebody_else_or_of_another_act_is_refused(
    register: Config, act: Act
) -> None:
    here, there = add_organisation("甲局"), add_organisation("乙局")
    added, other = add(act, here), add(act, here, 3)
    wrong = [propose(act, other, "transfer", "Z001"), propose(act, added, "reclassify", "x"), 999]
    for proposal_id in wrong:
        assert refused(
            lambda at=proposal_id: employment.transfer(  # type: ignore[misc]
                act, added.number, there, proposal_id=at
            )
        ) == ["no-such-proposal"]


def test_two_acts_at_once_do_not_both_go_by_what_was_true_before(
    register: Config, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = add(act, add_organisation())
    judge = employment.may_leave
    left: list[str] = []

    def somebody_is_quicker(*facts: Any, **more: Any) -> Any:
        if not left:
            left.append("resigned")
            employment.leave(act, added.number, "resigned")
        return judge(*facts, **more)

    monkeypatch.setattr(employment, "may_leave", somebody_is_quicker)
    with pytest.raises(Refused) as caught:
        employment.leave(act, added.number, "retired")
    assert codes(caught) == ["changed-meanwhile"]
    assert events("left") == ["left"]
    row = store.find(added.number, None)
    assert row is not None and row.ended_why == "resigned"


def test_what_only_the_database_refuses_is_recorded_as_an_attempt(
    register: Config, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = add(act, add_organisation())
    with_card(act, added)
    monkeypatch.setattr(moves.certificates, "end_all_live", lambda *_, **__: [])
    before = everything()
    for _ in range(2):
        with pytest.raises(Refused):
            employment.leave(act, added.number, "retired")
    after = everything()
    assert after[:-1] == before[:-1]
    assert Attempt.select().count() == 1
    assert events("attempt-refused") == ["attempt-refused"]


# --- conduct ----------------------------------------------------------------------------------


def test_a_bar_ends_the_card_and_reaches_the_next_engagement(register: Config, act: Act) -> None:
    unit = add_organisation()
    added = add(act, unit)
    card = with_card(act, added)
    assert conduct.bar(act, added.number, "other", until=date(2028, 1, 1)) == (card,)
    row = store.find(added.number, None)
    assert row is not None and (row.barred, row.may_hold) == (1, 0)
    assert refused(lambda: conduct.bar(act, added.number, "other")) == ["already-barred"]
    employment.leave(act, added.number, "resigned")
    employment.engage(act, added.number, organisation_id=unit, establishment="civil-servant")
    again = store.find(added.number, None)
    assert again is not None and again.may_hold == 0
    conduct.lift_bar(act, added.number)
    free = store.find(added.number, None)
    assert free is not None and (free.barred, free.may_hold) == (0, 1)
    assert refused(lambda: conduct.lift_bar(act, added.number)) == ["not-barred"]
    assert refused(
        lambda: conduct.bar(replace(act, reason=""), added.number, "fun", until=date(2020, 1, 1))
    ) == ["not-chosen", "ends-before-start", "reason-missing"]


def test_a_conviction_bars_for_good(register: Config, act: Act) -> None:
    added = add(act, add_organisation())
    card = with_card(act, added)
    ended = conduct.record_conviction(
        act, added.number, decided_on=date(2026, 1, 5), court="区法院", judgment="（2026）1号"
    )
    assert ended == (card,)
    row = store.find(added.number, None)
    assert row is not None and (row.barred, row.barred_until, row.may_hold) == (1, None, 0)
    assert Conviction.get().document == "（2026）1号"
    written = events("certificate-cancelled", "conviction-recorded", "barred")
    assert written == ["certificate-cancelled", "conviction-recorded", "barred"]
    event = Event.select().where(Event.act == "conviction-recorded").get()
    assert "区法院" not in event.details
    later = act.on + timedelta(days=1)
    assert refused(lambda: conduct.record_conviction(act, added.number, decided_on=later)) == [
        "takes-effect-later"
    ]


@pytest.mark.parametrize(
    ("kind", "days_ago", "holder", "opened"),
    [
        ("demerit", 0, True, True),
        ("warning", 0, True, False),
        ("demerit", 0, False, False),
        ("demerit", 364, True, True),
        ("demerit", 365, True, False),
        ("expulsion", 4000, True, True),
    ],
)
def test_a_sanction_on_a_holder_opens_a_finding_while_it_bars(
    register: Config, act: Act, kind: str, days_ago: int, holder: bool, opened: bool
) -> None:
    added = add(act, add_organisation())
    if holder:
        with_card(act, added)
    effective_on = act.on - timedelta(days=days_ago)
    found = conduct.record_sanction(act, added.number, kind=kind, effective_on=effective_on)
    assert found is opened
    assert findings.has_open_finding(added.person_id, "sanction-on-holder") is opened
    assert len(live_of(added.person_id)) == int(holder)
    assert details("sanction-recorded")["finding_opened"] is opened


def test_a_sanction_is_set_aside_once_and_only_its_bearers(register: Config, act: Act) -> None:
    unit = add_organisation()
    added, other = add(act, unit), add(act, unit, 3)
    conduct.record_sanction(act, added.number, kind="demerit", effective_on=act.on)
    sanction_id = Sanction.get().id
    assert refused(lambda: conduct.withdraw_sanction(act, other.number, sanction_id)) == [
        "no-such-sanction"
    ]
    conduct.withdraw_sanction(act, added.number, sanction_id)
    assert Sanction.get().lifted_on == act.day
    assert refused(lambda: conduct.withdraw_sanction(act, added.number, sanction_id)) == [
        "no-such-sanction"
    ]
    assert refused(
        lambda: conduct.record_sanction(
            act, added.number, kind="x", effective_on=act.on + timedelta(days=1)
        )
    ) == ["not-chosen", "takes-effect-later"]


def test_an_appraisal_is_one_a_year_and_keeps_what_it_was(register: Config, act: Act) -> None:
    added = add(act, add_organisation())
    conduct.record_appraisal(act, added.number, year=2025, grade="competent")
    conduct.record_appraisal(act, added.number, year=2025, grade="incompetent")
    event = Event.select().order_by(Event.seq.desc()).first()
    values = EventValue.select(EventValue.field, EventValue.value).where(
        EventValue.seq == event.seq
    )
    assert dict(values.tuples()) == {"grade": "incompetent", "grade_from": "competent"}
    assert refused(
        lambda: conduct.record_appraisal(act, added.number, year=2027, grade="best")
    ) == ["not-chosen", "appraisal-year"]
