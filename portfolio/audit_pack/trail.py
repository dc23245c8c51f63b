"""The history of a funding year's records: every change of them, as it was sealed."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.history import Change, HistoryEntry, values_told

PARENTS: dict[str, dict[str, str]] = {
    "stream_allocation": {"funding_year_id": "funding_year"},
    "csp_allocation": {"stream_allocation_id": "stream_allocation"},
    "proposal": {"funding_year_id": "funding_year"},
    "decision": {"proposal_id": "proposal"},
    "decision_amount": {"decision_id": "decision"},
    "decider": {"decision_id": "decision"},
    "award": {"proposal_id": "proposal"},
    "award_line": {"award_id": "award"},
    "profile_share": {"award_line_id": "award_line"},
    "variation": {"from_line_id": "award_line", "to_line_id": "award_line"},
    "variation_request": {"from_award_id": "award", "to_award_id": "award"},
    "variation_share": {"variation_id": "variation"},
    "match": {"award_id": "award"},
    "match_receipt": {"match_id": "match"},
    "claim": {"award_id": "award"},
    "claim_line": {"claim_id": "claim"},
    "forecast": {"claim_id": "claim"},
    "claim_query": {"claim_id": "claim"},
    "correction": {"award_id": "award"},
    "correction_request": {"award_id": "award"},
    "evidence": {"claim_id": "claim"},
    "evidence_line": {"evidence_id": "evidence"},
    "locked_quarter": {"funding_year_id": "funding_year"},
    "return": {"funding_year_id": "funding_year"},
    "return_point": {"return_id": "return"},
    "return_amount": {"return_id": "return"},
    "return_query": {"return_id": "return"},
    "payment": {"return_id": "return"},
    "withholding": {"return_id": "return"},
    "filled_form": {"return_id": "return"},
    "asset": {"award_id": "award"},
    "assurance": {"funding_year_id": "funding_year"},
}
"""What belongs to a funding year: each kind of record, and the columns that name what it belongs to."""
ROOT = "funding_year"
AT_ONCE = 1_000


def trail(session: Session, year_id: int) -> Iterator[str]:
    """The entries of a year's records in the order of the chain, one a line, as JSON with their seals.

    What belongs to the year is read from the history itself, so what was removed since is told of too.
    """
    members: dict[str, set[int]] = defaultdict(set, {ROOT: {year_id}})
    entries = (
        select(*HistoryEntry.__table__.c)  # columns, not rows to be kept: there may be a million
        .where(HistoryEntry.record.in_([ROOT, *PARENTS]))
        .order_by(HistoryEntry.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for entry in session.execute(entries):
        if _belongs(entry, members):
            yield _written(entry)
            if entry.change == Change.REMOVED:
                members[entry.record].discard(entry.record_id)  # its number may be given again, to another's row


def _belongs(entry: Any, members: dict[str, set[int]]) -> bool:
    if entry.record_id in members[entry.record]:
        return True
    if entry.change != Change.ADDED:
        return False
    told = values_told(entry.after)
    if any(told.get(column) in members[parent] for column, parent in PARENTS.get(entry.record, {}).items()):
        members[entry.record].add(entry.record_id)
        return True
    return False


def _written(entry: Any) -> str:
    told = {
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(),
        "author": entry.author,
        "deed": entry.deed,
        "record": entry.record,
        "record_id": entry.record_id,
        "change": entry.change,
        "before": entry.before,
        "after": entry.after,
        "previous_seal": entry.previous_seal,
        "seal": entry.seal,
    }
    return json.dumps(told, ensure_ascii=False) + "\n"
