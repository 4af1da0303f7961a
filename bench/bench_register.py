"""The office's long work on a full register, each against a floor measured in the same run."""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from registry.config import Config
from registry.demo.district import paperwork
from registry.rules.acts import OPERATOR, Act, local_day, prepare_act
from registry.services import batches, imports
from registry.services.import_judging import read_file
from registry.store import opening
from registry.store.database import connection, shut
from registry.store.people_search import Filters, page
from registry.store.self_check import check_register
from registry.store.tables import Account

ROWS = 1050


def ratios() -> dict[str, float]:
    """Seconds of each piece of work, and how many times its floor that is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'register.sqlite3'}"
        config = Config(url, url, url, "", folder, "https://zf.example.cn")
        at = datetime.now(UTC)
        opening.migrate_register(config, at)
        opening.open_register(config)
        try:
            with connection():
                return _measured(prepare_act(OPERATOR, at), folder, local_day(at))
        finally:
            shut()


def _measured(act: Act, folder: Path, today: object) -> dict[str, float]:
    papers = paperwork()
    imports.commit(act, read_file(papers.organisations, "organisations.csv"), "organisation")
    reading = _seconds(lambda: read_file(papers.officers, "officers.xlsx"))
    file = read_file(papers.officers, "officers.xlsx")
    judging = _seconds(lambda: imports.preview(act, file, "officer"))
    writing = _seconds(lambda: imports.commit(act, file, "officer"))
    floor = _bare_inserts(folder / "floor.sqlite3", ROWS * 4)
    account = Account.insert(
        login="bench", name="bench", role="legal-office", password_hash="", created_at=act.moment
    ).execute()
    office = replace(act, by=replace(act.by, account_id=account, login="bench"))
    issued: list[int] = []
    issuing = _seconds(
        lambda: issued.append(len(batches.issue_all(office, letter_number="1").certificates))
    )
    issue_floor = _bare_inserts(folder / "issue.sqlite3", issued[0] * 4)
    first = min(_seconds(lambda: page(Filters(), None, act.on)) for _ in range(5))
    last_key = page(Filters(), None, act.on, size=ROWS - 60).after
    last = min(_seconds(lambda: page(Filters(), None, act.on, after=last_key)) for _ in range(5))
    checking = _seconds(check_register)
    return {
        f"reading {ROWS} rows in the child, s": reading,
        f"judging {ROWS} rows, s": judging,
        f"importing {ROWS} officers, s": writing,
        "importing / bare inserts of as many rows": writing / floor,
        f"issuing {issued[0]} certificates, s": issuing,
        "issuing / bare inserts of as many rows": issuing / issue_floor,
        "last page of people / first page": last / first,
        "checking the whole register, s": checking,
    }


def _bare_inserts(path: Path, rows: int) -> float:
    """Seconds for as many one-row inserts in one transaction, the least that writing costs."""
    connection = sqlite3.connect(path)
    connection.execute("create table t(id integer primary key, a text, b text, c blob)")

    def insert() -> None:
        for row in range(rows):
            connection.execute(
                "insert into t(a, b, c) values (?, ?, ?)", (f"{row}", "x" * 200, b"y" * 64)
            )
        connection.commit()

    taken = _seconds(insert)
    connection.close()
    return taken


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
