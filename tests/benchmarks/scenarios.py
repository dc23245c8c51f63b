"""What trying portfolios costs where a round is as large as can be weighed: `python -m tests.benchmarks.scenarios`.

Prints, for each page, the CPU it takes (the least of five) and the statements it sends, with 60 proposals before one
panel, in a site with 900 awards of 200 partnerships; then the seconds in which the best-scoring set is found for ten
generated rounds of 60 proposals under five conditions, with its runners-up and what tipped it. Exits 1 above a bar.
"""

import gc
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portfolio import migrations
from portfolio.app import create_app
from portfolio.cli import COLLECT_AFTER
from portfolio.config import Config
from portfolio.db import Database
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.history import Author
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.proposals.rules import Level, ProposalKind
from portfolio.scenarios.actions import save_scenario
from portfolio.scenarios.optimiser import MOST, Wanted, best_sets
from portfolio.scenarios.queries import weighed
from portfolio.scenarios.rules import Candidate
from portfolio.story.actions import load
from tests import make, rounds, stories
from tests.benchmarks.pages import CLOCK, LARGE, NOW
from tests.conftest import Visitor
from tests.scenarios.candidates import LABOUR, OTHER, candidate

BAR_MS = 100
BAR_SECONDS = 2
ROUNDS = 10


@dataclass(frozen=True)
class World:
    """The site's settings, and whose pages are asked for."""

    config: Config
    officer_id: int
    pages: tuple[str, ...]


def tell(folder: Path) -> World:
    """A large site, and in it one partnership with as many proposals as can be weighed, and four scenarios."""
    config = Config.from_environment({"PORTFOLIO_INSTANCE": str(folder)})
    database = Database(config.database_url)
    migrations.upgrade(database)
    told = stories.write(folder, stories.story(csps=LARGE.csps, awards=LARGE.awards))
    random = Random(1)  # noqa: S311 - made-up figures, not secrets
    with database.writing(Author("benchmark", NOW, "Made a world")) as session:
        load(session, told, by="benchmark", now=NOW)
        year, csp = session.scalars(select(FundingYear)).one(), session.scalars(select(CSP)).first()
        assert csp is not None
        _ask(session, year, csp, random)
        officer = make.person(session, Role.CSP_OFFICER, csp=csp)
        at = weighed(session, year, csp)
        saved = []
        for number in range(4):
            taken = random.sample(at.candidates, 25)
            plan = replace(at.nothing, awards={each.number: each.asks for each in taken})
            name = f"Number {number}"
            saved.append(save_scenario(session, year, csp, plan, name=name, note="", by=officer, now=NOW).id)
        place = f"/scenarios/rounds/{year.id}/{csp.key}"
        compared = "&".join(f"scenario={number}" for number in saved)
        read = f"/scenarios/{saved[0]}"
        pages = ("/scenarios", place, f"{place}/new", f"{place}/compare?{compared}", read, f"{read}/change",
                 f"{read}/decide", f"{place}/best")  # fmt: skip
        world = World(config, officer.id, pages)
    database.close()
    return world


def _ask(session: Session, year: FundingYear, csp: CSP, random: Random) -> None:
    """Have a partnership asked by as many as can be weighed, in every stream, each scored."""
    present = len(weighed(session, year, csp).candidates)
    for number in range(MOST - present):
        asks = {stream.name: Decimal(random.randrange(100_000, 5_000_000)) / 100 for stream in year.programme.streams}
        proposal = make.proposal(session, f"ASK-{number:02}", csps=(csp.key,), funding_year=year, asks=asks)
        rounds.panel_score(session, proposal, csp, str(random.randrange(20, 99)))


def pages() -> bool:
    """Print what each page costs; says whether one is over the bar."""
    over = False
    with tempfile.TemporaryDirectory() as folder:
        world = tell(Path(folder))
        app = create_app(world.config, CLOCK)
        statements: list[str] = []
        engine = app.extensions["portfolio_database"].engine
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        app.test_client_class = Visitor
        browser = app.test_client()
        assert isinstance(browser, Visitor)
        with app.extensions["portfolio_database"].session(writing=False) as session:
            officer = session.get_one(Person, world.officer_id)
        browser.sign_in_as(officer)
        for address in world.pages:
            taken = []
            for _ in range(5):
                statements.clear()
                started = time.process_time()
                answer = browser.get(address)
                taken.append((time.process_time() - started) * 1000)
            over |= min(taken) > BAR_MS or answer.status_code != 200
            print(f"{min(taken):7.0f} ms {len(statements):4} statements  {answer.status_code}  {address}")
        app.extensions["portfolio_postman"].shutdown()
        app.extensions["portfolio_database"].close()
    return over


def generated(random: Random) -> tuple[list[Candidate], Wanted]:
    """A round of as many as can be weighed, that ask for some three times what there is, and five conditions."""
    candidates = [
        candidate(
            number,
            score=str(Decimal(random.randrange(2_000, 9_800)) / 100),
            organisation=f"Body {random.randrange(20)}",
            kind=ProposalKind.CONTINUATION if random.random() < 0.08 else ProposalKind.NEW,
            levels=frozenset(level for level in Level if random.random() < 0.3),
            asks={
                LABOUR: Decimal(random.randrange(2_000_000) * (random.random() < 0.5)) / 100,
                OTHER: Decimal(random.randrange(500_000, 6_000_000)) / 100,
            },
            passes_gates=random.random() < 0.9,
        )
        for number in range(MOST)
    ]
    wanted = Wanted(
        limits={LABOUR: Decimal("200000.00"), OTHER: Decimal("700000.00")},
        levels=frozenset({Level.UNIVERSAL}),
        continuations=True,
        must=frozenset({3}),
        most_per_organisation=2,
        least_score=Decimal(30),
        part_percent=random.choice([None, 70]),
    )
    return candidates, wanted


def optimiser() -> bool:
    """Print how long the best set takes; says whether one took longer than the bar."""
    import scipy.optimize  # noqa: F401 - loaded once in a server's life

    longest = 0.0
    for number in range(ROUNDS):
        candidates, wanted = generated(Random(number))  # noqa: S311
        started = time.process_time()
        found = best_sets(candidates, wanted)
        seconds = time.process_time() - started
        longest = max(longest, seconds)
        part = "in part too" if wanted.part_percent else "in full only"
        print(f"{seconds:6.2f} s  {found.best.points} points of {len(found.best.awards)} proposals, {part}")
    return longest > BAR_SECONDS


def main() -> int:
    """Both, with the garbage collected as the served site has it."""
    gc.set_threshold(COLLECT_AFTER)
    over = [pages(), optimiser()]
    return int(any(over))


if __name__ == "__main__":
    sys.exit(main())
