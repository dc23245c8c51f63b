"""Personal values that were there before they were kept apart get their salts, and a copy under their keys.

Entries of the record from before keep what they said in words. What a row says next is written as a key, before and
after; so what it says now must be readable under its key.
"""

import hashlib
import json
import secrets
from types import ModuleType

import sqlalchemy as sa

COLUMNS = {"person": ("id", ("email", "name")), "interest": ("person_id", ("nature",))}
"""By table: the column that says whose it is, and the columns that are somebody's own."""


def keep_apart(op: ModuleType) -> None:
    """Add the salts, and keep what the rows say."""
    values = sa.table("personal_value", *(sa.column(name) for name in ("key", "salt", "value", "person_id")))
    for name, (whose, columns) in COLUMNS.items():
        op.add_column(name, sa.Column("salt", sa.String(length=32), server_default=sa.text("''"), nullable=False))
        table = sa.table(name, *(sa.column(each) for each in {"id", "salt", whose, *columns}))
        connection = op.get_bind()
        for row in connection.execute(sa.select(table)).mappings().all():
            salt = secrets.token_hex(16)
            connection.execute(sa.update(table).where(table.c.id == row["id"]).values(salt=salt))
            for value in {row[column] for column in columns}:
                kept = {"key": _key(salt, value), "salt": salt, "value": value, "person_id": row[whose]}
                connection.execute(sa.insert(values), kept)


def _key(salt: str, value: str) -> str:
    told = json.dumps([salt, value], ensure_ascii=False)
    return f"personal:{hashlib.sha256(told.encode()).hexdigest()}"
