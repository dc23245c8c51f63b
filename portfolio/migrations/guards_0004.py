"""The guards that came with accounts and mail: who read what, and who had what sent again, is recorded for good.

`GUARDS` are all that a database has.
"""

from portfolio.migrations import guards_0003

ADDED = [
    *guards_0003.append_only("personal_reading", "who read what is personal"),
    *guards_0003.append_only("sent_again", "who had a message sent again"),
]
GUARDS = [*guards_0003.GUARDS, *ADDED]


def statements(dialect: str) -> list[str]:
    """The statements that put up the guards that came with accounts and mail."""
    return guards_0003.put_up(ADDED, dialect)
