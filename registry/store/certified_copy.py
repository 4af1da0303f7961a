"""What a certificate certifies, gathered at the moment of issue and then never changed again.

An organisation that leaves a field empty takes it from the organ above it, and the topmost from
the district's settings: what is missing at issue is missing for five years.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from registry.rules.external_names import NameRule, UnitFacts, external_subject, name_rule_for
from registry.rules.organisations import (
    CATEGORIES,
    FIELDS,
    CommissionLetter,
    LetterState,
    letter_state,
    words_from,
)
from registry.store import organisations, settings
from registry.store.certificates import tuples
from registry.store.organisations import OrganisationRow
from registry.store.tables import CommissionLetter as Letter


@dataclass(frozen=True)
class CertifiedCopy:
    """The copy that goes into a certificate's row; lists are Chinese words joined by 、."""

    name: str
    organisation_id: int
    organisation_name: str
    post: str
    fields: str
    area: str
    categories: str
    in_whose_name: str
    issuing_authority: str
    complaint_telephone: str

    @property
    def lacks(self) -> frozenset[str]:
        """What is empty, as keys of :data:`registry.rules.eligibility.LACKS`."""
        held = {
            "area": self.area,
            "categories": self.categories,
            "fields": self.fields,
            "issuing-authority": self.issuing_authority,
            "complaint-telephone": self.complaint_telephone,
        }
        return frozenset(name for name, value in held.items() if not value)


class Organs:
    """All organisations with settings and letters at one moment: what each one's cards say.

    Three queries, however many people are asked about afterwards.
    """

    def __init__(self) -> None:
        known = settings.values()
        self.tree = organisations.tree()
        self._defaults = organisations.default_entries(known)
        self._name_rules: dict[str, NameRule] = settings.name_rules(known)
        self._letters = _letters()

    def row(self, organisation_id: int) -> OrganisationRow:
        """The organisation as entered."""
        return self.tree.rows[organisation_id]

    def letter_state(self, organisation_id: int, on: date) -> LetterState:
        """How a commissioned organisation's letters stand on the day ``on``."""
        return letter_state((letter for letter, _ in self._letters.get(organisation_id, ())), on)

    def copy(
        self, organisation_id: int, on: date, *, name: str, post: str, field: str
    ) -> CertifiedCopy:
        """What the card of someone in this organisation would say on the day ``on``.

        ``field`` is the person's own, else the organisation's count. Categories that the type of
        subject may never have are left out (行政强制法 17, 行政许可法 24).
        """
        row = self.row(organisation_id)
        counts = self.tree.printed(organisation_id, self._defaults)
        codes, unknown = words_from(FIELDS, field)
        fields = codes if field else counts.fields
        return CertifiedCopy(
            name=name,
            organisation_id=organisation_id,
            organisation_name=row.name,
            post=post,
            fields="、".join([FIELDS[code].title for code in fields] + list(unknown)),
            area=counts.area,
            categories="、".join(CATEGORIES[code].title for code in counts.categories),
            in_whose_name=self._in_whose_name(row, fields, on),
            issuing_authority=counts.issuing_authority,
            complaint_telephone=counts.complaint_telephone,
        )

    def _in_whose_name(self, row: OrganisationRow, fields: tuple[str, ...], on: date) -> str:
        rule = (
            (row.name_rule, "registry-rule")
            if row.name_rule
            else name_rule_for(fields[0] if fields else "", self._name_rules)
        )
        unit = UnitFacts(row.name, row.subject_type, self._bureau(row, on), row.merged)
        return external_subject(unit, None, rule).name

    def _bureau(self, row: OrganisationRow, on: date) -> str:
        """The commissioner by the letter in force, else by the latest; else the superior organ."""
        if row.subject_type == "commissioned":
            letters = self._letters.get(row.id, [])
            in_force = [
                by
                for letter, by in letters
                if letter.starts_on <= on and (letter.ends_on is None or on <= letter.ends_on)
            ]
            for commissioner in (in_force or [by for _, by in letters])[-1:]:
                return self.tree.rows[commissioner].name
        return self.tree.rows[row.parent_id].name if row.parent_id else ""


def _letters() -> dict[int, list[tuple[CommissionLetter, int]]]:
    """By commissioned organisation: its letters, each with the commissioner's id, latest last."""
    found: dict[int, list[tuple[CommissionLetter, int]]] = defaultdict(list)
    for commissioned_id, commissioner_id, from_on, until_on, ended_on in tuples(
        Letter.select(
            Letter.commissioned_id,
            Letter.commissioner_id,
            Letter.from_on,
            Letter.until_on,
            Letter.ended_on,
        ).order_by(Letter.from_on, Letter.id)
    ):
        last_day = min(until_on, ended_on) if ended_on else until_on
        found[commissioned_id].append(
            (
                CommissionLetter(date.fromisoformat(from_on), date.fromisoformat(last_day)),
                commissioner_id,
            )
        )
    return found
