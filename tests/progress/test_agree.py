"""One figure, wherever it stands: the progress report, the comparison, the year's page and the OPCC return agree."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portfolio.comparison.figures import summary
from portfolio.comparison.slices import Slice
from portfolio.decisions.rules import Outcome
from portfolio.decisions.varying import approve_variation
from portfolio.funding_years.models import CSP
from portfolio.overview.year import scope_of, year_figures
from portfolio.people.rules import Within
from portfolio.progress.gathering import gather
from portfolio.progress.issued import changed_since
from portfolio.progress.telling import report_of
from portfolio.quarters import FinancialYear
from portfolio.returns.assembling import assemble
from portfolio.returns.models import Return
from portfolio.returns.snapshot import freeze
from reports.content import Kind
from reports.documents import Table
from reports.totals import SummaryLine, summary_totals
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2, Q3

SPEND = {("labour", "pay and on-costs"): Decimal("1900.37"), ("non-labour", "training"): Decimal("3100.01")}
Sums = Mapping[str, tuple[Any, ...]]


def scene(session: Session) -> None:
    """Two partnerships; awards in full and in part, one varied, one corrected, one that has claimed nothing."""
    for number, (csp, part) in enumerate((("dorset", 1), ("dorset", 2), ("bcp", 3)), 1):
        asks = {"labour": Decimal("8000.00"), "non-labour": Decimal("20000.01")}
        given = {name: (amount / part).quantize(Decimal("0.01")) for name, amount in asks.items()}
        proposal = make.proposal(session, f"SVD-25-{number:02d}", asks=asks, csps=[csp])
        award = make.award(session, proposal, csp=csp, amounts=given)
        make.claim(session, award, Q1, lines=SPEND)
        make.claim(session, award, Q2, lines=SPEND)
    make.correction(session, award, Decimal("-12.34"))
    varied = make.award(session, make.proposal(session, "SVD-25-04", asks=make.ASKS))
    approve_variation(
        session, giving=varied.lines[1], receiving=None, amount=Decimal("500.00"), reason="Fewer sessions",
        approved_on=NOW.date(), approved_by="a test", claimed=make.nothing_claimed, today=NOW.date(),
    )  # fmt: skip
    rejected = make.proposal(session, "SVD-25-05", asks={"labour": Decimal("9000.00")})
    make.decision(session, rejected, outcome=Outcome.REJECTED, amounts={}, reason="No evidence")
    make.proposal(session, "SVD-25-06", asks={"non-labour": Decimal("77.77")})
    session.commit()


def by_stream(lines: tuple[SummaryLine, ...]) -> Sums:
    """What a return says of each stream."""
    return {line.stream: (line.requested, line.allocation, line.awarded, line.to_date, line.outturn) for line in lines}


def test_four_places_say_the_same(session: Session) -> None:
    scene(session)
    year, dorset = make.funding_year(session), make.csp(session)
    told = gather(session, year, Q2, dorset, NOW.date())
    said = by_stream(told.shown.totals.lines)

    combined = summary_totals(assemble(session, year, Q2, Kind.OPCC))
    assert by_stream(tuple(line for line in combined.lines if line.csp == dorset.name)) == said

    compared = summary(session, Slice((FinancialYear(2025),), CSP.id == dorset.id))
    assert {one.stream: (one.asked, one.allocation, one.awarded) for one in compared.streams} == {
        stream: amounts[:3] for stream, amounts in said.items()
    }
    assert compared.together.asked == told.shown.totals.overall.requested == sum(one.requested for one in told.decided)

    shares = year_figures(session, scope_of(session, year, Within(csps=frozenset({dorset.id}))), Q2).streams
    assert {
        of.stream.name: (of.total.allocation, of.total.position.award, of.total.position.to_date) for of in shares
    } == {stream: amounts[1:4] for stream, amounts in said.items()}
    assert {of.stream.name: of.total.position.outturn for of in shares} == {
        stream: amounts[4] for stream, amounts in said.items()
    }
    everything = year_figures(session, scope_of(session, year, Within(csps=frozenset({dorset.id}))), Q2)
    assert (told.outturn, told.underspend) == (everything.total.outturn, everything.total.underspend) == (None, None)

    tables = [block for section in report_of(told).sections for block in section.blocks if isinstance(block, Table)]
    awards = next(table for table in tables if table.caption == "Allocation and awards by stream")
    assert awards.rows[-1] == ("All streams", "£93,077.80", "£150,000.00", "£69,500.02", "£80,499.98")


def test_what_changed_since_the_return_was_issued_is_said(session: Session) -> None:
    scene(session)
    year, dorset = make.funding_year(session), make.csp(session)
    content = assemble(session, year, Q1, Kind.CSP, dorset)
    issued = Return(snapshot=freeze(content))
    now = summary_totals(assemble(session, year, Q1, Kind.CSP, dorset))
    assert changed_since(None, now) == changed_since(issued, now) == ()
    line = make.award(session, make.proposal(session, "SVD-25-07", asks={"labour": Decimal("10.00")}))
    make.claim(session, line, Q3, lines={})
    changes = changed_since(issued, summary_totals(assemble(session, year, Q1, Kind.CSP, dorset)))
    assert [(each.stream, each.what, each.now - each.issued) for each in changes] == [
        ("labour", "award", Decimal("10.00")),
        ("labour", "outturn", Decimal("7.50")),
    ]
