"""What the command `check` proves of the money: every sum in SQL (E10), and every issued return against its figures.

Each check gives a sentence for each fault, which names the figure and its place; none where all is well.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from portfolio.assessment.counting import miscounted
from portfolio.ledger.proving import unaltered
from portfolio.proposals.attaching import altered_documents
from portfolio.proposals.calling import unbalanced
from portfolio.returns.changes import unexplained
from portfolio.returns.proofs import awards, issued, spend, traced
from portfolio.spend import files

Check = tuple[str, Iterable[str]]
"""What is proved, and the faults that were found."""


def checks(session: Session) -> Iterator[Check]:
    """Every check of awards, spend and returns, in the order in which money travels."""
    yield "partnerships' shares are within their streams", awards.shares_within_streams(session)
    yield "every call's weights come to 100", unbalanced(session)
    yield "every document of a proposal is the one that was sent, byte for byte", altered_documents(session)
    yield "every panel's score is what its assessors gave and what it agreed", miscounted(session)
    yield "every award is what was decided", awards.decided(session)
    yield "every profile comes to its award", awards.profiled(session)
    yield "every variation takes what it gives", awards.varied(session)
    yield "every variation that was asked for moved what was asked", awards.asked(session)
    yield "awards are within allocations", awards.within_allocations(session)
    yield "claims are within awards", spend.within_awards(session)
    yield "claims are within allocations", spend.within_allocations(session)
    yield "corrections leave no quarter below zero", spend.corrected(session)
    yield "corrections count as they were approved", spend.approved(session)
    yield "partnerships, projects and cost categories come to the same, every quarter and to date", spend.sums(session)
    yield "every file of evidence is the one that was sent, byte for byte", files.altered(session)
    yield "every ledger is as it was taken over, to the penny", unaltered(session)
    yield "every quarter of an issued return is locked", issued.locked(session)
    yield "every issued return was certified, and followed the one before", issued.signed(session)
    yield "every issued return is as it was issued, byte for byte", issued.unchanged(session)
    yield "every issued file says what its snapshot says", issued.readable(session)
    yield "every issued return says what its claims and corrections say", issued.true_today(session)
    yield "every difference between issued returns has its causes on record", unexplained.between_issued(session)
    yield "every figure of an issued return comes from the rows it was issued from", traced.from_their_rows(session)
