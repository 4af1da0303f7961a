"""Files that wait in preview, as their owner handles them; nothing of the register changes here.

Every use throws away first what has waited for a day. Who may import is asked before anything
is kept; what a file does to the register is :mod:`registry.services.imports`.
"""

from datetime import datetime

from registry.rules.acts import Act
from registry.rules.appraisal_rows import FIRST_YEAR
from registry.rules.organisations import SUBJECT_TYPES
from registry.rules.people import ESTABLISHMENTS
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.roster_headings import IGNORED, SYNONYMS
from registry.rules.rosters import KINDS
from registry.services.import_judging import authorise_import, reachable, recognise
from registry.store import imports as store
from registry.store import uploads
from registry.store.book import transaction
from registry.store.database import connection
from registry.store.imports import SAID_YEAR, Meanings
from registry.store.uploads import FinishedUpload, HeldUpload, RosterFile

__all__ = [
    "FinishedUpload",
    "HeldUpload",
    "discard_upload",
    "finished_upload",
    "hold_upload",
    "purge_uploads",
    "say",
    "waiting_upload",
]

#: The longest heading or word that is remembered.
SOURCE_LIMIT = 200


def hold_upload(act: Act, file: RosterFile, kind: str | None) -> str:
    """Keep a file for its preview and give the name it waits under.

    Raises Refused where it is no roster, or one that the actor's role does not import.
    """
    with transaction():
        kind = recognise(file, kind, store.remembered(act, kind) if kind else Meanings()).kind
        authorise_import(act, kind)
        uploads.purge(act.at)
        return uploads.keep(_owner(act), kind, file, act.at)


def waiting_upload(act: Act, upload_id: str) -> HeldUpload | None:
    """The actor's own file in preview; None for anybody else's and for one that is gone."""
    purge_uploads(act.at)
    held = uploads.waiting(upload_id, _owner(act), act.at)
    return held if held is not None and held.kind in KINDS else None


def finished_upload(act: Act, upload_id: str) -> FinishedUpload | None:
    """What is left of the actor's own file after its import: the refused rows."""
    purge_uploads(act.at)
    done = uploads.finished(upload_id, _owner(act), act.at)
    return done if done is not None and done.kind in KINDS else None


def discard_upload(act: Act, upload_id: str) -> bool:
    """Throw away the actor's own file; whether there was one."""
    with transaction():
        return uploads.discard(upload_id, _owner(act))


def say(act: Act, held: HeldUpload, said: Meanings) -> None:
    """Take what the user says the file's columns and words mean; remembered at the import.

    Raises Refused for a column or a value that does not exist or lies out of reach.
    """
    fields = {*SYNONYMS[held.kind].values(), IGNORED}
    values = allowed_values(act)
    wrong = any(
        name not in fields or len(heading) > SOURCE_LIMIT for heading, name in said.columns.items()
    ) or any(
        value not in values.get(name, ()) or len(text) > SOURCE_LIMIT
        for (name, text), value in said.values.items()
    )
    if wrong:
        raise Refused(
            Refusal(
                "meaning-unknown",
                sentence("选的对应项不在可选的范围内。请从列表中重新选。"),
                "registry-rule",
            )
        )
    with transaction():
        kept = uploads.say(held, said)
    if not kept:
        raise Refused(
            Refusal(
                "upload-gone",
                sentence("这个文件已经导入、已经丢弃，或者在别的窗口里改过。请重新打开。"),
                "registry-rule",
            )
        )


def allowed_values(act: Act) -> dict[str, tuple[str, ...]]:
    """By field, what a word may be said to mean."""
    directory = store.directory()
    reach = reachable(act, directory)
    return {
        "organisation": tuple(code for code in directory.names if reach is None or code in reach),
        "establishment": tuple(ESTABLISHMENTS),
        "sex": ("male", "female"),
        "subject_type": tuple(SUBJECT_TYPES),
        SAID_YEAR[0]: tuple(str(year) for year in range(FIRST_YEAR, act.on.year + 1)),
    }


def purge_uploads(now: datetime) -> int:
    """Throw away every file that has waited for a day; how many there were."""
    with connection():
        if not uploads.are_expired(now):
            return 0
    with transaction():
        return uploads.purge(now)


def _owner(act: Act) -> int:
    """The account that a file belongs to; the console keeps none."""
    if act.by.account_id is None:
        raise ValueError("only an account keeps an upload")
    return act.by.account_id
