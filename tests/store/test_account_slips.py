"""Slips under attack by SQL: one stands at most, it ends after it was made, moments are moments."""

import pytest

from registry.store.account_slips import standing_slips, use_slip
from registry.store.database import ConstraintViolation, database
from registry.store.tables import AccountSlip
from registry.store.violations import constraint_of
from tests.staff import add_account

MADE, END = "2026-11-23T02:30:00.000000Z", "2026-11-26T16:00:00.000000Z"


def slip(account_id: int, **columns: object) -> int:
    given = {"account_id": account_id, "made_at": MADE, "expires_at": END} | columns
    with database.atomic():
        return int(AccountSlip.insert(**given).execute())


@pytest.fixture
def clerk(register: object) -> int:
    return add_account("clerk", "hr")


def test_an_account_has_one_standing_slip(clerk: int) -> None:
    first = slip(clerk)
    with pytest.raises(ConstraintViolation):
        slip(clerk)
    AccountSlip.update(ended_at=END).where(AccountSlip.id == first).execute()
    second = slip(clerk)
    assert standing_slips()[clerk].id == second


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"expires_at": MADE}, "account_slip_term"),
        ({"used_at": "today"}, "account_slip_used_at_moment"),
        ({"ended_at": "2026-11-23"}, "account_slip_ended_at_moment"),
    ],
)
def test_what_no_slip_can_be(clerk: int, columns: dict[str, str], constraint: str) -> None:
    with pytest.raises(ConstraintViolation) as caught:
        slip(clerk, **columns)
    assert constraint_of(caught.value) == constraint
    assert AccountSlip.select().count() == 0


def test_a_slip_of_nobody(register: object) -> None:
    with pytest.raises(ConstraintViolation):
        slip(4711)


def test_a_slip_is_used_once_and_only_while_it_stands(clerk: int) -> None:
    first = slip(clerk)
    assert use_slip(first, MADE)
    assert not use_slip(first, MADE)
    AccountSlip.update(ended_at=END).where(AccountSlip.id == first).execute()
    second = slip(clerk)
    AccountSlip.update(ended_at=END).where(AccountSlip.id == second).execute()
    assert not use_slip(second, MADE)
