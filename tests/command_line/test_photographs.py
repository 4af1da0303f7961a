"""import-photographs as scripts rely on it: keys, numbers, exit status, no ID number told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from registry.config import Config
from registry.rules.acts import Act
from registry.store import opening
from registry.store.book import transaction
from registry.store.database import connection, shut
from registry.store.people import NewPerson, add_people
from registry.store.tables import Photograph
from tests.command_line.test_imports import Run, look, run
from tests.photograph_files import HEIC, portrait, zipped
from tests.services.test_people import id_number
from tests.staff import add_account, add_organisation

__all__ = ["run"]


def staffed(config: Config, act: Act, names: list[str]) -> list[str]:
    """An organ with those officers, an account of the legal office; gives person numbers."""
    opening.open_register(config)
    with connection():
        organ = add_organisation("城市管理局", code="CG")
        add_organisation("卫生健康局", code="WJ")
        add_account("legal")
        add_account("clerk", "hr", organ)
        with transaction() as book:
            added = add_people(
                book,
                replace(act),
                [
                    NewPerson(
                        name=name,
                        sex="male",
                        birth_on=date(1990, 1, 1),
                        identity_number=id_number(2 * at + 1),
                        organisation_id=organ,
                        establishment="civil-servant",
                        on_record_since=date(2018, 1, 1),
                    )
                    for at, name in enumerate(names)
                ],
                roster="officer",
            )
    shut()
    return [one.number for one in added]


def test_a_zip_is_taken_in(config: Config, act: Act, run: Run, tmp_path: Path) -> None:
    numbers = staffed(config, act, ["王晓", "李梅", "张军", "刘洋"])
    stranger = id_number(99)
    file = tmp_path / "照片.zip"
    file.write_bytes(
        zipped(
            [
                ("王晓.jpg", portrait(1)),
                (f"{numbers[1]}.jpg", portrait(2)),
                (f"张军_{id_number(5)}.jpg", portrait(3)),
                (f"{stranger}.jpg", portrait(4)),
                ("刘洋.heic", HEIC),
            ]
        )
    )
    words = ("import-photographs", file, "--organisation", "CG", "--by", "clerk", "--json")
    dry = run(*words, "--dry-run")
    assert look(config, lambda: Photograph.select().count()) == 0
    done = run(*words)
    assert dry.json == done.json and dry.status == done.status == 1
    assert {
        name: done.json[name] for name in ("files", "good", "added", "unchanged", "without")
    } == {
        "files": 5,
        "good": 3,
        "added": 3,
        "unchanged": 0,
        "without": 1,
    }
    (unmatched,) = done.json["unmatched"]
    assert unmatched["file"] == "*" * 18 + ".jpg" and unmatched["code"] == "fits-nobody"
    (refused,) = done.json["refused"]
    assert (refused["file"], refused["code"]) == ("刘洋.heic", "not-a-photograph")
    assert "兼容性最佳" in refused["message"]
    assert stranger not in done.out + done.err and "5/5" in done.err
    again = run(*words)
    assert (again.json["added"], again.json["unchanged"]) == (0, 3)
    plain = run("import-photographs", file, "--by", "legal")
    assert plain.status == 1 and stranger not in plain.out and "和登记相同3" in plain.out
    assert look(config, lambda: Photograph.select().count()) == 3


def test_what_can_not_be_done_is_said(
    config: Config, act: Act, run: Run, tmp_path: Path, act_of: Callable[..., Act]
) -> None:
    staffed(config, act, ["王晓"])
    file = tmp_path / "a.zip"
    file.write_bytes(zipped([("王晓.jpg", portrait(1))])[:100])
    broken = run("import-photographs", file, "--by", "legal", "--json")
    assert (broken.status, broken.json["refused"][0]["code"]) == (1, "zip-damaged")
    file.write_bytes(zipped([("王晓.jpg", portrait(1))]))
    elsewhere = ("import-photographs", file, "--json", "--by", "clerk", "--organisation")
    for code in ("WJ", "NOWHERE"):
        said = run(*elsewhere, code)
        assert (said.status, said.json["refused"][0]["code"]) == (1, "no-such-organisation")
    assert run("import-photographs", file).status == 2
    assert run("import-photographs", tmp_path / "none.zip", "--by", "legal").status == 2
    good = run("import-photographs", file, "--by", "legal", "--json")
    assert (good.status, good.json["without"]) == (0, 0)
