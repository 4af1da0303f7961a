"""Files that wait in preview: sealed, their owner's only, gone after a day.

Hides that what is kept is the content already read out of the file, never the file itself, and
that after the import nothing but the refused rows remains of it.
"""

import json
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from registry.documents.spreadsheets import Cell, Table
from registry.rules.acts import moment_text
from registry.rules.refusals import Refusal, Term
from registry.rules.rosters import RowRefusal
from registry.store import keys
from registry.store.imports import Meanings
from registry.store.tables import Upload

KEPT_FOR = timedelta(days=1)
#: The kind of an upload that :mod:`registry.store.photograph_uploads` keeps: no roster.
PHOTOGRAPHS = "photographs"


@dataclass(frozen=True)
class RosterFile:
    """A file as it was read: its name, digest (SHA-256, hex), size in bytes, and its sheets."""

    name: str
    digest: str
    size: int
    tables: tuple[Table, ...] = field(repr=False)


@dataclass(frozen=True)
class Refuses:
    """What is left of a file after its import: the refused rows as typed, and why."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[Cell, ...]], ...] = field(repr=False)
    entries: tuple[RowRefusal, ...]


@dataclass(frozen=True)
class HeldUpload:
    """A file in preview; ``said`` is what its owner said of its columns and words."""

    id: str
    kind: str
    expires_at: str
    said: Meanings
    file: RosterFile
    state: str = field(repr=False)


@dataclass(frozen=True)
class FinishedUpload:
    """A file that was imported: what was done, and what was refused."""

    id: str
    kind: str
    name: str
    counts: Mapping[str, Any]
    refused: Refuses


def keep(account_id: int, kind: str, file: RosterFile, at: datetime) -> str:
    """Seal a file for its owner and give the random name under which it waits."""
    upload_id = secrets.token_urlsafe(16)
    key, sealed = seal_document(upload_id, account_id, _file_document(file))
    Upload.insert(
        id=upload_id,
        account_id=account_id,
        kind=kind,
        created_at=moment_text(at),
        expires_at=moment_text(at + KEPT_FOR),
        key=key,
        sealed=sealed,
        mapping=_said_text(Meanings()),
    ).execute()
    return upload_id


def waiting(upload_id: str, account_id: int, at: datetime) -> HeldUpload | None:
    """The file in preview; None when it is another's, too old, imported or unknown."""
    row = own_row(upload_id, account_id, at)
    if row is None or row["kind"] == PHOTOGRAPHS:
        return None
    mapping = json.loads(row["mapping"])
    if "done" in mapping:
        return None
    document = open_document(row)
    said = Meanings(
        dict(mapping["columns"]),
        {(name, text): value for name, text, value in mapping["values"]},
    )
    return HeldUpload(
        upload_id, row["kind"], row["expires_at"], said, _file_of(document), row["mapping"]
    )


def finished(upload_id: str, account_id: int, at: datetime) -> FinishedUpload | None:
    """What is left of an imported file; None when it is another's, too old or not imported."""
    row = own_row(upload_id, account_id, at)
    if row is None or row["kind"] == PHOTOGRAPHS:
        return None
    mapping = json.loads(row["mapping"])
    if "done" not in mapping:
        return None
    document = open_document(row)
    refused = Refuses(
        tuple(document["headings"]),
        tuple((sheet, number, _cells(cells)) for sheet, number, cells in document["rows"]),
        tuple(_entry_of(entry) for entry in document["entries"]),
    )
    return FinishedUpload(upload_id, row["kind"], document["name"], mapping["done"], refused)


def say(held: HeldUpload, said: Meanings) -> bool:
    """Keep what its owner says the file's columns and words mean; false if it is gone."""
    return bool(
        Upload.update(mapping=_said_text(said))
        .where(Upload.id == held.id, Upload.mapping == held.state)
        .execute()
    )


def finish(held: HeldUpload, account_id: int, counts: Mapping[str, Any], refused: Refuses) -> bool:
    """Put the refused rows in the place of the file; false if it was imported meanwhile.

    The caller holds the import's transaction, so that one file is imported once.
    """
    document = {
        "name": held.file.name,
        "headings": list(refused.headings),
        "rows": [[sheet, row, _plain_cells(cells)] for sheet, row, cells in refused.rows],
        "entries": [_plain_entry(entry) for entry in refused.entries],
    }
    key, sealed = seal_document(held.id, account_id, document)
    return bool(
        Upload.update(mapping=_text({"done": dict(counts)}), key=key, sealed=sealed)
        .where(Upload.id == held.id, Upload.mapping == held.state)
        .execute()
    )


def discard(upload_id: str, account_id: int) -> bool:
    """Throw a file away; false if there is none of that name and owner."""
    mine = (Upload.id == upload_id) & (Upload.account_id == account_id)
    return bool(Upload.delete().where(mine).execute())


def are_expired(at: datetime) -> bool:
    """Whether anything has waited for a day."""
    return bool(Upload.select(Upload.id).where(Upload.expires_at <= moment_text(at)).exists())


def purge(at: datetime) -> int:
    """Throw away everything that has waited for a day; how many there were."""
    return int(Upload.delete().where(Upload.expires_at <= moment_text(at)).execute())


def own_row(upload_id: str, account_id: int, at: datetime) -> dict[str, Any] | None:
    """The row of an account's own upload that has not waited too long; None for any other."""
    found = (
        Upload.select()
        .where(
            Upload.id == upload_id,
            Upload.account_id == account_id,
            Upload.expires_at > moment_text(at),
        )
        .dicts()
        .first()
    )
    return None if found is None else dict(found)


def _said_text(said: Meanings) -> str:
    values = [[name, text, value] for (name, text), value in sorted(said.values.items())]
    return _text({"columns": dict(sorted(said.columns.items())), "values": values})


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)


def _bound_to(upload_id: str, account_id: int) -> str:
    return f"upload:{upload_id}:{account_id}"


def seal_document(
    upload_id: str, account_id: int, document: Mapping[str, Any]
) -> tuple[str, bytes]:
    """A document sealed for its upload and owner alone: the key's id and the sealed bytes."""
    plain = zlib.compress(json.dumps(document).encode())
    return keys.in_use().seal(keys.UPLOAD_SEAL, plain, _bound_to(upload_id, account_id))


def open_document(row: Mapping[str, Any]) -> dict[str, Any]:
    """The document of an upload's row, as :func:`seal_document` sealed it."""
    bound_to = _bound_to(row["id"], row["account_id"])
    plain = keys.bound().open(row["key"], bytes(row["sealed"]), bound_to)
    return dict(json.loads(zlib.decompress(plain)))


def _file_document(file: RosterFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "digest": file.digest,
        "size": file.size,
        "tables": [
            [
                table.name,
                table.hidden,
                [[number, _plain_cells(cells)] for number, cells in table.rows],
            ]
            for table in file.tables
        ],
    }


def _file_of(document: Mapping[str, Any]) -> RosterFile:
    return RosterFile(
        document["name"],
        document["digest"],
        document["size"],
        tuple(
            Table(name, tuple((number, _cells(cells)) for number, cells in rows), hidden)
            for name, hidden, rows in document["tables"]
        ),
    )


def _plain_cells(cells: Sequence[Cell]) -> list[Any]:
    return [_plain(cell) for cell in cells]


def _plain(cell: Cell) -> Any:
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    return {"date": cell.isoformat()} if isinstance(cell, date) else cell


def _cells(cells: Sequence[Any]) -> tuple[Cell, ...]:
    return tuple(_cell(cell) for cell in cells)


def _cell(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        return cell
    if "date" in cell:
        return date.fromisoformat(cell["date"])
    return datetime.fromisoformat(cell["moment"])


def _plain_entry(entry: RowRefusal) -> dict[str, Any]:
    refusal = entry.refusal
    return {
        "sheet": entry.sheet,
        "row": entry.row,
        "field": entry.field,
        "mend": entry.mend,
        "code": refusal.code,
        "template": refusal.template,
        "basis": refusal.basis,
        "values": [
            [name, isinstance(value, Term), value if isinstance(value, int) else str(value)]
            for name, value in refusal.values.items()
        ],
    }


def _entry_of(document: Mapping[str, Any]) -> RowRefusal:
    values = {name: Term(value) if term else value for name, term, value in document["values"]}
    refusal = Refusal(document["code"], document["template"], document["basis"], values)
    where = document["sheet"], document["row"], document["field"]
    return RowRefusal(*where, refusal, document["mend"])
