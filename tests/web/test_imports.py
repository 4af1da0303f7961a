"""Imports on the web: what is uploaded, seen, said, imported, handed back, and by whom."""

import io
import re
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.documents.spreadsheet_prescan import MOST_BYTES
from registry.documents.spreadsheets import read_tables
from registry.rules.acts import Act
from registry.rules.roster_columns import recognise_roster
from registry.services.imports import commit, read_file
from registry.store.tables import (
    Attempt,
    Certificate,
    Event,
    ImportMapping,
    Person,
    Proposal,
    Upload,
)
from registry.web import file_readers
from tests.roster_files import (
    OFFICER_HEADINGS,
    auxiliary,
    auxiliary_roster,
    identity_number,
    import_organisations,
    officer,
    roster,
)
from tests.web.page_inspection import inspect_page

BUREAU, TOWN = "市场监督管理局", "朱林镇人民政府"


@pytest.fixture
def district(register: Any, act: Act) -> Act:
    """A government with a bureau and a town under it."""
    import_organisations(act, "区人民政府", BUREAU, TOWN)
    return act


@pytest.fixture
def legal(district: Act, signed_in: Callable[..., Any]) -> Any:
    """A browser of the legal office."""
    return signed_in("legal-office")


def upload(browser: Any, data: bytes, name: str = "roster.xlsx", kind: str = "") -> Any:
    browser.get("/imports")
    return browser.post("/imports", {"kind": kind, "file": (io.BytesIO(data), name)})


def preview_of(browser: Any, data: bytes, **options: str) -> tuple[str, str]:
    """The address of the preview and its page."""
    answer = upload(browser, data, **options)
    assert answer.status_code == 302, inspect_page(answer.text)
    address = answer.headers["Location"]
    return address, inspect_page(browser.get(address).text)


def decisions(page: str) -> str:
    found = re.search(r'name="decisions" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def do(browser: Any, address: str, page: str) -> Any:
    return browser.post(f"{address}/commit", {"decisions": decisions(page)})


def texts(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_an_empty_register_offers_the_form_and_the_three_headers(legal: Any) -> None:
    page = inspect_page(legal.get("/imports").text)
    assert "按列名自动识别" in page and "最大10 MB" in page
    for kind in ("officer", "auxiliary", "organisation"):
        answer = legal.get(f"/imports/templates/{kind}.xlsx")
        assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
        roster_read = recognise_roster(read_tables(answer.data))
        assert (roster_read.kind, roster_read.missing, roster_read.unknown) == (kind, (), ())
    assert legal.get("/imports/templates/other.xlsx").status_code == 404


def test_a_roster_is_previewed_imported_once_and_listed(legal: Any) -> None:
    data = roster(officer(1, "陈大文", number="32041300001"), officer(3, establishment="临时工"))
    address, page = preview_of(legal, data, name="执法人员 2026.xlsx")
    assert "登记 1 名新人员" in page and "1 行不导入" in page
    assert "执法人员 2026.xlsx" in page and "2026-06-15" in page
    assert Person.select().count() == 0
    answer = do(legal, address, page)
    assert answer.status_code == 302 and answer.headers["Location"] == address
    result = inspect_page(legal.get(address).text)
    assert "已导入" in result and "不属于执法人员编制" in result
    assert Person.select().count() == 1 and Certificate.select().count() == 1
    assert Attempt.select().count() == 1
    assert (
        "导入，登记没有要改的"
        in preview_of(legal, roster(officer(1, "陈大文", number="32041300001")))[1]
    )
    # A second press on the same button changes nothing and shows the result.
    size = Event.select().count()
    again = do(legal, address, page)
    assert "已导入" in again.text and Event.select().count() == size
    past = inspect_page(legal.get("/imports").text)
    assert "执法人员 2026.xlsx" in past


def test_every_sort_of_row_has_a_tab_with_field_reason_and_mend(district: Act, legal: Any) -> None:
    commit(
        district,
        read_file(
            roster(
                officer(1, "陈大文"), officer(3, "李四"), officer(5, "王五"), officer(7, "赵六")
            ),
            "first.xlsx",
        ),
    )
    data = roster(
        officer(1, "陈大文"),
        officer(3, "李四", section="法制科"),
        officer(5, "王小五"),
        officer(9, "钱七"),
        officer(11, "孙八", establishment="临时工", number="32041300011"),
        officer(13, "周九", telephone="12"),
    )
    address, page = preview_of(legal, data)
    assert "导入：新增 2，修改 1" in page
    seen = {
        sort: texts(inspect_page(legal.get(f"{address}?show={sort}").text))
        for sort in (
            "refused", "warned", "proposed", "findings", "added", "changed", "unchanged", "absent"
        )
    }  # fmt: skip
    assert "执法科 → 法制科" in re.sub(r"\s*→\s*", " → ", seen["changed"])
    assert "更正姓名" in seen["proposed"] and "王五" in seen["proposed"]
    assert "编制或用工性质" in seen["refused"] and "“临时工”不得持有执法证" in seen["refused"]
    assert "请收回此证并报司法局处理" in seen["refused"] and "依据" in seen["refused"]
    assert "12" in seen["warned"] and "请核对" in seen["warned"]
    assert "钱七" in seen["added"] and "陈大文" in seen["unchanged"] and "赵六" in seen["absent"]
    assert "32041300011" in seen["findings"]
    whole = "".join(seen.values())
    assert not re.search(r"[0-9]{17}[0-9X]", whole)
    assert identity_number(9)[:6] + "********" in whole


def test_the_register_moved_since_the_preview(district: Act, legal: Any) -> None:
    address, page = preview_of(legal, roster(officer(1, "陈大文")))
    commit(district, read_file(roster(officer(1, "陈小文")), "other.xlsx"))
    answer = do(legal, address, page)
    assert answer.status_code == 409 and "请重新看一遍预览" in answer.text
    inspect_page(answer.text)
    assert Proposal.select().count() == 0
    assert do(legal, address, answer.text).status_code == 302
    assert Proposal.select().count() == 1


def test_the_refused_rows_come_back_as_text_and_are_taken_again(legal: Any) -> None:
    risky = ["=HYPERLINK(1)", "+1", "-1", "@x", "＝1", "{=1+1}", '"><svg onload=alert(1)>']
    rows = [
        officer(2 * place + 1, name, establishment="临时工", remarks=name)
        for place, name in enumerate(risky)
    ]
    address, page = preview_of(legal, roster(*rows, officer(99, "陈大文")))
    assert "<svg onload" not in page and "&lt;svg onload" in page
    returned = [legal.get(f"{address}/refused.xlsx").data]
    do(legal, address, page)
    returned.append(legal.get(f"{address}/refused.xlsx").data)
    for data in returned:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist()}
        assert not [name for name, part in parts.items() if re.search(r"<f[ >]|<hyperlink", part)]
        (table,) = read_tables(data)
        headings, *body = [cells for _, cells in table.rows]
        assert headings == (*OFFICER_HEADINGS, "原因")
        assert [cells[1] for cells in body] == risky and [cells[12] for cells in body] == risky
        assert body[0][3] == identity_number(1) and "不属于执法人员编制" in str(body[0][-1])
    # Mended, the same workbook is taken again, its column of reasons included.
    mended = [list(cells[:-1]) for cells in body]
    for cells in mended:
        cells[7] = "公务员"
    again = roster(*mended[:1], headings=[str(heading) for heading in headings[:-1]])
    assert "登记 1 名新人员" in preview_of(legal, again)[1]


def test_an_unknown_word_and_column_are_asked_for_and_remembered(legal: Any) -> None:
    headings = ["证件编码" if heading == "身份证号码" else heading for heading in OFFICER_HEADINGS]
    data = roster(officer(1, "陈大文", establishment="聘用"), headings=headings)
    address, page = preview_of(legal, data)
    assert "有必需的列没有找到" in page and "commit" not in page
    form = {"heading-0": "证件编码", "column-0": "identity_number"}
    assert legal.post(f"{address}/meanings", form).status_code == 302
    page = inspect_page(legal.get(address).text)
    assert "聘用" in page and "不认识的词语" in page
    form = {"field-0": "establishment", "text-0": "聘用", "word-0": "public-institution"}
    assert legal.post(f"{address}/meanings", form).status_code == 302
    page = inspect_page(legal.get(address).text)
    assert "登记 1 名新人员" in page and "记住的" in page
    assert ImportMapping.select().count() == 0
    do(legal, address, page)
    assert ImportMapping.select().count() == 2
    next_year = roster(officer(3, "李四", establishment="聘用"), headings=headings)
    _, page = preview_of(legal, next_year)
    assert "登记 1 名新人员" in page and "记住的" in page


def test_a_meaning_outside_the_list_is_refused(legal: Any) -> None:
    address, _ = preview_of(legal, roster(officer(1, establishment="聘用")))
    form = {"field-0": "establishment", "text-0": "聘用", "word-0": "minister"}
    answer = legal.post(f"{address}/meanings", form)
    assert answer.status_code == 422 and "不在可选的范围内" in answer.text
    inspect_page(answer.text)
    for bad in ("\x00", "长" * 3000):
        form = {"field-0": "establishment", "text-0": bad, "word-0": "public-institution"}
        assert legal.post(f"{address}/meanings", form).status_code == 422


def test_a_preview_is_its_owners_alone_and_gone_after_a_day(
    district: Act, signed_in: Callable[..., Any], clock: Any
) -> None:
    mine, other = signed_in("legal-office"), signed_in("legal-office", login="legal-2")
    address, page = preview_of(mine, roster(officer(1), officer(3, establishment="临时工")))
    other.get("/imports")
    for path in (address, f"{address}?show=added", f"{address}/refused.xlsx"):
        assert other.get(path).status_code == 404
    for path in ("commit", "meanings", "discard"):
        sent = {"decisions": decisions(page)}
        assert other.post(f"{address}/{path}", sent).status_code == 404
    assert mine.get(address).status_code == 200 and Person.select().count() == 0
    clock.wait(hours=9)
    mine.sign_in("legal-office")
    assert mine.get(address).status_code == 200
    clock.wait(hours=15, seconds=1)
    mine.sign_in("legal-office")
    assert mine.get(address).status_code == 404 and Upload.select().count() == 0


def test_a_file_can_be_thrown_away(legal: Any) -> None:
    address, _ = preview_of(legal, roster(officer(1)))
    assert legal.post(f"{address}/discard").status_code == 302
    assert Upload.select().count() == 0 and legal.get(address).status_code == 404


def test_a_clerk_sees_and_imports_her_own_organ_only(
    district: Act, signed_in: Callable[..., Any]
) -> None:
    from registry.store.organisations import by_code

    commit(district, read_file(roster(officer(21, "外单位", place=TOWN)), "town.xlsx"))
    bureau = by_code("ORG-1")
    assert bureau is not None
    clerk = signed_in("hr", organisation_id=bureau.id)
    page = inspect_page(clerk.get("/imports").text)
    assert 'value="organisation"' not in page and "机构名册" not in page
    assert "town.xlsx" not in page
    data = roster(officer(1), officer(3, place=TOWN), officer(21, "外单位"))
    address, page = preview_of(clerk, data)
    assert "登记 1 名新人员" in page
    assert "所在单位不在您经办的机构范围内" in page and "此人不能在这里登记" in page
    do(clerk, address, page)
    assert Person.select().count() == 2
    assert "roster.xlsx" in clerk.get("/imports").text
    answer = upload(
        clerk, b"\xef\xbb\xbf" + "机构代码,机构名称,主体类型\nA,甲局,法定行政机关\n".encode()
    )
    assert answer.status_code == 422 and "您的角色不能办理" in answer.text
    assert clerk.get("/imports/templates/organisation.xlsx").status_code == 404


@pytest.mark.parametrize("role", ["administrator", "auditor", "exam-coordinator"])
def test_other_roles_are_not_let_in(
    district: Act, signed_in: Callable[..., Any], role: str
) -> None:
    browser = signed_in(role)
    for path in ("/imports", "/imports/abc", "/imports/templates/officer.xlsx"):
        assert browser.get(path).status_code == 403


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "文件是空的"),
        (roster(officer(1))[:900], "文件不完整"),
        (b"%PDF-1.7\n\x00\xff\xfe\x01", "文件的内容不是表格"),
        (b"\xef\xbb\xbf" + "菜名,价格\n鱼,10\n".encode(), "没有找到名册的表头"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_in_words(legal: Any, data: bytes, says: str) -> None:
    answer = upload(legal, data)
    assert answer.status_code == 422 and says in inspect_page(answer.text)
    assert Upload.select().count() == 0


def test_no_file_and_too_large_a_file_are_refused_in_words(legal: Any) -> None:
    legal.get("/imports")
    answer = legal.post("/imports", {"kind": ""})
    assert answer.status_code == 422 and "请选一个文件" in inspect_page(answer.text)
    answer = upload(legal, b"x" * (MOST_BYTES + 1))
    assert answer.status_code == 422 and "文件超过 10 MB" in inspect_page(answer.text)
    answer = upload(legal, b"x" * (MOST_BYTES + 600_000))
    assert answer.status_code == 413


def test_a_file_beyond_those_being_read_is_refused_in_words_and_read_later(
    legal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = threading.BoundedSemaphore(2)
    monkeypatch.setattr(file_readers, "_readers", places)
    monkeypatch.setattr(file_readers, "WAIT", 0.05)
    assert places.acquire() and places.acquire()
    answer = upload(legal, roster(officer(1)))
    assert answer.status_code == 422 and "请过一分钟再上传" in inspect_page(answer.text)
    assert Upload.select().count() == 0
    places.release()
    assert upload(legal, roster(officer(1))).status_code == 302
    assert places.acquire(blocking=False), "the place was not given back"


@pytest.mark.parametrize("name", ["a%0D%0AX: 1.xlsx", "../../x.xlsx", "C:\\x\\y.xlsx", "\x00.xlsx"])
def test_a_files_name_goes_into_no_header_and_no_path(legal: Any, name: str) -> None:
    answer = upload(legal, roster(officer(1, establishment="临时工")), name=name)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    page = legal.get(address)
    assert page.status_code == 200 and "../" not in texts(page.text) and "\\" not in page.text
    returned = legal.get(f"{address}/refused.xlsx")
    assert returned.headers["Content-Disposition"] == 'attachment; filename="refused-rows.xlsx"'


def test_an_id_number_in_the_wrong_column_is_masked_too(legal: Any) -> None:
    number = identity_number(7)
    wide = number.translate({48 + digit: 0xFF10 + digit for digit in range(10)})
    headings = [*OFFICER_HEADINGS[:-1], "老伴身份证"]
    rows = [
        officer(1, number, place=number, establishment=number, remarks=number),
        officer(3, "李四", place=wide, section=wide, remarks=wide),
    ]
    address, page = preview_of(legal, roster(*rows, headings=headings))
    pages = [page] + [legal.get(f"{address}?show={sort}").text for sort in ("refused", "added")]
    for page in pages:
        assert number not in page and wide not in page and wide[:14] not in page
    assert "老伴身份证" in pages[0] and number[:6] + "********" in pages[0]


def test_large_previews_are_paged(legal: Any) -> None:
    address, _ = preview_of(legal, roster(*(officer(serial) for serial in range(1, 251))))
    page = legal.get(f"{address}?show=added&page=3")
    assert "第 201–250 行，共 250 行" in texts(inspect_page(page.text))
    assert legal.get(f"{address}?show=added&page=4").status_code == 404
    assert legal.get(f"{address}?show=added&page=１").status_code == 400


def test_the_sample_roster_through_the_web(
    register: Any, act: Act, sample_data: Path, expected: dict[str, Any], signed_in: Any
) -> None:
    browser = signed_in("legal-office", language="en")
    for name in ("organisations.csv", "roster-officers.xlsx"):
        address, page = preview_of(browser, (sample_data / name).read_bytes(), name=name)
        assert do(browser, address, page).status_code == 302
        inspect_page(browser.get(address).text)
    assert Person.select().count() == expected["officers"]["good"]
    refused = read_tables(browser.get(f"{address}/refused.xlsx").data)[0]
    assert len(refused.rows) - 1 == len(expected["officers"]["wrong"])


def test_an_auxiliary_roster_links_supervisors_on_the_web_too(district: Act, legal: Any) -> None:
    commit(district, read_file(roster(officer(1, "陈大文")), "officers.xlsx"))
    data = auxiliary_roster(auxiliary(11, supervisor="陈大文"), auxiliary(13, supervisor="无名氏"))
    address, page = preview_of(legal, data)
    assert "1 项待定事项由法制机构处理" in page and "辅助人员名册" in page
    do(legal, address, page)
    assert Person.select().count() == 3


def test_english_pages_leave_no_chinese_sentence(
    district: Act, signed_in: Callable[..., Any]
) -> None:
    browser = signed_in("legal-office", language="en")
    data = roster(
        officer(1, "Chen", place="Unknown", remarks=""), officer(3, "Li", establishment="聘用"),
        officer(5, "Wang", establishment="临时工", number="32041300001"), officer(7, "Zhao"),
    )  # fmt: skip
    pages = [browser.get("/imports").text]
    address, page = preview_of(browser, data)
    pages.append(page)
    pages += [browser.get(f"{address}?show={sort}").text for sort in ("added", "findings")]
    do(browser, address, page)
    pages.append(browser.get(address).text)
    for page in pages:
        main = page.split("<main")[1].split("</main>")[0]
        main = re.sub(r"<option[^>]*>[^<]*</option>", "", main)
        for known in ("聘用", "临时工", BUREAU, TOWN, "区人民政府", "Unknown"):
            main = main.replace(known, "")
        assert not re.findall(r"[一-鿿]+", texts(main))
