"""The registers as CSV: the grants as the Transparency Code and SI 2011/3050 ask for them, and what they delivered."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from portfolio.delimited import csv_file
from portfolio.open_data.rules import (
    Grant,
    is_voluntary,
    published_count,
    published_text,
    published_to_date,
    registration_number,
)

REGISTER = (
    "Reference",
    "Date awarded",
    "Period from",
    "Period to",
    "Department",
    "Awarded by",
    "Beneficiary",
    "Kind of body",
    "Registration number",
    "Voluntary, community or social enterprise body",
    "Programme",
    "Title",
    "Purpose",
    "Conditions",
    "Reasons",
    "Amount awarded",
    "Amount disbursed",
)
"""Local Government Transparency Code 2015, paragraphs 42 and 43, and beside it what SI 2011/3050 adds: conditions, and
the reasons for which each grant was made."""
DELIVERED = ("Reference", "Beneficiary", "Title", "Output or outcome", "Unit", "Target", "This quarter", "To date")
NO_CONDITIONS, NO_REASON = "None", "Awarded as it was proposed"
NO_NUMBER = "None on a register of charities, companies or mutuals"
NO_DAY = "No meeting recorded"


def register_file(grants: Sequence[Grant]) -> bytes:
    """Every grant, also those that lack an organisation identifier: the Code does not ask for one."""
    return csv_file(REGISTER, (_line(grant) for grant in grants))


def _line(grant: Grant) -> list[str | Decimal]:
    recipient = grant.recipient
    return [
        grant.reference,
        NO_DAY if grant.awarded_on is None else grant.awarded_on.isoformat(),
        grant.starts_on.isoformat(),
        grant.ends_on.isoformat(),
        grant.department,
        grant.funder.name or grant.department,
        recipient.name or "",
        recipient.kind,
        registration_number(recipient.org_id) or NO_NUMBER,
        "Yes" if is_voluntary(recipient.kind) else "No",
        grant.programme,
        published_text(grant.title),
        published_text(grant.purpose),
        published_text(grant.conditions or NO_CONDITIONS),
        published_text(grant.reasons or NO_REASON),
        grant.awarded,
        grant.disbursed,
    ]


def delivered_file(grants: Sequence[Grant]) -> bytes:
    """What each grant delivered, with no count under five."""
    return csv_file(DELIVERED, _delivered(grants))


def _delivered(grants: Sequence[Grant]) -> Iterator[list[str]]:
    for grant in grants:
        for line in grant.delivered:
            yield [
                grant.reference,
                grant.recipient.name or "",
                published_text(grant.title),
                line.indicator,
                line.unit,
                published_count(line.target),
                published_count(line.this_quarter),
                published_to_date(line),
            ]
