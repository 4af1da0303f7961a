"""The migrated tables and the models of ``store/tables.py`` say the same columns."""

from registry.store.database import database, is_postgresql
from registry.store.tables import TABLES, Row

KINDS = {
    "text": "TEXT",
    "integer": "INT",
    "bigint": "INT",
    "blob": "BLOB",
    "bytea": "BLOB",
}


def differences(tables: tuple[type[Row], ...]) -> list[str]:
    """Where a model and its table disagree on a column's name, kind or nullability."""
    found = []
    for model in tables:
        name = model._meta.table_name
        columns = {column.name: column for column in database.get_columns(name)}
        if not is_postgresql():
            # SQLite leaves generated columns out of table_info.
            for row in database.execute_sql(f"pragma table_xinfo({name})").fetchall():
                if row[1] not in columns:
                    columns[row[1]] = _Column(row[1], row[2], not row[3])
        fields = {field.column_name: field for field in model._meta.sorted_fields}
        found += [f"{name}.{extra} is in the table alone" for extra in columns.keys() - fields]
        for column_name, field in fields.items():
            column = columns.get(column_name)
            if column is None:
                found.append(f"{name}.{column_name} is in the model alone")
                continue
            kind = KINDS[column.data_type.lower()]
            wanted = "INT" if field.field_type in ("INT", "AUTO") else field.field_type
            if kind != wanted:
                found.append(f"{name}.{column_name} is {kind}, the model says {wanted}")
            if bool(column.null) != bool(field.null) and not field.primary_key:
                found.append(f"{name}.{column_name} disagrees on null")
    return found


class _Column:
    def __init__(self, name: str, data_type: str, null: bool) -> None:
        self.name, self.data_type, self.null = name, data_type, null


def test_models_and_migrated_tables_agree(register) -> None:
    assert differences(TABLES) == []


def test_every_table_has_a_model(register) -> None:
    named = {model._meta.table_name for model in TABLES}
    assert set(database.get_tables()) - named == {"schema_migration"}


def test_a_planted_column_is_seen(register) -> None:
    if is_postgresql():
        database.execute_sql("reset role")
    database.execute_sql("alter table person add column shoe_size text")
    assert differences(TABLES) == ["person.shoe_size is in the table alone"]
