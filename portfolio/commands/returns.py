"""The command that writes a return as it stands now; a return that was issued is given as it was issued."""

import argparse
import json
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.commands.ground import ground, progress, say, write_file
from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years.models import CSP, FundingYear, PoliceArea, Programme
from portfolio.quarters import FinancialYear, Quarter
from portfolio.returns import drafting
from portfolio.returns.rules import ReturnKind


class WhichOne(PortfolioError):
    """More than one funding year that the command could mean."""


class BadCall(PortfolioError):
    """Words of the command that do not go together."""


def write(given: argparse.Namespace) -> int:
    """Write the file, and say where it is."""
    year = FinancialYear.parse(given.year)
    quarter = _quarter(given, year)
    with ground() as here, here.database.reading() as session:
        funding_year = find_funding_year(session, year, given.programme, given.area)
        csp = _csp(funding_year, given)
        progress("Assembling, writing and reading back …")
        if given.what == "statement":
            name, content = drafting.statement_file(session, funding_year, quarter)
        else:
            kind = ReturnKind.HOME_OFFICE if given.what == "home-office" else ReturnKind.CSP if csp else ReturnKind.OPCC
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


def find_funding_year(session: Session, year: FinancialYear, programme: str | None, area: str | None) -> FundingYear:
    """The one funding year that is meant; raises NotFound, or WhichOne where several could be."""
    every = list(
        session.scalars(
            select(FundingYear)
            .join(Programme, Programme.id == FundingYear.programme_id)
            .join(PoliceArea, PoliceArea.id == FundingYear.police_area_id)
            .order_by(FundingYear.year, Programme.code, PoliceArea.code)
        )
    )
    meant = [
        one
        for one in every
        if one.year == year
        and programme in (None, one.programme.code)
        and area in (None, one.police_area.code, one.police_area.name)
    ]
    if not meant:
        here = ", ".join(f"{one.programme.code} {one.police_area.name} {one.year}" for one in every) or "none yet"
        raise NotFound(f"There is no such funding year {year}. There are: {here}", "year")
    if len(meant) > 1:
        which = ", ".join(f"--programme {one.programme.code} --area {one.police_area.code}" for one in meant)
        raise WhichOne(f"Several funding years could be meant. Say which: {which}", "year")
    return meant[0]


def _csp(funding_year: FundingYear, given: argparse.Namespace) -> CSP | None:
    if given.csp is None:
        return None
    if given.what != "opcc":
        raise BadCall("Only the OPCC return is made for one partnership. Leave --csp out", "csp")
    csps = funding_year.police_area.csps
    found = next((csp for csp in csps if csp.key == given.csp), None)
    if found is None:
        keys = ", ".join(csp.key for csp in csps[:12])
        raise NotFound(f"There is no partnership “{given.csp}” in {funding_year.police_area.name}. Use one of: {keys}")
    return found
