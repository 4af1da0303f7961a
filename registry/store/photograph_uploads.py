"""Photographs that wait in preview: each sealed by itself, their owner's only, gone after a day.

Hides that pictures lie apart from what is said of them, so that a page of faces opens only those
that it shows, and that after the import nothing but the list of the refused remains.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from registry.rules.acts import moment_text
from registry.rules.refusals import Refusal, Term
from registry.store import keys
from registry.store.certificates import tuples
from registry.store.tables import Upload, UploadPart
from registry.store.uploads import KEPT_FOR, PHOTOGRAPHS, open_document, own_row, seal_document


@dataclass(frozen=True)
class PhotographEntry:
    """One file of an upload: a photograph by its ``place`` among the pictures, or why it is none.

    ``name`` is as it came and may hold an ID number: shown and kept only masked.
    """

    name: str = field(repr=False)
    place: int | None = None
    width: int = 0
    height: int = 0
    digest: str = ""
    remarks: tuple[str, ...] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True)
class HeldPhotographs:
    """An upload in preview, for the organ with that id (None: everybody within reach)."""

    id: str
    name: str
    organisation_id: int | None
    expires_at: str
    entries: tuple[PhotographEntry, ...] = field(repr=False)
    state: str = field(repr=False)


@dataclass(frozen=True)
class FinishedPhotographs:
    """What is left of an upload after its import: counts, and what was refused, names masked."""

    id: str
    name: str
    counts: Mapping[str, int]
    refused: tuple[tuple[str, Refusal], ...]


@dataclass(frozen=True)
class Own:
    """An upload that still waits, as its owner finds it again."""

    id: str
    created_at: str


def new_id() -> str:
    """A random name for an upload."""
    return secrets.token_urlsafe(16)


def begin(upload_id: str, account_id: int, at: datetime) -> None:
    """Note that an upload is being read; :func:`keep` puts its content there.

    Raises ConstraintViolation where the name is taken.
    """
    key, sealed = seal_document(upload_id, account_id, {})
    Upload.insert(
        id=upload_id,
        account_id=account_id,
        kind=PHOTOGRAPHS,
        created_at=moment_text(at),
        expires_at=moment_text(at + KEPT_FOR),
        key=key,
        sealed=sealed,
        mapping=json.dumps({"read": 0, "of": 0}),
    ).execute()


def tell(upload_id: str, read: int, of: int) -> None:
    """Note how many of the files have been read."""
    Upload.update(mapping=json.dumps({"read": read, "of": of})).where(
        Upload.id == upload_id
    ).execute()


def told(upload_id: str, account_id: int, at: datetime) -> tuple[int, int] | None:
    """How many files have been read, of how many; None for no such upload, or one that is read."""
    row = own_row(upload_id, account_id, at)
    mapping = {} if row is None else json.loads(row["mapping"])
    return (mapping["read"], mapping["of"]) if "read" in mapping else None


def keep(
    upload_id: str,
    account_id: int,
    name: str,
    organisation_id: int | None,
    entries: Sequence[PhotographEntry],
    picture_of: Callable[[int], bytes],
) -> None:
    """Seal what was read for its owner, in the place of :func:`begin`'s note."""
    ring = keys.in_use()
    places = [entry.place for entry in entries if entry.place is not None]
    for place in places:
        bound_to = _bound_to(upload_id, account_id, place)
        key, sealed = ring.seal(keys.UPLOAD_SEAL, picture_of(place), bound_to)
        UploadPart.insert(upload_id=upload_id, place=place, key=key, sealed=sealed).execute()
    document = {
        "name": name,
        "organisation": organisation_id,
        "entries": [_plain_entry(entry) for entry in entries],
    }
    key, sealed = seal_document(upload_id, account_id, document)
    Upload.update(key=key, sealed=sealed, mapping=json.dumps({"held": True})).where(
        Upload.id == upload_id
    ).execute()


def drop(upload_id: str) -> None:
    """Take back :func:`begin`'s note."""
    Upload.delete().where(Upload.id == upload_id).execute()


def waiting(upload_id: str, account_id: int, at: datetime) -> HeldPhotographs | None:
    """The upload in preview; None when it is another's, too old, imported or unknown."""
    row = own_row(upload_id, account_id, at)
    if row is None or row["kind"] != PHOTOGRAPHS or "held" not in json.loads(row["mapping"]):
        return None
    document = open_document(row)
    entries = tuple(map(_entry_of, document["entries"]))
    return HeldPhotographs(
        upload_id,
        document["name"],
        document["organisation"],
        row["expires_at"],
        entries,
        row["mapping"],
    )


def own_waiting(account_id: int, at: datetime) -> list[Own]:
    """The account's uploads that wait in preview, the newest first."""
    query = (
        Upload.select(Upload.id, Upload.created_at)
        .where(
            Upload.account_id == account_id,
            Upload.kind == PHOTOGRAPHS,
            Upload.mapping == json.dumps({"held": True}),
            Upload.expires_at > moment_text(at),
        )
        .order_by(Upload.created_at.desc())
    )
    return [Own(upload_id, created_at) for upload_id, created_at in tuples(query)]


def picture(upload_id: str, account_id: int, place: int, at: datetime) -> bytes | None:
    """One picture of the account's own upload; None as in :func:`waiting`."""
    if own_row(upload_id, account_id, at) is None:
        return None
    row = (
        UploadPart.select(UploadPart.key, UploadPart.sealed)
        .where(UploadPart.upload_id == upload_id, UploadPart.place == place)
        .tuples()
        .first()
    )
    if row is None:
        return None
    return keys.bound().open(row[0], bytes(row[1]), _bound_to(upload_id, account_id, place))


def finish(
    held: HeldPhotographs,
    account_id: int,
    counts: Mapping[str, int],
    refused: Sequence[tuple[str, Refusal]],
) -> bool:
    """Throw the pictures away and keep the refused names; false if it was imported meanwhile.

    The caller holds the import's transaction. The names must be masked already.
    """
    document = {
        "name": held.name,
        "refused": [[name, _plain_refusal(refusal)] for name, refusal in refused],
    }
    key, sealed = seal_document(held.id, account_id, document)
    done = (
        Upload.update(mapping=json.dumps({"done": dict(counts)}), key=key, sealed=sealed)
        .where(Upload.id == held.id, Upload.mapping == held.state)
        .execute()
    )
    UploadPart.delete().where(UploadPart.upload_id == held.id).execute()
    return bool(done)


def finished(upload_id: str, account_id: int, at: datetime) -> FinishedPhotographs | None:
    """What is left of an imported upload; None when it is another's, too old or not imported."""
    row = own_row(upload_id, account_id, at)
    mapping = {} if row is None else json.loads(row["mapping"])
    if row is None or row["kind"] != PHOTOGRAPHS or "done" not in mapping:
        return None
    document = open_document(row)
    refused = tuple((name, _refusal_of(told)) for name, told in document["refused"])
    return FinishedPhotographs(upload_id, document["name"], mapping["done"], refused)


def _bound_to(upload_id: str, account_id: int, place: int) -> str:
    return f"upload:{upload_id}:{account_id}:{place}"


def _plain_entry(entry: PhotographEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "place": entry.place,
        "size": [entry.width, entry.height],
        "digest": entry.digest,
        "remarks": list(entry.remarks),
        "refusal": None if entry.refusal is None else _plain_refusal(entry.refusal),
    }


def _entry_of(document: Mapping[str, Any]) -> PhotographEntry:
    width, height = document["size"]
    return PhotographEntry(
        document["name"],
        document["place"],
        width,
        height,
        document["digest"],
        tuple(document["remarks"]),
        None if document["refusal"] is None else _refusal_of(document["refusal"]),
    )


def _plain_refusal(refusal: Refusal) -> list[Any]:
    values = [
        [name, isinstance(value, Term), value if isinstance(value, int) else str(value)]
        for name, value in refusal.values.items()
    ]
    return [refusal.code, refusal.template, refusal.basis, values]


def _refusal_of(told: Sequence[Any]) -> Refusal:
    code, template, basis, listed = told
    values = {name: Term(value) if is_term else value for name, is_term, value in listed}
    return Refusal(code, template, basis, values)
