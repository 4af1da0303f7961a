"""Two organs that hold one of everything, so that a clerk of the one can try the other's."""

from dataclasses import dataclass, replace

from registry.documents.portraits import draw_portrait
from registry.rules.acts import Act, Actor
from registry.rules.training_elsewhere import Claim
from registry.services import (
    batches,
    conduct,
    custody,
    people,
    photographs,
    training,
    training_elsewhere,
    transfers,
)
from registry.store import findings, proposals
from registry.store import training as training_rows
from registry.store.book import transaction
from registry.store.tables import Batch, Conviction, Finding, Proposal, Sanction
from tests.photograph_files import approve_waiting
from tests.staff import add_account, add_organisation, give_legacy

_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def id_number(serial: int, born: str = "19900101") -> str:
    """An ID number with the right check digit that nobody alive has (area 320413)."""
    body = f"320413{born}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


@dataclass(frozen=True)
class Organ:
    """One organ: ``holder`` has a national certificate ``card`` and one of everything else;
    ``waiting`` has an old card and stands in a prepared batch, ``free`` has an old card."""

    id: int
    code: str
    holder: str
    holder_id: int
    card: str
    waiting: str
    free: tuple[str, ...]
    helper: str
    batch: int
    finding: int
    proposal: int
    sanction: int
    conviction: int
    slip: int = 999
    request: int = 999
    training: int = 999
    session: int = 999
    claim: int = 999


def set_up(act: Act, code: str, name: str, serial: int, free: int = 0) -> Organ:
    """Fill an organ through the services; ``serial`` tells the ID numbers of two organs apart."""
    act = replace(
        act, by=Actor(add_account(f"maker-{code.lower()}"), "maker", "法制", "legal-office")
    )
    organ = add_organisation(name, code=code)

    def person(place: int, establishment: str = "civil-servant") -> tuple[str, int, int]:
        added = people.add_person(
            act,
            name="陈大文",
            identity_number=id_number(serial + 2 * place),
            organisation_id=organ,
            establishment=establishment,
        )
        return added.number, added.person_id, added.engagement_id

    holder, waiting, convict = person(0), person(1), person(2)
    helper = person(3, "dispatched")
    others = [person(4 + place) for place in range(free)]
    give_legacy(act, holder[1:])
    card = batches.exchange(act, holder[0]).certificate.number
    for one in (waiting, *others):
        give_legacy(act, one[1:])
    batches.prepare_batch(act, organisation_code=code, letter_number="坛函〔2026〕1号")
    custody.move_cards(act, "made", [card])
    slip = custody.move_cards(act, "to-unit", [card]).slip_id
    photographs.add_photograph(act, holder[0], draw_portrait(serial, "male"))
    approve_waiting(act)
    conduct.record_sanction(act, holder[0], kind="warning", effective_on=act.on)
    conduct.record_conviction(act, convict[0], decided_on=act.on, judgment="1")
    with transaction() as book:
        findings.open_finding(
            book,
            act,
            "supervisor-not-found",
            f"finding of {code}",
            person_id=helper[1],
            organisation_id=organ,
        )
        proposals.open_proposal(
            book,
            act,
            act_name="transfer",
            person_id=holder[1],
            organisation_id=organ,
            target=code,
            digest=code,
            facts={},
        )

    asking = add_organisation(f"{name}的邻局", code=f"{code}-ASK")
    asker = add_account(f"asker-{code.lower()}", "hr", asking)
    request = transfers.ask_transfer(
        replace(act, by=Actor(asker, "asker", "经办", "hr", frozenset({asking}))),
        name="陈大文",
        identity_number=id_number(serial + 6),
        organisation_id=asking,
        establishment="dispatched",
    )

    def newest(table: type) -> int:
        return int(table.select(table.id).order_by(table.id.desc()).get().id)  # type: ignore[attr-defined]

    training_class, session, claim = _train(act, organ, code, holder[0])
    return Organ(
        organ,
        code,
        holder[0],
        holder[1],
        card,
        waiting[0],
        tuple(one[0] for one in others),
        helper[0],
        newest(Batch),
        newest(Finding),
        newest(Proposal),
        newest(Sanction),
        newest(Conviction),
        slip,
        request,
        training_class,
        session,
        claim,
    )


def _train(act: Act, organ: int, code: str, number: str) -> tuple[int, int, int]:
    """A class that the organ is invited to, and hours that its clerk entered."""
    facts = training.ClassFacts("轮训班", "public-law", act.on, act.on, 28)
    class_id = training.plan_class(act, facts)
    training.invite(act, class_id, [code], 3, act.on)
    training.move_class(act, class_id, "open")
    clerk = Actor(add_account(f"trainer-{code.lower()}", "hr", organ), "clerk", "经办", "hr")
    claim = training_elsewhere.enter(
        replace(act, by=clerk), number, Claim(act.on, "大学", "研修", 28, f"{code}-1")
    )
    return class_id, training_rows.sessions_of(class_id)[0].id, claim
