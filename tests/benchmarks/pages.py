"""What each main page costs at a hundred times Dorset's data: `python -m tests.benchmarks.pages`.

Prints, for each page, the CPU it takes (the least of five) and the statements it sends: 900 awards, 200 partnerships.
"""

import gc
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import event, select

from portfolio import migrations
from portfolio.app import create_app
from portfolio.cli import COLLECT_AFTER
from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Database
from portfolio.decisions.models import Award
from portfolio.funding_years.models import FundingYear, PoliceArea
from portfolio.history import Author
from portfolio.people import actions as people
from portfolio.people.rules import Holding, Role
from portfolio.quarters import Quarter
from portfolio.returns import actions as returning
from portfolio.returns.rules import ReturnKind
from portfolio.story.actions import load
from tests import stories

AWARDS, CSPS = 900, 200
BAR_MS = 100
PAGES = (
    (Role.FINANCE, "/"),
    (Role.FINANCE, "/years"),
    (Role.FINANCE, "/years/2025-26"),
    (Role.FINANCE, "/proposals"),
    (Role.FINANCE, "/proposals/SVD-25-0001"),
    (Role.FINANCE, "/decisions/compare"),
    (Role.FINANCE, "/spend"),
    (Role.FINANCE, "/spend/SVD-25-0001/csp-001/2025-26/q2"),
    (Role.FINANCE, "/match"),
    (Role.FINANCE, "/measures"),
    (Role.FINANCE, "/returns"),
    (Role.FINANCE, "/returns/1"),
    (Role.LEAD, "/"),
    (Role.LEAD, "/spend"),
    (Role.LEAD, "/spend/SVD-25-0001/csp-001/2025-26/q3"),
    (Role.CERTIFIER, "/"),
    (Role.OPCC, "/"),
    (Role.ADMINISTRATOR, "/"),
    (Role.ADMINISTRATOR, "/people"),
)
PASSWORD = "a benchmark's password"
CLOCK = StoppedClock.on(date(2025, 10, 20))


def main() -> None:
    """Load the world, then ask each page, with the garbage collected as the served site has it."""
    gc.set_threshold(COLLECT_AFTER)
    with tempfile.TemporaryDirectory() as folder:
        config = Config.from_environment({"PORTFOLIO_INSTANCE": folder})
        emails = _world(config, Path(folder))
        app = create_app(config, CLOCK)
        statements: list[str] = []
        engine = app.extensions["portfolio_database"].engine
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        print(f"{AWARDS} awards of {CSPS} partnerships; the bar is {BAR_MS} ms of CPU")
        for role, address in PAGES:
            client = app.test_client()
            token = client.get("/sign-in").get_data(as_text=True).split('name="csrf_token"')[1].split('value="')[1]
            given = {"csrf_token": token.split('"')[0], "email": emails[role], "password": PASSWORD}
            client.post("/sign-in", data=given)
            costs = []
            for _ in range(5):
                statements.clear()
                started = time.process_time()
                answer = client.get(address)
                costs.append((time.process_time() - started) * 1000)
            late = "  over the bar" if min(costs) > BAR_MS else ""
            print(
                f"{min(costs):7.0f} ms {len(statements):4} statements  {answer.status_code}  {role:16} {address}{late}"
            )


def _world(config: Config, folder: Path) -> dict[Role, str]:
    """The data, a person of each role, and a prepared return; the e-mail addresses by role."""
    database = Database(config.database_url)
    migrations.upgrade(database)
    now = datetime(2025, 10, 20, 9, tzinfo=UTC)
    told = stories.write(folder, stories.story(csps=CSPS, awards=AWARDS))
    emails = {}
    with database.writing(Author("benchmark", now, "Made a world")) as session:
        load(session, told, by="benchmark", now=now)
        area = session.scalars(select(PoliceArea)).one()
        for role in {role for role, _ in PAGES}:
            person = people.add_person(session, role.value.title(), f"{role.name.lower()}@x.example", PASSWORD)
            needs_area = role in (Role.FINANCE, Role.OPCC, Role.CERTIFIER)
            people.give_role(person, Holding(role, None, area.id if needs_area else None))
            emails[role] = person.email
            session.flush()
            if role is Role.LEAD:
                for award in session.scalars(select(Award).order_by(Award.id).limit(10)):
                    award.lead_person_id = person.id
            if role is Role.FINANCE:
                finance = person
    with database.writing(Author("benchmark", now, "Prepared a return")) as session:
        year = session.scalars(select(FundingYear)).one()
        returning.prepare_return(session, year, Quarter(year.year, 1), ReturnKind.OPCC, by=finance, at=now)
    database.close()
    return emails


if __name__ == "__main__":
    main()
