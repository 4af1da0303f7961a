"""What a clean row still may not be: another organ's business, or longer than the register holds.

A clerk enters people of her own organisation and below; whoever belongs elsewhere is answered
with "ask the legal office" and nothing more (design section 5.2).
"""

from collections.abc import Collection
from dataclasses import replace

from registry.rules.rosters import (
    AuxiliaryRow,
    JudgedRoster,
    OfficerRow,
    RefusedPerson,
    RowRefusal,
    field_term,
    refuse_row,
)

LIMITS: dict[str, int] = {
    "section": 100,
    "post": 100,
    "field": 100,
    "telephone": 40,
    "remarks": 1000,
    "supervisor": 200,
}


def keep_within_bounds(judged: JudgedRoster, reach: Collection[str] | None) -> JudgedRoster:
    """The roster with every row refused that lies out of ``reach`` or is too long.

    ``reach`` are the codes of the organisations that the importer may enter people for; None
    means all of them.
    """
    good: list[OfficerRow | AuxiliaryRow] = []
    refused: list[RowRefusal] = []
    people: list[RefusedPerson] = []
    for row in judged.good:
        against = _against(row, reach)
        if not against:
            good.append(row)
            continue
        refused += against
        number = row.legacy_number if isinstance(row, OfficerRow) else ""
        people.append(
            RefusedPerson(
                row.sheet,
                row.row,
                row.name,
                row.identity_number,
                row.organisation,
                row.establishment,
                number,
            )
        )
    out = {(entry.sheet, entry.row) for entry in refused}
    return replace(
        judged,
        good=tuple(good),
        refused=(*judged.refused, *refused),
        refused_people=(*judged.refused_people, *people),
        warnings=tuple(entry for entry in judged.warnings if (entry.sheet, entry.row) not in out),
        findings=tuple(
            finding
            for finding in judged.findings
            if not {(finding.sheet, number) for number in finding.rows} & out
        ),
    )


def _against(row: OfficerRow | AuxiliaryRow, reach: Collection[str] | None) -> list[RowRefusal]:
    if reach is not None and row.organisation not in reach:
        return [refuse_row(row, "organisation", "organisation-of-others")]
    against = []
    for name, limit in LIMITS.items():
        if len(getattr(row, name, "")) > limit:
            against.append(refuse_row(row, name, "text-not-understood", field=field_term(name)))
    return against
