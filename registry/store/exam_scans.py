"""Scans of official lists, sealed in the database; hides how."""

from dataclasses import dataclass

from registry.rules.acts import Act
from registry.store import keys
from registry.store.certificates import tuples
from registry.store.tables import Account, SittingScan


@dataclass(frozen=True)
class ScanRow:
    """One scan without its content."""

    id: int
    sitting_id: int
    file_name: str
    kind: str
    digest: str
    added_by: str
    added_at: str


def add(act: Act, sitting_id: int, data: bytes, digest: str, kind: str, file_name: str) -> int:
    """Seal and keep a scan; gives its id."""
    key, sealed = keys.in_use().seal(keys.UPLOAD_SEAL, data, _bound_to(sitting_id, digest))
    return int(
        SittingScan.insert(
            sitting_id=sitting_id,
            file_name=file_name,
            kind=kind,
            digest=digest,
            key=key,
            sealed=sealed,
            added_by=act.by.account_id,
            added_at=act.moment,
        ).execute()
    )


def scans_of(sitting_id: int) -> list[ScanRow]:
    """The scans of a sitting, the newest first."""
    rows = (
        SittingScan.select(
            SittingScan.id,
            SittingScan.sitting_id,
            SittingScan.file_name,
            SittingScan.kind,
            SittingScan.digest,
            Account.name,
            SittingScan.added_at,
        )
        .join(Account, on=(Account.id == SittingScan.added_by))
        .where(SittingScan.sitting_id == sitting_id)
        .order_by(SittingScan.id.desc())
    )
    return [ScanRow(*values) for values in tuples(rows)]


def content(scan_id: int) -> tuple[str, bytes] | None:
    """Kind and bytes of a scan; raises KeyMissing where our keys don't open it."""
    row = next(
        tuples(
            SittingScan.select(
                SittingScan.sitting_id,
                SittingScan.digest,
                SittingScan.kind,
                SittingScan.key,
                SittingScan.sealed,
            ).where(SittingScan.id == scan_id)
        ),
        None,
    )
    if row is None:
        return None
    sitting_id, digest, kind, key, sealed = row
    return kind, keys.bound().open(key, bytes(sealed), _bound_to(sitting_id, digest))


def _bound_to(sitting_id: int, digest: str) -> str:
    return f"sitting-scan:{sitting_id}:{digest}"
