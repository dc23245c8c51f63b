"""What `portfolio check` proves of issued returns one after the other: each difference has its causes on record."""

from collections.abc import Iterator
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.money import format_pounds
from portfolio.returns.changes.causes import CauseKind
from portfolio.returns.changes.grounds import WHOLE_YEAR, Quantities
from portfolio.returns.changes.sides import Side, side_of
from portfolio.returns.changes.sources import Sources
from portfolio.returns.models import Return
from portfolio.returns.proofs.issued import content_of
from portfolio.returns.rules import HAVE_LEFT, ReturnKind


def between_issued(session: Session) -> Iterator[str]:
    """A sentence for each figure of a whole area's return that differs from the last one for no reason on record.

    What partnerships return by themselves are parts of it, and are proved to be so.
    """
    rows = session.scalars(
        select(Return)
        .where(Return.status.in_(HAVE_LEFT), Return.kind != ReturnKind.CSP)
        .order_by(Return.funding_year_id, Return.kind, Return.quarter, Return.version)
    ).all()
    for earlier, later in pairwise(rows):
        if (earlier.funding_year_id, earlier.kind) == (later.funding_year_id, later.kind):
            yield from _unexplained(session, earlier, later)


def _unexplained(session: Session, earlier: Return, later: Return) -> Iterator[str]:
    contents = content_of(earlier), content_of(later)
    if contents[0] is None or contents[1] is None:
        return  # that a snapshot cannot be read is said elsewhere
    sides: tuple[Side, Side] = (side_of(earlier), side_of(later))
    was, now = Quantities(contents[0]), Quantities(contents[1])
    sources = Sources(session, sides, was, now)
    for (of, quarter), keys in now.found.items():
        for key in keys:
            for share in sources.became((of, quarter), key):
                if share.cause.kind is CauseKind.NOT_EXPLAINED and share.amount is not None:
                    when = "" if quarter == WHOLE_YEAR else f" of Q{quarter}"
                    about = ", ".join(word for word in (key.reference, key.csp, key.stream, key.category) if word)
                    yield (
                        f"{sides[1].name}: {about}, {of.value}{when}: {format_pounds(share.amount)} of the difference "
                        f"from {sides[0].name} is not explained"
                    )
