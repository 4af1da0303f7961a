"""Whom a roster names and whom it does not, written on the list of the missing.

Hides that a person in a refused row counts as named, and that only a whole roster puts anybody
on the list, while any file that names somebody takes that person off it.
"""

from collections.abc import Iterable

from registry.rules.acts import Act
from registry.rules.roster_absences import names_most
from registry.rules.roster_difference import RosterDifference
from registry.store import absences
from registry.store.book import Book
from registry.store.imports import RegisterView


def write_absences(
    book: Book,
    act: Act,
    difference: RosterDifference,
    view: RegisterView,
    named: Iterable[str],
    digest: str,
    whole: bool | None,
) -> int:
    """Write who is in the file and who is not; how many are newly listed.

    ``named`` are the blind indexes of everybody in the file, refused rows included. ``whole``:
    whether the file is a whole roster of its organs, None to go by how many it names.
    """
    here = {view.numbers[index] for index in named if index in view.numbers}
    absences.found_again(
        book, act, digest, [view.places[number].engagement_id for number in sorted(here)]
    )
    if whole is None:
        known = len(difference.changed) + len(difference.unchanged) + len(difference.proposed)
        whole = names_most(known, len(difference.absent))
    if not whole:
        return 0
    places = [view.places[person.person_number] for person in difference.absent]
    return absences.list_absent(
        book,
        act,
        difference.kind,
        digest,
        [(place.person_id, place.engagement_id, place.organisation_id) for place in places],
    )
