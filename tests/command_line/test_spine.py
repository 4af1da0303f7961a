"""From a roster to a scan: issue, print, decode by a reader that is not ours, ask, change, ask."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from registry.store.database import shut
from registry.web.street import create_street_app
from tests.command_line.conftest import Console
from tests.conftest import CHROMIUM, missing
from tests.documents.printed import Printed


def decoded(picture: Image.Image) -> str:
    found = zxingcpp.read_barcodes(
        picture.convert("L"), formats=zxingcpp.barcode_formats_from_str("QRCode")
    )
    assert len(found) == 1, "not exactly one code in the picture"
    return str(found[0].text)


def verdict(console: Console, url: str) -> str:
    """What a citizen's phone is answered, page and machine verdict agreeing."""
    street = create_street_app(console.config).test_client()
    code = url.rsplit("/", 1)[1]
    page = street.get(f"/v/{code}", headers={"Accept-Language": "en"})
    machine = street.get(f"/api/v1/verify/{code}")
    assert page.status_code == machine.status_code
    if page.status_code != 200:
        return "not ours"
    return str(machine.json["verdict"])


def act(console: Console, name: str, number: str, *more: str) -> dict[str, Any]:
    answer = console(name, number, "--by", "legal", "--reason", "测试", "--json", *more)
    assert answer.status == 0, answer.out + answer.err
    return dict(answer.json)


@pytest.fixture
def issued(district: Console, expected: dict[str, Any]) -> list[dict[str, Any]]:
    answer = district("issue", "--exchange", "--by", "legal", "--json")
    assert answer.status == 0, answer.err
    found = answer.json
    assert found["refused"] == []
    assert len(found["issued"]) == expected["officers"]["with_legacy_certificate"]
    return list(found["issued"])


def test_the_code_is_read_from_png_svg_and_card_and_tells_each_state(
    district: Console, issued: list[dict[str, Any]], tmp_path: Path
) -> None:
    first = issued[0]
    png, svg, card = (tmp_path / name for name in ("code.png", "code.svg", "card.pdf"))
    shown = district("certificate", first["number"], "--qr", png, "--card", card, "--json")
    assert district("certificate", first["number"], "--qr", svg).status == 0
    for option in ("--qr", "--card"):
        nowhere = district("certificate", first["number"], option, tmp_path / "no" / "code.svg")
        assert nowhere.status == 2 and "can't be written" in nowhere.err
    assert shown.json["url"] == first["url"]
    assert shown.json["state"] == "active"
    assert decoded(Image.open(png)) == first["url"]
    assert decoded(_as_drawn_by_a_browser(svg)) == first["url"]
    front = Printed(card.read_bytes()).picture(0, 400)
    assert decoded(front) == first["url"]
    assert verdict(district, first["url"]) == "valid"

    number = {
        name: issued[place]
        for place, name in enumerate(
            ("suspend", "lost", "revoke", "replace", "cancel", "leave", "reclassify", "transfer"), 1
        )
    }
    act(district, "suspend", number["suspend"]["number"])
    assert verdict(district, number["suspend"]["url"]) == "suspended"
    act(district, "release", number["suspend"]["number"])
    assert verdict(district, number["suspend"]["url"]) == "valid"
    act(district, "lost", number["lost"]["number"])
    assert verdict(district, number["lost"]["url"]) == "lost"
    act(district, "found", number["lost"]["number"])
    assert verdict(district, number["lost"]["url"]) == "valid"
    act(district, "revoke", number["revoke"]["number"])
    assert verdict(district, number["revoke"]["url"]) == "revoked"
    act(district, "cancel", number["cancel"]["number"])
    assert verdict(district, number["cancel"]["url"]) == "cancelled"
    new = act(district, "replace", number["replace"]["number"])
    assert verdict(district, number["replace"]["url"]) == "replaced"
    assert verdict(district, new["url"]) == "valid"
    for name, more in (
        ("leave", ()),
        ("reclassify", ("--establishment", "dispatched")),
        ("transfer", ("--organisation", "JT-SFJ")),
    ):
        one = number[name]
        person = district("certificate", one["number"], "--json").json["person"]
        ended = act(district, name, person, *more)
        assert ended["ended"] == [one["number"]]
        assert verdict(district, one["url"]) == "cancelled"

    assert district("keys", "rotate", "certificate").status == 0
    assert verdict(district, first["url"]) == "valid"
    again = district("certificate", first["number"], "--json").json
    assert again["url"] == first["url"], "a rotation changed a printed code"
    assert district("check", "--json").json["ok"]


def test_those_on_both_rosters_are_held_back(
    district: Console, sample_data: Path, expected: dict[str, Any]
) -> None:
    roster = sample_data / "roster-auxiliary.xlsx"
    district("import-people", roster, "--kind", "auxiliary", "--json")
    answer = district("issue", "--exchange", "--by", "legal", "--json")
    found = answer.json
    assert answer.status == (1 if found["refused"] else 0)
    assert found["refused"], "nobody on both rosters held a legacy certificate"
    for one in found["refused"]:
        assert [refusal["code"] for refusal in one["refusals"]] == ["on-both-rosters"]
        assert all(refusal["basis"] for refusal in one["refusals"])
    assert (
        len(found["issued"]) + len(found["refused"])
        == (expected["officers"]["with_legacy_certificate"])
    )


def test_a_role_that_may_not_issue_is_refused(district: Console) -> None:
    district.account("exam", "exam-coordinator")
    answer = district("issue", "--exchange", "--by", "exam", "--json")
    assert answer.status == 1
    assert [one["code"] for one in answer.json["refused"]] == ["not-permitted"]
    assert district("issue", "--exchange", "--by", "nobody").status == 1
    assert district("issue", "--exchange").status == 2


def test_given_numbers_and_a_later_first_day(district: Console, tmp_path: Path) -> None:
    people = district("person", "王", "--json").json["people"]
    chosen = next(one for one in people if one["certificates"])
    numbers = tmp_path / "numbers.csv"
    numbers.write_text(f"人员编号,证件号码\n{chosen['number']},10320777777\n", "utf-8")
    code = "JT-CGJ"
    answer = district(
        "issue",
        "--exchange",
        "--numbers",
        numbers,
        "--organisation",
        code,
        "--from",
        "2099-01-01",
        "--by",
        "legal",
        "--json",
    )
    assert answer.status in (0, 1)


def test_every_command_that_acts_records_the_paper(district: Console) -> None:
    people = district("person", "李", "--json").json["people"]
    person = people[0]["number"]
    answer = district(
        "leave",
        person,
        "--by",
        "legal",
        "--on",
        "2026-1-5",
        "--reason",
        "退休",
        "--document",
        "坛人〔2026〕9号",
        "--basis",
        "civil-servant-law",
        "--cause",
        "retired",
        "--json",
    )
    assert answer.status == 0, answer.out
    ahead = district("leave", people[1]["number"], "--by", "legal", "--on", "2099-01-01", "--json")
    assert ahead.status == 1
    assert [one["code"] for one in ahead.json["refused"]] == ["effective-day-in-future"]
    back = district("leave", people[1]["number"], "--by", "legal", "--on", "2020-01-01", "--json")
    assert [one["code"] for one in back.json["refused"]] == ["reason-for-earlier-day-missing"]


def _as_drawn_by_a_browser(svg: Path) -> Image.Image:
    if not Path(CHROMIUM).exists():
        missing("chromium")
    picture = svg.with_suffix(".drawn.png")
    subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-background-networking",
            "--force-device-scale-factor=3",
            "--window-size=300,300",
            f"--user-data-dir={svg.parent / 'browser'}",
            f"--screenshot={picture}",
            svg.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return Image.open(picture)


def teardown_module() -> None:
    shut()
