"""Slips as they lie in their table: one stands for an account, the earlier ones have ended.

While a slip stands, its password's hash is the account's. Writers leave the commit to the caller.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN

from registry.rules.account_slips import SlipFacts
from registry.rules.acts import Act, local_day, moment_of
from registry.store.tables import Account, AccountSlip
from registry.store.worklists import midnight


@dataclass(frozen=True)
class SlipRow:
    """A standing slip: when and by whom it was made, until when it is good, when it was used."""

    id: int
    account_id: int
    made_at: str
    made_by: str
    expires_at: str
    used_at: str | None

    @property
    def last_day(self) -> date:
        """The last day on which it opens the account."""
        return date.fromordinal(local_day(moment_of(self.expires_at)).toordinal() - 1)

    @property
    def facts(self) -> SlipFacts:
        """The slip as the rule sees it."""
        return SlipFacts(self.last_day, self.used_at is not None)

    def is_past(self, on: date) -> bool:
        """Whether it was never used and is good no more."""
        return self.used_at is None and on > self.last_day


def standing_slips(account_ids: Iterable[int] | None = None) -> dict[int, SlipRow]:
    """The slips that stand, by account; ``account_ids`` None: of all accounts."""
    maker = Account.alias("maker")
    query: Any = (
        AccountSlip.select(
            AccountSlip.id,
            AccountSlip.account_id,
            AccountSlip.made_at,
            maker.name,
            AccountSlip.expires_at,
            AccountSlip.used_at,
        )
        .join(maker, JOIN.LEFT_OUTER, on=(maker.id == AccountSlip.made_by))
        .where(AccountSlip.ended_at.is_null())
    )
    if account_ids is not None:
        query = query.where(AccountSlip.account_id.in_(sorted(account_ids)))
    rows = (
        SlipRow(key, account_id, made_at, maker_name or "", expires_at, used_at)
        for key, account_id, made_at, maker_name, expires_at, used_at in query.tuples()
    )
    return {row.account_id: row for row in rows}


def standing_slip(account_id: int) -> SlipRow | None:
    """The slip that stands for an account."""
    return standing_slips((account_id,)).get(account_id)


def put_slip(act: Act, account_id: int, last_day: date) -> None:
    """Write a slip in the place of the one that stood."""
    end_slip(account_id, act.moment)
    AccountSlip.insert(
        account_id=account_id,
        made_at=act.moment,
        made_by=act.by.account_id,
        expires_at=midnight(date.fromordinal(last_day.toordinal() + 1)),
    ).execute()


def use_slip(slip_id: int, moment: str) -> bool:
    """Mark a standing slip as used; False when somebody else has, or it stands no more.

    It is asked again while it is written: of two who sign in with it at once one is let in.
    """
    written = (
        AccountSlip.update(used_at=moment)
        .where(
            AccountSlip.id == slip_id,
            AccountSlip.used_at.is_null(),
            AccountSlip.ended_at.is_null(),
        )
        .execute()
    )
    return bool(written)


def end_slip(account_id: int, moment: str) -> None:
    """End the slip that stands for an account: its password is the account's no more."""
    AccountSlip.update(ended_at=moment).where(
        AccountSlip.account_id == account_id, AccountSlip.ended_at.is_null()
    ).execute()
