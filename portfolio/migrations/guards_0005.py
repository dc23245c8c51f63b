"""The guards that came with evidence and with corrections that another approves.

`GUARDS` are all that a database has.
"""

from portfolio.migrations import guards_0003, guards_0004
from portfolio.migrations.guards_0003 import Guard

LOCKED = "a claim in an issued return is locked"
DECIDED = "a correction that was decided on is never changed"


def _returned(row: str) -> str:
    evidence = f"evidence ON evidence.claim_id = claim.id WHERE evidence.id = {row}.evidence_id"
    return f"(SELECT claim.status FROM claim JOIN {evidence}) = 'returned'"  # noqa: S608 - no value in it


ADDED = [
    *(
        Guard(table, deed, LOCKED, condition)
        for table, returned in (("evidence", guards_0003.returned), ("evidence_line", _returned))
        for deed, condition in (
            ("INSERT", returned("NEW")),
            ("UPDATE", f"{returned('OLD')} OR {returned('NEW')}"),
            ("DELETE", returned("OLD")),
        )
    ),
    Guard("correction_request", "UPDATE", DECIDED, "OLD.decided_at IS NOT NULL"),
    Guard("correction_request", "DELETE", "what was asked for is never removed"),
]
GUARDS = [*guards_0004.GUARDS, *ADDED]


def statements(dialect: str) -> list[str]:
    """The statements that put up the guards that came with evidence and approved corrections."""
    return guards_0003.put_up(ADDED, dialect)
