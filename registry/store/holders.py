"""People as the issue of a certificate needs to see them, and what their card would certify.

Hides how the facts are gathered: a fixed number of queries for one person or for five hundred,
so that a whole register is judged in a second. The facts hold what is on record now; the day
``on`` decides only what the calendar decides (letters, a card past its end).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.rules.certificates import standing_on
from registry.rules.conduct import Sanction
from registry.rules.eligibility import HolderFacts, IssueSettings
from registry.rules.exams import missing_subjects
from registry.rules.organisations import FIELDS, words_from
from registry.rules.settings import day_of_year
from registry.store import certificates, settings
from registry.store.certificates import CertificateRow, chunks, day_of, tuples
from registry.store.certified_copy import CertifiedCopy, copy_of
from registry.store.external_names import CertifiedOrganisation, Names
from registry.store.findings import with_open_finding
from registry.store.sittings import passes_of
from registry.store.tables import (
    Appraisal,
    Certificate,
    Conviction,
    Engagement,
    Event,
    Person,
    Photograph,
)
from registry.store.tables import (
    Sanction as SanctionRow,
)


@dataclass(frozen=True)
class Holder:
    """A person before a certificate is issued.

    ``copy`` is what the card would say, None without a current engagement. ``past_end`` are
    national cards still live in the register whose term is over: an issue closes them.
    """

    person_id: int
    number: str
    name: str
    engagement_id: int | None
    organisation_id: int | None
    facts: HolderFacts
    copy: CertifiedCopy | None
    live: tuple[CertificateRow, ...]
    past_end: tuple[CertificateRow, ...]

    @property
    def legacy(self) -> CertificateRow | None:
        """The live old card, if any."""
        return next((row for row in self.live if row.kind == "jiangsu-legacy"), None)


def holder_facts(person_id: int, on: date) -> HolderFacts | None:
    """Everything that :func:`registry.rules.eligibility.eligibility` asks; None: no such person."""
    holder = holder_of(person_id, on)
    return holder.facts if holder else None


def holder_facts_of(person_ids: Iterable[int], on: date) -> dict[int, HolderFacts]:
    """The same for many people at once."""
    return {key: holder.facts for key, holder in holders_of(person_ids, on).items()}


def holder_of(person_id: int, on: date) -> Holder | None:
    """One person with facts, copy and live cards; None: no such person."""
    return holders_of((person_id,), on).get(person_id)


def holders_of(person_ids: Iterable[int], on: date) -> dict[int, Holder]:
    """People with facts, copy and live cards, by person id."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    names = Names(on)
    organs: dict[int, CertifiedOrganisation] = {}
    found: dict[int, Holder] = {}
    for piece in chunks(wanted):
        found |= _holders(piece, on, names, organs)
    return found


def issue_settings() -> IssueSettings:
    """The district's choices about issuing, as the rules ask for them."""
    known = settings.values()
    months = known["reapplication_ban_months"]
    ahead = known["retirement_months_ahead"]
    return IssueSettings(
        commissioned_may_hold=bool(known["commissioned_may_hold"]),
        exchange_without_exam=not known["exchange_needs_exam"],
        missing_appraisal_holds_back=bool(known["missing_appraisal_holds_back"]),
        appraisals_out_by=day_of_year(str(known["appraisal_grace"])),
        photograph_required=bool(known["photograph_required"]),
        reapplication_ban_months=months if isinstance(months, int) and months else None,
        retirement_months_ahead=(
            ahead if isinstance(ahead, int) else IssueSettings.retirement_months_ahead
        ),
    )


def _holders(
    piece: list[int], on: date, names: Names, organs: dict[int, CertifiedOrganisation]
) -> dict[int, Holder]:
    live = certificates.live_of_all(piece)
    standing = _suspensions_behind_loss(live)
    sanctions: dict[int, list[Sanction]] = defaultdict(list)
    for person_id, kind, effective_on, lifted_on in tuples(
        SanctionRow.select(
            SanctionRow.person_id, SanctionRow.kind, SanctionRow.effective_on, SanctionRow.lifted_on
        ).where(SanctionRow.person_id.in_(piece))
    ):
        sanctions[person_id].append(
            Sanction(kind, date.fromisoformat(effective_on), day_of(lifted_on))
        )
    convicted = _convicted(piece)
    appraisals: dict[int, dict[int, str]] = defaultdict(dict)
    for person_id, year, grade in tuples(
        Appraisal.select(Appraisal.person_id, Appraisal.year, Appraisal.grade).where(
            Appraisal.person_id.in_(piece)
        )
    ):
        appraisals[person_id][year] = grade
    revoked = _revocations(piece)
    on_both = with_open_finding(piece, "on-both-rosters")
    pictured = {
        person_id
        for (person_id,) in tuples(
            Photograph.select(Photograph.person_id)
            .where(
                Photograph.person_id.in_(piece),
                Photograph.approved_at.is_null(False),
                Photograph.withdrawn_at.is_null(),
            )
            .distinct()
        )
    }
    engaged = {values[0]: values[1:] for values in tuples(_engagements(piece))}
    passes = passes_of(piece)
    asked = settings.value("first_issue_subjects")
    subjects = asked if isinstance(asked, tuple) else ()
    holders = {}
    for person_id, number, name, barred, birth_on, sex in tuples(
        Person.select(
            Person.id, Person.number, Person.name, Person.barred, Person.birth_on, Person.sex
        ).where(Person.id.in_(piece))
    ):
        (
            engagement_id,
            organisation_id,
            establishment,
            category,
            in_post,
            seconded_to,
            post,
            field,
        ) = engaged.get(person_id, (None, None, "", "", 1, "", "", ""))
        if organisation_id and organisation_id not in organs:
            organs[organisation_id] = names.certified(organisation_id)
        organ = organs[organisation_id] if organisation_id else None
        copy = copy_of(organ, name=name, post=post, field=field) if organ else None
        held = tuple(live.get(person_id, ()))
        past_end = tuple(
            row
            for row in held
            if row.kind == "national"
            and row.valid_until is not None
            and row.valid_until < on
            and not (row.state == "suspended" or standing.get(row.id))
        )
        legacy = next((row for row in held if row.kind == "jiangsu-legacy"), None)
        missing = missing_subjects(
            passes.get(person_id, ()), subjects, words_from(FIELDS, field)[0], on
        )
        facts = HolderFacts(
            establishment=establishment,
            in_enforcement_post=bool(in_post),
            barred=bool(barred),
            on_auxiliary_roster=category == "auxiliary",
            on_both_rosters=person_id in on_both,
            seconded_out=bool(seconded_to),
            born_on=day_of(birth_on),
            sex=sex or "",
            name=name,
            sanctions=tuple(sanctions.get(person_id, ())),
            convicted=person_id in convicted,
            appraisals=appraisals.get(person_id, {}),
            # A ban that the office has lifted by an act no longer counts.
            revoked_on=tuple(revoked.get(person_id, ())) if barred else (),
            qualified=not missing,
            missing_subjects=missing,
            live={row.kind: row.state for row in held if row not in past_end},
            suspension_stands=bool(legacy and standing.get(legacy.id)),
            subject_type=organ.subject_type if organ else "",
            organisation_closed=bool(organ and organ.closed),
            letter_state=organ.letter_state if organ else "missing",
            letter_until=organ.letter_until if organ else None,
            legacy_last_day=legacy.valid_until if legacy else None,
            lacks=(copy.lacks if copy else frozenset())
            | (frozenset() if person_id in pictured else frozenset({"photograph"})),
        )
        holders[person_id] = Holder(
            person_id, number, name, engagement_id, organisation_id, facts, copy, held, past_end
        )
    return holders


def _engagements(piece: list[int]) -> object:
    return Engagement.select(
        Engagement.person_id,
        Engagement.id,
        Engagement.organisation_id,
        Engagement.establishment,
        Engagement.category,
        Engagement.in_enforcement_post,
        Engagement.seconded_to,
        Engagement.post,
        Engagement.field,
    ).where(Engagement.person_id.in_(piece), Engagement.ended_on.is_null())


def _suspensions_behind_loss(live: Mapping[int, Sequence[CertificateRow]]) -> dict[int, bool]:
    """By certificate: whether a suspension stands behind a card reported lost."""
    lost = [row.id for rows in live.values() for row in rows if row.state == "lost"]
    if not lost:
        return {}
    stands = {}
    for certificate_id, acts in certificates.histories(lost).items():
        standing = standing_on(acts)
        stands[certificate_id] = standing is not None and standing.suspension_stands
    return stands


def _convicted(piece: list[int]) -> set[int]:
    """People with a conviction on record that nobody has withdrawn."""
    return {
        person_id
        for (person_id,) in tuples(
            Conviction.select(Conviction.person_id).where(
                Conviction.person_id.in_(piece), Conviction.withdrawn_on.is_null()
            )
        )
    }


def _revocations(piece: list[int]) -> dict[int, list[date]]:
    """The days on which certificates that are still revoked were revoked, by person."""
    latest: dict[int, tuple[int, str]] = {}
    for certificate_id, person_id, effective_on in tuples(
        Event.select(Event.subject_id, Certificate.person_id, Event.effective_on)
        .join(Certificate, on=(Certificate.id == Event.subject_id))
        .where(
            Event.subject == "certificate",
            Event.act == "certificate-revoked",
            Certificate.state == "revoked",
            Certificate.person_id.in_(piece),
        )
        .order_by(Event.seq)
    ):
        latest[certificate_id] = (person_id, effective_on)
    days: dict[int, list[date]] = defaultdict(list)
    for person_id, effective_on in latest.values():
        days[person_id].append(date.fromisoformat(effective_on))
    return days
