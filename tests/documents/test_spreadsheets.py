"""Spreadsheets: what is read from honest files, how hostile ones are refused, what we give back."""

import ast
import importlib.util
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.documents import spreadsheet_reading, spreadsheets, unreadable
from registry.documents.spreadsheet_prescan import prescan_workbook
from registry.documents.spreadsheet_reading import RISKY_FIRST, without_guard
from registry.documents.spreadsheets import Unreadable, read_tables, write_csv, write_workbook


def _load_hostile() -> ModuleType:
    path = Path(__file__).with_name("hostile.py")
    spec = importlib.util.spec_from_file_location("hostile_workbooks", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hostile = _load_hostile()


def refused(data: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read_tables(data, "名册.xlsx")
    assert "%(" not in caught.value.sentence
    return caught.value.code


def old_workbook() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("花名册")
    for column, text in enumerate(("姓名", "发证日期", "电话")):
        sheet.write(1, column, text)
    sheet.write(2, 0, "何强")
    sheet.write(2, 1, date(2015, 8, 10), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    sheet.write(2, 2, 13253028512)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_keeps_row_numbers_dates_and_numbers() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("名册")
    page.write_string(2, 1, "何强")
    page.write_datetime(2, 2, date(2015, 8, 10), book.add_format({"num_format": "yyyy-mm-dd"}))
    page.write_number(2, 3, 13253028512)
    page.write_number(2, 4, 320413196203300000)
    page.write_boolean(2, 5, True)
    page.write_string(4, 0, "  ")
    book.add_worksheet("藏").hide()
    book.close()
    visible, hidden = read_tables(buffer.getvalue(), "x.xls")
    assert visible.name == "名册" and not visible.hidden
    assert visible.rows == (
        (3, (None, "何强", date(2015, 8, 10), 13253028512, 320413196203300000.0, True)),
    )
    assert isinstance(visible.rows[0][1][4], float)
    assert hidden.hidden


def test_an_old_workbook_is_read_whatever_it_is_called() -> None:
    (table,) = read_tables(old_workbook(), "名册.csv")
    assert table.rows == (
        (2, ("姓名", "发证日期", "电话")),
        (3, ("何强", date(2015, 8, 10), 13253028512)),
    )


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_every_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    text = f"姓名{delimiter}单位\r\n\r\n㛃琴{delimiter}“城管局，一中队”\r\n"
    (table,) = read_tables(text.encode(encoding), "名册")
    assert table.rows == ((1, ("姓名", "单位")), (3, ("㛃琴", "“城管局，一中队”")))


def test_the_sample_roster_is_read_whole(sample_data: Path) -> None:
    data = (sample_data / "roster-officers.xlsx").read_bytes()
    (table,) = read_tables(data, "roster-officers.xlsx")
    assert len(table.rows) == 1204
    (cases,) = read_tables((sample_data / "case-files.csv").read_bytes(), "case-files.csv")
    assert len(cases.rows) == 213


@pytest.mark.parametrize("name", hostile.HOSTILE)
def test_hostile_files_are_refused_in_words_within_seconds(name: str) -> None:
    make, codes = hostile.HOSTILE[name]
    data = make()
    began = time.monotonic()
    assert refused(data) in codes
    # Two seconds on an idle machine; the limit of the wall clock is what nobody waits beyond.
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("make", [hostile.far_corner, hostile.just_within_the_cap])
def test_the_prescan_alone_refuses_too_many_cells(make: Callable[[], bytes]) -> None:
    """Without it the child dies of memory or takes long; with it the file is named for it."""
    with pytest.raises(Unreadable) as caught:
        prescan_workbook(make())
    assert caught.value.code == "too-many-cells"


def test_the_child_alone_survives_what_the_prescan_lets_by() -> None:
    """A string in 16,000 cells passes the prescan; memory ends the child, not the server."""
    prescan_workbook(hostile.crowded_shared_string())
    assert refused(hostile.crowded_shared_string()) == "file-too-costly"


def test_a_child_that_takes_too_long_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "_START", "import time; time.sleep(60)")
    monkeypatch.setattr(spreadsheets, "WALL_SECONDS", 0.2)
    began = time.monotonic()
    assert refused(b"a,b\n") == "file-too-costly"
    assert time.monotonic() - began < 5


def test_a_child_that_says_too_much_is_not_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "import time\nwhile True:\n print('x' * 100000, flush=True)\n time.sleep(0.01)"
    monkeypatch.setattr(spreadsheets, "_START", endless)
    monkeypatch.setattr(spreadsheets, "MOST_ANSWER_BYTES", 1_000_000)
    began = time.monotonic()
    assert refused(b"a,b\n") == "file-too-costly"
    assert time.monotonic() - began < spreadsheets.WALL_SECONDS / 2


def test_the_child_takes_its_limits_and_loads_no_application() -> None:
    """Memory, processor time, core and file size are bounded; Flask and Peewee stay outside."""
    probe = spreadsheets._START.replace(
        "main()\n",
        "import io, resource, os\n"
        "sys.stdin = type('In', (), {'buffer': io.BytesIO(b'a,b')})\n"
        "main()\n"
        "names = ('RLIMIT_AS', 'RLIMIT_CPU', 'RLIMIT_CORE', 'RLIMIT_FSIZE')\n"
        "print()\n"
        "print({name: resource.getrlimit(getattr(resource, name))[0] for name in names})\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'flask', 'peewee'}))\n"
        "print(sorted(os.environ))\n",
    )
    folder = str(Path(spreadsheets.__file__).parent.parent)
    ran = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            probe,
            folder,
            json.dumps([path for path in sys.path if path]),
        ],
        capture_output=True,
        text=True,
        check=True,
        env={},
    )
    limits, modules, _ = ran.stdout.splitlines()[-3:]
    assert ast.literal_eval(limits) == {
        "RLIMIT_AS": spreadsheet_reading.MEMORY_BYTES,
        "RLIMIT_CPU": spreadsheet_reading.CPU_SECONDS,
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": 0,
    }
    assert modules == "[]"


def test_the_child_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_SECRET_KEY", "hidden")
    given: dict[str, object] = {}
    real = subprocess.Popen

    def watch(*args: object, **options: object) -> object:
        given.update(options)
        return real(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", watch)
    read_tables(b"a,b\n", "x.csv")
    assert "REGISTRY_SECRET_KEY" not in given["env"]  # type: ignore[operator]
    assert given["close_fds"] is True


def test_files_that_are_no_spreadsheet(sample_data: Path) -> None:
    good = (sample_data / "roster-officers.xlsx").read_bytes()
    assert refused(b"") == "file-empty"
    assert refused(b"\0" * 100) == "file-empty"
    assert refused(good[: len(good) // 2]) == "file-cut-off"
    assert refused(old_workbook()[:600]) == "file-cut-off"
    assert refused(b"%PDF-1.7\n\0\x01\x02") == "file-not-a-spreadsheet"
    assert refused(b"\x89PNG\r\n\x1a\n\0\0") == "file-not-a-spreadsheet"
    assert refused("<html><table><tr><td>姓名".encode()) == "file-is-a-web-page"
    assert refused(b"PK\x03\x04nonsense") == "file-cut-off"
    assert refused(b"a" * 10_000_001) == "file-too-large"
    assert refused(hostile.workbook("", without="xl/workbook.xml")) == "file-not-a-spreadsheet"
    assert refused(hostile.workbook("", without="[Content_Types].xml")) == "file-not-a-spreadsheet"
    assert refused(("a,b\n" * 20_001).encode()) == "too-many-cells"
    assert refused(("长" * 40_000 + ",b\n").encode()) == "cell-too-long"


def test_an_open_document_is_named_as_another_spreadsheet() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    assert refused(buffer.getvalue()) == "file-is-another-spreadsheet"


def test_a_bad_index_is_refused_in_words() -> None:
    assert refused(hostile.bad_index()) in {"file-cut-off", "file-too-costly"}


def test_a_zip_that_lies_about_its_sizes_is_refused() -> None:
    data = hostile.workbook('<row r="1"><c r="A1"><v>1</v></c></row>' * 5000)
    size = len(zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml"))
    lying = data.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != data
    assert refused(lying) == "file-cut-off"


def test_every_sentence_says_what_to_do() -> None:
    for code, template in unreadable.SENTENCES.items():
        assert "请" in template, code
        assert template.endswith("。"), code


NAMES = [
    '=HYPERLINK("http://x","y")',
    "{=1+1}",
    "+1",
    "-1",
    "@x",
    "\tx",
    "\rx",
    "＝1",
    "http://example.org",
    "mailto:x@example.org",
    "internal:Sheet1!A1",
    "external:\\\\host\\share",
    "320413196203300034",
]


def test_a_workbook_of_ours_holds_no_formula_and_no_link() -> None:
    data = write_workbook("=1+1", NAMES, [NAMES, [*NAMES]], sheet="[a]:b*")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            text = archive.read(part)
            assert b"<f>" not in text and b"<f " not in text, part
            assert b"<hyperlink" not in text and b"TargetMode" not in text, part
    (table,) = read_tables(data, "x.xlsx")
    assert table.rows[2][1] == tuple(NAMES)


def test_what_is_typed_into_a_text_column_later_stays_text() -> None:
    data = write_workbook("", ["序号", "身份证号码"], [[1, None]], text_columns=[1])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet.column_dimensions["B"].number_format == "@"
    assert sheet.column_dimensions["A"].number_format == "General"


def test_a_workbook_of_ours_reads_back_as_it_was() -> None:
    row = ["何强", 7, 1.5, True, date(2018, 6, 15), datetime(2018, 6, 15, 8, 30), None, "末"]
    data = write_workbook("名册", [str(n) for n in range(8)], [row, [320413196203300034, "\ud800"]])
    (table,) = read_tables(data, "x.xlsx")
    assert table.rows[2] == (3, tuple(row))
    assert table.rows[3][1] == ("320413196203300034", "?")
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None and page.freeze_panes == "A3"


CELL_TEXT = st.text(
    st.sampled_from("'=+-@＝＋－＠ab,;\"甲1 ") | st.characters(exclude_categories=("Cs", "Cc")),
    max_size=12,
)


@given(CELL_TEXT)
def test_what_goes_round_through_csv_comes_back_exactly(text: str) -> None:
    written = write_csv(["h"], [[text]]).decode("utf-8-sig").split("\r\n")[1][1:-1]
    written = written.replace('""', '"')
    assert not written or written[0] not in RISKY_FIRST
    assert without_guard(written) == text


@settings(max_examples=5, deadline=None)
@given(st.lists(CELL_TEXT.filter(lambda text: bool(text.strip())), min_size=2, max_size=5))
def test_a_whole_csv_comes_back_exactly(row: list[str]) -> None:
    (table,) = read_tables(write_csv(["a", "b"], [row]), "x.csv")
    assert table.rows[1][1] == tuple(row)


def test_csv_is_quoted_and_guarded() -> None:
    lines = write_csv(["姓名", "日期"], [[name, date(2018, 6, 15)] for name in NAMES]).decode(
        "utf-8-sig"
    )
    assert '"\'=HYPERLINK(""http://x"",""y"")","2018-06-15"' in lines
    assert '"\'＝1"' in lines and '"\'-1"' in lines


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc to count descriptors")
def children() -> set[str]:
    """The processes of this one's own, those included that nobody has waited for."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {process for task in tasks for process in task.read_text().split()}


def test_reading_leaves_no_descriptor_and_no_child_behind() -> None:
    read_tables(b"a,b\n", "x.csv")
    before, others = len(os.listdir("/proc/self/fd")), children()
    for _ in range(3):
        refused(b"")
        refused(hostile.far_corner())
        read_tables(b"a,b\n", "x.csv")
    assert len(os.listdir("/proc/self/fd")) == before
    assert children() == others
