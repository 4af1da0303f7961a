"""Transfers of two sides: what the asker learns, who answers, what ends and what follows."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, Actor
from registry.rules.refusals import Refused
from registry.rules.transfers import STATES, RequestFacts, may_answer, may_withdraw
from registry.services import batches, conduct, employment, transfers
from registry.store import move_outlooks, moved_cards
from registry.store import people as people_rows
from registry.store import transfers as store
from registry.store.certificates import by_number, live_of
from registry.store.database import ConstraintViolation, connection, database
from registry.store.move_outlooks import Move
from registry.store.people import PersonRow
from registry.store.tables import Certificate, Engagement, Event, Setting, TransferRequest
from tests.services.test_people import add, details, events, id_number, refused, with_card
from tests.staff import add_account, add_organisation

ActOf = Callable[..., Act]


@pytest.fixture
def here(register: Config) -> int:
    return add_organisation("区市场监督管理局")


@pytest.fixture
def there(register: Config) -> int:
    return add_organisation("市场监管二分局")


@pytest.fixture
def asker(act: Act, there: int) -> Act:
    """The receiving organ's clerk."""
    account = add_account("asker", "hr", there)
    return replace(act, by=Actor(account, "asker", "经办", "hr", frozenset({there})))


@pytest.fixture
def releaser(act: Act, here: int) -> Act:
    """The releasing organ's clerk."""
    account = add_account("releaser", "hr", here)
    return replace(act, by=Actor(account, "releaser", "经办", "hr", frozenset({here})))


@pytest.fixture
def legal(act: Act, register: Config) -> Act:
    return replace(act, by=Actor(add_account(), "legal", "法制", "legal-office"))


@pytest.fixture
def holder(act: Act, here: int) -> people_rows.Added:
    """Somebody of the releasing organ who holds a national certificate."""
    added = add(act, here)
    with_card(act, added)
    batches.exchange(act, added.number)
    return added


def ask(act: Act, serial: int = 1, **more: Any) -> int:
    assert act.by.scope is not None
    values: dict[str, Any] = {
        "name": "林晓梅",
        "identity_number": id_number(serial),
        "organisation_id": min(act.by.scope),
        "establishment": "civil-servant",
    } | more
    return transfers.ask_transfer(act, **values)


def state_of(request_id: int) -> str:
    return str(TransferRequest.get_by_id(request_id).state)


# --- asking ----------------------------------------------------------------------------------


def test_the_asker_learns_nothing_of_anybody_elsewhere(
    act: Act, asker: Act, here: int, there: int
) -> None:
    """Officer, holder, auxiliary, barred kind, barred by conviction, gone: one answer for all."""
    for serial, establishment in ((1, "civil-servant"), (3, "contract"), (5, "service-worker")):
        add(act, here, serial, establishment=establishment, name=f"甲{serial}")
    card = add(act, here, 7)
    with_card(act, card)
    conduct.record_conviction(act, add(act, here, 9).number, decided_on=act.on, judgment="1")
    employment.leave(act, add(act, here, 11).number, "retired")
    rows = []
    for serial in (1, 3, 5, 7, 9, 11):
        seen = store.asked_by_organs(ask(asker, serial), asker.by.scope)
        assert seen is not None
        rows.append(replace(seen, id=0))
    assert len(set(rows)) == 1
    told = repr(rows[0])
    assert "林晓梅" in told and "区市场监督管理局" not in told and "P00000" not in told


def test_asking_is_refused_where_there_is_nothing_to_ask(
    act: Act, asker: Act, here: int, there: int
) -> None:
    add(act, there, 23)
    add(act, here, 27)
    before = TransferRequest.select().count(), len(events())
    assert refused(lambda: ask(asker, 21)) == ["not-on-the-register"]
    assert refused(lambda: ask(asker, 23)) == ["already-registered"]
    assert refused(lambda: ask(asker, 25, identity_number="12")) == ["id-length"]
    assert refused(lambda: ask(asker, 27, organisation_id=here)) == ["outside-scope"]
    assert refused(lambda: ask(asker, 27, establishment="聘用")) == ["unknown-establishment"]
    assert len(refused(lambda: ask(asker, 27, name=""))) == 1
    assert (TransferRequest.select().count(), len(events())) == before


def test_only_a_clerk_asks(act: Act, legal: Act, here: int, there: int) -> None:
    add(act, here)
    operator = replace(act, by=replace(OPERATOR, scope=frozenset({there})))
    assert refused(lambda: ask(replace(legal, by=replace(legal.by, scope=frozenset({there}))))) == [
        "not-permitted"
    ]
    assert refused(lambda: ask(operator)) == ["not-permitted"]


def test_one_open_request_of_an_organ_on_a_person(
    act: Act, asker: Act, here: int, there: int
) -> None:
    add(act, here)
    first = ask(asker)
    assert refused(lambda: ask(asker)) == ["already-asked"]
    assert events("transfer-requested") == ["transfer-requested"]
    transfers.withdraw_request(asker, first)
    assert ask(asker) > first


def test_a_request_lapses_by_its_setting(act: Act, asker: Act, releaser: Act, here: int) -> None:
    Setting.insert(name="transfer_request_days", value="3").execute()
    add(act, here)
    request = ask(asker)
    row = store.asked_by_organs(request, None)
    assert row is not None and row.expires_on == (act.on + timedelta(days=3)).isoformat()
    last, late = act.on + timedelta(days=3), act.on + timedelta(days=4)
    assert row.state_on(last) == "open" and row.state_on(late) == "expired"
    assert store.count_waiting(None, last) == 1 and store.count_waiting(None, late) == 0
    after = replace(releaser, at=act.at + timedelta(days=4), on=late)
    for answer in (transfers.confirm_request, transfers.decline_request):
        assert refused(lambda answer=answer: answer(after, request)) == ["request-expired"]  # type: ignore[misc]
    # Asked again it is a new one; the old one is closed as expired, in the book.
    again = ask(replace(asker, at=after.at, on=late))
    assert (state_of(request), state_of(again)) == ("expired", "open")
    assert details("transfer-request-lapsed")["cause"] == "expired"


# --- answering -------------------------------------------------------------------------------


def test_the_releasing_organ_confirms(
    holder: people_rows.Added, asker: Act, releaser: Act, here: int, there: int
) -> None:
    request = ask(asker, section="执法二中队", post="副中队长")
    found = store.waiting(releaser.by.scope, releaser.on)
    assert [(one.person_name, one.place) for one in found] == [("林晓梅", "区市场监督管理局")]
    done = transfers.confirm_request(releaser, request, ending=["10320000001"])
    assert done.moved.certificates == ("10320000001",) and done.reissued is None
    row = people_rows.find(holder.number, frozenset({there}))
    assert row is not None
    assert (row.organisation_id, row.section, row.post) == (there, "执法二中队", "副中队长")
    assert row.started_on == releaser.day
    old = Engagement.get_by_id(holder.engagement_id)
    assert (old.ended_on, old.ended_why) == (releaser.day, "transferred")
    assert live_of(holder.person_id) == [] and state_of(request) == "confirmed"
    told = details("transfer-request-confirmed")
    assert (told["organisation_from"], told["organisation"]) == (here, there)
    assert told["certificates"] == ["10320000001"]
    # It waits on the legal office's list for the new certificate.
    assert moved_cards.waiting() == [(holder.person_id, holder.number)]
    assert moved_cards.count_waiting() == 1


def test_the_legal_office_confirms_and_issues_in_one_act(
    holder: people_rows.Added, asker: Act, legal: Act, there: int
) -> None:
    request = ask(asker)
    told = move_outlooks.outlook_of(Move(holder.person_id, there, "civil-servant"), legal.on)
    assert told.numbers == ("10320000001",) and told.offers
    done = transfers.confirm_and_issue(legal, request, ending=told.numbers)
    assert done.reissued is not None
    new = done.reissued.certificate
    assert (new.state, new.organisation_id, new.valid_until) == ("active", there, told.last_day)
    old = by_number("10320000001")
    assert old is not None and old.state == "cancelled" and new.replaces_id == old.id
    assert moved_cards.waiting() == []


def test_another_field_is_told_before_and_rolls_everything_back(
    act: Act, holder: people_rows.Added, legal: Act
) -> None:
    transport = add_organisation("区交通运输局", fields="transport")
    account = add_account("driver", "hr", transport)
    driver = replace(act, by=Actor(account, "driver", "经办", "hr", frozenset({transport})))
    request = ask(driver)
    told = move_outlooks.outlook_of(Move(holder.person_id, transport, "civil-servant"), act.on)
    assert not told.offers and [one.code for one in told.refusals] == ["field-needs-exam"]
    before = (len(events()), state_of(request), len(live_of(holder.person_id)))
    assert refused(lambda: transfers.confirm_and_issue(legal, request)) == ["field-needs-exam"]
    assert (len(events()), state_of(request), len(live_of(holder.person_id))) == before
    transfers.confirm_request(legal, request)
    after = moved_cards.reissue_of(holder.person_id, act.on)
    assert after is not None and after.refusals == told.refusals


def test_into_a_barred_establishment_the_certificate_ends_first(
    holder: people_rows.Added, asker: Act, legal: Act, there: int
) -> None:
    request = ask(asker, establishment="service-worker")
    told = move_outlooks.outlook_of(Move(holder.person_id, there, "service-worker"), legal.on)
    assert told.numbers == ("10320000001",) and not told.offers
    with pytest.raises(Refused) as caught:
        transfers.confirm_and_issue(legal, request)
    assert {one.code for one in caught.value.refusals} >= {one.code for one in told.refusals}
    assert details("attempt-refused")["act"] == "certificate.issue"
    assert len(live_of(holder.person_id)) == 1 and state_of(request) == "open"
    transfers.confirm_request(legal, request)
    assert live_of(holder.person_id) == []
    row = people_rows.find(holder.number, None)
    assert row is not None and (row.establishment, row.may_hold) == ("service-worker", 0)
    ended = Event.select(Event.seq).where(Event.act == "certificate-cancelled").scalar()
    moved = Event.select(Event.seq).where(Event.act == "transferred").scalar()
    assert ended < moved


def test_somebody_who_had_left_comes_back(
    act: Act, holder: people_rows.Added, asker: Act, releaser: Act, there: int
) -> None:
    employment.leave(act, holder.number, "resigned")
    request = ask(asker, post="科员")
    early = replace(releaser, on=act.on - timedelta(days=3))
    assert refused(lambda: transfers.confirm_request(early, request)) == ["before-engagement-ended"]
    done = transfers.confirm_request(releaser, request)
    assert done.moved.certificates == ()
    row = people_rows.find(holder.number, None)
    assert row is not None and row.engaged and (row.organisation_id, row.post) == (there, "科员")


def test_a_declined_request_says_why(
    holder: people_rows.Added, asker: Act, releaser: Act, here: int
) -> None:
    request = ask(asker)
    silent = replace(releaser, reason="")
    assert refused(lambda: transfers.decline_request(silent, request)) == [
        "reason-for-declining-missing"
    ]
    transfers.decline_request(replace(releaser, reason="服务期未满"), request)
    seen = store.asked_by_organs(request, asker.by.scope)
    assert seen is not None and (seen.state, seen.reason) == ("declined", "服务期未满")
    row = people_rows.find(holder.number, None)
    assert row is not None and row.organisation_id == here
    for answer in (transfers.confirm_request, transfers.decline_request):
        assert refused(lambda answer=answer: answer(releaser, request)) == ["request-answered"]  # type: ignore[misc]
    assert refused(lambda: transfers.withdraw_request(asker, request)) == ["request-answered"]


def test_a_normal_transfer_overtakes_the_request(
    holder: people_rows.Added, asker: Act, legal: Act, there: int
) -> None:
    request = ask(asker)
    employment.transfer(legal, holder.number, there)
    assert state_of(request) == "overtaken"
    assert refused(lambda: transfers.confirm_request(legal, request)) == ["request-answered"]


def test_other_certificates_than_were_told_end_nothing(
    holder: people_rows.Added, asker: Act, releaser: Act
) -> None:
    request = ask(asker)
    before = len(events())
    assert refused(lambda: transfers.confirm_request(releaser, request, ending=[])) == [
        "other-certificates-end"
    ]
    assert len(events()) == before and state_of(request) == "open"
    assert len(live_of(holder.person_id)) == 1


# --- attacks ---------------------------------------------------------------------------------


def test_somebody_elsewhere_answers_and_withdraws_nothing(
    act: Act, holder: people_rows.Added, asker: Act, releaser: Act
) -> None:
    request = ask(asker)
    third = add_organisation("区卫生健康局")
    account = add_account("third", "hr", third)
    stranger = replace(act, by=Actor(account, "third", "经办", "hr", frozenset({third})))
    # The asking side does not reach the person, the releasing side not the asking organ.
    for who in (stranger, asker):
        assert refused(lambda who=who: transfers.confirm_request(who, request)) == [  # type: ignore[misc]
            "no-such-request"
        ]
        assert refused(lambda who=who: transfers.decline_request(who, request)) == [  # type: ignore[misc]
            "no-such-request"
        ]
    for who in (stranger, releaser):
        assert refused(lambda who=who: transfers.withdraw_request(who, request)) == [  # type: ignore[misc]
            "no-such-request"
        ]
    assert refused(lambda: transfers.confirm_request(asker, request + 99)) == ["no-such-request"]
    auditor = replace(act, by=Actor(None, "audit", "审计", "auditor"))
    assert refused(lambda: transfers.confirm_request(auditor, request)) == ["not-permitted"]
    assert refused(lambda: transfers.confirm_and_issue(releaser, request)) == ["not-permitted"]
    assert state_of(request) == "open"


def test_whoever_asked_never_answers(
    holder: people_rows.Added, asker: Act, here: int, there: int
) -> None:
    request = ask(asker)
    both = replace(asker, by=replace(asker.by, scope=frozenset({here, there})))
    for answer in (transfers.confirm_request, transfers.decline_request):
        assert refused(lambda answer=answer: answer(both, request)) == ["own-request"]  # type: ignore[misc]
    with pytest.raises(ConstraintViolation), database.atomic():
        TransferRequest.update(
            state="confirmed", decided_at=asker.moment, decided_by=asker.by.account_id
        ).where(TransferRequest.id == request).execute()


def test_two_confirmations_at_once_leave_exactly_one(
    register: Config, holder: people_rows.Added, asker: Act, releaser: Act, legal: Act
) -> None:
    request = ask(asker)
    gate = threading.Barrier(6)
    answers: list[str] = []

    def confirm(who: Act, issue: bool) -> None:
        gate.wait()
        try:
            with connection():
                if issue:
                    transfers.confirm_and_issue(who, request)
                else:
                    transfers.confirm_request(who, request)
            answers.append("done")
        except Refused as caught:
            answers.append(caught.refusals[0].code)
        except Exception as error:
            answers.append(repr(error))

    threads = [
        threading.Thread(target=confirm, args=(who, issue))
        for who, issue in ((releaser, False), (legal, False), (legal, True)) * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("done") == 1, answers
    assert set(answers) <= {"done", "request-answered", "changed-meanwhile", "no-such-request"}
    assert events("transferred", "transfer-request-confirmed").count("transferred") == 1
    assert Engagement.select().where(Engagement.ended_on.is_null()).count() == 1
    live = Certificate.select().where(Certificate.state == "active").count()
    assert live == len(events("certificate-issued")) - 1


@pytest.mark.parametrize("second", ["releaser", "legal"])
def test_whoever_looks_while_another_answers_hears_of_the_answer(
    register: Config,
    holder: people_rows.Added,
    asker: Act,
    releaser: Act,
    legal: Act,
    second: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not of what the answer has made of the person in the meantime."""
    request = ask(asker)
    look = transfers.person_for
    answered: list[int] = []

    def answered_before_the_look(act: Act, number: str) -> PersonRow:
        if not answered:
            answered.append(request)
            transfers.confirm_request(legal, request)
        return look(act, number)

    monkeypatch.setattr(transfers, "person_for", answered_before_the_look)
    with pytest.raises(Refused) as caught:
        transfers.confirm_request({"releaser": releaser, "legal": legal}[second], request)
    expected = {"releaser": "no-such-request", "legal": "request-answered"}
    assert [one.code for one in caught.value.refusals] == [expected[second]]


def test_an_answer_is_written_once_whoever_gives_it(
    holder: people_rows.Added, asker: Act, releaser: Act, legal: Act
) -> None:
    """The row's own line of defence, behind the lock on the person."""
    request = ask(asker)
    assert store.decide(releaser, request, "confirmed")
    assert not store.decide(legal, request, "declined")
    assert state_of(request) == "confirmed"


def test_a_confirmation_and_an_issue_at_once_stop_nobody(
    register: Config, holder: people_rows.Added, asker: Act, legal: Act, act: Act, here: int
) -> None:
    """Both take the numbers before the person, so neither waits for the other for ever."""
    for serial in range(31, 39, 2):
        with_card(act, add(act, here, serial))
    request = ask(asker)
    answers: list[str] = []
    gate = threading.Barrier(5)

    def run(what: Callable[[], object]) -> None:
        gate.wait()
        try:
            with connection():
                what()
            answers.append("done")
        except Exception as error:
            answers.append(repr(error))

    acts: list[Callable[[], object]] = [lambda: transfers.confirm_and_issue(legal, request)]
    acts += [lambda n=n: batches.exchange(legal, f"P{n:06d}") for n in range(2, 6)]  # type: ignore[misc]
    threads = [threading.Thread(target=run, args=(one,)) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["done"] * 5


# --- the rules by themselves -----------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_only_an_open_request_is_answered(state: str) -> None:
    facts = RequestFacts(state, date(2026, 11, 23), 7)
    codes = [one.code for one in may_answer(facts, 8, date(2026, 11, 23))]
    assert codes == ([] if state == "open" else ["request-answered"])
    assert bool(may_withdraw(facts)) == (state != "open")


def test_an_operator_without_account_is_nobodys_asker() -> None:
    facts = RequestFacts("open", date(2026, 11, 23), 7)
    assert may_answer(facts, None, date(2026, 11, 23)) == ()
    both = may_answer(facts, 7, date(2026, 11, 24))
    assert [one.code for one in both] == ["request-expired", "own-request"]
