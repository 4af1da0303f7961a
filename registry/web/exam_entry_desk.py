"""Where an account types: a sitting within its reach, the entry it stands in, one of the rooms."""

from dataclasses import dataclass

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue

from registry.store import entry_grid as store
from registry.store import sittings
from registry.store.entry_grid import Room
from registry.store.sittings import SittingRow
from registry.web.addresses import asked_number
from registry.web.sessions import signed_in


@dataclass(frozen=True)
class Desk:
    """What an account types at: a sitting, the entry it stands in, and one of its rooms."""

    sitting: SittingRow
    entry: int
    room: Room
    rooms: tuple[Room, ...]

    @property
    def next_room(self) -> Room | None:
        """The room after this one."""
        place = self.rooms.index(self.room) + 1
        return self.rooms[place] if place < len(self.rooms) else None


def shows_names() -> bool:
    """Whether names stand beside the seats: a typist sees seats alone."""
    return signed_in().role != "typist"


def sitting_or_404(sitting_id: int) -> SittingRow:
    """A sitting whose marks are being entered, if the account may know of it."""
    me = signed_in()
    found = store.paper(sitting_id, store.reach_of(me.account_id, me.role))
    if found is None:
        abort(404)
    return found


def own_entry(sitting: SittingRow) -> int | None:
    """The entry in which the account stands."""
    known = sittings.entry_accounts(sitting.id).get(signed_in().account_id)
    return known[0] if known else None


def desk_or_answer(sitting_id: int, entry: int) -> Desk | ResponseReturnValue:
    """The desk for this request, or where to go instead: the sitting's page, which says why."""
    sitting = sitting_or_404(sitting_id)
    rooms = tuple(store.rooms(sitting_id))
    state = store.entry_states([sitting_id]).get((sitting_id, entry))
    if state is None or not rooms:
        abort(404)
    if not state.has(signed_in().account_id) or state.finished_at:
        return redirect(url_for("exam_entry.sitting", sitting_id=sitting_id), 303)
    asked = asked_number("room", low=0)
    room = next((one for one in rooms if one.id == asked), rooms[0] if asked is None else None)
    if room is None:
        abort(404)
    return Desk(sitting, entry, room, rooms)
