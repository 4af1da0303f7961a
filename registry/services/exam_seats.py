"""Rooms, seats, tickets and an exam day's paper.

Hides that a ticket's number and, once tickets are printed, its seat never change: who comes late
takes a seat in reserve and the next number. Every paper of the day tells of it in its own book.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random, SystemRandom

from registry.config import Config
from registry.documents import exam_papers
from registry.documents.exam_papers import ExamDay, Paper, PaperTime, Room, Seated
from registry.documents.fonts import Fonts
from registry.documents.qr import qr_svg
from registry.rules import exams
from registry.rules.acts import Act, authorise
from registry.rules.identity_number import mask_identity_number
from registry.rules.marks import mark_text
from registry.rules.refusals import Refusal, Refused, sentence
from registry.rules.seating import Place, draw_places, reserve_seats, ticket_numbers
from registry.rules.text import bounded_integer, clean_text, required_text
from registry.services.on_paper import on_paper
from registry.store import exam_seats as store
from registry.store import person_rows, photographs
from registry.store.book import transaction
from registry.store.exam_seats import RoomRow, RoundRow
from registry.store.violations import in_words

FORMS = ("admission-tickets", "door-lists", "desk-labels", "score-forms")
RESULT_PATH = "/c/result/"

RULES = (
    "凭本准考证和居民身份证入场，两证缺一不得入场。",
    "开考 15 分钟后不得入场；开考 30 分钟后方可交卷离场。",
    "手机等通讯工具须关机并放在指定位置。",
    "对号入座，准考证放在桌面左上角。",
    "违反考场纪律的，成绩按违纪处理。",
)


@dataclass(frozen=True)
class Drawn:
    """How many people sit now, and in how many rooms."""

    people: int
    rooms: int


def add_room(
    act: Act, round_id: int, *, code: str, place: str = "", seats: object, reserve: object = 0
) -> int:
    """Add a room with ``seats`` seats, ``reserve`` of them for latecomers; gives its id.

    Raises Refused for an unknown day, a doubled name or numbers out of their bounds.
    """
    act = authorise(act, "exam.manage")
    name = required_text(code, limit=40, name=sentence("考场名称"))
    where = clean_text(place, limit=100, name=sentence("地点"))
    size, kept = _size(seats, reserve)
    with in_words(), transaction() as book:
        day = _open_round(round_id)
        if any(room.code == name for room in store.rooms_of(round_id)):
            raise Refused(
                Refusal(
                    "room-exists",
                    sentence("这一天已经有“%(room)s”。请换一个考场名称。"),
                    "registry-rule",
                    {"room": name},
                )
            )
        room_id = store.add_room(round_id, code=name, place=where, seats=size, reserve=kept)
        store.record_for_papers(
            book, act, "sitting-changed", day, place=name, seats=size, reserve=kept
        )
    return room_id


def change_room(
    act: Act, round_id: int, room_id: int, *, place: str, seats: object, reserve: object
) -> None:
    """Change a room's place and size; raises Refused where people sit beyond the new size."""
    act = authorise(act, "exam.manage")
    where = clean_text(place, limit=100, name=sentence("地点"))
    size, kept = _size(seats, reserve)
    with in_words(), transaction() as book:
        day = _open_round(round_id)
        room = next((room for room in store.rooms_of(round_id) if room.id == room_id), None)
        if room is None:
            raise Refused(_no_such_room())
        last = max(
            (row.seat or 0 for row in store.seated(round_id) if row.room_id == room_id), default=0
        )
        if size < last:
            raise Refused(
                Refusal(
                    "room-too-small",
                    sentence("“%(room)s”已经排到 %(seat)s 号座位，座位数不能少于它。"),
                    "registry-rule",
                    {"room": room.code, "seat": last},
                )
            )
        store.change_room(room_id, place=where, seats=size, reserve=kept)
        store.record_for_papers(
            book, act, "sitting-changed", day, place=room.code, seats=size, reserve=kept
        )


def draw_seats(act: Act, round_id: int, *, chance: Random | None = None) -> Drawn:
    """Draw a seat for everybody who is enrolled that day, and a number for who has none.

    It may be drawn again until tickets are printed; a number stays its person's. Raises Refused
    when nobody is enrolled, rooms or seats are missing, a paper isn't open to it, or tickets
    are printed.
    """
    act = authorise(act, "exam.manage")
    with in_words(), transaction() as book:
        day = _open_round(round_id)
        if day.frozen:
            raise Refused(
                Refusal(
                    "tickets-are-printed",
                    sentence("准考证已经打印，座位不能重排。迟报名的人请用“安排补报人员”。"),
                    "registry-rule",
                )
            )
        rooms = _rooms(round_id)
        people = store.enrolled(round_id)
        if not people:
            raise Refused(_nobody_enrolled())
        places = draw_places(people, [room.as_seats for room in rooms], chance or SystemRandom())
        store.place_all(act, round_id, places, _numbers(day, places))
        used = len({place.room for place in places})
        store.record_for_papers(
            book, act, "seats-drawn", day, rooms=used, count=len(places), reserve=_reserve(rooms)
        )
    return Drawn(len(places), used)


def seat_latecomers(act: Act, round_id: int) -> Drawn:
    """Give everybody who is enrolled and sits nowhere a seat in reserve and the next number.

    Raises Refused when nobody waits or the rooms are full.
    """
    act = authorise(act, "exam.manage")
    with in_words(), transaction() as book:
        day = _open_round(round_id)
        rooms = _rooms(round_id)
        held = store.tickets_of(round_id)
        waiting = [
            person
            for person in sorted(store.enrolled(round_id))
            if person not in held or held[person][2] is None
        ]
        if not waiting:
            raise Refused(_nobody_enrolled())
        taken = {(room, seat) for _, _, room, seat in held.values() if room and seat}
        free = reserve_seats([room.as_seats for room in rooms], taken)
        if len(free) < len(waiting):
            raise Refused(
                Refusal(
                    "rooms-are-full",
                    sentence("还有 %(people)s 人要安排，各考场只剩 %(seats)s 个座位。请增加考场。"),
                    "registry-rule",
                    {"people": len(waiting), "seats": len(free)},
                )
            )
        places = [
            Place(person, room, seat) for person, (room, seat) in zip(waiting, free, strict=False)
        ]
        store.seat_more(act, round_id, places, _numbers(day, places))
        store.record_for_papers(
            book,
            act,
            "seats-drawn",
            day,
            rooms=len({place.room for place in places}),
            count=len(places),
            reserve=len(free) - len(places),
        )
    return Drawn(len(places), len({place.room for place in places}))


def print_exam_papers(
    act: Act,
    round_id: int,
    form: str,
    *,
    config: Config,
    fonts: Fonts,
    organiser: str,
    sitting_id: int | None = None,
    times: Sequence[str] = (),
) -> Paper:
    """Tickets, door lists, desk labels or (for one paper, ``sitting_id``) score forms as PDF.

    ``times`` are the papers' hours in their order, such as ``9:00–10:30``. Printing tickets
    settles the seats. Raises Refused where nobody has a seat, KeyError for an unknown form.
    """
    act = authorise(act, "exam.manage")
    if form not in FORMS:
        raise KeyError(form)
    day = store.round_by_id(round_id)
    papers = store.papers_of(round_id)
    chosen = next((paper for paper in papers if paper.id == sitting_id), None)
    if day is None or (sitting_id is not None and chosen is None):
        raise Refused(_no_such_round())
    if form == "score-forms" and chosen is None:
        raise Refused(_no_such_round())
    people = store.seated(round_id, sitting_id)
    titles = [exams.paper_name(paper.subject, paper.field) for paper in papers]
    hours = [clean_text(text, limit=40, name=sentence("时间")) for text in times]
    sheet = ExamDay(
        day.title,
        organiser,
        day.held_on,
        tuple(
            PaperTime(title, hours[place] if place < len(hours) else "")
            for place, title in enumerate(titles)
        ),
    )
    rooms = _seated_rooms(round_id, people, config, with_pictures=form == "admission-tickets")
    with on_paper():
        if form == "admission-tickets":
            content = exam_papers.admission_tickets_pdf(sheet, rooms, RULES, fonts)
        elif form == "door-lists":
            content = exam_papers.door_lists_pdf(sheet, rooms, fonts)
        elif form == "desk-labels":
            content = exam_papers.desk_labels_pdf(sheet, rooms, fonts)
        else:
            assert chosen is not None
            content = exam_papers.score_forms_pdf(
                sheet,
                rooms,
                fonts,
                paper=exams.paper_name(chosen.subject, chosen.field),
                full_mark=mark_text(chosen.full_mark),
            )
    with transaction() as book:
        if form == "admission-tickets":
            store.freeze(act, round_id, [row.ticket_id for row in people])
        store.record_for_papers(book, act, "exam-papers-printed", day, form=form, count=len(people))
    return Paper(f"{form}-{round_id}.pdf", content)


def _seated_rooms(
    round_id: int, people: Sequence[store.SeatedRow], config: Config, *, with_pictures: bool
) -> list[Room]:
    ids = [row.person_id for row in people]
    numbers = person_rows.identity_numbers(ids) if with_pictures else {}
    pictures = photographs.shown_pictures(ids) if with_pictures else {}
    rooms = []
    for room in store.rooms_of(round_id):
        sitting_here = [row for row in people if row.room_id == room.id]
        if not sitting_here:
            continue
        width = max(2, len(str(room.seats)))
        rooms.append(
            Room(
                room.code,
                tuple(
                    Seated(
                        seat=f"{row.seat:0{width}d}",
                        ticket=row.ticket,
                        name=row.name,
                        unit=row.organisation_name,
                        masked_id_number=mask_identity_number(numbers[row.person_id])
                        if with_pictures
                        else "",
                        photograph=pictures.get(row.person_id),
                        qr_svg=_code(config, row.ticket) if with_pictures else "",
                    )
                    for row in sitting_here
                ),
                room.place,
            )
        )
    return rooms


def _code(config: Config, ticket: str) -> str:
    """The drawing that opens the result of a ticket; none for a number that can't be drawn."""
    drawable = ticket.isascii() and ticket.isalnum() and ticket.upper() == ticket
    return qr_svg(config.public_url, ticket, path=RESULT_PATH) if drawable else ""


def _open_round(round_id: int) -> RoundRow:
    """The day, held against other draws, when each of its papers is open to seating."""
    store.lock_round(round_id)
    day = store.round_by_id(round_id)
    papers = store.papers_of(round_id)
    if day is None or not papers:
        raise Refused(_no_such_round())
    refusals = [one for paper in papers if (one := exams.may("seat", paper.state))]
    if refusals:
        raise Refused(*refusals[:1])
    return day


def _rooms(round_id: int) -> list[RoomRow]:
    rooms = store.rooms_of(round_id)
    if not rooms:
        raise Refused(
            Refusal(
                "no-exam-rooms",
                sentence("这一天还没有考场。请先登记考场和座位数。"),
                "registry-rule",
            )
        )
    return rooms


def _reserve(rooms: Sequence[RoomRow]) -> int:
    return sum(room.reserve for room in rooms)


def _numbers(day: RoundRow, places: Sequence[Place]) -> dict[int, str]:
    """Ticket numbers, in the order of the seats, for those of ``places`` who have none."""
    held = store.tickets_of(day.id)
    new = [place.person for place in places if place.person not in held]
    year = day.held_on.year
    used = {
        (int(number[4:6]), int(number[6:]))
        for number in store.numbers_beginning(str(year))
        if len(number) == 10 and number.isascii() and number.isdigit()
    }
    own = {
        int(number[4:6])
        for _, number, _, _ in held.values()
        if len(number) == 10 and number.isdigit() and number.startswith(str(year))
    }
    prefix = max(own) if own else max((prefix for prefix, _ in used), default=0) + 1
    after = max((serial for one, serial in used if one == prefix), default=0)
    if prefix > 99 or after + len(new) > 9999:
        raise Refused(
            Refusal(
                "ticket-numbers-used-up",
                sentence("今年的准考证号已经用完。请按名单导入准考证号。"),
                "registry-rule",
            )
        )
    return dict(zip(new, ticket_numbers(year, prefix, len(new), after=after), strict=True))


def _size(seats: object, reserve: object) -> tuple[int, int]:
    size = bounded_integer(str(seats), 1, 1000, name=sentence("座位数"))
    kept = bounded_integer(str(reserve), 0, size, name=sentence("预留座位"))
    return size, kept


def _no_such_round() -> Refusal:
    return Refusal(
        "no-such-exam-day", sentence("没有这一天的考试。请从考试列表进入。"), "registry-rule"
    )


def _no_such_room() -> Refusal:
    return Refusal("no-such-exam-room", sentence("没有这个考场。请刷新后重试。"), "registry-rule")


def _nobody_enrolled() -> Refusal:
    return Refusal("nobody-to-seat", sentence("没有要安排座位的人。请先报名。"), "registry-rule")
