"""Makes the READMEs' pictures from the demo district, in a real browser (``make pictures``)."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from registry.config import load_config
from registry.demo.district import paperwork
from registry.demo.keeping import kept_accounts

CHROMIUM = "/usr/bin/chromium"
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
PICTURES = Path(__file__).resolve().parent / "pictures"


def main() -> None:
    """Fill a demo in a temporary folder, serve it, and take every picture."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "REGISTRY_DATA_DIR": folder,
            "REGISTRY_DEMO": "1",
            "REGISTRY_PUBLIC_URL": ADDRESS,
        }
        command = [sys.executable, "-m", "registry.cli", "demo", "--serve", "--port", str(PORT)]
        server = subprocess.Popen(command, env=environment)
        try:
            _wait()
            config = load_config(environment)
            accounts = {account.login: account.password for account in kept_accounts(config) or []}
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=CHROMIUM, args=["--no-sandbox"]
                )
                _pictures(browser, accounts["legal"], Path(folder))
                browser.close()
        finally:
            server.terminate()
            server.wait()


def _pictures(browser: Any, password: str, folder: Path) -> None:
    office = browser.new_context(viewport={"width": 1280, "height": 760}, locale="zh-CN").new_page()
    office.goto(f"{ADDRESS}/sign-in")
    office.fill("#login", "legal")
    office.fill("#password", password)
    office.click("main button[type=submit]")
    office.screenshot(path=PICTURES / "home.png")
    office.goto(f"{ADDRESS}/people?roster=officer&state=holding")
    office.screenshot(path=PICTURES / "people.png")
    _import(office, folder)
    office.goto(f"{ADDRESS}/certificates?state=active")
    office.click("main table a >> nth=0")
    number = office.url.rsplit("/", 1)[1]
    shown = subprocess.run(
        [
            sys.executable,
            "-m",
            "registry.cli",
            "certificate",
            number,
            "--card",
            str(folder / "card.pdf"),
            "--json",
        ],
        env=os.environ | {"REGISTRY_DATA_DIR": str(folder), "REGISTRY_PUBLIC_URL": ADDRESS},
        capture_output=True,
        text=True,
        check=True,
    )
    url = shown.stdout.split('"url": "')[1].split('"')[0]
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", device_scale_factor=2
    ).new_page()
    phone.goto(url)
    phone.screenshot(path=PICTURES / "verdict.png", full_page=True)
    _halve(PICTURES / "verdict.png")
    pages = pypdfium2.PdfDocument(folder / "card.pdf")
    for place, side in enumerate(("front", "back")):
        pages[place].render(scale=2.2).to_pil().save(PICTURES / f"card-{side}.png", optimize=True)
    for path in PICTURES.glob("*.png"):
        Image.open(path).convert("P", palette=Image.Palette.ADAPTIVE, colors=200).save(
            path, optimize=True
        )


def _import(office: Page, folder: Path) -> None:
    roster = folder / "roster.xlsx"
    roster.write_bytes(paperwork(seed=2026, officers=160, auxiliaries=1).officers)
    office.goto(f"{ADDRESS}/imports")
    office.set_input_files("input[type=file]", roster)
    office.click("main form:has(input[type=file]) button[type=submit]")
    office.wait_for_load_state()
    office.screenshot(path=PICTURES / "import.png")


def _halve(path: Path) -> None:
    picture = Image.open(path)
    picture.resize((picture.width * 3 // 5, picture.height * 3 // 5)).save(path)


def _wait() -> None:
    for _ in range(180):
        try:
            urllib.request.urlopen(f"{ADDRESS}/healthz", timeout=1)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(1)
        else:
            return
    raise SystemExit("The demo did not start.")


if __name__ == "__main__":
    main()
