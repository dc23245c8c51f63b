"""From a claim line up: every figure of a return that it stands in, straight or through other figures."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, undefer

from portfolio.funding_years.models import FundingYear
from portfolio.people.rules import Within
from portfolio.quarters import Quarter
from portfolio.returns.models import Return
from portfolio.returns.queries import returns_within
from portfolio.returns.rules import HAVE_LEFT
from portfolio.returns.why.cells import Cells
from portfolio.returns.why.sources import Source, origin
from portfolio.spend.models import Claim, ClaimLine
from reports.addresses import AddressedSheet, Spot
from reports.names import Names


@dataclass(frozen=True)
class Standing:
    """A claim line by the names that a return has for what it is about."""

    number: int
    reference: str
    csp: str
    stream: str
    category: str
    quarter: Quarter
    amount: Decimal
    is_accrued: bool
    """Whether some of it was received and not yet paid."""

    def is_in(self, source: Source) -> bool:
        """Whether it is among the rows of a source."""
        names: dict[str, tuple[str, ...]] = {
            "spent": (self.reference, self.csp, self.stream),
            "spent on": (self.csp, self.stream, self.category),
            "accrued": (self.csp, self.stream, self.category) if self.is_accrued else (),
            "claimed by": (self.csp,),
        }
        return source.of == names.get(source.kind) and self.quarter.number in source.quarters


def lines_of(claim: Claim) -> list[Standing]:
    """The lines of a claim that say an amount, in their order."""
    award = claim.award
    return [
        Standing(
            line.id,
            award.proposal.reference,
            award.csp.name,
            line.stream.name,
            line.category.name,
            claim.quarter,
            line.amount,
            bool(line.accrued),
        )
        for line in claim.lines
        if line.amount
    ]


def claim_with_lines(session: Session, award_id: int, quarter: Quarter) -> Claim | None:
    """An award's claim of a quarter, with the names of its lines."""
    return session.scalar(
        select(Claim)
        .where(Claim.award_id == award_id, Claim.quarter == quarter)
        .options(
            joinedload(Claim.lines).options(joinedload(ClaimLine.stream), joinedload(ClaimLine.category)),
        )
    )


def issued_with(session: Session, year: FundingYear, csp_id: int, quarter: Quarter, within: Within) -> list[Return]:
    """The issued returns within reach that a partnership's claim of a quarter can stand in, the newest first."""
    of_them = or_(Return.csp_id.is_(None), Return.csp_id == csp_id)
    return list(
        session.scalars(
            select(Return)
            .where(Return.funding_year_id == year.id, Return.status.in_(HAVE_LEFT), of_them)
            .where(Return.quarter >= quarter, returns_within(within))
            .order_by(Return.quarter.desc(), Return.kind, Return.version.desc())
            .options(undefer(Return.snapshot), joinedload(Return.csp))
        )
    )


def figures_with(cells: Cells, line: Standing) -> list[Spot]:
    """The figures of a return that a claim line stands in, sheet by sheet."""
    above: dict[Spot, list[Spot]] = defaultdict(list)
    reached: list[Spot] = []
    for spot in _candidates(cells, line):
        found = origin(cells, spot)
        if any(line.is_in(one.source) for one in found.sources):
            reached.append(spot)
        if found.made is not None:
            for term in (*found.made.terms, *found.made.whole):
                for part in term.spots:
                    above[part].append(spot)
    seen = set(reached)
    while reached:
        for spot in above[reached.pop()]:
            if spot not in seen:
                seen.add(spot)
                reached.append(spot)
    places = {sheet.name: place for place, sheet in enumerate(cells.sheets)}
    return sorted(seen, key=lambda spot: (places[spot.sheet], spot.row, spot.column))


def _candidates(cells: Cells, line: Standing) -> Iterator[Spot]:
    """The figures of the rows that do not name another project, partnership, stream or category than the line's."""
    names = Names(cells.content)
    own = {
        "Reference": line.reference,
        "CSP": names.csp(line.csp),
        "Stream": names.stream(line.stream),
        "Cost category": line.category,
    }
    for sheet in cells.with_figures:
        for row in _rows(sheet, own):
            yield from cells.figures_of(sheet.sheet, row)


def _rows(sheet: AddressedSheet, own: dict[str, str]) -> Iterator[int]:
    table = sheet.sheet.table
    columns = [(table.cells[table.places[name]], said) for name, said in own.items() if name in sheet.identifying]
    for row in range(len(table.lines)):
        if all(cells[row] == said for cells, said in columns):
            yield row
    yield from range(len(table.lines), len(table.cells[0]) + (table.total is not None))
