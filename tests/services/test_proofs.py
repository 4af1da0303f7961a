"""Proofs of passing: one string for ever, of a standing pass alone, told by the street as it is."""

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from peewee import ProgrammingError

from registry import credential
from registry.config import Config
from registry.documents.fonts import find_fonts
from registry.rules.acts import Act
from registry.rules.refusals import Refused
from registry.services import proofs, publishing
from registry.services.keys import rotate_key
from registry.store import keys
from registry.store.database import ConstraintViolation, database
from registry.store.results import qualifications_of
from registry.store.tables import Event, ProofOfPassing
from registry.web.street import create_street_app
from tests.conftest import NOW
from tests.exam_scene import ExamScene
from tests.services.test_look_ups import sat

zxingcpp = pytest.importorskip("zxingcpp")
pdfium = pytest.importorskip("pypdfium2")
FONTS = find_fonts()


@pytest.fixture
def scene(register: Config, act: Act) -> ExamScene:
    return ExamScene(act)


@pytest.fixture
def passed(scene: ExamScene) -> int:
    """The qualification that the first candidate's published pass gave."""
    sitting, _ = sat(scene)
    scene.publish(sitting)
    [row] = qualifications_of(1)
    return row.id


def printed(scene: ExamScene, qualification: int, config: Config) -> str:
    """The address that the code on the printed proof opens."""
    paper = proofs.print_proof(scene.coordinator, qualification, config=config, fonts=FONTS)
    page = pdfium.PdfDocument(io.BytesIO(paper.content))[0]
    [code] = zxingcpp.read_barcodes(page.render(scale=4).to_pil().convert("L"))
    return str(code.text)


def test_the_paper_s_code_is_one_string_also_after_a_rotation(
    scene: ExamScene, passed: int, register: Config, act: Act
) -> None:
    first = printed(scene, passed, register)
    assert first.startswith(f"{register.public_url}/p/")
    rotate_key(act, register, credential.PROOF_OF_PASSING)
    assert printed(scene, passed, register) == first
    said = credential.read_proof(first.rpartition("/")[2], keys.bound().verifying)
    assert (said.name, said.subject) == ("考生001", "public-law")
    assert Event.select().where(Event.act == "proof-made").count() == 1


def test_the_street_tells_what_became_of_it(
    scene: ExamScene, passed: int, register: Config
) -> None:
    path = printed(scene, passed, register).removeprefix(register.public_url)
    moment = [NOW]
    street = create_street_app(register, clock=lambda: moment[0]).test_client()
    page = street.get(path)
    assert page.status_code == 200 and "考试合格" in page.text and "考生001" in page.text
    assert "不是行政执法证件" in page.text and "171" not in page.text and "85.5" not in page.text
    assert "Set-Cookie" not in page.headers and page.headers["Cache-Control"] == "no-store"
    assert "Passed" in street.get(f"{path}?lang=en").text
    moment[0] = NOW + timedelta(days=6 * 366)
    assert "合格已过期" in street.get(path).text
    for altered in (path[:-1], f"{path}A", path.replace("/p/", "/v/")):
        assert street.get(altered).status_code == 404
    moment[0] = NOW
    first = next(row for row in publishing.sittings.candidates(1) if row.person_id == 1)
    request = publishing.request_correction(
        replace(scene.acts["typist-1"], reason="阅卷复核后改正"), 1, {first.id: "59.5"}
    )
    publishing.decide_correction(scene.acts["publisher"], request, approve=True)
    assert "合格已撤销" in street.get(path).text
    with pytest.raises(Refused, match="no-pass-to-prove"):
        proofs.print_proof(scene.coordinator, passed, config=register, fonts=FONTS)


def test_nobody_without_a_pass_gets_one(scene: ExamScene, passed: int, register: Config) -> None:
    with pytest.raises(Refused, match="no-such-qualification"):
        proofs.print_proof(scene.coordinator, passed + 9, config=register, fonts=FONTS)
    assert not ProofOfPassing.select().count()


@pytest.mark.parametrize(
    ("statement", "defence"),
    [
        ("update proof_of_passing set name = '李四'", "proof-is-kept"),
        ("delete from proof_of_passing", "proof-is-kept|permission denied"),
        (
            "insert into proof_of_passing(qualification_id, number, code, name, subject, field, "
            "first_day, last_day, made_at) select 999, 'HG1', 'X', name, subject, field, "
            "first_day, last_day, made_at from proof_of_passing",
            "proof-without-qualification",
        ),
    ],
    ids=["edited", "removed", "without a pass"],
)
def test_a_proof_is_kept_by_the_database(
    scene: ExamScene, passed: int, register: Config, statement: str, defence: str
) -> None:
    printed(scene, passed, register)
    # On PostgreSQL the application may not even try to delete.
    with pytest.raises((ConstraintViolation, ProgrammingError), match=defence):
        database.execute_sql(statement)
