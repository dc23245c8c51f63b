"""The demonstration: Dorset's Serious Violence Duty told on one machine, to its returns as files and a running site.

The story stands at one day in October 2025, so that what is due, late or open is the same whenever it is told. It never
touches a database that holds anything but a demonstration.
"""

import contextlib
import time
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from portfolio import settings
from portfolio.clock import Clock, StoppedClock, day_of
from portfolio.commands import serve
from portfolio.commands.delivered import tell_what_was_done
from portfolio.commands.followed import tell_what_followed
from portfolio.commands.form import fill_the_form
from portfolio.commands.ground import Ground, ground, progress, say, where, write_file
from portfolio.commands.panel import tell_the_round
from portfolio.config import ROOT, Config
from portfolio.db import Database, remove_sqlite
from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError
from portfolio.funding_years.models import CSP, FundingYear, PoliceArea
from portfolio.history import Author
from portfolio.people import actions as people
from portfolio.people.models import Person
from portfolio.people.rules import Holding, Role
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear, Quarter
from portfolio.returns import actions as returning
from portfolio.returns import drafting
from portfolio.returns.points import LEDGER, SORTS
from portfolio.returns.rules import ReturnKind
from portfolio.story.actions import load

STORY = ROOT / "portfolio" / "story" / "dorset_2025_26.json"
STORY_DAY = date(2025, 10, 20)
PASSWORD = "dorset-demo-2025"  # noqa: S105 - printed for everybody; it opens made-up data on this machine only
TOLD = "demonstration_told"
YEAR = FinancialYear(2025)

LEADS = {
    "NHS Dorset": ("Nadia Rahman", "nadia@nhs.example", ("dorset", "bcp")),
    "Dorset Council": ("Dan Coleman", "dan@council.example", ("dorset",)),
    "BCP Council": ("Beth Prior", "beth@bcp.example", ("bcp",)),
    "Dorset Police": ("Pete Lowe", "pete@police.example", ("dorset",)),
    "Westhaven Youth Trust": ("Tess Young", "tess@trust.example", ("dorset",)),
}
"""Who leads the projects of each organisation, and the partnerships that invited them."""
OTHERS = (
    ("Olive Marsh", "olive@dorset.example", Role.CSP_OFFICER, "dorset"),
    ("Bina Shah", "bina@bcp.example", Role.CSP_OFFICER, "bcp"),
    ("Moira Field", "moira@dorset.example", Role.CSP_MEMBER, "dorset"),
    ("Ines Roy", "ines@police.example", Role.CSP_MEMBER, "dorset"),
    ("Frank Abbott", "frank@finance.example", Role.FINANCE, None),
    ("Cora Finch", "cora@finance.example", Role.CERTIFIER, None),
    ("Owen Pryce", "owen@opcc.example", Role.OPCC, None),
    ("Ada Minster", "ada@admin.example", Role.ADMINISTRATOR, None),
)


class NotADemonstration(PortfolioError):
    """A database that holds something else, which the demonstration must not touch."""


def run(*, port: int, serve_it: bool, reset: bool) -> int:
    """Tell the story where it is not told yet, write the returns, and run the site."""
    config = Config.from_environment()
    if not _is_told(config, reset=reset):
        _tell()
    with ground(None) as here:
        here.config.secret_key()
        _say_accounts(here)
        for file in _write_returns(here):
            say(str(file))
    return serve.run("127.0.0.1", port) if serve_it else 0


def _is_told(config: Config, *, reset: bool) -> bool:
    """Whether the demonstration is there in full; a half-told one, or one to be told again, is taken away."""
    if config.sqlite_file is not None and not config.sqlite_file.exists():
        return False
    database = Database(config.database_url)
    try:
        tables = inspect(database.engine).get_table_names()
        if not tables:
            return False
        told = False
        if "setting" in tables:
            with database.reading() as session:
                if settings.story_day(session) is None:
                    raise _not_ours(config)
                told = settings.find_setting(session, TOLD) is not None
        else:
            raise _not_ours(config)
    finally:
        database.close()
    if told and not reset:
        progress("The demonstration is told already and kept as it is; --reset tells it again.")
        return True
    if config.sqlite_file is None:
        raise NotADemonstration("Empty the demonstration's PostgreSQL database yourself, then run this again")
    remove_sqlite(config.sqlite_file)
    return False


def _not_ours(config: Config) -> NotADemonstration:
    return NotADemonstration(
        f"{where(config)} holds data that is no demonstration, which this never touches. "
        "Set PORTFOLIO_INSTANCE to an empty folder for the demonstration"
    )


def _tell() -> None:
    with _step("Making the database"), ground(None, may_be_new=True):
        pass
    with ground(None) as here:
        clock = StoppedClock.on(STORY_DAY)
        with (
            _step("Loading the story of 2024/25 and 2025/26"),
            _writing(here, clock, "Loaded the Dorset story") as session,
        ):
            settings.set_setting(session, settings.STORY_DAY, STORY_DAY.isoformat())
            load(session, STORY, by="the Dorset story", now=clock.now())
        with (
            _step("Adding people, each with a role"),
            _writing(here, clock, "Added the people of the story") as session,
        ):
            _add_people(session)
        with (
            _step("Telling how the panel came to its decisions"),
            _writing(here, clock, "Told the round of 2025/26") as session,
        ):
            tell_the_round(session, _year(session), clock.now())
            tell_what_was_done(session, _year(session), clock.now())
        with _step("Issuing the returns of Q1"):
            _issue(here, Quarter(YEAR, 1), clock)
        with (
            _step("Filling the funder's own form"),
            _writing(here, clock, "Filled the funder's form") as session,
        ):
            fill_the_form(session, _year(session), by=_person(session, Role.FINANCE), now=clock.now())
        with (
            _step("Telling what followed: a question, money, assets, open data"),
            _writing(here, clock, "Told what followed the returns of Q1") as session,
        ):
            finance, opcc = _person(session, Role.FINANCE), _person(session, Role.OPCC)
            tell_what_followed(session, _year(session), finance, opcc, clock.now())
        with _step("Preparing the returns of Q2"), _writing(here, clock, "Prepared the returns of Q2") as session:
            preparer = _person(session, Role.FINANCE)
            for kind, csp in _wanted(session):
                returning.prepare_return(
                    session, _year(session), Quarter(YEAR, 2), kind, csp, by=preparer, at=clock.now()
                )
            settings.set_setting(session, TOLD, "yes")


@contextlib.contextmanager
def _step(what: str) -> Iterator[None]:
    started = time.monotonic()
    progress(f"{what} …")
    yield
    progress(f"  done in {time.monotonic() - started:.1f} s")


@contextlib.contextmanager
def _writing(here: Ground, clock: Clock, deed: str) -> Iterator[Session]:
    with here.database.writing(Author("the demonstration", clock.now(), deed)) as session:
        yield session


def _add_people(session: Session) -> None:
    area = session.scalars(select(PoliceArea)).one()
    csps = {csp.key: csp.id for csp in session.scalars(select(CSP))}
    for name, email, role, csp in OTHERS:
        person = people.add_person(session, name, email, PASSWORD)
        needs_area = role in (Role.FINANCE, Role.CERTIFIER, Role.OPCC)
        people.give_role(person, Holding(role, csps[csp] if csp else None, area.id if needs_area else None))
    for organisation, (name, email, invited_by) in LEADS.items():
        person = people.add_person(session, name, email, PASSWORD)
        for csp in invited_by:
            people.give_role(person, Holding(Role.LEAD, csps[csp]))
        session.flush()
        _name_lead(session, organisation, person)


def _name_lead(session: Session, organisation: str, person: Person) -> None:
    for proposal in session.scalars(select(Proposal).where(Proposal.lead_organisation.has(name=organisation))):
        proposal.lead_person_id = person.id
        for award in session.scalars(select(Award).where(Award.proposal_id == proposal.id)):
            award.lead_person_id = person.id


def _issue(here: Ground, quarter: Quarter, clock: Clock) -> None:
    """Prepare, certify and issue a quarter's returns: the partnerships' first, then those made of them."""
    now = clock.now()
    with _writing(here, clock, f"Issued the returns of {quarter.name}") as session:
        preparer, certifier = _person(session, Role.FINANCE), _person(session, Role.CERTIFIER)
        for kind, csp in _wanted(session):
            row = returning.prepare_return(session, _year(session), quarter, kind, csp, by=preparer, at=now)
            accepted = dict.fromkeys(SORTS, "Agreed with the project, and told to the commissioner's office")
            accepted[LEDGER] = "The ledger of the quarter was held against the claims by hand"
            returning.check_return(session, row, by=certifier, at=now, accepted=accepted)
            role = "Chief Finance Officer (section 151)"
            returning.certify_return(session, row, by=certifier, name=certifier.name, role=role, on=day_of(now), at=now)
            returning.issue_return(session, row, by=preparer, at=now)


def _wanted(session: Session) -> list[tuple[ReturnKind, CSP | None]]:
    area_id = _year(session).police_area_id
    csps = session.scalars(select(CSP).where(CSP.police_area_id == area_id).order_by(CSP.id))
    return [*((ReturnKind.CSP, csp) for csp in csps), (ReturnKind.OPCC, None), (ReturnKind.HOME_OFFICE, None)]


def _year(session: Session) -> FundingYear:
    """The story's own, which was there before any that was loaded or opened beside it."""
    return session.scalars(select(FundingYear).where(FundingYear.year == YEAR).order_by(FundingYear.id).limit(1)).one()


def _person(session: Session, role: Role) -> Person:
    return session.scalars(select(Person).where(Person.roles.any(role=role))).one()


def _say_accounts(here: Ground) -> None:
    say(f"Sign in with the passphrase {PASSWORD} as:")
    with here.database.reading() as session:
        for person in session.scalars(people.people_by_name()):
            roles = ", ".join(dict.fromkeys(held.role.value for held in person.roles))
            say(f"  {person.email:<22} {person.name}, {roles}")


def _write_returns(here: Ground) -> Iterator[Path]:
    """Both quarters' returns as files; the second quarter's combined ones last."""
    folder = here.config.instance / "returns"
    folder.mkdir(parents=True, exist_ok=True)
    with here.database.reading() as session:
        for number, (kind, csp) in product((1, 2), _wanted(session)):
            name, content = drafting.draft_file(session, _year(session), Quarter(YEAR, number), kind, csp)
            write_file(folder / name, content)
            yield folder / name
