"""The guards that came with the ledger: what was taken over stays as it was, and is at most withdrawn, once.

`GUARDS` are all that a database has.
"""

from portfolio.migrations import guards_0003, guards_0005
from portfolio.migrations.guards_0003 import Guard

TAKEN = (
    "id", "funding_year_id", "csp_id", "name", "sha256", "transactions", "total", "transactions_sha256", "first_day",
    "last_day", "first_quarter", "last_quarter", "taken_by_id", "taken_at",
)  # fmt: skip
NOTED = (
    "id", "award_id", "category_id", "quarter", "belongs_to", "amount", "reason", "noted_by_id", "noted_at",
)  # fmt: skip


def _only_withdrawn(table: str, columns: tuple[str, ...], says: str) -> list[Guard]:
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return [
        Guard(table, "UPDATE", says, f"OLD.withdrawn_at IS NOT NULL OR {changed}"),
        Guard(table, "DELETE", says),
    ]


ADDED = [
    *guards_0003.append_only("ledger_entry", "a transaction of the ledger"),
    *_only_withdrawn("ledger_extract", TAKEN, "an extract of the ledger is never changed or removed"),
    *_only_withdrawn("ledger_note", NOTED, "a timing difference is never changed or removed"),
]
GUARDS = [*guards_0005.GUARDS, *ADDED]


def statements(dialect: str) -> list[str]:
    """The statements that put up the guards that came with the ledger."""
    return guards_0003.put_up(ADDED, dialect)
