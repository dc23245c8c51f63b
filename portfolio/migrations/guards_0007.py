"""The guards that came with the round: what a panel agreed, what was asked for and decided on, what was handed in.

`GUARDS` are all that a database has.
"""

from portfolio.migrations import ceiling_0007, guards_0003, guards_0006
from portfolio.migrations.guards_0003 import Guard

HANDED_IN = "a document of a proposal that was handed in is never changed or removed"


def _handed_in(row: str) -> str:
    return f"(SELECT status FROM proposal WHERE proposal.id = {row}.proposal_id) <> 'draft'"  # noqa: S608 - no value in it


ADDED = [
    *guards_0003.append_only("moderation", "what a panel agreed"),
    *guards_0003.append_only("moderated_score", "what a panel agreed"),
    Guard("assessment", "UPDATE", "an assessment that was submitted is never changed", "OLD.status = 'submitted'"),
    Guard("assessment", "DELETE", "an assessment that was submitted is never removed", "OLD.status = 'submitted'"),
    Guard(
        "variation_request", "UPDATE", "a variation that was decided on is never changed", "OLD.decided_at IS NOT NULL"
    ),
    Guard("variation_request", "DELETE", "what was asked for is never removed"),
    Guard("meeting_action", "UPDATE", "an action that ended is never changed", "OLD.ended_on IS NOT NULL"),
    Guard("meeting_action", "DELETE", "an action of a meeting is never removed"),
    *(Guard("proposal_document", deed, HANDED_IN, _handed_in("OLD")) for deed in ("UPDATE", "DELETE")),
    Guard("scenario", "UPDATE", "a scenario that was decided on is never changed", "OLD.decided_at IS NOT NULL"),
    *ceiling_0007.GUARDS,
]
GUARDS = [*guards_0006.GUARDS, *ADDED]


def statements(dialect: str) -> list[str]:
    """The statements that put up the guards that came with the round."""
    return guards_0003.put_up(ADDED, dialect)
