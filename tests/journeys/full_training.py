"""Training classes in every state, lists waiting and taken over, hours earned elsewhere."""

from collections.abc import Callable
from datetime import date, timedelta

from registry.documents.spreadsheets import Cell, write_workbook
from registry.rules.acts import Act
from registry.rules.training_elsewhere import COLUMNS, Claim
from registry.services import training as services
from registry.services import training_attendance as attendance
from registry.services import training_elsewhere as elsewhere
from registry.services import training_sign_in as sign_in
from registry.services.import_judging import read_file
from registry.services.training import ClassFacts, SessionFacts
from registry.store import training
from registry.store.person_rows import identity_numbers
from registry.store.tables import Account, Engagement, Organisation, Person
from registry.store.uploads import RosterFile

HEADINGS = ["序号", "姓名", "身份证号", "单位", "11月23日", "11月24日", "学时"]


def fill_training(act_of: Callable[[str], Act], found: dict[str, str], typed: set[str]) -> None:
    """Add the classes; ``act_of`` gives acts by login, ``found`` takes their ids by name."""
    exam, clerk = act_of("exam"), act_of("clerk")
    today = exam.on
    organ = Account.select(Account.organisation_id).where(Account.login == "clerk").scalar()
    code = str(Organisation.select(Organisation.code).where(Organisation.id == organ).scalar())
    first = today

    def plan(title: str, begins: date, **more: object) -> int:
        facts = ClassFacts(title, "public-law", begins, begins + timedelta(days=1), 28, **more)  # type: ignore[arg-type]
        return services.plan_class(exam, facts)

    planned = plan("2027年新进人员培训班", today + timedelta(days=90))
    opened = plan("2026年四季度轮训班", today + timedelta(days=9), place="区委党校")
    held = plan("2026年公共法律知识培训班", first, place="区委党校")
    closed = plan("2026年法制骨干培训班", first - timedelta(days=30), place="南京大学")
    found |= {"planned class": str(planned), "open class": str(opened)}
    found |= {"held class": str(held), "closed class": str(closed), "invited": code}
    for class_id in (opened, held):
        services.invite(exam, class_id, [code], 8, today + timedelta(days=1))
    services.invite(exam, opened, ["JT-CGJ", "JT-SCJG"], 5, today + timedelta(days=1))
    services.move_class(exam, opened, "open")
    services.move_class(exam, held, "open")
    people = [one.number for one in training.candidates_for(opened, {organ})][:4]
    for class_id in (opened, held):
        services.set_attendees(clerk, class_id, code, people, people)
    session = training.sessions_of(held)[0]
    facts = SessionFacts(first, "day", 28, "南京大学 李教授", "行政处罚程序")
    services.arrange_session(exam, held, facts, session.id)
    sign_in.show_code(exam, held, session.id)
    found["session"] = str(session.id)
    found["other session"] = str(training.sessions_of(held)[1].id)
    _list(exam, held, found, typed)
    _close(exam, closed)
    _elsewhere(exam, clerk, people, found, typed)


def _listed(limit: int) -> list[tuple[str, str, str]]:
    """Name, ID number and organisation of people in post."""
    rows = list(
        Person.select(Person.id, Person.name, Organisation.name)
        .join(Engagement, on=(Engagement.person_id == Person.id))
        .join(Organisation, on=(Organisation.id == Engagement.organisation_id))
        .where(Engagement.ended_on.is_null())
        .order_by(Person.id)
        .limit(limit)
        .tuples()
    )
    numbers = identity_numbers(person_id for person_id, _, _ in rows)
    return [(name, numbers[person_id], organ) for person_id, name, organ in rows]


def _list(exam: Act, class_id: int, found: dict[str, str], typed: set[str]) -> None:
    """A list waiting in preview and one taken over, with every sort of row."""
    people = _listed(6)
    rows: list[list[Cell]] = [
        [n, name, number, organ, "√", "√" if n % 2 else "请假", 14]
        for n, (name, number, organ) in enumerate(people, 1)
    ]
    rows[0][3] = "某某科技公司"
    rows[5][4] = "半天"
    rows.append([7, "查无此人", "32041319900101001X", "", "√", "√", 14])
    typed |= {str(cell) for row in rows for cell in row} | {*HEADINGS, "签到表.xlsx", "21"}
    file = read_file(write_workbook("签到表", HEADINGS, rows), "签到表.xlsx")
    found["attendance upload"] = attendance.hold_file(exam, class_id, file)
    taken = attendance.hold_file(exam, class_id, file)
    waiting = attendance.waiting_file(exam, class_id, taken)
    assert waiting is not None
    attendance.commit(exam, class_id, waiting.file, held=waiting)
    found["finished attendance"] = taken


def _close(exam: Act, class_id: int) -> None:
    row = training.class_of(class_id)
    assert row is not None
    headings = ["姓名", "身份证号", *(one.held_on for one in training.sessions_of(class_id))]
    rows: list[list[Cell]] = [[name, number, "√", "上午"] for name, number, _ in _listed(5)]
    file = read_file(write_workbook("", headings, rows), "骨干班.xlsx")
    attendance.commit(exam, class_id, file)
    services.move_class(exam, class_id, "close")


def _elsewhere(
    exam: Act, clerk: Act, people: list[str], found: dict[str, str], typed: set[str]
) -> None:
    claims = [
        elsewhere.enter(
            clerk, number, Claim(date(2026, 6, 30), "南京大学", "法制骨干研修", 80, f"宁培{n}")
        )
        for n, number in enumerate(people[:3])
    ]
    elsewhere.decide(exam, claims[1], approve=True)
    elsewhere.decide(exam, claims[2], approve=False, why="没有原件")
    for name, claim in zip(("waiting", "approved", "declined"), claims, strict=True):
        found[f"{name} claim"] = str(claim)
    own = Person.select(Person.id, Person.name).where(Person.number == people[0]).tuples()
    person_id, name = next(iter(own))
    number = identity_numbers([person_id])[person_id]

    def file(document: str) -> RosterFile:
        rows: list[list[Cell]] = [
            [name, number, 20, "常州大学", "公共法律知识网络班", "2026-05-20", document],
            ["查无此人", "32041319900101001X", 7.25, "", "某课", "2027-05-20", "无"],
        ]
        typed.update(str(cell) for row in rows for cell in row)
        return read_file(write_workbook("", list(COLUMNS.values()), rows), "学时.xlsx")

    typed |= {"学时.xlsx", *COLUMNS.values()}
    found["hours upload"] = elsewhere.hold_file(clerk, file("常培〔2026〕6号"))
    done = file("常培〔2026〕5号")
    taken = elsewhere.hold_file(clerk, done)
    held = elsewhere.waiting_file(clerk, taken)
    assert held is not None
    elsewhere.commit(clerk, done, elsewhere.preview(clerk, done).decisions, held)
    found["finished hours"] = taken
