"""Proposals as a panel weighs them, made without a database."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portfolio.proposals.rules import Level, ProposalKind
from portfolio.scenarios.rules import Available, Candidate

LABOUR, OTHER = 1, 2
STREAMS = (
    Available(LABOUR, "labour", Decimal("100.00"), Decimal("110.00")),
    Available(OTHER, "non-labour", Decimal("1000.00"), Decimal("1000.00")),
)


def candidate(
    number: int, asks: str | Mapping[int, Decimal] = "100.00", score: str | None = "60", **changes: Any
) -> Candidate:
    """A new proposal for non-labour money, universal, that passes its gates."""
    values: dict[str, Any] = {
        "reference": f"SVD-25-{number:02}",
        "title": f"Project {number}",
        "organisation": f"Body {number}",
        "kind": ProposalKind.NEW,
        "levels": frozenset({Level.UNIVERSAL}),
        "area": "Weymouth",
        "asks": {OTHER: Decimal(asks)} if isinstance(asks, str) else asks,
        "passes_gates": True,
    }
    return Candidate(number=number, score=None if score is None else Decimal(score), **{**values, **changes})
