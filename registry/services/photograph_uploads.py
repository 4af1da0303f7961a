"""Uploads of photographs that wait in preview, as their owner handles them.

Nothing of the register changes here; what an upload does to it is
:mod:`registry.services.photograph_imports`.
"""

import time
from collections.abc import Callable
from datetime import datetime

from registry.rules.acts import Act, account_of, authorise
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store import photograph_uploads as store
from registry.store import uploads
from registry.store.book import transaction
from registry.store.database import ConstraintViolation, connection
from registry.store.photograph_uploads import (
    FinishedPhotographs,
    HeldPhotographs,
    Own,
    PhotographEntry,
)

_TOLD_EVERY = 0.5


def begin(act: Act, upload_id: str) -> Callable[[int, int], None]:
    """Note that an upload is being read; gives what notes how far the reading is.

    ``upload_id`` comes with the form, so that the page can ask how far it is. Raises Refused
    where an upload of that name is there already.
    """
    account = account_of(authorise(act, "photograph.add"))
    try:
        with transaction():
            uploads.purge(act.at)
            store.begin(upload_id, account, act.at)
    except ConstraintViolation:
        raise Refused(
            Refusal(
                "upload-sent-twice",
                sentence("这次上传已经收到过。请打开上传页面，看等着确认的上传。"),
                "registry-rule",
            )
        ) from None
    told = 0.0

    def tell(read: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TOLD_EVERY:
            told = time.monotonic()
            store.tell(upload_id, read, of)

    return tell


def drop(upload_id: str) -> None:
    """Forget an upload that could not be read."""
    with transaction():
        store.drop(upload_id)


def hold(
    act: Act,
    upload_id: str,
    name: str,
    organisation_id: int | None,
    entries: tuple[PhotographEntry, ...],
    picture_of: Callable[[int], bytes],
) -> None:
    """Keep what was read, sealed, for its preview."""
    account = account_of(authorise(act, "photograph.add"))
    with transaction():
        store.keep(upload_id, account, name, organisation_id, entries, picture_of)


def progress(act: Act, upload_id: str) -> tuple[int, int] | None:
    """How many files of the actor's own upload have been read, of how many."""
    return store.told(upload_id, account_of(act), act.at)


def waiting(act: Act, upload_id: str) -> HeldPhotographs | None:
    """The actor's own upload in preview; None for anybody else's and for one that is gone."""
    _purge(act.at)
    return store.waiting(upload_id, account_of(act), act.at)


def own_waiting(act: Act) -> list[Own]:
    """The actor's own uploads that wait to be confirmed."""
    _purge(act.at)
    return store.own_waiting(account_of(act), act.at)


def finished(act: Act, upload_id: str) -> FinishedPhotographs | None:
    """What is left of the actor's own upload after its import."""
    return store.finished(upload_id, account_of(act), act.at)


def picture(act: Act, upload_id: str, place: int) -> bytes | None:
    """One picture of the actor's own upload."""
    return store.picture(upload_id, account_of(act), place, act.at)


def discard(act: Act, upload_id: str) -> bool:
    """Throw away the actor's own upload; whether there was one."""
    with transaction():
        return uploads.discard(upload_id, account_of(act))


def _purge(at: datetime) -> None:
    with connection():
        if not uploads.are_expired(at):
            return
    with transaction():
        uploads.purge(at)
