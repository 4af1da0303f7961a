"""A register with something of every kind in it, so that every page has its full state.

The demo district first, made smaller; then whatever no demo has: an upload waiting in preview,
a prepared batch, proposals, commissions in force and lapsed, matters, a rectification asked for.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from registry.config import Config
from registry.demo import fill
from registry.demo.district import DemoPerson, paperwork
from registry.documents.portraits import draw_portrait
from registry.documents.spreadsheets import Cell, write_workbook
from registry.rules.acts import OPERATOR, Act, Actor, local_day, prepare_act
from registry.rules.custody import Witnesses
from registry.services import (
    accounts,
    batches,
    certificates,
    commission_letters,
    conduct,
    custody,
    employment,
    exports,
    external_names,
    findings,
    imports,
    merging,
    organisations,
    people,
    photograph_imports,
    photograph_uploads,
    photographs,
    rectification,
    transfers,
    uploads,
)
from registry.services.absences import dismiss_absence
from registry.services.import_judging import read_file
from registry.services.passwords import hash_password
from registry.store import absences
from registry.store import exports as export_rows
from registry.store.accounts import find_login
from registry.store.book import transaction
from registry.store.organisations import OrganisationFacts
from registry.store.person_rows import identity_numbers, people_by_identity
from registry.store.photograph_uploads import new_id
from registry.store.tables import (
    Absence,
    Account,
    Batch,
    Certificate,
    CommissionLetter,
    Conviction,
    Engagement,
    Event,
    Finding,
    Matter,
    Organisation,
    Person,
    Photograph,
    Proposal,
    Sanction,
)
from tests.conftest import NOW
from tests.exam_tables import open_typist
from tests.journeys.full_exam_days import fill_exam_days
from tests.journeys.full_exam_entry import fill_exam_entry
from tests.journeys.full_training import fill_training
from tests.photograph_files import HEIC, zipped
from tests.roster_files import officer, roster
from tests.staff import add_account
from tests.two_organs import id_number

PEOPLE = 120
PASSWORD = "good-tea-from-1-hill"
TEAM, BUREAU = "JT-CGDD", "JT-CGJ"
TODAY = local_day(NOW)
GRADES = ("优秀", "称职", "良好", "合格", "不称职", "未确定等次")


@dataclass
class FullRegister:
    """Who may sign in (role → login and password), and names of what lies in the register."""

    logins: dict[str, tuple[str, str]]
    found: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)


def fill_register(config: Config) -> FullRegister:
    """Fill an opened, migrated, empty register of an http address."""
    made = fill(config, NOW, people=PEOPLE)
    full = FullRegister({one.role: (one.login, one.password) for one in reversed(made)})
    legal, second = _act("legal"), _act("legal2")
    papers = paperwork(officers=PEOPLE * 7 // 10, auxiliaries=PEOPLE * 3 // 10)
    full.found["moved"] = _moved(legal)
    holders = _holders()
    _people(legal, full, holders)
    _certificates(legal, second, full, holders)
    _cards(legal, full, holders)
    _doubles(legal, second, full)
    _photographs(legal, full)
    _organisations(legal, full)
    _imports(legal, full, papers.people)
    _templates(legal, full)
    _batches(legal, full)
    _requests(legal, full)
    _accounts(full)
    _findings(legal, full)
    fill_exam_entry(_act, full.found)
    fill_exam_days(_act, full.found, TEAM, config)
    typist, exam = add_account("typist", "typist"), find_login("exam")
    Account.update(password_hash=hash_password(PASSWORD)).where(Account.id == typist).execute()
    assert exam is not None
    open_typist(int(full.found["sitting being typed"]), typist, exam.id)
    full.logins["typist"] = ("typist", PASSWORD)
    fill_training(_act, full.found, full.typed)
    full.found["event"] = str(Event.select(Event.seq).order_by(Event.seq.desc()).scalar())
    for seq, act in Event.select(Event.seq, Event.act).order_by(Event.seq).tuples():
        full.found[f"event {act}"] = str(seq)
    return full


def _act(login: str, days_ago: int = 0, **more: str) -> Act:
    account = find_login(login)
    assert account is not None
    by = Actor(account.id, account.login, account.name, account.role, None)
    on = TODAY - timedelta(days=days_ago)
    particulars = {"reason": "补录历史数据", "document": "坛司〔2026〕11号"} | more
    return prepare_act(by, NOW, on=on if days_ago else None, **particulars)  # type: ignore[arg-type]


def _holders() -> Iterator[tuple[str, str]]:
    """Numbers of people and of their active national certificates, valid today."""
    held_back = Finding.select(Finding.person_id).where(Finding.person_id.is_null(False))
    rows = (
        Person.select(Person.number, Certificate.number.alias("card"))
        .join(Certificate, on=Certificate.person_id == Person.id)
        .where(
            (Certificate.kind == "national")
            & (Certificate.state == "active")
            & (Certificate.valid_from <= TODAY.isoformat())
            & (Certificate.valid_until >= TODAY.isoformat())
            & Person.id.not_in(held_back)
        )
        .order_by(Certificate.id)
        .tuples()
    )
    return iter([(str(person), str(card)) for person, card in rows])


def _moved(legal: Act) -> str:
    """Somebody transferred into an organ of the same field, who may be given a card there."""
    number = (
        Person.select(Person.number)
        .join(Certificate, on=Certificate.person_id == Person.id)
        .join(Organisation, on=Organisation.id == Certificate.organisation_id)
        .where(
            (Organisation.code == BUREAU)
            & (Certificate.kind == "national")
            & (Certificate.state == "active")
        )
        .order_by(Person.id.desc())
        .scalar()
    )
    team = Organisation.select(Organisation.id).where(Organisation.code == TEAM).scalar()
    employment.transfer(legal, number, team)
    return str(number)


def _photographs(legal: Act, full: FullRegister) -> None:
    """An upload with every sort of file that waits in preview, and one that was imported."""
    found = full.found
    files = [
        (f"{found['holder']}.jpg", draw_portrait(901, "male")),
        (f"{found['seconded']}.jpg", draw_portrait(902, "male")),
        (f"{found['double']}.jpg", draw_portrait(903, "female")),
        ("查无此人.jpg", draw_portrait(904, "female")),
        ("手机照片.heic", HEIC),
    ]
    full.typed.update(name for name, _ in files)
    full.typed.add("城市管理局照片.zip")

    def upload(*chosen: tuple[str, bytes]) -> str:
        packed = photograph_imports.Upload("城市管理局照片.zip", io.BytesIO(zipped(chosen)))
        read = photograph_imports.read_upload(legal, [packed])
        name = new_id()
        photograph_uploads.begin(legal, name)
        photograph_uploads.hold(
            legal, name, read.name, None, read.entries, read.pictures.__getitem__
        )
        return name

    found["photographs"] = upload(*files)
    other = (f"{found['seconded']}.jpg", draw_portrait(905, "male"))
    finished = upload(other, *files[3:])
    held = photograph_uploads.waiting(legal, finished)
    assert held is not None
    photograph_imports.commit(
        legal,
        held.name,
        held.entries,
        None,
        lambda place: photograph_uploads.picture(legal, finished, place),
        held=held,
    )
    found["finished photographs"] = finished


def _people(legal: Act, full: FullRegister, holders: Iterator[tuple[str, str]]) -> None:
    found = full.found
    found["holder"], found["active"] = next(holders)
    conduct.record_appraisal(legal, found["holder"], year=2025, grade="competent")
    conduct.record_sanction(
        legal, found["holder"], kind="demerit", effective_on=date(2026, 11, 2), authority="监察委"
    )
    sanction = Sanction.select(Sanction.id).order_by(Sanction.id.desc()).scalar()
    found["sanction"] = str(sanction)
    photographs.add_photograph(legal, found["holder"], draw_portrait(901, "male"))
    found["photograph"] = str(
        Photograph.select(Photograph.version).order_by(Photograph.id.desc()).scalar()
    )
    people.reveal_identity_number(legal, found["holder"])
    found["seconded"], _ = next(holders)
    employment.second(legal, found["seconded"], "区大数据管理中心", until=date(2027, 3, 1))
    found["convicted"], _ = next(holders)
    conduct.record_conviction(
        legal,
        found["convicted"],
        decided_on=date(2026, 10, 9),
        court="金坛区人民法院",
        judgment="（2026）苏0413刑初77号",
    )
    found["renamed"], _ = next(holders)
    people.correct_name(legal, found["renamed"], "阿依古丽·吐尔逊·买买提艾力")
    found["left"], _ = next(holders)
    found["conviction"] = str(Conviction.select(Conviction.id).scalar())
    employment.leave(legal, found["left"], "retired")
    rows = (
        Person.select(Person.number)
        .join(Engagement, on=Engagement.person_id == Person.id)
        .where((Engagement.category == "auxiliary") & Engagement.ended_on.is_null())
        .order_by(Person.id)
        .tuples()
    )
    found["auxiliary"] = str(next(iter(rows))[0])


def _certificates(
    legal: Act, second: Act, full: FullRegister, holders: Iterator[tuple[str, str]]
) -> None:
    found = full.found
    _, found["suspended"] = next(holders)
    certificates.suspend(legal, found["suspended"], ground="违规使用证件")
    _, found["lost"] = next(holders)
    certificates.lost(legal, found["lost"])
    _, found["revoked"] = next(holders)
    certificates.revoke(legal, found["revoked"], ground="出借证件")
    _, found["cancelled"] = next(holders)
    certificates.cancel(legal, found["cancelled"])
    rectification.request_rectification(second, found["cancelled"])
    _, found["replaced"] = next(holders)
    certificates.replace(legal, found["replaced"], cause="damaged")
    legacy = (
        Person.select(Person.number, Certificate.number.alias("card"))
        .join(Certificate, on=Certificate.person_id == Person.id)
        .where((Certificate.kind == "jiangsu-legacy") & (Certificate.state == "active"))
        .order_by(Person.id)
        .tuples()
    )
    (found["legacy"], found["legacy card"]), *others = list(legacy)
    batches.exchange(legal, others[-1][0], first_day=TODAY + timedelta(days=9))
    past = Certificate.select(Certificate.number).where(
        (Certificate.kind == "national") & (Certificate.valid_until < TODAY.isoformat())
    )
    found["past-end"] = str(past.order_by(Certificate.id).scalar())
    for number, state, code, first, last in (
        Certificate.select(
            Certificate.number,
            Certificate.state,
            Certificate.code,
            Certificate.valid_from,
            Certificate.valid_until,
        )
        .where(Certificate.code.is_null(False))
        .order_by(Certificate.id)
        .tuples()
    ):
        verdict = state
        if state == "active":
            verdict = "not_yet_valid" if first > TODAY.isoformat() else "valid"
        if last < TODAY.isoformat():
            verdict = "expired"
        full.codes[verdict] = code
        found.setdefault(f"certificate {verdict}", number)


def _cards(legal: Act, full: FullRegister, holders: Iterator[tuple[str, str]]) -> None:
    """Cards at the maker, made, faulty, handed over, missing and destroyed, with their slips."""
    found = full.found
    ours = [next(holders)[1] for _ in range(5)]
    custody.move_cards(legal, "take-in", ours)
    custody.move_cards(legal, "faulty", ours[:2])
    found["slip order"] = str(custody.move_cards(legal, "order", ours[:2]).slip_id)
    custody.move_cards(legal, "faulty", ours[:1])
    custody.move_cards(legal, "hand-over", ours[2:3])
    custody.move_cards(legal, "write-off", ours[3:4])
    custody.move_cards(legal, "to-unit", ours[4:])
    found["card"] = ours[2]
    custody.move_cards(legal, "take-in", [found["replaced"], found["revoked"]])
    seen = Witnesses("高明", "林静", "区司法局文印室，碎卡机粉碎")
    gone = custody.move_cards(legal, "destroy", [found["replaced"]], witnesses=seen)
    found["slip destroy"] = str(gone.slip_id)


def _doubles(legal: Act, second: Act, full: FullRegister) -> None:
    """Two pairs of records of one person: one seen by nobody, one waiting for a second person."""
    found = full.found
    bureau = Organisation.select(Organisation.id).where(Organisation.code == BUREAU).scalar()

    def record(serial: int, name: str) -> str:
        return people.add_person(
            legal,
            name=name,
            identity_number=id_number(serial),
            organisation_id=bureau,
            establishment="civil-servant",
        ).number

    found["double"], found["double other"] = record(801, "欧阳晓峰"), record(803, "欧阳晓峰")
    found["merging"], kept = record(805, "司马青"), record(807, "司马青")
    merging.request_merge(second, found["merging"], kept)
    found["merged"], found["survivor"] = record(809, "诸葛明"), record(811, "诸葛明")
    merging.request_merge(second, found["merged"], found["survivor"])
    merging.confirm_merge(legal, found["merged"])


def _organisations(legal: Act, full: FullRegister) -> None:
    found = full.found
    teams = Organisation.select(Organisation.code).where(
        Organisation.subject_type == "commissioned"
    )
    lapsed, found["commissioned"] = [code for (code,) in teams.order_by(Organisation.id).tuples()][
        :2
    ]
    for code, number, until in (
        (lapsed, "坛市监委〔2024〕1号", date(2026, 9, 30)),
        (found["commissioned"], "坛文委〔2025〕2号", date(2027, 12, 31)),
    ):
        commission_letters.add_letter(
            legal,
            code,
            commissioner=BUREAU,
            number=number,
            matters="城市市容环境卫生方面的行政处罚、行政检查",
            from_on=date(2024, 10, 1),
            until_on=until,
            published_by_commissioner_on=date(2024, 10, 8),
        )
    found["letter"] = str(
        CommissionLetter.select(CommissionLetter.id).order_by(CommissionLetter.id.desc()).scalar()
    )
    external_names.record_matter(
        legal, found["commissioned"], title="擅自设置户外广告", category="penalty", article="第三条"
    )
    external_names.record_matter(
        legal, TEAM, title="占道经营检查", category="inspection", field="city-management"
    )
    found["matter"] = str(Matter.select(Matter.id).order_by(Matter.id).scalar())
    organisations.add_organisation(
        legal,
        "JT-OLD",
        OrganisationFacts("金坛区盐务管理局", "authority"),
    )
    organisations.end_organisation(legal, "JT-OLD")


def _imports(legal: Act, full: FullRegister, named: tuple[DemoPerson, ...]) -> None:
    known = people_by_identity(one.identity_number for one in named)
    there = [one for one in named if one.identity_number in known]
    place, other = "区市场监管局", "区城管局"
    rows = [
        officer(
            serial,
            one.name,
            place=other if serial % 3 == 0 else one.organisation,
            identity=one.identity_number,
            section="法规科" if serial % 3 else "执法三中队",
        )
        for serial, one in enumerate(there[:9], 1)
    ]
    rows.append(officer(21, "易改名", place=place, identity=there[10].identity_number))
    imports.commit(legal, read_file(roster(*rows), "二季度花名册.xlsx"), "officer")
    full.found["proposal"] = str(Proposal.select(Proposal.id).order_by(Proposal.id.desc()).scalar())
    messy = [
        *rows,
        officer(31, "买买提·艾力·阿不都热合曼", place=place),
        officer(33, "㛃䶮𬭎", place=place, telephone="12"),
        officer(35, "王五", place=place, establishment="临时工", number="32041300011"),
        officer(37, "赵六", place="某某大队", establishment="聘用"),
        officer(39, "钱七", place=place, identity="320413199001011234"),
    ]
    headings = ["序号", "姓名", "性别", "身份证号码", "所在单位", "内设机构", "职务", "编制性质",
                "执法领域", "原执法证号", "发证日期", "联系电话", "血型"]  # fmt: skip
    for row in messy:
        full.typed.update(str(cell) for cell in row if cell is not None)
    full.typed.update((*headings, "行政执法人员花名册（二〇二六年度）.xlsx", "二季度花名册.xlsx"))
    file = read_file(roster(*messy, headings=headings), "行政执法人员花名册（二〇二六年度）.xlsx")
    full.found["upload"] = uploads.hold_upload(legal, file, None)
    finished = uploads.hold_upload(legal, file, None)
    held = uploads.waiting_upload(legal, finished)
    assert held is not None
    imports.commit(legal, held.file, held.kind, held.said, held=held)
    full.found["finished upload"] = finished
    grades: list[list[Cell]] = [
        [serial, one.name, one.identity_number, place, grade]
        for serial, (one, grade) in enumerate(zip(there, GRADES, strict=False), 1)
    ]
    full.typed.update(str(cell) for row in grades for cell in row)
    graded = write_workbook(
        "2025年度考核结果汇总表", ["序号", "姓名", "身份证号", "单位", "考核等次"], grades
    )
    file = read_file(graded, "考核结果.xlsx")
    full.typed.add("考核结果.xlsx")
    full.found["upload of grades"] = uploads.hold_upload(legal, file, None)


def _templates(legal: Act, full: FullRegister) -> None:
    chosen = [("serial", ""), ("name", "持证人姓名"), ("card_number", ""), ("card_until", "")]
    made = exports.save_template(
        legal, name="市局季度汇总表", subject="person", title="持证人员汇总", chosen=chosen
    )
    kept = export_rows.template(made)
    assert kept is not None
    full.typed.update(("市局季度汇总表", "持证人员汇总"))
    full.typed.update(heading for _, heading in kept.template.layout)
    full.found["template"] = str(made)


def _requests(legal: Act, full: FullRegister) -> None:
    """Requests for transfers that wait, one declined, and people whom a roster does not name."""
    bureau = Organisation.select(Organisation.id).where(Organisation.code == BUREAU).scalar()
    numbers = (
        Person.select(Person.id)
        .join(Engagement, on=Engagement.person_id == Person.id)
        .join(Certificate, on=Certificate.engagement_id == Engagement.id)
        .where(
            Engagement.ended_on.is_null(),
            Engagement.organisation_id != bureau,
            Certificate.state == "active",
            Certificate.kind == "national",
        )
        .order_by(Person.id)
        .limit(3)
    )
    identities = list(identity_numbers([key for (key,) in numbers.tuples()]).values())
    clerk = find_login(full.logins["hr"][0])
    assert clerk is not None
    asking = Actor(clerk.id, clerk.login, clerk.name, "hr", frozenset({bureau}))
    requests = [
        transfers.ask_transfer(
            replace(legal, by=asking, reason="工作需要", document="坛组〔2026〕5号"),
            name="阿卜杜热合曼·买买提艾力江",
            identity_number=identity,
            organisation_id=bureau,
            establishment="civil-servant",
            section="执法三中队",
            post="副中队长",
        )
        for identity in identities
    ]
    transfers.decline_request(replace(legal, reason="服务期未满五年。"), requests[0])
    full.found["declined request"], full.found["request"] = map(str, requests[:2])
    full.typed.update(
        ("阿卜杜热合曼·买买提艾力江", "服务期未满五年。", "坛组〔2026〕5号", "工作需要")
    )
    with transaction() as book:
        people_there = (
            Engagement.select(Engagement.person_id, Engagement.id, Engagement.organisation_id)
            .where(Engagement.ended_on.is_null(), Engagement.organisation_id == bureau)
            .order_by(Engagement.id)
            .limit(4)
        )
        digest = Proposal.select(Proposal.digest).scalar()
        listed = list(people_there.tuples())
        absences.list_absent(book, legal, "officer", digest, listed)
    absence = Absence.select(Absence.id).order_by(Absence.id.desc()).scalar()
    dismiss_absence(replace(legal, reason="驻村一年，仍在编。"), absence)


def _batches(legal: Act, full: FullRegister) -> None:
    issued = (
        Batch.select(Batch.id).where(Batch.state == "issued").order_by(Batch.id.desc()).scalar()
    )
    full.found["issued batch"] = str(issued)
    bureau = Organisation.select(Organisation.id).where(Organisation.code == BUREAU)
    own = Batch.select(Batch.id).where(Batch.organisation_id == bureau.scalar())
    full.found["own batch"] = str(own.scalar())
    discarded = batches.prepare_batch(legal, letter_number="坛综〔2026〕40号", letter_on=TODAY)
    batches.discard_batch(legal, discarded.batch_id)
    waiting = batches.prepare_batch(legal, letter_number="坛综〔2026〕41号", letter_on=TODAY)
    full.found["prepared batch"] = str(waiting.batch_id)


def _accounts(full: FullRegister) -> None:
    operator = prepare_act(OPERATOR, NOW)
    for login, name in (("shut", "钱进（已调离）"), ("fresh", "郑新")):
        accounts.create_account(
            operator,
            login=login,
            name=name,
            role="auditor",
            organisation_id=None,
            password=PASSWORD,
            must_change=login == "fresh",
        )
        account = find_login(login)
        assert account is not None
        full.found[f"account {login}"] = str(account.id)
    full.logins["first"] = ("fresh", PASSWORD)
    accounts.disable_account(_act("admin"), int(full.found["account shut"]))
    admin = find_login("admin")
    assert admin is not None
    full.found["account admin"] = str(admin.id)
    clerk = find_login(full.logins["hr"][0])
    assert clerk is not None
    full.found["account clerk"] = str(clerk.id)


def _findings(legal: Act, full: FullRegister) -> None:
    kinds: dict[str, int] = {}
    for finding, kind in Finding.select(Finding.id, Finding.kind).order_by(Finding.id).tuples():
        kinds.setdefault(kind, finding)
    for kind, finding in kinds.items():
        full.found[f"finding {kind}"] = str(finding)
    recovered = Finding.select(Finding.id).where(Finding.kind == "card-to-recover")
    decided = recovered.order_by(Finding.id.desc()).scalar()
    findings.decide_finding(replace(legal, reason="旧证已经收回。"), decided, "recovered")
    full.found["decided finding"] = str(decided)
