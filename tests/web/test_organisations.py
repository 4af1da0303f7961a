"""Pages of organisations: the tree, one organisation, and every act through its form."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, local_day
from registry.services.commission_letters import add_letter
from registry.services.organisations import add_organisation
from registry.store import commission_letters, external_names, organisations
from registry.store.database import connection, database
from registry.store.organisations import OrganisationFacts
from registry.store.tables import Event, Finding, Organisation
from tests.web.conftest import NOW, Browser
from tests.web.page_inspection import inspect_page


@pytest.fixture
def district(register: Config) -> dict[str, int]:
    """Government, bureau with a commissioned team, another bureau; ids by code."""
    act = Act(OPERATOR, NOW, local_day(NOW), "测试", "坛司〔2026〕1号")
    ids: dict[str, int] = {}
    with connection():
        for code, name, kind, parent, fields in (
            ("GOV", "金坛区人民政府", "authority", None, ()),
            ("CGJ", "城市管理局", "authority", "GOV", ("city-management",)),
            ("CGDD", "城管大队", "commissioned", "CGJ", ()),
            ("SLJ", "水利局", "authority", "GOV", ("water",)),
        ):
            facts = OrganisationFacts(name, kind, ids.get(parent or ""), fields=fields)
            ids[code] = add_organisation(act, code, facts).id
    return ids


def commission(until: str = "2028-12-31") -> int:
    act = Act(OPERATOR, NOW, local_day(NOW))
    with connection():
        return add_letter(
            act,
            "CGDD",
            commissioner="CGJ",
            number="委〔2026〕1号",
            matters="市容环境卫生处罚",
            from_on=date(2026, 1, 1),
            until_on=date.fromisoformat(until),
        ).letter_id


PARTICULARS = {
    "on": "2026-11-23",
    "document": "坛司〔2026〕2号",
    "basis": "penalty-law-39",
    "reason": "",
}
ORGANISATION: dict[str, Any] = PARTICULARS | {
    "name": "农业农村局",
    "short_names": "农业局、农林局",
    "subject_type": "authority",
    "parent": "GOV",
    "fields-shown": "1",
    "fields": ["agriculture"],
    "categories-shown": "1",
    "categories": ["penalty", "inspection"],
    "area": "",
    "issuing_authority": "",
    "complaint_telephone": "0519-82880000",
    "merged": "no",
    "name_rule": "",
}
LETTER = PARTICULARS | {
    "basis": "penalty-law-20",
    "commissioner": "CGJ",
    "number": "委〔2026〕2号",
    "matters": "市容处罚",
    "from_on": "2026.1.1",
    "until_on": "２０２８年１２月３１日",
    "published_by_commissioner_on": "",
    "published_by_commissioned_on": "",
}
MATTER = PARTICULARS | {
    "basis": "seed-2018",
    "title": "占道经营",
    "category": "penalty",
    "field": "",
    "authorised": "unknown",
    "authorised_by": "",
    "article": "",
    "predecessor": "",
    "evidence": "",
}


def without_marks(page: str, code: str) -> str:
    """A page without what differs each time: token, reference number, and the asked code."""
    page = re.sub(r'value="[^"]{30,}"', "", page).replace(code, "")
    return re.sub(r"\b[0-9A-Z]{8}\b", "", page)


def last_event() -> tuple[str, dict[str, Any], str]:
    with connection():
        row = Event.select().order_by(Event.seq.desc()).get()
        return row.act, json.loads(row.details), row.document


def events() -> int:
    with connection():
        return int(Event.select().count())


def by_code(code: str) -> organisations.OrganisationRow:
    with connection():
        row = organisations.by_code(code)
    assert row is not None
    return row


@pytest.fixture
def legal(district: dict[str, int], signed_in: Callable[..., Browser]) -> Browser:
    return signed_in("legal-office")


ALL_PAGES = (
    "/organisations",
    "/organisations?kind=authority",
    "/organisations?kind=ended",
    "/organisations/CGJ",
    "/organisations/CGDD",
    "/organisations/new",
    "/organisations/CGJ/edit",
    "/organisations/CGJ/end",
    "/organisations/CGDD/letters/new",
    "/organisations/CGDD/letters/{letter}/publication",
    "/organisations/CGDD/letters/{letter}/end",
    "/organisations/CGDD/matters/new",
)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_well_made_in_both_languages(
    district: dict[str, int], signed_in: Callable[..., Browser], language: str
) -> None:
    letter = commission()
    legal = signed_in("legal-office", language=language)
    for path in ALL_PAGES:
        answer = legal.get(path.format(letter=letter))
        assert answer.status_code == 200, path
        inspect_page(answer.text)


def test_an_empty_register_says_what_to_do_first(signed_in: Callable[..., Browser]) -> None:
    page = signed_in("legal-office").get("/organisations")
    inspect_page(page.text)
    assert "还没有登记机构" in page.text
    assert "/organisations/new" in page.text
    page = signed_in("auditor").get("/organisations")
    assert "/organisations/new" not in page.text


def test_the_list_counts_people_with_one_query_for_each_sort(
    legal: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound: Any = database.obj  # type: ignore[attr-defined]
    execute = bound.execute_sql

    def asked() -> int:
        statements: list[str] = []

        def count(sql: str, *more: Any, **named: Any) -> Any:
            statements.append(sql)
            return execute(sql, *more, **named)

        monkeypatch.setattr(bound, "execute_sql", count)
        assert legal.get("/organisations").status_code == 200
        monkeypatch.undo()
        return sum(sql.lower().startswith("select") for sql in statements)

    before = asked()
    act = Act(OPERATOR, NOW, local_day(NOW))
    with connection():
        for number in range(20):
            add_organisation(act, f"Z{number}", OrganisationFacts(f"第{number}镇", "authority"))
    assert asked() == before


def test_a_clerk_sees_her_own_branch_and_nothing_else(
    district: dict[str, int], signed_in: Callable[..., Browser]
) -> None:
    clerk = signed_in("hr", organisation_id=district["CGJ"])
    page = clerk.get("/organisations")
    assert "城管大队" in page.text
    assert "水利局" not in page.text
    assert clerk.get("/organisations/CGDD").status_code == 200
    absent = clerk.get("/organisations/NOWHERE")
    for code in ("SLJ", "GOV"):
        outside = clerk.get(f"/organisations/{code}")
        assert outside.status_code == absent.status_code == 404
        assert without_marks(outside.text, code) == without_marks(absent.text, "NOWHERE")
    assert clerk.get("/organisations/CGJ/edit").status_code == 403


@pytest.mark.parametrize("role", ["hr", "auditor", "administrator", "exam-coordinator"])
def test_only_the_legal_office_may_write(
    district: dict[str, int], signed_in: Callable[..., Browser], role: str
) -> None:
    letter = commission()
    browser = signed_in(role, organisation_id=district["CGJ"] if role == "hr" else None)
    before = events()
    for path, data in (
        ("/organisations/new", ORGANISATION | {"code": "NYJ"}),
        ("/organisations/CGJ/edit", ORGANISATION),
        ("/organisations/CGJ/end", PARTICULARS),
        ("/organisations/CGDD/letters/new", LETTER),
        (f"/organisations/CGDD/letters/{letter}/end", PARTICULARS),
        ("/organisations/CGDD/matters/new", MATTER),
        ("/organisations/letters/report", {}),
    ):
        assert browser.post(path, data).status_code == 403, path
    assert events() == before


def test_adding_through_the_form(legal: Browser) -> None:
    legal.get("/organisations/new?parent=GOV")
    answer = legal.post(
        "/organisations/new", ORGANISATION | {"code": "NYJ", "ended_on": "2026-1-1"}
    )
    assert answer.status_code == 302
    row = by_code("NYJ")
    assert (row.name, row.fields, row.ended_on) == ("农业农村局", ("agriculture",), None)
    name, details, document = last_event()
    assert (name, document) == ("organisation-added", "坛司〔2026〕2号")
    assert details["short_names"] == ["农业局", "农林局"]
    page = legal.get("/organisations/NYJ")
    assert "已经登记" in page.text
    assert "农业局、农林局" in page.text
    inspect_page(page.text)


def test_refusals_stand_on_the_form_with_their_article(legal: Browser) -> None:
    legal.get("/organisations/new")
    before = events()
    answer = legal.post(
        "/organisations/new",
        ORGANISATION
        | {"code": "NEW1", "subject_type": "commissioned", "categories": ["penalty", "coercion"]},
    )
    assert answer.status_code == 422
    inspect_page(answer.text)
    assert "受委托组织不能有" in answer.text
    assert "《行政强制法》第十七条" in answer.text
    assert 'value="农业农村局"' in answer.text
    assert events() == before


def test_a_short_request_changes_nothing(legal: Browser) -> None:
    legal.get("/organisations/CGJ/edit")
    before = by_code("CGJ")
    for missing in ("fields-shown", "categories-shown", "area", "short_names", "merged", "on"):
        data = {key: value for key, value in ORGANISATION.items() if key != missing}
        if missing.endswith("-shown"):
            data.pop(missing.removesuffix("-shown"))
        assert legal.post("/organisations/CGJ/edit", data).status_code == 422, missing
    assert by_code("CGJ") == before


def test_the_time_line_names_a_superior_and_not_its_code(legal: Browser) -> None:
    legal.get("/organisations/new")
    above = ORGANISATION | {"code": "X9", "name": "区综合行政执法局", "short_names": ""}
    assert legal.post("/organisations/new", above).status_code == 302
    assert legal.post("/organisations/CGJ/edit", ORGANISATION | {"parent": "X9"}).status_code == 302
    page = legal.get("/organisations/CGJ").text
    assert "→ 区综合行政执法局" in page
    assert "X9</dd>" not in page


def test_editing_and_the_time_line(legal: Browser) -> None:
    legal.get("/organisations/CGJ/edit")
    answer = legal.post(
        "/organisations/CGJ/edit", ORGANISATION | {"name": "综合执法局", "categories": []}
    )
    assert answer.status_code == 302
    page = legal.get("/organisations/CGJ")
    inspect_page(page.text)
    assert "城市管理局 → 综合执法局" in page.text
    assert by_code("CGJ").categories == ()


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", "a\x00b"),
        ("name", "长" * 10_000),
        ("area", "\u202e反"),
        ("on", "2024-13-45"),
        ("on", "2027-01-01"),
        ("parent", "10000000000000000000000"),
        ("fields", ["'; drop table organisation"]),
        ("subject_type", "１２"),
        ("name_rule", "%"),
        ("complaint_telephone", "_" * 41),
    ],
)
def test_whatever_is_typed_is_answered_in_words(legal: Browser, field: str, value: Any) -> None:
    legal.get("/organisations/CGJ/edit")
    before = by_code("CGJ")
    answer = legal.post("/organisations/CGJ/edit", ORGANISATION | {field: value})
    assert answer.status_code == 422
    assert by_code("CGJ") == before


def test_names_that_look_like_markup_are_shown_as_written(legal: Browser) -> None:
    legal.get("/organisations/new")
    name = '"><svg onload=alert(1)>'
    data = ORGANISATION | {"code": "X1", "name": name, "short_names": name + "2"}
    assert legal.post("/organisations/new", data).status_code == 302
    for path in ("/organisations", "/organisations/X1", "/organisations/X1/edit"):
        page = legal.get(path)
        inspect_page(page.text)
        assert "<svg onload" not in page.text


def test_ending_says_what_will_happen(legal: Browser) -> None:
    page = legal.get("/organisations/SLJ/end")
    inspect_page(page.text)
    assert "不能再往这个机构登记人员" in page.text
    assert legal.post("/organisations/SLJ/end", PARTICULARS).status_code == 302
    assert by_code("SLJ").ended_on == "2026-11-23"
    assert "水利局" not in legal.get("/organisations").text.partition("<table")[2]
    assert "水利局" in legal.get("/organisations?kind=ended").text
    legal.get("/organisations/GOV/end")
    refused = legal.post("/organisations/GOV/end", PARTICULARS)
    assert refused.status_code == 422
    assert "下面还有1个机构" in refused.text


def test_a_letter_from_entry_to_end(legal: Browser, district: dict[str, int]) -> None:
    page = legal.get("/organisations/CGDD")
    assert "没有委托书" in page.text
    legal.get("/organisations/CGDD/letters/new")
    assert legal.post("/organisations/CGDD/letters/new", LETTER).status_code == 302
    page = legal.get("/organisations/CGDD")
    inspect_page(page.text)
    assert "双方公布" in page.text
    assert "委托有效" in page.text
    with connection():
        [letter] = commission_letters.letters_of(district["CGDD"])
    path = f"/organisations/CGDD/letters/{letter.id}"
    legal.get(f"{path}/publication")
    days = {"by_commissioner_on": "2026-01-05", "by_commissioned_on": "2026-01-06"}
    assert legal.post(f"{path}/publication", PARTICULARS | days).status_code == 302
    legal.get(f"{path}/end")
    assert legal.post(f"{path}/end", PARTICULARS).status_code == 302
    page = legal.get("/organisations/CGDD")
    inspect_page(page.text)
    assert "委托已到期" in page.text
    with connection():
        assert Finding.select().where(Finding.kind == "letter-lapsed").count() == 1


def test_a_letter_belongs_to_its_organisation(legal: Browser) -> None:
    letter = commission()
    for path in ("publication", "end"):
        assert legal.get(f"/organisations/CGJ/letters/{letter}/{path}").status_code == 404
        assert legal.get(f"/organisations/CGDD/letters/{letter + 1}/{path}").status_code == 404
    for odd in ("0", "１", "99999999999999999999", "a%00b"):
        assert legal.get(f"/organisations/CGDD/letters/{odd}/end").status_code == 404


def test_lapsed_letters_stand_on_the_list_until_they_are_reported(legal: Browser) -> None:
    commission(until="2026-06-30")
    page = legal.get("/organisations")
    inspect_page(page.text)
    assert "委托书已经到期" in page.text
    assert "登记 1 条待定事项" in page.text
    assert legal.post("/organisations/letters/report").status_code == 302
    page = legal.get("/organisations")
    assert "委托书已经到期" in page.text
    assert "/organisations/letters/report" not in page.text
    with connection():
        assert Finding.select().where(Finding.kind == "letter-lapsed").count() == 1


@pytest.mark.parametrize(
    "language, reason", [("zh-CN", "没有查到自己的授权"), ("en", "commissioned")]
)
def test_a_matter_shows_whose_name_and_why(
    district: dict[str, int], signed_in: Callable[..., Browser], language: str, reason: str
) -> None:
    legal = signed_in("legal-office", language=language)
    legal.get("/organisations/CGDD/matters/new")
    assert legal.post("/organisations/CGDD/matters/new", MATTER).status_code == 302
    page = legal.get("/organisations/CGDD")
    inspect_page(page.text)
    assert reason in page.text
    assert last_event()[0] == "matter-recorded"
    with connection():
        [matter] = external_names.matters_of(district["CGDD"])
    path = f"/organisations/CGDD/matters/{matter.id}"
    inspect_page(legal.get(path).text)
    proved = MATTER | {
        "authorised": "yes",
        "authorised_by": "law",
        "article": "某法第五条",
        "predecessor": "监察大队",
    }
    refused = legal.post(path, proved)
    assert refused.status_code == 422
    assert legal.post(path, proved | {"evidence": "坛编〔2018〕3号"}).status_code == 302
    page = legal.get("/organisations/CGDD")
    inspect_page(page.text)
    assert "监察大队" in page.text
    with connection():
        [matter] = external_names.matters_of(district["CGDD"])
    assert (matter.title, matter.authorised) == ("占道经营", True)
    assert legal.get(f"/organisations/CGJ/matters/{matter.id}").status_code == 404


def test_an_organisation_that_has_ended_is_not_offered_as_superior(
    legal: Browser, district: dict[str, int]
) -> None:
    with connection():
        Organisation.update(ended_on="2026-01-01").where(
            Organisation.id == district["SLJ"]
        ).execute()
    page = legal.get("/organisations/new")
    assert 'value="SLJ"' not in page.text
    assert 'value="CGJ"' in page.text
