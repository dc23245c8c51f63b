"""What each main page costs at a hundred times Dorset's data: `python -m tests.benchmarks.pages`.

Prints, for each page, the CPU it takes (the least of five), what the first look after a change takes, and the
statements it sends, with 900 awards of 200 partnerships, and says where it sends more of them than with a twentieth of
that. Q1 is returned, paid in part, filled into a funder's form and published; Q2's return is prepared. Half of Q3's
claims wait, the other half is late; a ledger of 50,000 rows is taken over, 200 corrections and as many variations
wait. Exits 1 above the bar.
"""

import gc
import re
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portfolio import migrations
from portfolio.app import create_app
from portfolio.cli import COLLECT_AFTER
from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Database
from portfolio.decisions.models import Award
from portfolio.funding_years.models import FundingYear, PoliceArea
from portfolio.history import Author
from portfolio.ledger import taking
from portfolio.ledger.reading import Transaction
from portfolio.people import actions as people
from portfolio.people.calendars import PURPOSE, make_address
from portfolio.people.models import Person
from portfolio.people.rules import Holding, Role
from portfolio.proposals.actions import Asked, contents_of, draft_proposal
from portfolio.quarters import FinancialYear
from portfolio.returns import actions as returning
from portfolio.returns.rules import ReturnKind
from portfolio.settings import set_setting
from portfolio.spend.models import ClaimLine, CorrectionRequest, Evidence, EvidenceLine
from portfolio.spend.rules import ClaimStatus
from portfolio.story.actions import load
from tests import make, rounds, stories, year_ends
from tests.benchmarks.issued import follow

BAR_MS = 100
ACTIONS = 6
"""So many actions were agreed about each award."""
LED = 10
"""So many awards are the lead's; more would be a lead of another kind."""
AWARD = "/spend/SVD-25-0001/csp-001"
SENT = "/spend/SVD-25-0011/csp-011/2025-26/q3"
PAGES = (
    (Role.FINANCE, "/"),
    (Role.FINANCE, "/years"),
    (Role.FINANCE, "/years/2025-26"),
    (Role.FINANCE, "/proposals"),
    (Role.FINANCE, "/proposals/SVD-25-0001"),
    (Role.FINANCE, "/decisions/compare"),
    (Role.FINANCE, "/spend"),
    (Role.FINANCE, "/spend?quarter=2025-26-q3"),
    (Role.FINANCE, "/spend/queue"),
    (Role.FINANCE, SENT),
    (Role.FINANCE, f"{SENT}/query"),
    (Role.FINANCE, f"{SENT}/evidence"),
    (Role.FINANCE, "/spend/remind?quarter=2025-26-q3"),
    (Role.FINANCE, "/spend/corrections"),
    (Role.FINANCE, "/spend/corrections/1"),
    (Role.FINANCE, f"{AWARD}/2025-26/q2"),
    (Role.FINANCE, "/ledger"),
    (Role.FINANCE, "/ledger/{year}/2025-26/q3/transactions"),
    (Role.FINANCE, "/ledger/{year}/2025-26/q3/unmatched"),
    (Role.FINANCE, "/ledger/{year}/accounts"),
    (Role.FINANCE, "/ledger/{year}/extracts"),
    (Role.FINANCE, "/ledger/projects/SVD-25-0011/csp-011/2025-26/q3"),
    (Role.FINANCE, "/match"),
    (Role.FINANCE, "/match/funders"),
    (Role.FINANCE, "/match/years"),
    (Role.FINANCE, "/variations"),
    (Role.FINANCE, "/variations/1"),
    (Role.FINANCE, "/awards/SVD-25-0001/csp-001/vary"),
    (Role.FINANCE, "/measures"),
    (Role.FINANCE, "/returns"),
    (Role.FINANCE, "/returns?quarter=q1"),
    (Role.FINANCE, "/returns/{draft}"),
    (Role.FINANCE, "/returns/{draft}/changes"),
    (Role.FINANCE, "/returns/{draft}/why/interventions"),
    (Role.FINANCE, "/returns/{draft}/why/summary/total/remaining-of-allocation"),
    (Role.FINANCE, "/returns/{issued}"),
    (Role.FINANCE, "/returns/{issued}/changes?against={funders}"),
    (Role.FINANCE, "/returns/{issued}/why"),
    (Role.FINANCE, "/returns/{issued}/why/interventions"),
    (Role.FINANCE, "/returns/{issued}/why/summary/total/remaining-of-allocation"),
    (Role.FINANCE, "/returns/{funders}"),
    (Role.FINANCE, f"/returns/claims/{AWARD.removeprefix('/spend/')}/2025-26/q1"),
    (Role.FINANCE, "/returns/{year}/2025-26/q3/opcc/readiness"),
    (Role.CERTIFIER, "/returns/{draft}/check"),
    (Role.FINANCE, "/returns/{year}/year-end"),
    (Role.FINANCE, "/returns/{year}/pack"),
    (Role.FINANCE, "/returns/money-in?show=all"),
    (Role.FINANCE, "/years/{year}/terms"),
    (Role.FINANCE, "/forms"),
    (Role.FINANCE, "/forms/1"),
    (Role.FINANCE, "/forms/editions/{blank}"),
    (Role.FINANCE, "/forms/editions/{blank}/sheets/1"),
    (Role.FINANCE, "/forms/editions/{blank}/sheets/2"),
    (Role.FINANCE, "/forms/editions/{blank}/try"),
    (Role.FINANCE, "/forms/filled/{filled}"),
    (Role.FINANCE, "/open-data"),
    (Role.FINANCE, "/open-data/years/{year}"),
    (Role.FINANCE, "/assets"),
    (Role.FINANCE, f"{SENT}/accruals"),
    (Role.FINANCE, "/actions"),
    (Role.FINANCE, "/progress"),
    (Role.FINANCE, "/progress/{year}/2025-26/q3/csp-001"),
    (Role.FINANCE, "/account/calendar"),
    (Role.FINANCE, "{calendar}"),
    (Role.LEAD, "/"),
    (Role.LEAD, "/spend/mine"),
    (Role.LEAD, "/spend"),
    (Role.LEAD, AWARD),
    (Role.LEAD, f"{AWARD}/2025-26/q3"),
    *((Role.LEAD, f"{AWARD}/2025-26/q3/{part}") for part in ("spend", "match", "forecast", "progress", "outputs")),
    (Role.LEAD, f"{AWARD}/2025-26/q3/evidence"),
    (Role.LEAD, f"{AWARD}/2025-26/q3/check"),
    (Role.LEAD, f"{AWARD}/2025-26/q3/workbook"),
    (Role.LEAD, f"{AWARD}/2025-26/q3/workbook.xlsx"),
    (Role.LEAD, "/spend/workbook/2025-26/q3"),
    (Role.LEAD, "{calendar}"),
    (Role.LEAD, "/rounds"),
    (Role.LEAD, "/rounds/2025-26/csp-001"),
    (Role.LEAD, "/proposals/new"),
    (Role.LEAD, "/proposals/draft/edit"),
    *((Role.LEAD, f"/proposals/draft/edit/{step}") for step in ("project", "work", "money", "match")),
    (Role.LEAD, "/proposals/draft/check"),
    (Role.CERTIFIER, "/"),
    (Role.OPCC, "/"),
    (Role.OPCC, "{calendar}"),
    (Role.ADMINISTRATOR, "/"),
    (Role.ADMINISTRATOR, "/people"),
)
PASSWORD = "a benchmark's password"
NOW = datetime(2026, 2, 5, 9, tzinfo=UTC)
CLOCK = StoppedClock(NOW)
Q1, Q2, Q3, _ = FinancialYear(2025).quarters


@dataclass(frozen=True)
class World:
    """How large a world is."""

    awards: int
    csps: int
    ledger_rows: int
    corrections: int


LARGE, SMALL = World(900, 200, 50_000, 200), World(45, 20, 500, 3)


@dataclass(frozen=True)
class Cost:
    """What a page took."""

    milliseconds: float
    changed: float
    """The first look after a change, in milliseconds."""
    statements: int
    status: int


def main() -> int:
    """Ask each page in a small and in a large world, with the garbage collected as the served site has it."""
    gc.set_threshold(COLLECT_AFTER)
    few, costs = measure(SMALL), measure(LARGE)
    print(f"{LARGE.awards} awards of {LARGE.csps} partnerships; the bar is {BAR_MS} ms of CPU")
    for (role, address), cost in costs.items():
        notes = [
            *(["over the bar"] if cost.milliseconds > BAR_MS else []),
            *([f"{few[role, address].statements} in the small world"] if is_more(cost, few[role, address]) else []),
        ]
        print(
            f"{cost.milliseconds:7.0f} ms {cost.changed:7.0f} ms changed {cost.statements:4} statements  "
            f"{cost.status}  {role:16} {address}"
            f"{'  ' if notes else ''}{', '.join(notes)}"
        )
    return 1 if any(cost.milliseconds > BAR_MS or cost.status >= 500 for cost in costs.values()) else 0


def is_more(cost: Cost, before: Cost) -> bool:
    """Whether a page sends more statements than in a smaller world."""
    return cost.statements > before.statements


def measure(world: World) -> dict[tuple[Role, str], Cost]:
    """What each page takes in a world of this size."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config.from_environment({"PORTFOLIO_INSTANCE": folder})
        named = tell(config, Path(folder), world)
        app = create_app(config, CLOCK)
        statements: list[str] = []
        engine = app.extensions["portfolio_database"].engine
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        costs = {}
        browsers = {}
        for role, address in PAGES:
            if role not in browsers:
                browsers[role] = app.test_client()
                token = re.findall(r'name="csrf_token" value="([^"]+)"', browsers[role].get("/sign-in").text)[0]
                given = {"csrf_token": token, "email": f"{role.name.lower()}@x.example", "password": PASSWORD}
                browsers[role].post("/sign-in", data=given)
            taken = []
            for attempt in range(6):
                if attempt == 5:
                    with app.extensions["portfolio_database"].writing(Author("benchmark", NOW, "Changed a thing")) as s:
                        set_setting(s, "changed", address)
                statements.clear()
                started = time.process_time()
                answer = browsers[role].get(address.format(**named[role]))
                taken.append((time.process_time() - started) * 1000)
            costs[role, address] = Cost(min(taken[:5]), taken[5], len(statements), answer.status_code)
        app.extensions["portfolio_postman"].shutdown()
        app.extensions["portfolio_database"].close()
    return costs


def tell(config: Config, folder: Path, world: World) -> dict[Role, dict[str, str]]:
    """The data, a person of each role, and a prepared return; what addresses name, by role."""
    database = Database(config.database_url)
    migrations.upgrade(database)
    told = stories.write(folder, stories.story(csps=world.csps, awards=world.awards))
    named: dict[Role, dict[str, str]] = {}
    key_of = partial(config.derived_key, PURPOSE)
    with database.writing(Author("benchmark", NOW, "Made a world")) as session:
        load(session, told, by="benchmark", now=NOW)
        area = session.scalars(select(PoliceArea)).one()
        year = session.scalars(select(FundingYear)).one()
        everybody = {}
        for role in dict.fromkeys(role for role, _ in PAGES):
            everybody[role] = _person(session, role, area.id)
            address = make_address(session, everybody[role].id, NOW, key_of)
            named[role] = {"calendar": f"/calendar/{key_of(address.nonce)}.ics", "year": str(year.id)}
    with database.writing(Author("benchmark", NOW, "Returned Q1 and prepared Q2")) as session:
        finance, signer = (session.get_one(Person, everybody[role].id) for role in (Role.FINANCE, Role.CERTIFIER))
        year = session.get_one(FundingYear, year.id)
        ids = follow(session, year, Q1, finance, signer, NOW)
        ids["draft"] = str(returning.prepare_return(session, year, Q2, ReturnKind.OPCC, by=finance, at=NOW).id)
        for addresses in named.values():
            addresses |= ids
    with database.writing(Author("benchmark", NOW, "Made a third quarter")) as session:
        lead, asking = (session.get_one(Person, everybody[role].id) for role in (Role.LEAD, Role.FINANCE))
        _third_quarter(session, world, lead, asking)
        _bought(session, asking)
        _calls(session, session.get_one(FundingYear, year.id), lead)
        _agreed(session, asking)
        _ledger(session, session.get_one(FundingYear, year.id), world, asking)
    database.close()
    return named


def _person(session: Session, role: Role, area_id: int) -> Person:
    person = people.add_person(session, role.value.title(), f"{role.name.lower()}@x.example", PASSWORD)
    needs_area = role in (Role.FINANCE, Role.OPCC, Role.CERTIFIER)
    people.give_role(person, Holding(role, None, area_id if needs_area else None))
    session.flush()
    return person


def _third_quarter(session: Session, world: World, lead: Person, asking: Person) -> None:
    """Half of the claims are sent; one of the lead's is written, with evidence, and corrections are asked for."""
    awards = session.scalars(select(Award).order_by(Award.id)).all()
    for number, award in enumerate(awards):
        award.cost_centre = f"CC{number:04d}"
        stream = award.lines[0].stream.name
        if number < LED:
            award.lead_person = lead
        if number == 0 or LED <= number < world.awards // 2:
            status = ClaimStatus.SUBMITTED if number else ClaimStatus.DRAFT
            spent = {(stream, category): Decimal("321.09") for category in stories.CATEGORIES}
            claim = make.claim(session, award, Q3, lines=spent, status=status, by=lead)
        if number in (0, LED):
            _prove(session, claim.id, claim.lines, lead)
        if number < world.corrections:
            line = {"stream_id": award.lines[0].stream_id, "category_id": claim.lines[0].category_id}
            quarters = {"corrects": Q1, "entered_in": Q3}
            told = {"amount": Decimal("-7.31"), "reason": "Booked twice.", "asked_by_id": asking.id, "asked_at": NOW}
            session.add(CorrectionRequest(award_id=award.id, **line, **quarters, **told))
            rounds.variation_request(session, award, "1.00", lead)


def _bought(session: Session, by: Person) -> None:
    """Each award bought two things that outlive it."""
    for award in session.scalars(select(Award)).all():
        for what in ("Laptop", "Projector"):
            year_ends.asset(session, award, by, "120.00", description=what)


def _calls(session: Session, year: FundingYear, lead: Person) -> None:
    """Every partnership calls for proposals, and the lead writes one: every box of its amounts is filled."""
    for csp in year.police_area.csps:
        rounds.call(session, year, csp, opens_on=NOW.date(), closes_on=NOW.date())
    begun = contents_of(session.scalars(select(Award)).first().proposal)  # type: ignore[union-attr]  # there are many
    asks = [
        Asked(stream, Decimal("12.34"), category, quarter)
        for stream in year.programme.streams
        for category in year.programme.categories
        for quarter in year.year.quarters
    ]
    draft_proposal(session, year, replace(begun, lead_person_id=lead.id, asks=asks), "draft")


def _agreed(session: Session, owner: Person) -> None:
    """Every partnership's meetings agreed on actions, each about a proposal to it, half of them done."""
    for award in session.scalars(select(Award).order_by(Award.id)).all():
        for place in range(ACTIONS):
            ended = {"ended_on": NOW.date(), "ended_by": owner, "note": "It is done"} if place % 2 else {}
            rounds.meeting_action(session, award.csp, owner, proposal=award.proposal, award=award, **ended)


def _prove(session: Session, claim_id: int, lines: list[ClaimLine], lead: Person) -> None:
    """Ten pieces of evidence, each for every line."""
    for number in range(10):
        file = {"name": f"invoice-{number}.pdf", "media_type": "application/pdf", "content": b"%PDF-1.7 made up"}
        proved = [EvidenceLine(stream_id=line.stream_id, category_id=line.category_id) for line in lines]
        kept = {"size": len(file["content"]), "sha256": f"{number:032d}{claim_id:032d}", "lines": proved}
        session.add(Evidence(claim_id=claim_id, **file, **kept, attached_by_id=lead.id, attached_at=NOW))


def _ledger(session: Session, year: FundingYear, world: World, finance: Person) -> None:
    """Transactions of three quarters on every award's cost centre, and some on others."""
    transactions = [
        Transaction(
            number + 2,
            Q1.first_day + timedelta(days=number % 270),
            Decimal(100 + number % 997) / 4,
            f"CC{number % (world.awards + 20):04d}",
            f"{1000 + number % 8}",
            f"Invoice {number}",
            f"J{number}",
        )
        for number in range(world.ledger_rows)
    ]
    taking.set_accounts(session, year, {f"{1000 + n}": year.programme.categories[n].id for n in range(7)})
    upload = taking.keep_upload(
        session, year, None, by=finance, name="gl.csv", sha256="0" * 64, rows=taking.packed([]), now=NOW
    )
    taking.take_over(session, upload, transactions, by=finance, now=NOW)


if __name__ == "__main__":
    sys.exit(main())
