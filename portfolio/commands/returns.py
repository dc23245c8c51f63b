"""The command that writes a return as it stands now; a return that was issued is given as it was issued."""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import Session

from portfolio.commands.ground import ground, progress, say, write_file
from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.queries import years_within
from portfolio.people.rules import Act, Within
from portfolio.quarters import FinancialYear, Quarter
from portfolio.returns import drafting
from portfolio.returns.queries import Place, csps_to_show
from portfolio.returns.rules import ReturnKind


class WhichOne(PortfolioError):
    """More than one funding year that the command could mean."""


class BeyondReach(PortfolioError):
    """A return of the whole police area, asked for by somebody who reaches some of its partnerships."""

    def __init__(self, csps: Iterable[CSP]) -> None:
        ways = " or ".join(f"portfolio return opcc --csp {csp.key}" for csp in csps)
        super().__init__(f"This adds up the whole police area, which is beyond your roles. Use {ways}", "csp")


class BadCall(PortfolioError):
    """Words of the command that do not go together."""


def write(given: argparse.Namespace) -> int:
    """Write the file, and say where it is."""
    year = FinancialYear.parse(given.year)
    quarter = _quarter(given, year)
    with ground(Act.SEE_RETURNS, given.acting_as) as here, here.database.reading() as session:
        within = here.within(Act.SEE_RETURNS)
        funding_year = find_funding_year(session, year, given, within)
        csp = _csp(session, funding_year, given, within)
        kind = ReturnKind.HOME_OFFICE if given.what == "home-office" else ReturnKind.CSP if csp else ReturnKind.OPCC
        # The statement adds the whole area up, as the area's own returns do.
        if not Place(funding_year, quarter, kind, csp).is_reached_by(within):
            raise BeyondReach(session.scalars(csps_to_show(funding_year, within)))
        progress("Assembling, writing and reading back …")
        if given.what == "statement":
            name, content = drafting.statement_file(session, funding_year, quarter)
        else:
            name, content = drafting.draft_file(session, funding_year, quarter, kind, csp)
    file = given.out or Path(name)
    write_file(file, content)
    say(json.dumps({"file": str(file), "bytes": len(content)}) if given.json else str(file))
    return 0


def _quarter(given: argparse.Namespace, year: FinancialYear) -> Quarter:
    if given.what == "statement":
        return Quarter.parse(year, given.quarter or "Q4")
    if given.quarter is None:
        raise BadCall("Say which quarter, like --quarter Q2")
    return Quarter.parse(year, given.quarter)


def find_funding_year(session: Session, year: FinancialYear, given: argparse.Namespace, within: Within) -> FundingYear:
    """The one funding year within reach that is meant; raises NotFound, or WhichOne where several could be."""
    every = sorted(
        session.scalars(years_within(within)), key=lambda one: (one.year, one.programme.code, one.police_area.code)
    )
    meant = [
        one
        for one in every
        if one.year == year
        and given.programme in (None, one.programme.code)
        and given.body in (None, one.programme.administering_body)
        and given.area in (None, one.police_area.code, one.police_area.name)
    ]
    if not meant:
        here = ", ".join(f"{one.programme.code} {one.police_area.name} {one.year}" for one in every) or "none yet"
        raise NotFound(f"There is no such funding year {year}. There are: {here}", "year")
    if len(meant) > 1:
        which = "; or ".join(_named(one) for one in meant)
        raise WhichOne(f"Several funding years could be meant. Say which: {which}", "year")
    return meant[0]


def _named(one: FundingYear) -> str:
    programme = one.programme
    return f'--programme {programme.code} --body "{programme.administering_body}" --area {one.police_area.code}'


def _csp(session: Session, funding_year: FundingYear, given: argparse.Namespace, within: Within) -> CSP | None:
    if given.csp is None:
        return None
    if given.what != "opcc":
        raise BadCall("Only the OPCC return is made for one partnership. Leave --csp out", "csp")
    csps = session.scalars(csps_to_show(funding_year, within)).all()
    found = next((csp for csp in csps if csp.key == given.csp), None)
    if found is None:
        keys = ", ".join(csp.key for csp in csps[:12])
        raise NotFound(f"There is no partnership “{given.csp}” in {funding_year.police_area.name}. Use one of: {keys}")
    return found
