"""Which file a proposal came from: the import's event, found by the file's digest."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from peewee import JOIN

from registry.store.certificates import tuples
from registry.store.tables import Event, EventValue


@dataclass(frozen=True)
class ImportedFile:
    """An import as the book tells it; ``name`` is empty where it was erased or never given."""

    seq: int
    at: str
    actor: str
    name: str


def files_of(digests: Iterable[str]) -> dict[str, ImportedFile]:
    """The latest import of each of those files, in two queries."""
    wanted = set(digests)
    if not wanted:
        return {}
    found: dict[str, tuple[int, str, str]] = {}
    imports = (
        Event.select(Event.seq, Event.at, Event.actor, Event.details)
        .where(Event.act == "roster-imported")
        .order_by(Event.seq)
    )
    for seq, at, actor, details in tuples(imports):
        digest = json.loads(details).get("digest")
        if digest in wanted:
            found[digest] = (seq, at, actor)
    named = EventValue.select(EventValue.seq, EventValue.value).where(
        EventValue.seq.in_([seq for seq, _, _ in found.values()]),
        EventValue.field == "file_name",
    )
    names: dict[int, str] = {seq: name for seq, name in tuples(named)}
    return {
        digest: ImportedFile(seq, at, actor, names.get(seq, ""))
        for digest, (seq, at, actor) in found.items()
    }


def file_at(moment: str) -> ImportedFile | None:
    """The import that was recorded at exactly that moment, as what it opened was."""
    found = (
        Event.select(Event.seq, Event.at, Event.actor, EventValue.value)
        .join(
            EventValue,
            JOIN.LEFT_OUTER,
            on=((EventValue.seq == Event.seq) & (EventValue.field == "file_name")),
        )
        .where(Event.act == "roster-imported", Event.at == moment)
    )
    row = next(tuples(found.limit(1)), None)
    return None if row is None else ImportedFile(*(*row[:3], row[3] or ""))
