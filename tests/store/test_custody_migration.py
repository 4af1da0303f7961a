"""Following cards begins with those that are out: down and up again with rows in the tables."""

from registry.config import Config
from registry.store import schema
from tests.store import scene
from tests.store.scene import FREE, HOLDER, REVOKED
from tests.store.test_rule_in_the_schema import Shell, shell

__all__ = ["shell"]

LEGACY = 50


def test_cards_issued_before_count_as_being_with_their_holders(
    shell: Shell,
    config: Config,
) -> None:
    shell.run(scene.certificate(LEGACY, FREE, FREE, kind="jiangsu-legacy"))
    shell.raw.close()
    assert schema.migrate_down(config, "0006_custody")[-1] == "0006_custody"
    schema.migrate(config)
    shell.__init__(config)  # type: ignore[misc]
    rows = shell.raw.execute("select certificate_id, state from custody order by 1").fetchall()
    assert [tuple(row) for row in rows] == [(HOLDER, "with-holder"), (REVOKED, "with-holder")]
    assert shell.number(scene.BROKEN) == 0
