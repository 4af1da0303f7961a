"""A small demo district through the console: filled, sound, shown again, and nowhere else."""

import json
import sqlite3
import stat

from tests.command_line.conftest import Console


def test_a_demo_is_filled_once_and_shown_again(console: Console) -> None:
    demo = {"REGISTRY_PUBLIC_URL": "http://127.0.0.1:8000", "REGISTRY_SECRET_KEY": ""}
    first = console("demo", "--people", "100", **demo)
    assert first.status == 0, first.err
    kept = console.config.data_dir / "demo-accounts.json"
    accounts = json.loads(kept.read_text("utf-8"))
    assert {account["role"] for account in accounts} >= {"administrator", "legal-office", "hr"}
    assert all(account["password"] in first.out for account in accounts)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert str(console.config.data_dir) in first.out, "the folder to keep safe is not named"
    second = console("demo", "--people", "100", **demo)
    assert second.status == 0 and accounts[0]["password"] in second.out
    report = console("check", "--json", **demo).json
    assert report["ok"], report
    assert report["counts"]["people"] == 96, "four of the hundred stand on both rosters"


def test_a_demo_refuses_a_public_address(console: Console) -> None:
    answer = console("demo", "--people", "50")
    assert answer.status == 1
    assert "https" in answer.err and "Traceback" not in answer.err


def test_a_demo_refuses_a_register_in_use(console: Console) -> None:
    console.account("admin", "administrator")
    answer = console("demo", "--people", "50", REGISTRY_PUBLIC_URL="http://127.0.0.1:8000")
    assert answer.status == 1 and "accounts already" in answer.err


def test_two_demos_of_one_seed_invent_the_same_people() -> None:
    from registry.demo.district import paperwork

    assert paperwork(officers=70, auxiliaries=30).people == (
        paperwork(officers=70, auxiliaries=30).people
    )


def test_no_password_lies_in_the_register(console: Console) -> None:
    console.account("admin", "administrator")
    if console.config.is_postgresql:
        return
    path = console.config.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as shell:
        assert not [line for line in shell.iterdump() if "good-tea-from-1-hill" in line]


def test_a_demos_register_is_never_served_on_a_public_address(console: Console) -> None:
    demo = {"REGISTRY_PUBLIC_URL": "http://127.0.0.1:8000", "REGISTRY_SECRET_KEY": ""}
    assert console("demo", "--people", "50", **demo).status == 0
    (console.config.data_dir / "demo-accounts.json").unlink()
    answer = console("serve", "--port", "9")
    assert answer.status == 1 and "demo" in answer.err
