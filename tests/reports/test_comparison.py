"""The comparison's workbook: what was chosen, both sides, every proposal; read back or not handed out."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

import reports.reading
from reports.comparison import ComparisonContent, ProposalLine, SideLine, comparison_book, proved_comparison
from reports.proving import NotReconciled
from reports.reading import differences

LINE = ProposalLine(
    reference="SVD-25-01",
    title="Specialist Nurse",
    year="2025/26",
    lead="NHS Dorset",
    kind="Continuation",
    levels="Targeted",
    theme=None,
    area="Poole",
    toolkit=None,
    asked=Decimal("28413.75"),
    awarded=Decimal("20000.00"),
    match=Decimal("0.00"),
    score=None,
    outcome="Part-funded",
    decisions="Dorset CSP: part-funded",
    reasons="",
)
CONTENT = ComparisonContent(
    name="Dorset Community Safety Partnership, 2025/26",
    chosen=(("Years", "2025/26"),),
    sides=(SideLine("Asked", "£28,413.75", "£0.00", "£0.00", "£28,413.75"),),
    proposals=(LINE,),
    available=Decimal("80790.21"),
    made_by="Olive Marsh",
    made_at=datetime(2025, 10, 20, 9, tzinfo=UTC),
)


def test_the_same_comparison_gives_the_same_bytes_and_they_say_it() -> None:
    workbook = proved_comparison(CONTENT)
    assert workbook == proved_comparison(CONTENT)
    assert differences(comparison_book(CONTENT), workbook) == []
    proposals = comparison_book(CONTENT).sheets[-1].table
    assert dict(zip(proposals.places, proposals.totals, strict=True))["Asked"] == Decimal("28413.75")


def test_a_workbook_that_says_something_else_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports.reading, "differences", lambda *_: ["Proposals!J4 is wrong"])
    with pytest.raises(NotReconciled, match="J4 is wrong"):
        proved_comparison(CONTENT)
