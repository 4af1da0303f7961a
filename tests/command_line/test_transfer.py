"""A transfer at the command line says whether a new certificate may follow it."""

from registry.rules.acts import Act
from registry.services import batches
from registry.store.database import connection, shut
from registry.store.opening import open_register
from tests.command_line.conftest import Console
from tests.services.test_people import add, with_card
from tests.staff import add_organisation


def test_a_transfer_says_whether_a_new_certificate_may_follow(console: Console, act: Act) -> None:
    open_register(console.config)
    with connection():
        here = add_organisation("区市场监督管理局")
        add_organisation("市场监管二分局", code="SAME")
        add_organisation("区交通运输局", code="OTHER", fields="transport")
        for serial in (1, 3):
            with_card(act, add(act, here, serial))
        batches.exchange(act, "P000001")
        add(act, here, 5)
    shut()
    console.account("legal", "legal-office")
    same = console("transfer", "P000001", "--by", "legal", "--organisation", "SAME", "--json")
    assert same.status == 0
    assert same.json == {"person": "P000001", "ended": ["10320000001"], "may_reissue": True}
    legacy = console(
        "transfer", "P000002", "--by", "legal", "--organisation", "SAME", "--json"
    ).json
    assert legacy["may_reissue"] is True
    other = console(
        "transfer", "P000001", "--by", "legal", "--organisation", "OTHER", "--json"
    ).json
    assert other == {"person": "P000001", "ended": [], "may_reissue": False}
    never = console("transfer", "P000003", "--by", "legal", "--organisation", "SAME", "--json").json
    assert never == {"person": "P000003", "ended": [], "may_reissue": False}
    back = console("transfer", "P000001", "--by", "legal", "--organisation", "SAME")
    assert back.status == 0 and "可以在新单位发新证" in back.out
    left = console("leave", "P000003", "--by", "legal", "--json").json
    assert left == {"person": "P000003", "ended": []}
