"""What is wrong with an auxiliary entered by hand, left for decision as an import leaves it.

Hides that file and form mean the same fault: it is found under one fingerprint, whichever came
first. Nothing here refuses; the entry is taken and somebody looks into it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.rules.acts import Act
from registry.rules.people import category_of
from registry.rules.roster_values import number_in_remarks
from registry.store import findings, keys, organisations
from registry.store.book import Book


@dataclass(frozen=True)
class Entered:
    """An auxiliary as entered: who, where, and the fields that the act writes."""

    person_id: int
    name: str
    identity_number: str
    organisation_id: int
    establishment: str
    fields: Mapping[str, object]

    @property
    def supervisor(self) -> str:
        """The supervisor's name where it leads to nobody; else ""."""
        if self.fields.get("supervisor_id") is not None:
            return ""
        return str(self.fields.get("supervisor_names") or "")

    @property
    def remarked_number(self) -> str:
        """The certificate number that the remarks name; "" for none."""
        return number_in_remarks(str(self.fields.get("remarks") or ""))


def open_findings(book: Book, act: Act, entered: Entered) -> None:
    """Open ``supervisor-not-found`` and ``number-in-remarks`` for an auxiliary (seed; R03, R43).

    The caller holds the transaction.
    """
    if category_of(entered.establishment) != "auxiliary":
        return
    organisation = organisations.by_id(entered.organisation_id)
    code = organisation.code if organisation else ""
    for kind, what, facts in (
        (
            "supervisor-not-found",
            [code, entered.supervisor] if entered.supervisor else [],
            {"names": [entered.name, entered.supervisor]},
        ),
        (
            "number-in-remarks",
            [entered.remarked_number] if entered.remarked_number else [],
            {"names": [entered.name], "number": entered.remarked_number},
        ),
    ):
        if what:
            key = keys.bound().identity_index(entered.identity_number)
            findings.open_finding(
                book,
                act,
                kind,
                findings.fingerprint_of([kind, key, *what]),
                person_id=entered.person_id,
                organisation_id=entered.organisation_id,
                facts=facts,
            )


def record_attempt(act: Act, act_name: str, entered: Entered) -> None:
    """Record the number in an auxiliary's remarks as an attempt (R03), after the act itself.

    Once a day for a person and number, in a transaction of its own.
    """
    number = entered.remarked_number
    if not number or category_of(entered.establishment) != "auxiliary":
        return
    findings.record_attempt(
        act,
        findings.fingerprint_of((act_name, entered.person_id, number, act.day)),
        {"act": act_name, "codes": ["number-in-remarks"], "number": number},
        person_id=entered.person_id,
        organisation_id=entered.organisation_id,
    )
