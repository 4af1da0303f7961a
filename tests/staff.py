"""People, organisations and accounts for tests, written straight into the tables."""

from registry.rules.acts import Act
from registry.store import certificates
from registry.store.book import transaction
from registry.store.tables import Account, Engagement, Organisation, Person

MOMENT = "2026-11-23T02:30:00.000000Z"


def add_organisation(name: str = "市场监督管理局", **columns: object) -> int:
    """An organisation with everything that a certificate copies; gives its id."""
    given: dict[str, object] = {
        "code": f"Z{Organisation.select().count():03d}",
        "name": name,
        "subject_type": "authority",
        "created_at": MOMENT,
        "fields": "market-regulation",
        "area": "金坛区",
        "categories": "penalty,inspection",
    }
    return int(Organisation.insert(**(given | columns)).execute())


def add_person(
    organisation_id: int,
    name: str = "陈大文",
    establishment: str = "civil-servant",
    category: str = "officer",
    *,
    number: str = "",
    **columns: object,
) -> tuple[int, int]:
    """A person and their engagement; gives both ids."""
    serial = Person.select().count() + 1
    person_id = Person.insert(
        number=number or f"P{serial:06d}",
        name=name,
        sex="male",
        birth_on="1980-02-03",
        identity_sealed=b"sealed",
        identity_key="k",
        identity_index=f"index-{serial}",
        identity_tail_index="tail",
        created_at=MOMENT,
    ).execute()
    engagement_id = Engagement.insert(
        person_id=person_id,
        organisation_id=organisation_id,
        establishment=establishment,
        category=category,
        on_record_since="2018-01-01",
        post="科员",
        **columns,
    ).execute()
    return int(person_id), int(engagement_id)


def add_account(
    login: str = "legal", role: str = "legal-office", organisation_id: int | None = None
) -> int:
    """An account that nobody can sign in with; gives its id."""
    return int(
        Account.insert(
            login=login,
            name=login,
            role=role,
            organisation_id=organisation_id,
            password_hash="!",
            created_at=MOMENT,
        ).execute()
    )


def give_legacy(act: Act, person: tuple[int, int], number: str = "") -> certificates.CertificateRow:
    """An old card for a person, recorded as an import does it."""
    with transaction() as book:
        return certificates.record_legacy(
            book,
            act,
            person_id=person[0],
            engagement_id=person[1],
            number=number or f"苏D{person[0]:04d}",
            issued_on=act.on.replace(year=2016, month=5, day=1),
        )
