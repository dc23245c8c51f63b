"""What the pages of a round cost when a panel has very much before it: `python -m tests.benchmarks.assessing`.

Prints, for each page, the CPU it takes (the least of five) and the statements it sends, for one partnership's round of
600 proposals that eight assessors have scored: a hundred times Dorset's. Exits 1 above the bar.
"""

import gc
import random
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

from sqlalchemy import event, insert, select, true
from sqlalchemy.orm import Session

from portfolio import migrations
from portfolio.app import create_app
from portfolio.assessment.counting import results_of
from portfolio.assessment.models import Assessment, GateAnswer, PanelScore, Score
from portfolio.cli import COLLECT_AFTER
from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import Author
from portfolio.people import actions as people
from portfolio.people.rules import Role
from portfolio.proposals.models import Ask, AskedOf, Intervention, Proposal, Round
from portfolio.proposals.rules import ProposalKind, ProposalStatus
from tests import make, rounds
from tests.conftest import NOW

PROPOSALS, ASSESSORS = 600, 8
BAR_MS = 100
PASSWORD = "a benchmark's password"
PAGES = (
    "/",
    "/assessment",
    "/assessment/1/dorset",
    "/assessment/1/dorset?page=12",
    "/assessment/1/dorset/minutes",
    "/proposals/SVD-25-0300/panel/dorset",
    "/proposals/SVD-25-0300/assess/dorset",
    "/proposals/SVD-25-0300/moderate/dorset",
)


def main() -> int:
    """Make the round, then ask each page, with the garbage collected as the served site has it."""
    gc.set_threshold(COLLECT_AFTER)
    over = False
    with tempfile.TemporaryDirectory() as folder:
        config = Config(Path(folder), f"sqlite:///{folder}/portfolio.db")
        database = Database(config.database_url)
        migrations.upgrade(database)
        with database.session(writing=True) as session:
            Author("a benchmark", NOW, "Made a round")(session)
            assessors, of = _people_and_round(session)
            session.commit()
            _fill(database, session, assessors, of)
        site = create_app(config, StoppedClock(NOW))
        site.config["WTF_CSRF_ENABLED"] = False
        statements: list[str] = []
        event.listen(
            site.extensions["portfolio_database"].engine,
            "before_cursor_execute",
            lambda *given: statements.append(given[2]),
        )
        browser = site.test_client()
        browser.post("/sign-in", data={"email": "assessor0@x.example", "password": PASSWORD})
        for address in PAGES:
            costs = []
            for _ in range(5):
                statements.clear()
                before = time.process_time()
                answer = browser.get(address)
                costs.append((time.process_time() - before) * 1000)
            over = over or min(costs) > BAR_MS or answer.status_code != 200
            note = "  over the bar" if min(costs) > BAR_MS else ""
            print(f"{min(costs):7.0f} ms {len(statements):4} statements  {answer.status_code}  {address}{note}")
        site.extensions["portfolio_postman"].shutdown()
        site.extensions["portfolio_database"].close()
    return int(over)


def _people_and_round(session: Session) -> tuple[list[int], int]:
    csp, found = make.csp(session), []
    for number in range(ASSESSORS):
        person = make.person(session, Role.CSP_OFFICER, csp=csp, email=f"assessor{number}@x.example")
        people.set_password(person, PASSWORD)
        found.append(person.id)
    return found, rounds.call(session, make.funding_year(session), csp).id


def _fill(database: Database, session: Session, assessors: list[int], round_id: int) -> None:
    """Made up past the product's record, which would take minutes."""
    of = session.get_one(Round, round_id)
    csp = of.csp
    stream, lead = of.funding_year.programme.streams[-1], make.organisation(session)
    session.commit()
    chance = random.Random(1)  # noqa: S311 - a made-up world
    numbers = range(1, PROPOSALS + 1)
    said = {
        "funding_year_id": of.funding_year_id, "lead_organisation_id": lead.id, "kind": ProposalKind.NEW,
        "summary": "Mentors", "starts_on": of.funding_year.year.first_day, "ends_on": of.funding_year.year.last_day,
        "status": ProposalStatus.SUBMITTED,
    }  # fmt: skip
    # The one who looks has half of it left to score.
    marked = [(n, person) for n in numbers for person in assessors if person != assessors[0] or n % 2]
    with database.engine.execution_options(writing=True).begin() as connection:
        for table, rows in (
            (Intervention, [{"id": n, "title": f"Project {n}"} for n in numbers]),
            (Proposal, [{**said, "id": n, "intervention_id": n, "reference": f"SVD-25-{n:04}", "title": f"Project {n}"}
                        for n in numbers]),
            (Ask, [{"proposal_id": n, "stream_id": stream.id, "amount": Decimal(9000 + n)} for n in numbers]),
            (AskedOf, [{"proposal_id": n, "csp_id": csp.id} for n in numbers]),
            (Assessment, [{"id": place, "proposal_id": proposal, "csp_id": csp.id, "assessor_id": person,
                           "status": "submitted", "submitted_at": NOW}
                          for place, (proposal, person) in enumerate(marked, 1)]),
        ):  # fmt: skip
            connection.execute(insert(table), rows)
        written = [row.id for row in connection.execute(select(Assessment.id))]
        connection.execute(
            insert(Score),
            [{"assessment_id": number, "criterion_id": each.id, "points": chance.randint(0, 5), "justification": "So"}
             for number in written for each in of.criteria],
        )  # fmt: skip
        connection.execute(
            insert(GateAnswer),
            [{"assessment_id": number, "gate_id": gate.id, "passed": chance.random() > 0.01}
             for number in written for gate in of.gates],
        )  # fmt: skip
    results = results_of(session, true())
    session.rollback()
    with database.engine.execution_options(writing=True).begin() as connection:
        connection.execute(
            insert(PanelScore),
            [{"proposal_id": key[0], "csp_id": key[1], **vars(result)} for key, result in results.items()],
        )


if __name__ == "__main__":
    sys.exit(main())
