"""The database's own guards, as of the first schema: what was issued or recorded cannot be changed, by anybody.

The rules refuse such changes with a sentence long before; these triggers stand behind them for whoever comes past the
product. `check` finds it when they are missing. They are written once for both databases: a guard names a table, the
deeds it refuses, and the rows it refuses them on (`OLD` and `NEW` are the row before and after).
"""

from collections.abc import Iterable
from dataclasses import dataclass

FROZEN = (
    "id", "funding_year_id", "kind", "csp_id", "quarter", "version", "reason", "prepared_by", "prepared_by_id",
    "prepared_at", "figures", "certified_by", "certified_by_id", "certified_role", "certified_on", "certificate",
    "issued_by", "issued_at", "file_name", "snapshot", "snapshot_sha256", "file", "file_sha256",
)  # fmt: skip
ISSUED = "OLD.status NOT IN ('prepared', 'certified')"


@dataclass(frozen=True)
class Guard:
    """One trigger: refuses deeds (UPDATE, DELETE, INSERT) on the rows of a table that a condition names."""

    table: str
    deed: str
    says: str
    condition: str | None = None
    holds: str | None = None
    """FROM and WHERE of a row of table c that PostgreSQL holds while the condition is asked; SQLite has one writer."""

    @property
    def name(self) -> str:
        """The trigger's name."""
        return f"guard_{self.table}_{self.deed.lower()}"


def returned(row: str) -> str:
    """That the claim of a row stands in an issued return."""
    return f"(SELECT status FROM claim WHERE claim.id = {row}.claim_id) = 'returned'"  # noqa: S608 - no value in it


def append_only(table: str, what: str) -> list[Guard]:
    """A table to which rows are added, and of which none is changed or removed."""
    return [Guard(table, deed, f"{what} is never changed or removed") for deed in ("UPDATE", "DELETE")]


GUARDS = [
    *append_only("history_entry", "history"),
    *append_only("decision", "a decision"),
    *append_only("decision_amount", "a decision"),
    *append_only("decider", "who took part in a decision"),
    *append_only("variation", "a variation"),
    *append_only("variation_share", "a variation"),
    *append_only("observation", "an observation"),
    *append_only("correction", "a correction"),
    *append_only("payment", "a payment"),
    *append_only("return_amount", "what an issued return claims"),
    *append_only("locked_quarter", "a locked quarter"),
    Guard("claim", "UPDATE", "a claim in an issued return is locked", "OLD.status = 'returned'"),
    Guard("claim", "DELETE", "a claim in an issued return is locked", "OLD.status = 'returned'"),
    *(
        Guard(table, deed, "a claim in an issued return is locked", condition)
        for table in ("claim_line", "forecast")
        for deed, condition in (
            ("INSERT", returned("NEW")),
            ("UPDATE", f"{returned('OLD')} OR {returned('NEW')}"),
            ("DELETE", returned("OLD")),
        )
    ),
    Guard("return", "DELETE", "an issued return is never removed", ISSUED),
    Guard(
        "return",
        "UPDATE",
        "an issued return is never changed",
        f"{ISSUED} AND (NEW.status IN ('prepared', 'certified') OR "
        + " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in FROZEN)
        + ")",
    ),
]


def statements(dialect: str) -> list[str]:
    """The statements that put the guards up in a database."""
    return put_up(GUARDS, dialect)


def put_up(guards: Iterable[Guard], dialect: str) -> list[str]:
    """The statements that put some guards up in a database."""
    return [one for guard in guards for one in (_sqlite(guard) if dialect == "sqlite" else _postgresql(guard))]


def _sqlite(guard: Guard) -> list[str]:
    # SQLite's word for IS DISTINCT FROM is IS NOT; it knows the longer one only from version 3.39 on.
    when = f" WHEN {guard.condition}".replace("IS DISTINCT FROM", "IS NOT") if guard.condition else ""
    return [
        f'CREATE TRIGGER {guard.name} BEFORE {guard.deed} ON "{guard.table}" FOR EACH ROW{when} '
        f"BEGIN SELECT RAISE(ABORT, '{guard.says}'); END"
    ]


def _postgresql(guard: Guard) -> list[str]:
    condition = guard.condition or "TRUE"
    held = f"PERFORM c.id {guard.holds} FOR UPDATE OF c; " if guard.holds else ""
    given_back = "OLD" if guard.deed == "DELETE" else "NEW"
    # To empty a table is no deed on its rows, so it needs a trigger of its own.
    emptied = f'CREATE TRIGGER {guard.name}_all BEFORE TRUNCATE ON "{guard.table}" EXECUTE FUNCTION {guard.name}()'
    return [
        f"CREATE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {held}IF {condition} THEN "
        f"RAISE EXCEPTION '{guard.says}'; END IF; RETURN {given_back}; END $$",
        f'CREATE TRIGGER {guard.name} BEFORE {guard.deed} ON "{guard.table}" FOR EACH ROW '
        f"EXECUTE FUNCTION {guard.name}()",
        *([emptied] if guard.deed == "DELETE" and guard.condition is None else []),
    ]
