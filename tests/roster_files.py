"""Rosters for tests: workbooks of invented people, in the columns that bureaus use."""

from collections.abc import Sequence
from datetime import date

from registry.documents.spreadsheets import Cell, write_workbook
from registry.rules.acts import Act
from registry.services.imports import commit, read_file

OFFICER_HEADINGS = (
    "序号", "姓名", "性别", "身份证号码", "所在单位", "内设机构", "职务", "编制性质",
    "执法领域", "原执法证号", "发证日期", "联系电话", "备注",
)  # fmt: skip
AUXILIARY_HEADINGS = (
    "序号", "姓名", "性别", "身份证号", "用人单位", "岗位", "用工形式", "合同开始", "合同结束",
    "带班执法人员", "备注",
)  # fmt: skip
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(serial: int, *, born: str = "19800305") -> str:
    """A well-formed number that nobody has: ``serial`` 1 to 999, odd ones are men's."""
    body = f"320413{born}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def officer(
    serial: int,
    name: str = "",
    *,
    place: str = "市场监督管理局",
    establishment: str = "公务员",
    section: Cell = "执法科",
    post: Cell = "科员",
    number: Cell = None,
    issued_on: Cell = None,
    telephone: Cell = None,
    remarks: Cell = None,
    identity: Cell = None,
) -> list[Cell]:
    """One row of an officers' roster."""
    return [
        serial,
        name or f"陈大文{serial % 10}",
        None,
        identity_number(serial) if identity is None else identity,
        place,
        section,
        post,
        establishment,
        "市场监管",
        number,
        issued_on,
        telephone,
        remarks,
    ]


def auxiliary(
    serial: int,
    name: str = "",
    *,
    place: str = "市场监督管理局",
    establishment: str = "劳务派遣",
    supervisor: Cell = None,
    remarks: Cell = None,
    ends: Cell = date(2027, 6, 30),
) -> list[Cell]:
    """One row of an auxiliary roster."""
    return [
        serial,
        name or f"林小文{serial % 10}",
        None,
        identity_number(serial),
        place,
        "协管员",
        establishment,
        date(2024, 7, 1),
        ends,
        supervisor,
        remarks,
    ]


def roster(
    *rows: Sequence[Cell],
    title: str = "行政执法人员花名册　填报日期：2026年6月15日",
    headings: Sequence[str] = OFFICER_HEADINGS,
) -> bytes:
    """A workbook of these rows."""
    return write_workbook(title, headings, rows)


def auxiliary_roster(*rows: Sequence[Cell]) -> bytes:
    """A workbook of an auxiliary roster."""
    return roster(*rows, title="行政执法辅助人员登记造册表", headings=AUXILIARY_HEADINGS)


def import_organisations(act: Act, *names: str) -> None:
    """Put organisations on the register: the first is the government, the rest stand under it."""
    rows: list[list[Cell]] = [["GOV", names[0], "法定行政机关", None, None]]
    rows += [
        [f"ORG-{place}", name, "法定行政机关", "GOV", "市场监管"]
        for place, name in enumerate(names[1:], 1)
    ]
    data = write_workbook(
        "", ["机构代码", "机构名称", "主体类型", "上级机构代码", "执法领域"], rows
    )
    commit(act, read_file(data, "organisations.xlsx"))
