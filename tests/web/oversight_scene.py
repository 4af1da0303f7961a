"""Two organs with something of every kind that is due, for the first page and the oversight."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from registry.rules.acts import Act
from registry.services import batches, certificates
from registry.store import findings
from registry.store.book import Book, transaction
from registry.store.certificates import record_legacy
from registry.store.tables import Engagement, Finding, Person, Proposal
from tests.staff import add_organisation, add_person, give_legacy


@dataclass(frozen=True)
class Scene:
    """Ids of the two organs, and of what lies in the second one."""

    here: int
    there: int
    finding_here: int
    finding_there: int
    proposal_here: int
    proposal_there: int
    person_here: str
    person_there: str


def set_scene(act: Act, more: str = "") -> Scene:
    """Fill both organs alike; ``act`` is by an account of the legal office.

    ``more`` tells further scenes of one register apart.
    """
    first = _organ(act, f"城市管理局{more}", "甲")
    second = _organ(act, f"卫生健康局{more}", "乙")
    return Scene(*(part for pair in zip(first, second, strict=True) for part in pair))


def _organ(act: Act, name: str, family: str) -> tuple[int, int, int, str]:
    organ = add_organisation(name)
    today = act.on
    for serial, (number, days) in enumerate((("到期", -1), ("将到", 60), ("还早", 61))):
        person = add_person(organ, f"{family}{number}")
        with transaction() as book:
            _legacy(book, act, person, f"旧{organ}-{serial}", today + timedelta(days=days))
    exchanged = add_person(organ, f"{family}换发")
    give_legacy(act, exchanged)
    back = replace(act, on=today - timedelta(days=200))
    card = batches.exchange(back, Person.get_by_id(exchanged[0]).number).certificate
    certificates.suspend(
        replace(act, on=today - timedelta(days=170)), card.number, ground="违规使用证件"
    )
    bare = add_person(organ, f"{family}缺项")
    Engagement.update(post="").where(Engagement.id == bare[1]).execute()
    helper = add_person(
        organ,
        f"{family}辅助",
        "dispatched",
        "auxiliary",
        planned_end_on=(today - timedelta(days=1)).isoformat(),
    )
    number = Person.get_by_id(exchanged[0]).number
    with transaction() as book:
        findings.open_finding(
            book,
            act,
            "card-to-recover",
            f"card-{organ}",
            organisation_id=organ,
            facts={"names": [f"{family}收回"], "rows": [4], "number": "320413900"},
            due_on=(today - timedelta(days=1)).isoformat(),
        )
        findings.open_finding(
            book,
            act,
            "number-in-remarks",
            f"remarks-{organ}",
            person_id=helper[0],
            organisation_id=organ,
            facts={"names": [f"{family}辅助"], "rows": [9]},
        )
        findings.open_proposal(
            book,
            act,
            act_name="correct the name",
            person_id=exchanged[0],
            organisation_id=organ,
            target=f"{family}新名",
            digest="d" * 64,
            facts={
                "row": 7,
                "name": f"{family}新名",
                "changes": [{"field": "name", "old": f"{family}换发", "new": f"{family}新名"}],
            },
        )
    finding = Finding.select(Finding.id).where(Finding.fingerprint == f"card-{organ}").scalar()
    proposal = Proposal.select(Proposal.id).order_by(Proposal.id.desc()).scalar()
    return organ, int(finding), int(proposal), number


def _legacy(book: Book, act: Act, person: tuple[int, int], number: str, until: date) -> None:
    record_legacy(
        book,
        act,
        person_id=person[0],
        engagement_id=person[1],
        number=number,
        issued_on=date(2016, 5, 1),
        valid_until=until,
    )
