"""The demo's paperwork: organisations and rosters as a district would send them, from a seed."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from registry.documents.spreadsheets import write_csv, write_workbook

SEED = 2018
OFFICERS = 1050
AUXILIARIES = 454
FILED_ON = date(2020, 6, 15)

_BUREAUS = (
    # code, name, short names, parent, field, share of the officers
    ("SFJ", "司法局", "区司法局、司法局", "GOV", "", 1),
    ("SCJG", "市场监督管理局", "区市场监管局、市场监管局", "GOV", "市场监管", 9),
    ("CGJ", "城市管理局", "区城管局、城管局", "GOV", "城市管理", 4),
    ("WGJ", "文化广电和旅游局", "区文广旅局、文广局", "GOV", "文化市场", 2),
    ("NYJ", "农业农村局", "区农业农村局、农林局", "GOV", "农业农村", 3),
    ("JTJ", "交通运输局", "区交通局、交通局", "GOV", "交通运输", 4),
    ("YJJ", "应急管理局", "区应急局、应急局", "GOV", "应急管理", 4),
    ("WJW", "卫生健康局", "区卫健局、卫健局", "GOV", "卫生健康", 3),
    ("RSJ", "人力资源和社会保障局", "区人社局、人社局", "GOV", "劳动保障", 3),
    ("ZJJ", "住房和城乡建设局", "区住建局、住建局", "GOV", "住房城乡建设", 4),
    ("ZRJ", "自然资源和规划局", "区资规局、规划局", "GOV", "自然资源", 4),
    ("SLJ", "水利局", "水利局", "GOV", "水利", 3),
    ("HBJ", "生态环境局", "区环保局、环保局", "GOV", "生态环境", 4),
)
_TEAMS = (
    ("SCDD", "市场监管综合执法大队", "市场监管大队", "受委托组织", "SCJG", "市场监管", 7),
    ("CGDD", "城市管理综合执法大队", "城管大队", "法律法规授权组织", "CGJ", "城市管理", 9),
    ("WHDD", "文化市场综合执法大队", "文化执法大队", "受委托组织", "WGJ", "文化市场", 3),
    ("NYDD", "农业综合执法大队", "农业执法大队", "受委托组织", "NYJ", "农业农村", 4),
    ("WSJD", "卫生监督所", "卫生监督所", "受委托组织", "WJW", "卫生健康", 3),
)
_TOWNS = ("金城镇", "儒林镇", "直溪镇", "朱林镇", "薛埠镇", "指前镇")
_STREETS = ("西城街道", "尧塘街道", "东城街道")
_DISTRICT = "常州市金坛区"

_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程"
    "苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚"
    "邵万钱严覃武戴莫孔向汤单仇解"
)
_DOUBLE = ("欧阳", "上官", "诸葛", "司马", "端木")
_MALE = "建国强伟军勇磊涛超明刚平辉鹏飞宇浩凯波斌峰杰志文博昊晨轩俊健翔"
_FEMALE = "芳娜敏静丽艳娟霞燕玲红梅琳雪慧莹婷颖倩欣佳怡洁萍琴蕾薇璐瑶雅"
_UNUSUAL = (
    ("买买提·艾力", "男"),
    ("阿依古丽·吐尔逊", "女"),
    ("古丽巴哈尔·阿卜杜拉江", "女"),
    ("赵㛃", "女"),
    ("李䶮", "男"),
    ("周𬭎", "男"),
    ("Anna Li", "女"),
    ("司马相如", "男"),
)
_POSTS = ("科员", "四级主任科员", "副科长", "科长", "中队长", "")
_SECTIONS = ("综合科", "法规科", "监督科", "执法一中队", "执法二中队", "")
_OFFICER_KINDS = ("公务员", "公务员", "参照公务员法管理", "事业编制")
_AUXILIARY_KINDS = ("劳务派遣", "合同制", "编外", "公益性岗位", "临时工")
_DUTIES = ("协管员", "巡查员", "内勤", "驾驶员")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


@dataclass(frozen=True)
class DemoPerson:
    """One invented person as the rosters name them."""

    name: str
    sex: str
    identity_number: str
    organisation: str


@dataclass(frozen=True)
class Paperwork:
    """The three files, and the officers in the order of their rows."""

    organisations: bytes
    officers: bytes
    auxiliaries: bytes
    people: tuple[DemoPerson, ...]


def paperwork(
    seed: int = SEED, officers: int = OFFICERS, auxiliaries: int = AUXILIARIES
) -> Paperwork:
    """The district's files; the same seed gives the same files."""
    chance = random.Random(seed)  # noqa: S311 (an invented district is no secret)
    rows, shares = _organisations()
    people: list[DemoPerson] = []
    serial = 0
    officer_rows: list[list[str | int | None]] = []
    places = chance.choices([name for name, _, _ in shares], [s for _, _, s in shares], k=officers)
    fields = {name: field for name, field, _ in shares}
    for row, place in enumerate(places, 1):
        serial += 1
        person = _person(chance, serial, place, row)
        people.append(person)
        legacy = chance.random() < 0.62
        issued = date(2016, 1, 1) + timedelta(days=chance.randrange(1500))
        officer_rows.append(
            [
                row,
                person.name,
                person.sex,
                person.identity_number,
                place,
                chance.choice(_SECTIONS),
                chance.choice(_POSTS),
                chance.choice(_OFFICER_KINDS),
                fields[place] or "综合执法",
                f"320413{row:05d}" if legacy else None,
                issued.isoformat() if legacy else None,
                f"139{chance.randrange(10**8):08d}",
                None,
            ]
        )
    auxiliary_rows: list[list[str | int | None]] = []
    by_place: dict[str, list[str]] = {}
    for person in people:
        by_place.setdefault(person.organisation, []).append(person.name)
    auxiliary_places = [name for name in by_place if name != f"{_DISTRICT}司法局"]
    for row in range(1, auxiliaries + 1):
        serial += 1
        place = chance.choice(auxiliary_places)
        person = _person(chance, serial, place, row + 20)
        begins = date(2018, 1, 1) + timedelta(days=chance.randrange(860))
        twin = people[row * 7].identity_number if row <= 4 else person.identity_number
        auxiliary_rows.append(
            [
                row,
                person.name if row > 4 else people[row * 7].name,
                person.sex if row > 4 else people[row * 7].sex,
                twin,
                place,
                chance.choice(_DUTIES),
                chance.choice(_AUXILIARY_KINDS),
                begins.isoformat(),
                (begins + timedelta(days=chance.choice((1095, 1825, 2555, 3650)))).isoformat(),
                chance.choice(by_place[place]) if row % 40 else "张不在",
                f"曾用证号 3204139{row:04d}" if row % 120 == 0 else None,
            ]
        )
    filed = f"填报单位：{_DISTRICT}司法局    填报日期：{FILED_ON:%Y年%m月%d日}"
    return Paperwork(
        write_csv(
            [
                "机构代码",
                "机构名称",
                "简称（多个用、分隔）",
                "主体类型",
                "上级机构代码",
                "执法领域",
                "执法区域",
                "执法类别",
                "投诉电话",
            ],
            rows,
        ),
        _roster(
            f"{_DISTRICT}行政执法人员花名册    {filed}",
            [
                "序号",
                "姓名",
                "性别",
                "身份证号码",
                "所在单位",
                "内设机构",
                "职务",
                "编制性质",
                "执法领域",
                "原执法证号",
                "发证日期",
                "联系电话",
                "备注",
            ],
            officer_rows,
        ),
        _roster(
            f"{_DISTRICT}行政执法辅助人员登记造册表    {filed}",
            [
                "序号",
                "姓名",
                "性别",
                "身份证号",
                "用人单位",
                "岗位",
                "用工形式",
                "合同开始",
                "合同结束",
                "带班执法人员",
                "备注",
            ],
            auxiliary_rows,
        ),
        tuple(people),
    )


def _roster(title: str, headers: list[str], rows: list[list[str | int | None]]) -> bytes:
    return write_workbook(title, headers, rows)


def _organisations() -> tuple[list[list[str]], list[tuple[str, str, int]]]:
    """Rows of the organisations' file, and (name, field, share of officers) of the organs."""
    rows = [["JT-GOV", f"{_DISTRICT}人民政府", "", "法定行政机关", "", "", "金坛区", "", ""]]
    shares: list[tuple[str, str, int]] = []
    all_acts = "行政处罚、行政检查、行政强制、行政许可"
    serial = 0

    def add(
        code: str, name: str, short: str, kind: str, parent: str, field: str, share: int
    ) -> None:
        nonlocal serial
        serial += 1
        acts = "行政处罚、行政检查" if kind == "受委托组织" else all_acts
        rows.append(
            [
                f"JT-{code}",
                name,
                short,
                kind,
                f"JT-{parent}",
                field,
                "金坛区",
                acts,
                f"0519-8288{serial:04d}",
            ]
        )
        shares.append((name, field, share))

    for code, name, short, parent, field, share in _BUREAUS:
        add(code, _DISTRICT + name, short, "法定行政机关", parent, field, share)
    for code, name, short, kind, parent, field, share in _TEAMS:
        add(code, _DISTRICT + name, short, kind, parent, field, share)
    for number, town in enumerate((*_TOWNS, *_STREETS), 1):
        office = "人民政府" if town in _TOWNS else "办事处"
        name = f"{_DISTRICT}{town}{office}"
        add(f"Z{number:02d}", name, f"{town}{office}", "法定行政机关", "GOV", "综合执法", 3)
    return rows, shares


def _person(chance: random.Random, serial: int, organisation: str, row: int) -> DemoPerson:
    if row % 131 == 7 and row // 131 < len(_UNUSUAL):
        name, sex = _UNUSUAL[row // 131]
    else:
        sex = chance.choice(("男", "男", "男", "女", "女"))
        surname = chance.choice(_DOUBLE) if chance.random() < 0.01 else chance.choice(_SURNAMES)
        letters = _MALE if sex == "男" else _FEMALE
        name = surname + "".join(chance.sample(letters, chance.choice((1, 2, 2))))
    born = date(1966, 12, 1) + timedelta(days=chance.randrange(11_900))
    order = serial % 500 * 2 + (1 if sex == "男" else 0)
    body = f"320413{born:%Y%m%d}{order:03d}"
    check = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return DemoPerson(name, sex, body + _CHECK[check], organisation)
