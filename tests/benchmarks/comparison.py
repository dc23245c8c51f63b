"""What the comparison costs at 10,000 proposals over five years: `python -m tests.benchmarks.comparison`.

Prints CPU milliseconds and statements of each view of each page, the first time after a change, with 100 proposals
and with 10,000; of the page side by side again, too, where nothing was changed. Exits 1 above the bars of the first
time: 100 ms of CPU for every narrowed view; for the page side by side 15 statements, and less than twice the CPU of
the small world. What is not narrowed, and the files, have no bar; what they take is printed.
"""

import gc
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count, product
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, event, insert, select

import portfolio.tables  # noqa: F401  # every table is known before the first query
from portfolio import migrations
from portfolio.app import create_app
from portfolio.assessment.models import PanelScore
from portfolio.cli import COLLECT_AFTER
from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Base, Database
from portfolio.decisions.models import Award, AwardLine, Decision, DecisionAmount, ProfileShare
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, CostCategory, FundingYear, Organisation, Stream
from portfolio.history import Author
from portfolio.money import share_evenly
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.proposals.models import Ask, AskedOf, Intervention, MatchOffer, Proposal, ProposalLevel
from portfolio.proposals.rules import Level, MatchKind, ProposalKind, ProposalStatus, ToolkitImpact
from portfolio.quarters import FinancialYear
from portfolio.spend.models import Claim, ClaimLine
from portfolio.spend.rules import RAG, ClaimStatus
from tests import make
from tests.conftest import Visitor

NOW = datetime(2025, 10, 20, 9, tzinfo=UTC)
YEARS = [FinancialYear(start) for start in range(2021, 2026)]
CSPS = [f"csp-{number}" for number in range(10)]
THEMES = ("mentoring", "nursing", "sport", "outreach", "parenting", "schools", "night-time economy", "knife bins")
AREAS = ("Weymouth", "Poole", "Bournemouth", "Christchurch", "Purbeck", "North Dorset", "whole of Dorset")
REASONS = (
    "The evidence that it works is weak.",
    "There was not enough money for every proposal.",
    "It does not fit the priorities of the delivery plan.",
    "Another body already pays for this.",
    "Poor value for money against the others.",
)
SIZES = (100, 10_000)
MOST_MILLISECONDS, MOST_STATEMENTS, MOST_GROWTH = 100, 15, 2
RUNS = 5
EVERY_YEAR = f"year={YEARS[-1].slug}&since={YEARS[0].slug}"
PAGES = {
    "side by side": "",
    "its chart": "/chart.svg",
    "where": "/where",
    "where: its chart": "/where.svg",
    "turned down": "/turned-down",
    "became": "/became",
}
SIDE_BY_SIDE, WHOLE = "side by side", "five years, whole"
VIEWS = {
    "one year": "?year=2025-26",
    "a partnership's year": "?year=2025-26&csp=csp-3",
    "filtered": f"?{EVERY_YEAR}&stream=non-labour&level=universal&kind=new&outcome=rejected",
    "text": f"?{EVERY_YEAR}&text=mentor",
    WHOLE: f"?{EVERY_YEAR}",
}


@dataclass(frozen=True)
class Cost:
    """A view in CPU milliseconds, the first time after a change and again; its statements, the first time."""

    first: float
    again: float
    statements: int


class Rows:
    """Rows to be written in one go, by table: as fast as the database takes them, and past the history."""

    def __init__(self) -> None:
        self.kept: dict[type[Base], list[dict[str, Any]]] = {}
        self.numbers = count(100)

    def add(self, model: type[Base], **values: Any) -> int:
        """Keep a row for later; its number."""
        number = next(self.numbers)
        self.kept.setdefault(model, []).append({"id": number, **values})
        return number

    def write(self, connection: Connection) -> None:
        """Write them all."""
        for model, rows in self.kept.items():
            connection.execute(insert(model), rows)


def tell(database: Database, proposals: int) -> Person:
    """Five years of ten partnerships with so many proposals, decided, scored and claimed; a finance officer."""
    with database.writing(Author("a benchmark", NOW, "Set the scene")) as session:
        shares = {name: dict.fromkeys(CSPS, Decimal("90000000.00")) for name in make.STREAMS}
        for year in YEARS:
            make.funding_year(session, year, allocations=shares)
        for number in range(40):
            make.organisation(session, f"body-{number}")
        finance = make.person(session, Role.FINANCE)
    with database.engine.execution_options(writing=True).begin() as connection:
        rows = Rows()
        _rounds(connection, rows, proposals)
        rows.write(connection)
    return finance


def _rounds(connection: Connection, rows: Rows, proposals: int) -> None:
    pick = random.Random(3)  # noqa: S311 - the same made-up figures each time
    csps = list(connection.scalars(select(CSP.id).where(CSP.key.in_(CSPS)).order_by(CSP.id)))
    bodies = list(connection.scalars(select(Organisation.id)))
    streams = list(connection.scalars(select(Stream.id).order_by(Stream.position)))
    categories = list(connection.scalars(select(CostCategory.id)))
    funding = list(connection.scalars(select(FundingYear.id).order_by(FundingYear.year)))
    for number in range(proposals):
        place = number % len(YEARS)
        year = YEARS[place]
        theme, area = pick.choice(THEMES), pick.choice(AREAS)
        title = f"{theme.capitalize()} in {area} {number}"
        proposal = rows.add(
            Proposal,
            funding_year_id=funding[place],
            intervention_id=rows.add(Intervention, title=title),
            reference=f"SVD-{year.start % 100}-{number:05d}",
            title=title,
            lead_organisation_id=pick.choice(bodies),
            kind=pick.choice(list(ProposalKind)),
            summary=f"{theme} for young people in {area}. " * 8,
            activity_type=theme,
            area=area,
            toolkit_impact=pick.choice(list(ToolkitImpact)),
            starts_on=year.first_day,
            ends_on=year.last_day,
            status=ProposalStatus.SUBMITTED,
            submitted_at=NOW,
        )
        for level in pick.sample(list(Level), pick.choice((0, 1, 1, 2))):
            rows.add(ProposalLevel, proposal_id=proposal, level=level)
        asked = dict.fromkeys(streams, Decimal(0))
        for stream, quarter in product(streams, year.quarters):
            amount = Decimal(pick.randrange(50_000, 900_000)) / 100
            asked[stream] += amount
            category = pick.choice(categories)
            rows.add(Ask, proposal_id=proposal, stream_id=stream, category_id=category, quarter=quarter, amount=amount)
        if number % 3 == 0:
            offer = {"funder_id": bodies[0], "kind": MatchKind.CASH, "pledged": Decimal("5000.00")}
            rows.add(MatchOffer, proposal_id=proposal, **offer)
        for csp in pick.sample(csps, 2 if number % 5 == 0 else 1):
            rows.add(AskedOf, proposal_id=proposal, csp_id=csp)
            percent = Decimal(pick.randrange(2000, 9500)) / 100
            score = {"spread": Decimal(10), "passes_gates": True, "moderated": False, "assessors": 3}
            rows.add(PanelScore, proposal_id=proposal, csp_id=csp, percent=percent, **score)
            _decide(rows, pick, proposal, csp, year, asked, categories)


def _decide(
    rows: Rows, pick: random.Random, proposal: int, csp: int, year: FinancialYear, asked: Any, categories: list[int]
) -> None:
    outcome = pick.choice((Outcome.FUNDED, Outcome.PART_FUNDED, Outcome.REJECTED, Outcome.REJECTED, Outcome.RESERVE))
    told = {"body": "CSP", "met_on": year.first_day, "recorded_by": "x", "recorded_at": NOW}
    reason = None if outcome is Outcome.FUNDED else pick.choice(REASONS)
    decision = rows.add(Decision, proposal_id=proposal, csp_id=csp, outcome=outcome, reason=reason, **told)
    if not outcome.gives_money:
        return
    dates = {"starts_on": date(year.start, 4, 1), "ends_on": date(year.start + 1, 3, 31), "provisional": False}
    award = rows.add(Award, proposal_id=proposal, csp_id=csp, **dates)
    for stream, amount in asked.items():
        rows.add(DecisionAmount, decision_id=decision, stream_id=stream, amount=amount)
        line = rows.add(AwardLine, award_id=award, stream_id=stream, amount=amount)
        for quarter, part in zip(year.quarters, share_evenly(amount, 4), strict=True):
            rows.add(ProfileShare, award_line_id=line, quarter=quarter, amount=part)
    for quarter in year.quarters:
        claim = rows.add(
            Claim,
            award_id=award,
            quarter=quarter,
            status=ClaimStatus.APPROVED,
            edition=1,
            match_spent=Decimal(0),
            delivery_rag=RAG.GREEN,
            spend_rag=RAG.GREEN,
            submitted_at=NOW,
        )
        for stream, amount in asked.items():
            spent = share_evenly(amount, 5)[0]
            rows.add(ClaimLine, claim_id=claim, stream_id=stream, category_id=categories[0], amount=spent)


def measure(proposals: int) -> dict[tuple[str, str], Cost]:
    """What each view takes in a world of this size."""
    with tempfile.TemporaryDirectory() as name:
        config = Config(Path(name), f"sqlite:///{Path(name) / 'portfolio.db'}")
        database = Database(config.database_url)
        migrations.upgrade(database)
        finance = tell(database, proposals)
        database.close()
        site = create_app(config, StoppedClock(NOW))
        site.test_client_class = Visitor
        sent: list[str] = []
        event.listen(
            site.extensions["portfolio_database"].engine, "before_cursor_execute", lambda *told: sent.append(told[2])
        )
        visitor = site.test_client()
        assert isinstance(visitor, Visitor)
        visitor.sign_in_as(finance)
        costs = dict(_costs(site, visitor, sent))
        site.extensions["portfolio_database"].close()
    return costs


def _costs(site: Flask, visitor: Visitor, sent: list[str]) -> Iterator[tuple[tuple[str, str], Cost]]:
    for (page, path), (view, query) in product(PAGES.items(), VIEWS.items()):
        address = f"/decisions/compare{path}{query}"
        _taken(visitor, address, sent)  # statements are compiled, templates are read
        firsts = []
        for _ in range(RUNS):
            site.extensions.pop("portfolio_compared", None)
            firsts.append(_taken(visitor, address, sent))
        statements = len(sent)
        yield (page, view), Cost(min(firsts), min(_taken(visitor, address, sent) for _ in range(RUNS)), statements)
    for file in ("file.csv", "file.xlsx"):
        print(f"{file:24} {_taken(visitor, f'/decisions/compare/{file}?{EVERY_YEAR}', sent):6.0f} ms")


def _taken(visitor: Visitor, address: str, sent: list[str]) -> float:
    sent.clear()
    began = time.process_time()
    answer = visitor.get(address)
    assert answer.status_code == 200, answer.status
    assert answer.data
    return (time.process_time() - began) * 1000


def main() -> int:
    """Measure both worlds; 1 where a bar is passed."""
    gc.set_threshold(COLLECT_AFTER)  # as the served site has it
    few, many = (measure(proposals) for proposals in SIZES)
    passed = False
    for (page, view), cost in many.items():
        growth = cost.first / few[page, view].first
        over = view != WHOLE and (cost.first > MOST_MILLISECONDS or (page == SIDE_BY_SIDE and _is_heavy(cost, growth)))
        passed = passed or over
        again = f"  again {cost.again:6.1f} ms" if page == SIDE_BY_SIDE else ""
        print(
            f"{page:20} {view:22} first {cost.first:6.1f} ms ({growth:3.1f}×) {cost.statements:3} statements{again}"
            f"{'  over the bar' if over else ''}"
        )
    return 1 if passed else 0


def _is_heavy(cost: Cost, growth: float) -> bool:
    return cost.statements > MOST_STATEMENTS or growth >= MOST_GROWTH


if __name__ == "__main__":
    sys.exit(main())
