"""Score lists between upload and import: sealed, the uploader's own, bound to sitting and entry."""

from registry.rules.acts import Act, account_of, authorise
from registry.store import uploads
from registry.store.book import transaction
from registry.store.uploads import HeldUpload, RosterFile


def hold(act: Act, sitting_id: int, entry: int, file: RosterFile) -> str:
    """Keep a list for its preview and give the name it waits under."""
    act = authorise(act, "exam.enter")
    with transaction():
        uploads.purge(act.at)
        return uploads.keep(account_of(act), _kind(sitting_id, entry), file, act.at)


def waiting(act: Act, sitting_id: int, entry: int, upload_id: str) -> HeldUpload | None:
    """The actor's own list in preview for this entry; None for any other."""
    held = uploads.waiting(upload_id, account_of(act), act.at)
    return held if held is not None and held.kind == _kind(sitting_id, entry) else None


def drop(act: Act, upload_id: str) -> None:
    """Throw the actor's own list away, imported or not."""
    with transaction():
        uploads.discard(upload_id, account_of(act))


def _kind(sitting_id: int, entry: int) -> str:
    return f"scores-{sitting_id}-{entry}"


__all__ = ["drop", "hold", "waiting"]
