"""Two at once: nothing is both withdrawn and decided, and whatever brings money keeps to the ceiling together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.decisions import amounts, queries
from portfolio.decisions.actions import record_decision
from portfolio.decisions.models import Award
from portfolio.decisions.rules import Outcome, Ruling
from portfolio.decisions.varying import approve_variation
from portfolio.errors import PortfolioError
from portfolio.funding_years.models import CSP
from portfolio.history import Author
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.proposals.actions import withdraw_proposal
from portfolio.proposals.models import Proposal
from portfolio.proposals.queries import hold
from tests import make
from tests.conftest import NOW

TEN = Decimal("10.00")
Deed = Callable[[Session], object]


def outcomes(database: Database, deeds: list[Deed]) -> list[str]:
    """What became of deeds done at once, each in a transaction of its own."""

    def done(deed: Deed) -> str:
        try:
            with database.writing(Author("an officer", NOW, "Recorded a decision")) as own:
                deed(own)
        except PortfolioError as refused:
            return refused.each()[0].code or type(refused.each()[0]).__name__
        return "done"

    with ThreadPoolExecutor(10) as people:
        return list(people.map(done, deeds))


def funded(reference: str, amount: Decimal, officer: int, read: Callable[[], object] = lambda: None) -> Deed:
    """A decision of Dorset's, recorded by an officer who has read the proposal and perhaps waits then."""

    def deed(own: Session) -> object:
        proposal = own.query(Proposal).filter_by(reference=reference).one()
        read()
        ruling = Ruling(Outcome.PART_FUNDED, "Dorset CSP", {"labour": amount}, "In part", met_on=NOW.date())
        return record_decision(
            own, proposal, own.query(CSP).filter_by(key="dorset").one(), ruling,
            recorded_by=own.get_one(Person, officer), deciders=(), at=NOW, claimed=make.nothing_claimed,
        )  # fmt: skip

    return deed


def test_what_is_withdrawn_while_it_is_decided_is_one_of_both(session: Session, database: Database) -> None:
    officer, proposal = make.person(session, Role.CSP_OFFICER).id, make.proposal(session)
    number, reference = proposal.id, proposal.reference
    session.commit()
    session.close()
    together = Barrier(2)

    def withdrawn(own: Session) -> object:
        together.wait()
        hold(own, reference, alone=True)
        found = own.get_one(Proposal, number)
        decided = [each.csp.name for each in queries.current_decisions(own, [number]).values()]
        return withdraw_proposal(found, decided, "The school has closed", NOW)

    ends = outcomes(database, [funded(reference, TEN, officer, together.wait), withdrawn])
    assert ends in (["done", "AlreadyDecided"], ["NotOpenToDecision", "done"])


def test_awards_anew_raised_and_varied_at_once_come_to_the_ceiling(session: Session, database: Database) -> None:
    year = make.funding_year(session, allocations={"labour": {"dorset": Decimal("100.00")}})
    officer = make.person(session, Role.CSP_OFFICER).id
    asks = {"labour": Decimal("50.00")}
    every = [make.proposal(session, f"SVD-25-{each:02d}", asks=asks, funding_year=year) for each in range(15)]
    awards = [make.award(session, each, amounts={"labour": TEN}).id for each in every[:5]]
    references = [each.reference for each in every]
    session.commit()
    session.close()

    def varied(award: int) -> Deed:
        def deed(own: Session) -> object:
            return approve_variation(
                own, giving=None, receiving=own.get_one(Award, award).lines[0], amount=TEN, reason="More nights",
                approved_on=NOW.date(), approved_by="an officer", claimed=make.nothing_claimed, today=NOW.date(),
            )  # fmt: skip

        return deed

    more = [funded(each, TEN * 2, officer) for each in references[:5]]
    anew = [funded(each, TEN, officer) for each in references[5:]]
    mixed = [deed for three in zip(more, anew[:5], map(varied, awards), strict=True) for deed in three]
    ends = outcomes(database, [*mixed, *anew[5:]])
    assert (ends.count("done"), ends.count("E1")) == (5, 15)
    with database.reading() as reading:
        assert list(amounts.awarded_by_csp_and_stream(reading, year.id).values()) == [Decimal("100.00")]
