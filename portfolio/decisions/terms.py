"""A programme's terms, changed: held to what was awarded under them already."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions import amounts, ceilings, queries
from portfolio.errors import PortfolioError, refuse_any
from portfolio.funding_years import actions as years
from portfolio.funding_years.actions import Terms
from portfolio.funding_years.models import CSP, FundingYear, Programme
from portfolio.funding_years.queries import shares_of
from portfolio.money import ZERO
from portfolio.people.rules import Within


class BeyondReach(PortfolioError):
    """The terms of a grant that somebody else's area has too."""

    def __init__(self, areas: list[str]) -> None:
        super().__init__(
            f"This programme also runs in {', '.join(areas)}, which you do not look after. "
            "Ask an administrator to change its terms"
        )


def change_terms(session: Session, programme: Programme, terms: Terms, within: Within) -> Programme:
    """Set what the funder asks from now on, for every area that has the grant.

    Refused to whoever does not reach all of them, and where a lower tolerance would leave awards above it (E1).
    """
    found = session.scalars(select(FundingYear).where(FundingYear.programme_id == programme.id)).all()
    beyond = {year.police_area.name for year in found if not within.holds_area(year.police_area_id)}
    refuse_any([BeyondReach(sorted(beyond)) if beyond else None])
    is_lower = terms.tolerance_percent < programme.tolerance_percent
    above = [fault for year in found for fault in _above(session, year, terms)] if is_lower else []
    refuse_any([*terms.faults(), *above])
    return years.set_terms(programme, terms)


def _above(session: Session, year: FundingYear, terms: Terms) -> Iterator[PortfolioError | None]:
    names = {csp.id: csp.name for csp in session.scalars(select(CSP).where(CSP.police_area_id == year.police_area_id))}
    streams = {stream.id: stream.name for stream in year.programme.streams}
    for csp_id in names:
        queries.locked_shares(session, year.id, csp_id)
    awarded = amounts.awarded_by_csp_and_stream(session, year.id)
    for (csp_id, stream_id), share in shares_of(session, year.id).items():
        yield ceilings.tolerance_below_awards(
            f"{names[csp_id]}, {year.year},",
            streams[stream_id],
            share=share,
            awards=awarded.get((csp_id, stream_id), ZERO),
            tolerance_percent=terms.tolerance_percent,
        )
