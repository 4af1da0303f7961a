"""Lists that go out row by row as their pages show them: offices, cards, accounts and the book.

Each names its page's act, and reads through the page's own functions: who sees the list may take
it out, and nothing is in it that the page hides. Headings are the page's.
"""

from collections.abc import Iterator, Sequence

from flask import abort
from flask_babel import gettext, lazy_gettext, lazy_pgettext, pgettext

from registry.rules.rosters import Cell
from registry.services.exports import list_too_long
from registry.store import batches, book_pages, custody_slips, merging, transfers
from registry.store.exports import MOST
from registry.store.merging import Alike
from registry.web import (
    account_slips,
    first_issue,
    imports,
    oversight_book,
    photograph_uploads,
    reissue,
)
from registry.web.accounts import role_title
from registry.web.cards import custody_act
from registry.web.certificate_wording import batch_state
from registry.web.export_kinds import ListKind, day_cell, moment_cell, reasons_cell, rows_kind
from registry.web.import_wording import kind_title
from registry.web.sessions import signed_in, today
from registry.web.transfers import state_title
from registry.web.wording import actor, citation

#: Rows read at once where a page has a size of its own.
_SIZE = 500

Rows = Iterator[Sequence[Cell]]


def _batches() -> Rows:
    before: int | None = None
    while rows := batches.batches(signed_in().scope, before=before, limit=_SIZE):
        for row in rows:
            yield (
                gettext("第 %(n)s 批", n=row.id),
                gettext("首次发证") if row.kind == "first" else gettext("换发"),
                row.organisation_name or gettext("全区"),
                row.letter_number,
                moment_cell(row.prepared_at),
                row.waiting,
                row.issued,
                row.refused,
                batch_state(row.state),
            )
        before = rows[-1].id


def _moved() -> Rows:
    after, more = 0, True
    while more:
        lines, more = reissue.moved_lines(after)
        for found, last_day in lines:
            holder, card = found.holder, found.card
            yield (
                holder.number,
                holder.name,
                holder.copy.organisation_name if holder.copy else "",
                card.number if card else "",
                day_cell(card.ended_on) if card else None,
                gettext("可以发") if found.is_open else gettext("现在不能发"),
                last_day if found.is_open else None,
                reasons_cell(found.warnings if found.is_open else found.refusals, with_basis=False),
            )
        after = lines[-1][0].holder.person_id if lines else 0


def _first_issue() -> Rows:
    asked = first_issue.asked_without_card()
    if asked.cut:
        raise list_too_long(first_issue.LONGEST)
    needed = gettext("没有上年度考核等次，要填单位的考核情况说明文号。")
    lines = [
        (holder, gettext("可以发证"), warnings, needed if needs else "")
        for holder, warnings, needs in asked.may
    ] + [(holder, gettext("还不能发证"), against, "") for holder, against in asked.may_not]
    for holder, state, said, first in lines:
        yield (
            holder.number,
            holder.name,
            holder.copy.organisation_name if holder.copy else "",
            state,
            "\n".join(filter(None, (first, reasons_cell(said)))),
        )


def _book() -> Rows:
    _, filters = oversight_book.asked_book()
    if filters is None:
        abort(400)
    if book_pages.counts(filters)["total"] > MOST:
        raise list_too_long(MOST)
    names = oversight_book.organisation_names()
    older: int | None = None
    while entries := book_pages.page(filters, older=older, size=_SIZE).entries:
        for entry in entries:
            told = oversight_book.shown(entry, names)
            yield (
                entry.seq,
                moment_cell(entry.at),
                told["title"],
                pgettext("state", "不予办理") if told["is_attempt"] else "",
                told["subject"],
                entry.actor_name or actor(entry.actor),
                entry.actor if entry.actor_name else "",
                day_cell(entry.effective_on),
                entry.document,
                entry.reason,
                "\n".join(f"{label}：{value}" for label, value in told["details"]),
                citation(entry.basis) if entry.basis else "",
                f"{entry.leaf.hex()[:10]}…",
            )
        older = entries[-1].seq


def _accounts() -> Rows:
    for one in account_slips.asked_accounts(account_slips.listed_accounts()):
        login, name, *rest = _account(one)
        yield login, name, role_title(one.account.role), *rest


def _clerks() -> Rows:
    return map(_account, account_slips.listed_clerks())


def _account(one: account_slips.Listed) -> Sequence[Cell]:
    account, slip = one.account, one.slip
    last: Cell = gettext("从未")
    if account.last_sign_in_at:
        last = moment_cell(account.last_sign_in_at)
    beside = gettext("闲置") if "unused" in one.kinds else ""
    if "slip" in one.kinds and slip is not None:
        word = gettext("登录单已过期") if slip.is_past(today()) else gettext("登录单有效至")
        beside = f"{word} {slip.last_day.isoformat()}"
    state = pgettext("state", "已启用")
    if account.disabled_at:
        state = pgettext("state", "已停用")
    return account.login, account.name, one.reach, last, state, beside


def _slips() -> Rows:
    before: int | None = None
    while rows := custody_slips.slips(signed_in().scope, before=before, limit=_SIZE):
        for row in rows:
            yield (
                gettext("第 %(n)s 号", n=row.id),
                custody_act(row.act),
                row.organisation_name or gettext("多个单位"),
                row.cards,
                day_cell(row.effective_on),
                actor(row.by),
                moment_cell(row.at),
            )
        before = rows[-1].id


def _transfers() -> Rows:
    account = signed_in()
    after = 0
    while waiting := transfers.waiting(account.scope, today(), after=after, limit=_SIZE):
        for one in waiting:
            row = one.request
            yield (
                gettext("等着答复的"),
                one.person_name,
                one.person_number,
                one.place,
                row.organisation_name,
                moment_cell(row.asked_at),
                row.asker,
                "",
                day_cell(row.expires_on),
                "",
            )
        after = waiting[-1].request.id
    if account.may("transfer.ask"):
        before: int | None = None
        while asked := transfers.asked(account.scope, before=before, limit=_SIZE):
            yield from (_request(row, gettext("本单位提出的")) for row in asked)
            before = asked[-1].id
    else:
        yield from (_request(row, gettext("答复过的")) for row in transfers.decided(account.scope))


def _request(row: transfers.RequestRow, group: str) -> Sequence[Cell]:
    """A request as the asking side sees it: nothing in it comes from the person's record."""
    return (
        group,
        row.name,
        "",
        "",
        row.organisation_name,
        moment_cell(row.asked_at),
        "",
        state_title(row),
        day_cell(row.expires_on) if row.state == "open" else None,
        row.reason,
    )


def _doubles() -> Rows:
    after: tuple[int, int] | None = None
    while pairs := merging.doubles(after=after):
        for one, other in pairs:
            yield *_alike(one), *_alike(other)
        after = (pairs[-1][0].person_id, pairs[-1][1].person_id)


def _alike(one: Alike) -> Sequence[Cell]:
    left = gettext("已离开") if one.ended_on else ""
    return one.name, one.number, day_cell(one.birth_on), one.organisation_name, left, one.card


def _without_photograph() -> Rows:
    for one in photograph_uploads.asked_missing()[1]:
        yield one.candidate.name, one.candidate.number, one.organisation_name


def _imports() -> Rows:
    before: int | None = None
    while past := imports.past_imports(before, _SIZE):
        for entry in past:
            counts = entry.counts
            yield (
                moment_cell(entry.at),
                entry.file_name,
                kind_title(entry.kind),
                actor(entry.actor),
                *(counts[name] for name in ("rows", "added", "changed")),
                counts.get("proposed"),
                counts["refused"],
            )
        before = past[-1].seq


_ACCOUNT = (
    lazy_gettext("范围"),
    lazy_gettext("最近登录"),
    lazy_gettext("状态"),
    lazy_gettext("说明"),
)
_ALIKE = (
    lazy_gettext("出生日期"),
    lazy_gettext("单位"),
    lazy_gettext("任职"),
    lazy_gettext("有效证件"),
)

OFFICE_ROWS: tuple[ListKind, ...] = (
    rows_kind(
        "batches",
        lazy_gettext("换发批次"),
        "batches.index",
        "certificate.view",
        (
            lazy_gettext("批次"),
            lazy_gettext("种类"),
            lazy_gettext("单位"),
            lazy_gettext("申请文号"),
            lazy_gettext("准备"),
            lazy_gettext("等待"),
            lazy_gettext("已发证"),
            lazy_gettext("不予发证"),
            lazy_gettext("进度"),
        ),
        _batches,
    ),
    rows_kind(
        "moved",
        lazy_gettext("调动后待发新证的人"),
        "batches.moved",
        "certificate.issue",
        (
            lazy_gettext("人员编号"),
            lazy_gettext("姓名"),
            lazy_gettext("现在的单位"),
            lazy_gettext("已注销的证件"),
            lazy_gettext("注销日期"),
            lazy_gettext("新证"),
            lazy_gettext("有效期至"),
            lazy_gettext("说明"),
        ),
        _moved,
    ),
    rows_kind(
        "first-issue",
        lazy_gettext("首次发证"),
        "first_issue.index",
        "certificate.issue",
        (
            lazy_gettext("人员编号"),
            lazy_gettext("姓名"),
            lazy_gettext("单位"),
            lazy_gettext("首次发证"),
            lazy_gettext("说明"),
        ),
        _first_issue,
        arguments=("organisation",),
    ),
    rows_kind(
        "book",
        lazy_gettext("台账"),
        "oversight.book",
        "book.view",
        (
            lazy_gettext("序号"),
            lazy_gettext("时间"),
            lazy_gettext("事项"),
            lazy_gettext("状态"),
            lazy_gettext("办理对象"),
            lazy_gettext("经办"),
            lazy_gettext("登录名"),
            lazy_gettext("生效日"),
            lazy_gettext("文号"),
            lazy_gettext("理由"),
            lazy_gettext("内容"),
            lazy_gettext("依据"),
            lazy_gettext("叶"),
        ),
        _book,
        arguments=("view", "act", "actor", "person", "first", "last"),
    ),
    rows_kind(
        "accounts",
        lazy_gettext("账号"),
        "accounts.index",
        "account.manage",
        (lazy_gettext("登录名"), lazy_gettext("姓名"), lazy_gettext("角色"), *_ACCOUNT),
        _accounts,
        arguments=("show",),
    ),
    rows_kind(
        "clerks",
        lazy_gettext("经办人账号"),
        "accounts.clerks",
        "account.reset-clerk",
        (lazy_gettext("登录名"), lazy_gettext("姓名"), *_ACCOUNT),
        _clerks,
    ),
    rows_kind(
        "slips",
        lazy_gettext("流转单"),
        "cards.slips",
        "custody.view",
        (
            lazy_gettext("单号"),
            lazy_gettext("事项"),
            lazy_gettext("单位"),
            lazy_gettext("卡片"),
            lazy_gettext("生效日"),
            lazy_gettext("经办"),
            lazy_gettext("时间"),
        ),
        _slips,
    ),
    rows_kind(
        "transfers",
        lazy_gettext("调入调出"),
        "transfers.index",
        "transfer.view",
        (
            lazy_gettext("进度"),
            lazy_gettext("姓名"),
            lazy_gettext("人员编号"),
            lazy_gettext("现在的单位"),
            lazy_gettext("调入单位"),
            lazy_gettext("提出"),
            lazy_gettext("提出人"),
            lazy_gettext("答复"),
            lazy_gettext("到期"),
            lazy_gettext("说明"),
        ),
        _transfers,
    ),
    rows_kind(
        "doubles",
        lazy_gettext("可能重复的人员"),
        "merging.doubles",
        "person.merge",
        (
            lazy_gettext("一条"),
            lazy_gettext("人员编号"),
            *_ALIKE,
            lazy_gettext("另一条"),
            lazy_gettext("人员编号"),
            *_ALIKE,
        ),
        _doubles,
    ),
    rows_kind(
        "no-photograph",
        lazy_gettext("仍缺照片的执法人员"),
        "photograph_uploads.missing",
        "photograph.add",
        (lazy_gettext("姓名"), lazy_gettext("人员编号"), lazy_gettext("单位")),
        _without_photograph,
        arguments=("organisation",),
    ),
    rows_kind(
        "imports",
        lazy_gettext("以前的导入"),
        "imports.index",
        "roster.import",
        (
            lazy_gettext("时间"),
            lazy_gettext("文件"),
            lazy_gettext("名册"),
            lazy_gettext("经办"),
            lazy_gettext("行数"),
            lazy_pgettext("rows", "新增"),
            lazy_pgettext("rows", "修改"),
            lazy_pgettext("rows", "变更建议"),
            lazy_pgettext("rows", "不导入"),
        ),
        _imports,
    ),
)
