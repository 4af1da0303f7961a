"""A class in real browsers: the projector's code decoded, a phone, the grid by keyboard."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from PIL import Image

from registry.config import Config
from registry.rules.acts import OPERATOR, Act, local_day
from registry.services import training as services
from registry.store import training, training_attendance
from registry.store.database import connection
from registry.web.candidates import create_candidates_app, is_candidates_path
from registry.web.sessions import utc_now
from tests.training_scene import Scene, set_scene
from tests.two_organs import id_number
from tests.web.live import LANGUAGES, WIDTHS, serving, watching

pytestmark = pytest.mark.browser

PASSWORD = "good-tea-from-1-hill"


def with_candidates(office: Flask) -> Callable[[Any, Any], Any]:
    """The office and the candidates' door behind one address."""
    door = create_candidates_app(office.config["REGISTRY"], connected=True)

    def both(environ: Any, start: Any) -> Any:
        return (door if is_candidates_path(environ["PATH_INFO"]) else office)(environ, start)

    return both


@pytest.fixture
def scene(register: Config) -> Scene:
    at = utc_now()
    with connection():
        made = set_scene(
            Act(OPERATOR, at, local_day(at), "测试", "坛司〔2026〕1号", "registry-rule")
        )
        services.set_attendees(
            made.coordinator, made.class_id, "HERE", made.numbers[:3], made.numbers
        )
    return made


def decoded(page: Any) -> str:
    picture = Image.open(io.BytesIO(page.screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


def test_a_class_signs_in_by_the_code_on_its_screen(
    register: Config, scene: Scene, account_of: Any, chromium: Any
) -> None:
    account_of("exam-coordinator", login="exam")
    found: list[str] = []
    screen = f"/training/{scene.class_id}/sessions/{scene.sessions()[0].id}/screen"
    with serving(register, with_candidates) as address:
        with watching(chromium, address, width=1280, language="zh-CN") as projector:
            projector.sign_in("exam", PASSWORD)
            projector.look(screen)
            projector.page.click("button.button-first")
            projector.look()
            for n, (language, width) in enumerate(
                [(one, wide) for one in LANGUAGES for wide in WIDTHS][:3]
            ):
                with watching(chromium, address, width=width, language=language) as phone:
                    phone.page.goto(decoded(projector.page))
                    phone.look()
                    phone.page.fill("#name", f"陈大文{'甲乙丙'[n]}")
                    phone.page.fill("#tail", "000000")
                    phone.page.click("button")
                    phone.look()
                    assert phone.page.locator("[role=alert]").count() == 1
                    phone.page.fill("#tail", id_number(101 + n)[-6:])
                    phone.page.click("button")
                    phone.look()
                    assert phone.page.locator(".good h1").count() == 1
                    phone.look("/c/")
                found += phone.found
            # Nobody touched the projector: it brings the count by itself.
            projector.page.locator(".count b", has_text="3").wait_for(timeout=20_000)
        found += projector.found
    assert found == []
    with connection():
        assert set(training_attendance.words_of(scene.class_id).values()) == {"present"}


def test_the_grid_goes_by_digits_and_enter_and_without_script(
    register: Config, scene: Scene, account_of: Any, chromium: Any
) -> None:
    account_of("exam-coordinator", login="exam")
    grid = f"/training/{scene.class_id}/attendance"
    with serving(register) as address:
        with watching(chromium, address, width=390, language="en") as eyes:
            eyes.sign_in("exam", PASSWORD)
            eyes.look(grid)
            eyes.page.locator("select").first.focus()
            # Down the first day, then down the second, then the button.
            for key in ("1", "2", "1", "1", "Enter", "4"):
                eyes.page.keyboard.press(key)
            with eyes.page.expect_navigation():
                eyes.page.keyboard.press("Enter")
            eyes.look()
            assert eyes.found == []
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("#login", "exam")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.goto(f"{address}{grid}")
        page.locator("select").nth(3).select_option("absent")
        page.click(".selection button")
        context.close()
    with connection():
        attendees = [one.id for one in training.attendees_of(scene.class_id)]
        first, second = [one.id for one in training.sessions_of(scene.class_id)]
        words = training_attendance.words_of(scene.class_id)
    said = [[words.get((one, session), "") for session in (first, second)] for one in attendees]
    assert said == [["present", "present"], ["leave", "absent"], ["present", "morning"]]
