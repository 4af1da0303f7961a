"""Cards of a small district, one for every verdict, put on record for tests of the street.

Everything that the street must never tell is on record too, as a marker that can be looked for.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from registry import credential
from registry.documents.portraits import draw_portrait
from registry.rules.acts import Act
from registry.store import certificates, keys
from registry.store.book import transaction
from registry.store.tables import (
    Certificate,
    Engagement,
    Organisation,
    Person,
    Photograph,
    Sanction,
)

TODAY = date(2026, 11, 23)
MOMENT = "2026-11-20T01:00:00.000000Z"
LONG_AGO, LATER = date(2026, 1, 1), date(2030, 12, 31)

#: Values on record of which no answer of the street may hold a trace.
SECRETS = {
    "identity number": "320413198203049917",
    "its tail": "049917",
    "telephone": "13800007777",
    "birth date": "1982-03-04",
    "birth date in words": "1982年3月4日",
    "establishment": "public-institution",
    "establishment in words": "事业编制",
    "sanction": "serious-demerit",
    "document of the sanction": "坛纪〔2026〕777号",
    "reason of the act": "殴打当事人MARKER",
    "ground of the suspension": "GROUND-MARKER",
    "person number": "P777",
    "remarks": "REMARKS-MARKER",
    "section": "SECTION-MARKER",
}

#: Verdict → (how the stored state is reached, first day, last day).
VERDICTS: dict[str, tuple[str, date, date]] = {
    "valid": ("", LONG_AGO, LATER),
    "suspended": ("suspend", LONG_AGO, LATER),
    "not_yet_valid": ("", TODAY + timedelta(days=8), LATER),
    "lost": ("lost", LONG_AGO, LATER),
    "expired": ("", LONG_AGO, TODAY - timedelta(days=1)),
    "replaced": ("replace", LONG_AGO, LATER),
    "cancelled": ("cancel", LONG_AGO, LATER),
    "revoked": ("revoke", LONG_AGO, LATER),
}


@dataclass(frozen=True)
class Card:
    """A card put on record: its one string, and what the test needs to find it again."""

    id: int
    code: str
    number: str
    name: str
    person_id: int


class District:
    """Puts people with cards on record, the short way round the services."""

    def __init__(self, act: Act) -> None:
        self.act = replace(act, reason=SECRETS["reason of the act"])
        self._count = 0
        self.organisation_id = int(
            Organisation.insert(
                code="CG",
                name="常州市金坛区城市管理综合执法大队",
                subject_type="authorised",
                created_at=MOMENT,
            ).execute()
        )

    def card(
        self,
        verdict: str = "valid",
        *,
        name: str = "欧阳建国",
        photograph: bool = True,
        **copied: Any,
    ) -> Card:
        """A card that answers ``verdict`` on TODAY; ``copied`` overrides what its row certifies."""
        transition, first_day, last_day = VERDICTS[verdict]
        self._count += 1
        place = self._count
        person_id = self._person(place, name)
        engagement_id = self._engagement(person_id)
        number = f"10320{place:06d}"
        said = credential.Credential(
            number, name, credential.NATIONAL, first_day, last_day, 0, place
        )
        code = credential.sign(said, keys.bound().signing_key(credential.CERTIFICATE))
        values: dict[str, Any] = {
            "number": number,
            "kind": "national",
            "person_id": person_id,
            "engagement_id": engagement_id,
            "holder_may_hold": 1,
            "state": "active",
            "name": name,
            "organisation_id": self.organisation_id,
            "organisation_name": "常州市金坛区城市管理综合执法大队",
            "post": "中队长",
            "fields": "城市管理",
            "area": "金坛区",
            "categories": "行政处罚、行政检查",
            "in_whose_name": "常州市金坛区城市管理局",
            "issuing_authority": "常州市金坛区人民政府",
            "complaint_telephone": "0519-8288 0000",
            "issued_on": "2026-01-01",
            "valid_from": first_day.isoformat(),
            "valid_until": last_day.isoformat(),
            "code": code,
            "list": 0,
            "list_index": place,
            "created_at": MOMENT,
        }
        certificate_id = int(Certificate.insert(**values | copied).execute())
        if photograph:
            self.photograph(person_id)
        if transition:
            self.turn(certificate_id, transition)
        return Card(certificate_id, code, number, name, person_id)

    def turn(self, certificate_id: int, transition: str) -> None:
        """Change a card's state by an act whose reason and ground are secrets."""
        row = certificates.by_id(certificate_id)
        assert row is not None
        ground = SECRETS["ground of the suspension"] if transition in ("suspend", "revoke") else ""
        with transaction() as book:
            certificates.change_state(book, self.act, row, transition, ground=ground)

    def photograph(self, person_id: int, version: int = 1, approved: bool = True) -> bytes:
        """A drawn portrait of the person; gives its JPEG."""
        jpeg = draw_portrait(person_id * 10 + version, "male")
        Photograph.insert(
            person_id=person_id,
            version=version,
            jpeg=jpeg,
            width=480,
            height=640,
            digest="d" * 64,
            added_at=MOMENT,
            approved_at=MOMENT if approved else None,
        ).execute()
        return jpeg

    def _person(self, place: int, name: str) -> int:
        number = f"{SECRETS['person number']}{place:03d}"
        identity = SECRETS["identity number"]
        key_id, sealed = keys.bound().seal_identity(identity, number)
        person_id = int(
            Person.insert(
                number=number,
                name=name,
                sex="male",
                birth_on=SECRETS["birth date"],
                identity_sealed=sealed,
                identity_key=key_id,
                identity_index=f"{keys.bound().identity_index(identity)}{place}",
                identity_tail_index=keys.bound().tail_index(SECRETS["its tail"]),
                created_at=MOMENT,
            ).execute()
        )
        Sanction.insert(
            person_id=person_id,
            kind=SECRETS["sanction"],
            effective_on="2026-02-02",
            until_on="2027-08-02",
            document=SECRETS["document of the sanction"],
        ).execute()
        return person_id

    def _engagement(self, person_id: int) -> int:
        return int(
            Engagement.insert(
                person_id=person_id,
                organisation_id=self.organisation_id,
                establishment=SECRETS["establishment"],
                category="officer",
                on_record_since="2020-01-01",
                telephone=SECRETS["telephone"],
                remarks=SECRETS["remarks"],
                section=SECRETS["section"],
            ).execute()
        )
