"""Which acts on cards a page offers to whom, with their addresses."""

from collections.abc import Iterable

from flask import url_for

from registry.rules import custody as rules
from registry.store.custody import CardRow
from registry.web.sessions import SignedIn, signed_in

#: An act, its address, and whether it can't be taken back.
Offer = tuple[str, str, bool]


def endpoint_of(act: str) -> str:
    """The name of an act's view in the blueprint."""
    return act.replace("-", "_")


def acts_offered(account: SignedIn, acts: Iterable[str]) -> list[Offer]:
    """Those of ``acts`` that the account's role may do."""
    return [
        (act, url_for(f"cards.{endpoint_of(act)}"), act in ("destroy", "write-off"))
        for act in acts
        if account.may(rules.PERMISSIONS[act])
    ]


def acts_on(row: CardRow) -> list[Offer]:
    """The acts open to one card and to the account that looks."""
    account = signed_in()
    if row.custody == "with-office" and not account.may("custody.keep"):
        return []
    return [
        (act, f"{address}?number={row.number}", danger)
        for act, address, danger in acts_offered(account, rules.open_acts(row.custody, row.state))
    ]
