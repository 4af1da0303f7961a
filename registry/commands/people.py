"""Commands about people: find one, and the acts that move them."""

from collections.abc import Iterable

import click

from registry.commands import answer, as_act, as_json, group, now, open_here, refuse
from registry.rules.acts import Act, local_day
from registry.rules.people import ESTABLISHMENTS, LEAVE_CAUSES
from registry.rules.refusals import Refusal, Refused, sentence

#: So many people are shown for one search; more are found by a narrower one.
_MOST = 1000


@group.command()
@click.argument("find")
@as_json
def person(find: str, json_output: bool) -> None:
    """Find people by name, pinyin, initials, person number or certificate number."""
    from registry.rules.text import clean_text
    from registry.store.certificates import of_person
    from registry.store.people_search import Filters, page

    open_here()
    try:
        words = clean_text(find, limit=100, name=sentence("查找内容"))
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    today = local_day(now())
    rows = [
        line.person
        for ended in (False, True)
        for line in page(Filters(text=words, ended=ended), None, today, size=_MOST).lines
    ]
    people = [
        {
            "number": row.number,
            "name": row.name,
            "organisation": row.organisation_name,
            "certificates": [
                {
                    "number": one.number,
                    "kind": one.kind,
                    "state": one.state,
                    "valid_until": one.valid_until,
                }
                for one in of_person(row.person_id)
            ],
        }
        for row in rows
    ]
    text = "\n".join(f"{one['number']}  {one['name']}  {one['organisation']}" for one in people)
    answer({"people": people}, json_output=json_output, text=text or "没有找到。")


@group.command()
@click.argument("person_number")
@click.option("--establishment", required=True, type=click.Choice(sorted(ESTABLISHMENTS)))
@as_json
@as_act()
def reclassify(person_number: str, establishment: str, act: Act, json_output: bool) -> None:
    """Another kind of employment; ends a certificate first where the law says so."""
    from registry.services import employment

    try:
        moved = employment.reclassify(act, person_number, establishment)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    _moved(person_number, moved.certificates, json_output)


@group.command()
@click.argument("person_number")
@click.option("--organisation", required=True, metavar="CODE")
@as_json
@as_act()
def transfer(person_number: str, organisation: str, act: Act, json_output: bool) -> None:
    """To another organisation; the certificate is cancelled first.

    Says whether a new one may be issued there without an exam.
    """
    from registry.services import employment
    from registry.store import organisations
    from registry.store.moved_cards import reissue_of
    from registry.store.person_rows import find

    receiving = organisations.by_code(organisation)
    if receiving is None:
        refuse(
            [
                Refusal(
                    "unknown-organisation",
                    sentence("没有代码为“%(code)s”的单位。请核对代码。"),
                    "registry-rule",
                    {"code": organisation},
                )
            ],
            json_output=json_output,
        )
    try:
        moved = employment.transfer(act, person_number, receiving.id)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    row = find(person_number, None)
    reissue = reissue_of(row.person_id, act.on) if row else None
    may_reissue = reissue is not None and reissue.is_open
    _moved(person_number, moved.certificates, json_output, may_reissue=may_reissue)


@group.command()
@click.argument("person_number")
@click.option("--cause", type=click.Choice(sorted(LEAVE_CAUSES)), default="other")
@as_json
@as_act()
def leave(person_number: str, cause: str, act: Act, json_output: bool) -> None:
    """Leaves; the certificate is cancelled first."""
    from registry.services import employment

    try:
        ended = employment.leave(act, person_number, cause)
    except Refused as refused:
        refuse(refused.refusals, json_output=json_output)
    _moved(person_number, ended, json_output)


def _moved(
    person_number: str, ended: Iterable[str], json_output: bool, *, may_reissue: bool | None = None
) -> None:
    numbers = list(ended)
    text = f"{person_number}：已办理。" + (
        f"已先注销证件 {'、'.join(numbers)}。" if numbers else ""
    )
    told: dict[str, object] = {"person": person_number, "ended": numbers}
    if may_reissue is not None:
        told["may_reissue"] = may_reissue
        if may_reissue:
            text += "执法领域相同，法制机构可以在新单位发新证。"
    answer(told, json_output=json_output, text=text)
