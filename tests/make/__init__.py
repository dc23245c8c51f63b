"""Builders with fixed defaults: a world to test in, one row at a time.

Each adds its row to the session and returns it. What has a key (a programme, a partnership, an organisation …) is
made once and found again, so `make.proposal(session)` alone stands in a whole Dorset 2025/26.

`world` who and what there is · `projects` proposals to awards · `spending` claims and corrections · `ledgers`
"""

from tests.make.ledgers import extract, timing
from tests.make.projects import award, decision, match, measure, nothing_claimed, proposal
from tests.make.spending import claim, correction, correction_request, evidence, lock, workbook_upload
from tests.make.world import (
    ALLOCATIONS,
    ASKS,
    CATEGORIES,
    CLAIMED_AT,
    CSPS,
    PASSWORD,
    Q1,
    Q2,
    Q3,
    Q4,
    STREAMS,
    YEAR,
    area,
    category,
    count_of,
    csp,
    funding_year,
    organisation,
    person,
    programme,
    stream,
)

__all__ = [
    "ALLOCATIONS",
    "ASKS",
    "CATEGORIES",
    "CLAIMED_AT",
    "CSPS",
    "PASSWORD",
    "Q1",
    "Q2",
    "Q3",
    "Q4",
    "STREAMS",
    "YEAR",
    "area",
    "award",
    "category",
    "claim",
    "correction",
    "correction_request",
    "count_of",
    "csp",
    "decision",
    "evidence",
    "extract",
    "funding_year",
    "lock",
    "match",
    "measure",
    "nothing_claimed",
    "organisation",
    "person",
    "programme",
    "proposal",
    "stream",
    "timing",
    "workbook_upload",
]
