"""Rotating a key: a new one is made and used, the old one stays to read what it wrote."""

from registry.config import Config
from registry.rules.acts import Act, authorise
from registry.rules.refusals import Refusal, Refused, sentence
from registry.store import keys
from registry.store.book import transaction


def rotate_key(act: Act, config: Config, purpose: str) -> str:
    """Make a new key for ``purpose`` and retire the one in use; returns the new key's id.

    Raises :class:`Refused` for a purpose without a key or one that can't be rotated.
    """
    if act.by.account_id is not None:
        act = authorise(act, "key.manage")
    if purpose not in keys.ROTATED_PURPOSES:
        raise Refused(
            Refusal(
                "key-not-rotated",
                sentence("用途“%(purpose)s”没有可更换的密钥。可更换的用途：%(purposes)s。"),
                "registry-rule",
                {"purpose": purpose, "purposes": "、".join(keys.ROTATED_PURPOSES)},
            )
        )
    with transaction() as book:
        old = keys.retire(purpose, act.at)
        row = keys.make(config, purpose, act.at)
        book.record(
            "key-rotated",
            act,
            details={"key": row.id, "key_from": old or "", "purpose": purpose},
        )
    keys.bind(config)
    return row.id
