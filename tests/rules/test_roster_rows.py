"""Each fault that a row can have, alone and together with others; nothing is reported twice."""

from datetime import date

import pytest

from registry.rules.bases import BASES
from registry.rules.roster_rows import index_names, judge_auxiliary_rows, judge_officer_rows
from registry.rules.rosters import (
    FIELD_TITLES,
    SENTENCES,
    AuxiliaryRow,
    Cell,
    JudgedRoster,
    OfficerRow,
    RawRow,
    unmapped_values,
)

ID = "320413196203300034"
OTHER = "320413196407170067"
NAMES = [("人社局", "JT-RSJ"), ("住建局", "JT-ZJJ"), ("大队", "JT-A"), ("大队", "JT-B")]
OFFICER: dict[str, Cell] = {
    "name": "何强",
    "sex": "男",
    "identity_number": ID,
    "organisation": "人社局",
    "establishment": "公务员",
}
AUXILIARY: dict[str, Cell] = {**OFFICER, "establishment": "编外"}


def officers(*rows: dict[str, Cell], **options: object) -> JudgedRoster:
    raw = [RawRow("名册", number, {**OFFICER, **row}) for number, row in enumerate(rows, start=4)]
    return judge_officer_rows(raw, NAMES, **options)  # type: ignore[arg-type]


def auxiliaries(*rows: dict[str, Cell]) -> JudgedRoster:
    raw = [RawRow("名册", number, {**AUXILIARY, **row}) for number, row in enumerate(rows, start=4)]
    return judge_auxiliary_rows(raw, NAMES)


def faults(judged: JudgedRoster) -> list[tuple[int, str, str]]:
    for entry in judged.refused + judged.warnings:
        assert "%(" not in entry.message
        assert entry.field in FIELD_TITLES
        assert entry.refusal.basis in BASES
    return [(entry.row, entry.field, entry.code) for entry in judged.refused]


OFFICER_FAULTS: list[tuple[dict[str, Cell], str, str]] = [
    ({"name": None}, "name", "no-name"),
    ({"name": " \u3000"}, "name", "no-name"),
    ({"name": "何" * 101}, "name", "name-too-long"),
    ({"name": "何" * 51}, "name", "name-too-long"),
    ({"name": "何\x00强"}, "name", "name-not-understood"),
    ({"name": "何\u202e强"}, "name", "name-not-understood"),
    ({"post": "科员" * 200}, "post", "text-not-understood"),
    ({"remarks": "a\x00b"}, "remarks", "text-not-understood"),
    ({"organisation": "a\x00b"}, "organisation", "text-not-understood"),
    ({"establishment": "a\x00b"}, "establishment", "text-not-understood"),
    ({"sex": "a\x00b"}, "sex", "text-not-understood"),
    ({"identity_number": None}, "identity_number", "id-missing"),
    ({"identity_number": ID[:17]}, "identity_number", "id-length"),
    ({"identity_number": "32041319620330O034"}, "identity_number", "id-characters"),
    ({"identity_number": "320413196202300034"}, "identity_number", "id-birth-date"),
    ({"identity_number": ID[:17] + "5"}, "identity_number", "id-checksum"),
    ({"identity_number": 3.2e17}, "identity_number", "id-became-a-number-digits-lost"),
    ({"sex": "女"}, "sex", "sex-contradicts-id"),
    ({"sex": "不详"}, "sex", "sex-not-understood"),
    ({"organisation": None}, "organisation", "organisation-missing"),
    ({"organisation": "区某某局"}, "organisation", "unknown-organisation"),
    ({"organisation": "大队"}, "organisation", "ambiguous-organisation"),
    ({"establishment": None}, "establishment", "employment-type-missing"),
    ({"establishment": "聘用"}, "establishment", "unknown-employment-type"),
    ({"establishment": "劳务派遣"}, "establishment", "barred-employment-type"),
    ({"establishment": "工勤"}, "establishment", "barred-employment-type"),
    (
        {"establishment": "借调", "legacy_number": "32041300001"},
        "establishment",
        "barred-employment-type-with-a-certificate-number",
    ),
    ({"legacy_number": 3.2e17}, "legacy_number", "certificate-number-not-understood"),
    ({"legacy_number": "证"}, "legacy_number", "certificate-number-not-understood"),
    (
        {"legacy_number": "32041300001", "issued_on": "2016年9月"},
        "issued_on",
        "date-not-understood",
    ),
    (
        {"legacy_number": "32041300001", "issued_on": "2016-9-1", "valid_until": "2016-8-31"},
        "valid_until",
        "certificate-ends-before-it-begins",
    ),
]


@pytest.mark.parametrize(("row", "column", "code"), OFFICER_FAULTS)
def test_each_fault_of_an_officer_alone(row: dict[str, Cell], column: str, code: str) -> None:
    judged = officers(row, {"name": "林红", "sex": "女", "identity_number": OTHER})
    assert faults(judged) == [(4, column, code)]
    assert [good.row for good in judged.good] == [5]
    (person,) = judged.refused_people
    assert (person.row, person.sheet) == (4, "名册")


AUXILIARY_FAULTS: list[tuple[dict[str, Cell], str, str]] = [
    (
        {"establishment": "公务员"},
        "establishment",
        "officer-establishment-in-the-auxiliary-roster",
    ),
    ({"establishment": "工勤"}, "establishment", "barred-establishment-in-the-auxiliary-roster"),
    ({"establishment": "聘用"}, "establishment", "unknown-employment-type"),
    ({"contract_begins": "去年"}, "contract_begins", "date-not-understood"),
    (
        {"contract_begins": "2019.07.19", "contract_ends": "2016-07-19"},
        "contract_ends",
        "contract-ends-before-it-begins",
    ),
]


@pytest.mark.parametrize(("row", "column", "code"), AUXILIARY_FAULTS)
def test_each_fault_of_an_auxiliary_alone(row: dict[str, Cell], column: str, code: str) -> None:
    judged = auxiliaries(row)
    assert faults(judged) == [(4, column, code)]
    assert judged.good == ()


def test_all_faults_of_a_row_are_told_at_once() -> None:
    judged = officers(
        {"name": "", "organisation": "区某某局", "establishment": "编外", "sex": "女"}
    )
    assert {code for _, _, code in faults(judged)} == {
        "no-name",
        "sex-contradicts-id",
        "unknown-organisation",
        "barred-employment-type",
    }


def test_what_follows_from_another_fault_is_not_told_again() -> None:
    judged = officers({"identity_number": ID[:17], "sex": "女"})
    assert [code for _, _, code in faults(judged)] == ["id-length"]
    twice = officers(
        {"legacy_number": "32041300001"}, {"legacy_number": "32041300001", "name": "何刚"}
    )
    assert [code for _, _, code in faults(twice)] == ["id-twice-in-the-file"] * 2
    broken = officers({"identity_number": ID[:17] + "5"}, {"identity_number": ID[:17] + "5"})
    assert [code for _, _, code in faults(broken)] == ["id-checksum"] * 2


def test_one_number_in_two_rows_refuses_both_and_two_names_are_a_finding() -> None:
    judged = officers({}, {"identity_number": "３２０４１３ 19620330 0034", "name": "何 刚"})
    assert faults(judged) == [
        (4, "identity_number", "id-twice-in-the-file"),
        (5, "identity_number", "id-twice-in-the-file"),
    ]
    assert "4、5" in judged.refused[0].message
    (finding,) = judged.findings
    assert (finding.kind, finding.rows, finding.names) == (
        "one-id-two-people",
        (4, 5),
        ("何强", "何刚"),
    )
    alike = officers({}, {})
    assert len(alike.refused) == 2 and alike.findings == ()


def test_one_certificate_number_for_two_people_refuses_both() -> None:
    other: dict[str, Cell] = {"name": "林红", "sex": "女", "identity_number": OTHER}
    judged = officers({"legacy_number": "320413 00001"}, {**other, "legacy_number": "32041300001"})
    assert faults(judged) == [
        (4, "legacy_number", "certificate-number-twice-in-the-file"),
        (5, "legacy_number", "certificate-number-twice-in-the-file"),
    ]


def test_a_clean_officer() -> None:
    judged = officers(
        {
            "name": "何\u3000强 ",
            "sex": None,
            "identity_number": "320413 19620330 0034",
            "organisation": "人社局 ",
            "establishment": "参照公务员法管理",
            "field": "人社、城管",
            "section": "无",
            "legacy_number": "３２０４１３００００１",
            "issued_on": 42619,
            "valid_until": "2021年9月5日",
            "telephone": 13253028512,
        }
    )
    assert faults(judged) == [] and judged.warnings == ()
    assert judged.good == (
        OfficerRow(
            sheet="名册",
            row=4,
            name="何强",
            identity_number=ID,
            born_on=date(1962, 3, 30),
            sex="male",
            organisation="JT-RSJ",
            establishment="civil-service-equivalent",
            telephone="13253028512",
            field="劳动保障、城市管理",
            legacy_number="32041300001",
            issued_on=date(2016, 9, 6),
            valid_until=date(2021, 9, 5),
        ),
    )


def test_a_clean_auxiliary() -> None:
    judged = auxiliaries(
        {
            "post": "协管员",
            "contract_begins": "20160301",
            "contract_ends": "无固定期限",
            "supervisor": "吕 坤",
        }
    )
    assert judged.good == (
        AuxiliaryRow(
            sheet="名册",
            row=4,
            name="何强",
            identity_number=ID,
            born_on=date(1962, 3, 30),
            sex="male",
            organisation="JT-RSJ",
            establishment="off-establishment",
            post="协管员",
            contract_begins=date(2016, 3, 1),
            contract_ends=None,
            supervisor="吕坤",
        ),
    )


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉 ・ 买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉‧买买提", "阿卜杜拉·买买提"),
        ("欧 阳 修", "欧阳修"),
        ("㛃　琴", "㛃琴"),
        ("Anna  Maria", "Anna Maria"),
        ('#read("x")', '#read("x")'),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ],
)
def test_names(written: str, name: str) -> None:
    (row,) = officers({"name": written}).good
    assert row.name == name


def test_warnings_refuse_nothing() -> None:
    judged = officers({"telephone": "123", "field": "占卜", "issued_on": "2016-1-1"})
    assert [entry.code for entry in judged.warnings] == [
        "certificate-date-without-a-number",
        "unknown-field",
        "telephone-unlikely",
    ]
    (row,) = judged.good
    assert isinstance(row, OfficerRow)
    assert (row.field, row.issued_on) == ("占卜", None)


def test_a_barred_row_with_a_certificate_number_is_a_card_to_recover() -> None:
    judged = officers({"establishment": "劳务派遣", "legacy_number": "32041300001"})
    (finding,) = judged.findings
    assert (finding.kind, finding.number, finding.identity_number, finding.organisation) == (
        "card-to-recover",
        "32041300001",
        ID,
        "JT-RSJ",
    )
    (entry,) = judged.refused
    assert entry.refusal.basis == "seed-2018"


def test_a_number_in_an_auxiliarys_remarks_is_imported_with_a_warning_and_a_finding() -> None:
    judged = auxiliaries({"remarks": "执法证号 32041390033"})
    assert len(judged.good) == 1
    assert [entry.code for entry in judged.warnings] == ["number-in-remarks"]
    (finding,) = judged.findings
    assert (finding.kind, finding.number) == ("number-in-remarks", "32041390033")


def test_a_supervisor_that_is_no_name_stays_as_written() -> None:
    several = "、".join(["买买提·艾力江"] * 12)
    judged = auxiliaries({"supervisor": several})
    assert [row.supervisor for row in judged.good if isinstance(row, AuxiliaryRow)] == [several]


def test_users_say_what_words_mean() -> None:
    strange: dict[str, Cell] = {"organisation": "区某某局", "establishment": "聘用", "sex": "1"}
    judged = officers(strange)
    assert unmapped_values(judged.refused) == {
        ("sex", "1"): 1,
        ("organisation", "区某某局"): 1,
        ("establishment", "聘用"): 1,
    }
    said = {
        ("organisation", "区 某某局"): "JT-ZJJ",
        ("establishment", "聘用"): "public-institution",
        ("sex", "1"): "male",
        ("field", "人社局的"): "劳动保障",
    }
    (row,) = officers({**strange, "field": "人社局的"}, values=said).good
    assert (row.organisation, row.establishment) == ("JT-ZJJ", "public-institution")
    assert isinstance(row, OfficerRow) and row.field == "劳动保障"


def test_names_of_organisations_are_found_without_blanks_and_width() -> None:
    assert index_names({"区人社局": "A", "Ｂ局": "B"}) == {"区人社局": "A", "b局": "B"}
    assert index_names([("局", "A"), ("局", "A"), ("局", "B"), ("局", "A")]) == {"局": ""}


def test_a_refusal_is_said_in_another_language_with_its_words_translated() -> None:
    (entry,) = officers({"establishment": "临时工"}).refused
    english = {entry.refusal.template: "%(type)s!", entry.mend: " Mend.", "临时工": "temporary"}
    assert entry.said_in(lambda text: english[text]) == "temporary! Mend."
    assert entry.message.startswith("“临时工”不属于")


def test_every_sentence_ends_and_says_what_to_do() -> None:
    for code, (template, mend) in SENTENCES.items():
        assert not template or template.endswith("。"), code
        assert mend.endswith("。"), code
