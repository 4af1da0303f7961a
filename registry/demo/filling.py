"""Filling an empty register with the demo district, act by act, through the services."""

import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from registry.config import Config
from registry.demo.district import SEED, DemoPerson, paperwork
from registry.demo.exam_room import fill_exam_room
from registry.documents.portraits import draw_portrait
from registry.rules.acts import OPERATOR, Act, Actor, local_day, prepare_act
from registry.rules.refusals import Refused
from registry.services import (
    accounts,
    batches,
    certificates,
    conduct,
    custody,
    employment,
    imports,
    photograph_review,
    photographs,
)
from registry.services.import_judging import read_file
from registry.services.photograph_review import SendBack
from registry.store import organisations, person_rows
from registry.store.accounts import find_login, list_accounts, organisation_and_below
from registry.store.certificates import CertificateRow, by_ids, live_of
from registry.store.photograph_review import waiting as waiting_photographs

_WITHOUT_PHOTOGRAPH = 0.06
_LEFT_WAITING = 12
_SENT_BACK = ("blurred", "background", "too-old")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

#: login, role, organisation's code, name shown
_ACCOUNTS = (
    ("admin", "administrator", None, "系统管理员"),
    ("legal", "legal-office", "JT-SFJ", "王琳（法制科）"),
    ("legal2", "legal-office", "JT-SFJ", "周明（法制科）"),
    ("clerk", "hr", "JT-CGJ", "李敏（城管局人事）"),
    ("clerk2", "hr", "JT-SCJG", "陈洁（市场监管局人事）"),
    ("exam", "exam-coordinator", "JT-SFJ", "赵华（考务）"),
    ("auditor", "auditor", None, "孙正（审计）"),
)


class DemoRefused(Exception):
    """The register is no place for a demo; the text says why."""


@dataclass(frozen=True)
class DemoAccount:
    """An account of the demo with the password made on this machine."""

    login: str
    role: str
    password: str


def fill(
    config: Config,
    at: datetime,
    *,
    people: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> list[DemoAccount]:
    """Fill the opened, empty register and return the accounts with their new passwords.

    ``people`` makes a smaller district (for tests). Raises :class:`DemoRefused` for a register
    that the public reaches by https or that holds accounts already.
    """
    if config.is_https:
        raise DemoRefused("A register with an https public address is no place for a demo.")
    if list_accounts():
        raise DemoRefused("The register holds accounts already: a demo fills an empty one.")
    chance = random.Random(SEED)  # noqa: S311 (an invented district is no secret)
    if people is None:
        papers = paperwork()
    else:
        papers = paperwork(officers=people * 7 // 10, auxiliaries=people * 3 // 10)
    operator = prepare_act(OPERATOR, at)

    progress("organisations")
    _import(operator, papers.organisations, "organisations.csv", "organisation")
    progress("officers")
    _import(operator, papers.officers, "officers.xlsx", "officer")
    made = [_account(operator, *row) for row in _ACCOUNTS]
    legal = _Office("legal", at)
    progress("photographs")
    _photographs(_Office("legal2", at), legal, papers.people, chance)
    progress("certificates")
    _exchange(legal, at)
    progress("auxiliary staff")
    _import(operator, papers.auxiliaries, "auxiliary.xlsx", "auxiliary")
    progress("a few years of acts")
    _live(legal, papers.people, chance)
    progress("classes and exams")
    _exam_room(at, chance)
    return made


def _exam_room(at: datetime, chance: random.Random) -> None:
    offices = {login: _Office(login, at) for login in ("exam", "legal", "legal2")}

    def act_of(login: str, on: date | None) -> Act:
        return offices[login].act(on)

    fill_exam_room(act_of, local_day(at), chance)


class _Office:
    """Acts of one account, today or on an earlier day."""

    def __init__(self, login: str, at: datetime) -> None:
        account = find_login(login)
        if account is None:
            raise DemoRefused(f"The demo's account {login} is missing.")
        scope = (
            organisation_and_below(account.organisation_id)
            if account.role == "hr" and (account.organisation_id)
            else None
        )
        self.actor = Actor(account.id, account.login, account.name, account.role, scope)
        self.at = at
        self.today = local_day(at)

    def act(self, on: date | None = None, reason: str = "", document: str = "") -> Act:
        """An act today, or on an earlier day with its reason."""
        back = on is not None and on < self.today
        return prepare_act(
            self.actor,
            self.at,
            on=on,
            reason=reason or ("补录历史数据" if back else ""),
            document=document
            or f"坛司〔{(on or self.today).year}〕{7 + (on or self.today).month}号",
        )

    def days_ago(self, days: int) -> date:
        return self.today - timedelta(days=days)


def _import(act: Act, data: bytes, name: str, kind: str) -> None:
    imports.commit(act, read_file(data, name), kind)


def _account(act: Act, login: str, role: str, code: str | None, name: str) -> DemoAccount:
    password = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
    organisation = organisations.by_code(code) if code else None
    accounts.create_account(
        act,
        login=login,
        name=name,
        role=role,
        organisation_id=organisation.id if organisation else None,
        password=password,
        must_change=False,
        demo=True,
    )
    return DemoAccount(login, role, password)


def _photographs(
    uploader: _Office, reviewer: _Office, people: tuple[DemoPerson, ...], chance: random.Random
) -> None:
    rows = person_rows.people_by_identity(person.identity_number for person in people)
    wanted = [
        (rows[person.identity_number].number, serial, "male" if person.sex == "男" else "female")
        for serial, person in enumerate(people)
        if person.identity_number in rows and chance.random() >= _WITHOUT_PHOTOGRAPH
    ]
    with _drawing([(serial, sex) for _, serial, sex in wanted]) as drawn:
        for (number, _, _), picture in zip(wanted, drawn, strict=True):
            photographs.add_photograph(uploader.act(), number, picture)
    waiting = waiting_photographs(None, reviewer.actor.account_id, limit=len(wanted))
    # The newest are left for whoever tries the second look; a few have come back.
    looked_at = waiting[: -_LEFT_WAITING or None]
    back = dict(
        zip((row.id for row in reversed(looked_at)), map(SendBack, _SENT_BACK), strict=False)
    )
    photograph_review.review(
        reviewer.act(), [row.id for row in looked_at if row.id not in back], back
    )


@contextmanager
def _drawing(faces: list[tuple[int, str]]) -> Iterator[Iterator[bytes]]:
    with ProcessPoolExecutor(max_workers=2) as pool:
        yield pool.map(
            draw_portrait, [seed for seed, _ in faces], [sex for _, sex in faces], chunksize=25
        )


def _exchange(legal: _Office, at: datetime) -> None:
    """Batches over the years, so that some certificates have ended and some have not begun."""
    waves = (
        ("JT-ZJJ", timedelta(days=5 * 365 + 40)),
        ("JT-SLJ", timedelta(days=5 * 365 - 30)),
        ("JT-CGJ", timedelta(days=700)),
        ("JT-SCJG", timedelta(days=500)),
        ("JT-WGJ", timedelta(days=400)),
    )
    for code, ago in waves:
        day = legal.today - ago
        _batch(
            legal.act(day),
            organisation_code=code,
            letter_number=f"坛综〔{day.year}〕{day.month}号",
            letter_on=day - timedelta(days=5),
        )
    _batch(
        legal.act(),
        organisation_code="JT-WJW",
        letter_number=f"坛卫〔{legal.today.year}〕21号",
        letter_on=legal.today,
        first_day=legal.today + timedelta(days=9),
    )
    for code in ("JT-JTJ", "JT-YJJ", "JT-ZRJ", "JT-Z01", "JT-Z02", "JT-Z03", "JT-Z07"):
        day = legal.days_ago(200)
        _batch(
            legal.act(day),
            organisation_code=code,
            letter_number=f"{code}〔{day.year}〕6号",
            letter_on=day,
        )


def _batch(act: Act, **particulars: Any) -> None:
    try:
        issued = batches.issue_all(act, **particulars)
        _cards(act, issued.certificates)
    except Refused as refused:
        # A small district has organs in which nobody holds an old card.
        if any(refusal.code != "nobody-to-exchange" for refusal in refused.refusals):
            raise


def _cards(act: Act, issued: Sequence[CertificateRow]) -> None:
    """What became of a batch's cards: handed over long ago, or sent to be made today."""
    if not issued:
        return
    numbers = [row.number for row in issued]
    if act.on == local_day(act.at):
        custody.move_cards(act, "order", numbers)
        return
    custody.move_cards(act, "made", numbers)
    custody.move_cards(act, "hand-over", numbers)
    old = [row.number for row in by_ids(row.replaces_id for row in issued if row.replaces_id)]
    brought = [number for place, number in enumerate(old) if place % 9]
    if brought:
        custody.move_cards(act, "take-in", brought)


def _live(legal: _Office, people: tuple[DemoPerson, ...], chance: random.Random) -> None:
    rows = person_rows.people_by_identity(person.identity_number for person in people)
    holders = [
        (rows[person.identity_number].number, card)
        for person in people
        if person.identity_number in rows
        for card in _active(rows[person.identity_number].person_id, legal.today)
    ]
    chance.shuffle(holders)
    each = max(1, len(holders) // 90)

    def some() -> list[tuple[str, CertificateRow]]:
        taken, holders[:each] = holders[:each], []
        return taken

    for place, (_, card) in enumerate(some()):
        certificates.suspend(
            legal.act(legal.days_ago(20 + 70 * (place % 3)), "粗暴执法，停岗学习"), card.number
        )
    for _, card in some():
        certificates.lost(legal.act(legal.days_ago(12), "本人报告遗失"), card.number)
    for _, card in some():
        certificates.lost(legal.act(legal.days_ago(40), "本人报告遗失"), card.number)
        certificates.replace(legal.act(legal.days_ago(30), "已登报声明作废"), card.number)
    for _, card in some():
        certificates.revoke(legal.act(legal.days_ago(60), "将证件借给他人使用"), card.number)
    past = [
        card
        for person in people
        if person.identity_number in rows
        for card in live_of(rows[person.identity_number].person_id)
        if card.valid_until is not None and card.valid_until < legal.today
    ]
    for card in past[:3]:
        certificates.expire(legal.act(reason="有效期已满，收回旧证"), card.number)
    for number, _ in some():
        employment.leave(legal.act(legal.days_ago(25), "到龄退休"), number, "retired")
    for number, _ in some():
        employment.leave(legal.act(legal.days_ago(90), "辞去公职"), number, "resigned")
    for number, _ in some()[:4]:
        employment.reclassify(legal.act(reason="转为编外聘用"), number, "off-establishment")
    target = organisations.by_code("JT-RSJ")
    for number, card in some()[:6]:
        if target is not None and card.organisation_id != target.id:
            employment.transfer(legal.act(reason="组织调动"), number, target.id)
    for number, _ in some()[:3]:
        conduct.record_sanction(
            legal.act(document="坛监〔2026〕3号"),
            number,
            kind="demerit",
            effective_on=legal.days_ago(3),
            authority="区监察委员会",
        )
    for number, _ in some():
        conduct.record_appraisal(legal.act(), number, year=legal.today.year - 1, grade="competent")


def _active(person_id: int, today: date) -> list[CertificateRow]:
    return [
        card
        for card in live_of(person_id)
        if card.kind == "national"
        and card.state == "active"
        and card.valid_from is not None
        and card.valid_from <= today
        and card.valid_until is not None
        and card.valid_until >= today
    ]
