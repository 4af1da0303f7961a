"""Two operating-system processes race: one issues, the other takes the holder out of office.

Whatever the interleaving, never both. Each round has a person of its own; the report says in how
many rounds both statements were in flight at once.
"""

import multiprocessing
import sqlite3
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import pytest

from registry.config import Config
from tests.store import scene

ROUNDS = 200

ISSUE = "issue"
RIVALS = {
    "reclassify": (
        "update engagement set establishment = 'dispatched', category = 'auxiliary' "
        "where id = {round}"
    ),
    "leave": "update engagement set ended_on = '2026-11-20' where id = {round}",
    "bar": "update person set barred = 1 where id = {round}",
    "issue again": None,
}


def _connect(url: str) -> Any:
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(
            url.removeprefix("sqlite:///"), isolation_level=None, timeout=30
        )
        connection.execute("pragma foreign_keys = on")
        return connection
    import psycopg

    return psycopg.connect(url, autocommit=True)


def _racer(url: str, statement: str, pipe: Connection) -> None:
    connection = _connect(url)
    begin = "begin immediate" if url.startswith("sqlite") else "begin"
    pipe.send("ready")
    while (number := pipe.recv()) is not None:
        start = time.monotonic()
        try:
            connection.execute(begin)
            connection.execute(statement.format(round=number))
            connection.execute("commit")
            done = True
        except Exception:
            connection.execute("rollback")
            done = False
        pipe.send((start, time.monotonic(), done))
    connection.close()


def _certificate(number_offset: int) -> str:
    text = scene.certificate(10**6, 10**6 + 1, 10**6 + 2)
    for value, field in (
        (f"10320{10**6:06d}", f"R{number_offset}-{{round}}"),
        (f"人员{10**6 + 1}", "某人"),
        (f"CODE{10**6}", f"CODE{number_offset}-{{round}}"),
        (f"0, {10**6}", f"{number_offset}, {{round}}"),
        (str(10**6 + 1), "{round}"),
        (str(10**6 + 2), "{round}"),
    ):
        text = text.replace(value, field)
    return text.replace(str(10**6), f"{number_offset}{{round:06d}}")


@pytest.mark.parametrize("rival", RIVALS)
def test_a_race_never_leaves_both(
    config: Config,
    rival: str,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = config.database_url
    shell = _connect(url)
    scene.run(shell.execute, scene.district(1)[:3], postgresql=config.is_postgresql)
    first, last = 1000, 1000 + ROUNDS
    for number in range(first, last):
        scene.run(
            shell.execute,
            [scene.person(number), scene.engagement(number, number)],
            postgresql=config.is_postgresql,
        )
    spawn = multiprocessing.get_context("spawn")
    racers = []
    for statement in (_certificate(1), RIVALS[rival] or _certificate(2)):
        ours, theirs = spawn.Pipe()
        process = spawn.Process(target=_racer, args=(url, statement, theirs))
        process.start()
        racers.append((process, ours))
    for _, pipe in racers:
        assert pipe.recv() == "ready"
    together = both = neither = issued = 0
    for number in range(first, last):
        for _, pipe in racers if number % 2 else reversed(racers):
            pipe.send(number)
        (start, end, done), (other_start, other_end, other_done) = (
            pipe.recv() for _, pipe in racers
        )
        together += start < other_end and other_start < end
        both += done and other_done
        issued += done
        neither += not done and not other_done
    for process, pipe in racers:
        pipe.send(None)
        process.join(timeout=30)
    broken = shell.execute(scene.BROKEN).fetchone()[0]
    twice = shell.execute(scene.SECOND).fetchone()[0]
    shell.close()
    report = (
        f"{rival}: {ROUNDS} rounds, {together} with both statements in flight, "
        f""
        f"the issue won {issued}, {both} took both, {neither} neither"
    )
    record_property("race", report)
    with capsys.disabled():
        print(f"\n{report}")
    assert broken == 0 and twice == 0
    assert both == 0, "an issue and what forbids it were both taken"
    assert neither == 0, "one of the two must get through"
    assert together > ROUNDS // 10, "the race was none"
    assert 0 < issued < ROUNDS, "one side won every round: it never was a race"
