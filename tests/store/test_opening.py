"""Opening a register: migrations, keys and digest on both engines."""

import pytest

from registry.rules.acts import Act
from registry.store import keys, opening, schema
from registry.store.book import transaction
from registry.store.database import connection, database
from registry.store.tables import BookHead, Event, RegistryKey
from tests.conftest import NOW


def test_a_migrated_register_names_a_key_for_every_purpose(register) -> None:
    assert {row.purpose for row in keys.registered()} == set(keys.PURPOSES)
    assert schema.pending(database) == []
    assert opening.recorded_digest() == schema.schema_digest(database)


def test_migrating_again_changes_nothing(register) -> None:
    before = (Event.select().count(), RegistryKey.select().count(), schema.schema_lines(database))
    assert opening.migrate_register(register, NOW) == []
    after = (Event.select().count(), RegistryKey.select().count(), schema.schema_lines(database))
    assert after == before


def test_the_book_grows_without_gaps(register, act: Act) -> None:
    start = BookHead.get().size
    with transaction() as book:
        book.record("setting-changed", act, details={"setting": "x", "value": "1"})
        book.record("setting-changed", act, details={"setting": "y", "value": "2"})
    assert [seq for (seq,) in Event.select(Event.seq).order_by(Event.seq).tuples()] == list(
        range(1, start + 3)
    )
    assert BookHead.get().size == start + 2


def test_a_failed_act_leaves_no_event(register, act: Act) -> None:
    before = Event.select().count()
    with pytest.raises(RuntimeError), transaction() as book:
        book.record("setting-changed", act, details={"setting": "x", "value": "1"})
        raise RuntimeError
    assert Event.select().count() == before


def test_an_unmigrated_register_is_not_opened(blank) -> None:
    with pytest.raises(opening.RegisterNotReady, match="registry migrate"):
        opening.open_register(blank)


def test_a_missing_key_file_is_named(config) -> None:
    victim = next((config.data_dir / "keys").glob("identity-seal-*.key"))
    victim.unlink()
    with pytest.raises(keys.KeyMissing, match="identity-seal"):
        opening.open_register(config)
    assert not victim.exists()


def test_a_foreign_key_file_is_refused(config) -> None:
    victim = next((config.data_dir / "keys").glob("identity-index-*.key"))
    victim.write_text("00" * 32)
    with pytest.raises(keys.KeyMissing, match="another key"):
        opening.open_register(config)


def test_key_files_are_the_owners_alone(config) -> None:
    modes = {path.stat().st_mode & 0o777 for path in (config.data_dir / "keys").iterdir()}
    assert modes == {0o600}


def test_sealed_identity_numbers_open_only_for_their_person(register) -> None:
    ring = keys.bound()
    key_id, sealed = ring.seal_identity("32041319900101001X", "P000001")
    assert b"320413" not in sealed
    assert ring.open_identity(key_id, sealed, "P000001") == "32041319900101001X"
    with pytest.raises(keys.KeyMissing):
        ring.open_identity(key_id, sealed, "P000002")


def test_down_and_up_again(blank) -> None:
    opening.migrate_register(blank, NOW)
    with connection():
        lines = schema.schema_lines(database)
    database.close() if not database.is_closed() else None
    assert schema.migrate_down(blank, "0001_register")[-1] == "0001_register"
    schema.migrate(blank)
    with connection():
        assert schema.schema_lines(database) == lines
