"""Every figure and text of a return by a name that stays: from quarter to quarter, and from year to year.

The tables are those of the return's own workbooks, so that a form never says another figure than the return. What time
moves is named by what it is: `Q2` is the actual once the quarter is over and the forecast before; a measure's
`This quarter` is the return's. A row's key may say `All`: the lines that it covers are added up.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from portfolio.clock import day_of
from portfolio.funder_forms.bindings import Address
from portfolio.money import ZERO
from reports import returns
from reports.addresses import AddressedSheet, Spot
from reports.content import ReturnContent
from reports.home_office import claim_book
from reports.opcc import quarterly_book
from reports.sheets import Column, Shape, Sheet
from reports.totals import share_of
from reports.tracing import Tracing

ALL = "All"
COUNT = "Number of rows"
FACTS, SAYS = "Facts", "Says"
THIS_QUARTER, LAST_YEAR = "This quarter", "Outturn last year"
ROUNDING = "Rounding of the figures"
MOST_JOINED = 20
"""So many rows' texts are put into one cell, a line each."""
_LEFT_OUT = ("Cover", "Certification")  # said as facts, one by one
_QUARTER = re.compile(r"Q([1-4])(?: (actual|forecast))?")
_LAST_YEAR = re.compile(r"Outturn \d{4}/\d{2}")
_PERIOD = re.compile(r"(Q[1-4]) (\d{4}/\d{2})\b.*", re.DOTALL)
_NONE_IS_ZERO = ("SpendByCategory", "StatementByCategory", "MatchFunding", "Interventions")
"""Tables in which a row that is not there is money that was not spent, rather than a name that changed."""

Known = str | Decimal | date | None


@dataclass(frozen=True)
class Figure:
    """What a return says at one address: pounds, a fraction (0.1 is 10 %), a count, a day, a text, or nothing."""

    address: Address
    shape: Shape
    value: Known
    because: str = ""
    """Why there is nothing."""
    is_known: bool = True
    """Whether the return has such a figure at all."""
    spot: Spot | None = None
    """Its one cell in the return's workbook, where it stands in one."""


class View:
    """One table of a return, its rows by key and its columns by the names that stay."""

    def __init__(self, sheet: Sheet, content: ReturnContent, tracing: Tracing) -> None:
        self.sheet, self.table = sheet, sheet.table
        self._content, self._tracing = content, tracing
        self.headings: Sequence[str] = AddressedSheet(sheet).identifying
        """What a row's key is made of."""

    @property
    def name(self) -> str:
        """By what bindings call it."""
        return self.table.name

    @cached_property
    def keys(self) -> list[tuple[str, ...]]:
        """The key of each line."""
        columns = [
            [self._stays(str(cell)) for cell in self.table.cells[self.table.places[heading]][: len(self.table.lines)]]
            for heading in self.headings
        ]
        return list(zip(*columns, strict=True))

    @cached_property
    def _by_key(self) -> dict[tuple[str, ...], list[int]]:
        found: dict[tuple[str, ...], list[int]] = {}
        for place, key in enumerate(self.keys):
            found.setdefault(key, []).append(place)
        return found

    def _stays(self, said: str) -> str:
        """A quarter of the return's own year without the year."""
        period = _PERIOD.fullmatch(said)
        return period[1] if period and period[2] == str(self._content.cover.quarter.year) else said

    @cached_property
    def columns(self) -> dict[str, Column[object]]:
        """The columns by the names that stay."""
        named: dict[str, Column[object]] = {}
        for column in self.table.columns:
            quarter = _QUARTER.fullmatch(column.heading)
            named[f"Q{quarter[1]}" if quarter else self.stays(column.heading)] = column
        return named

    @staticmethod
    def stays(heading: str) -> str:
        """A column's heading without the year in it."""
        return LAST_YEAR if _LAST_YEAR.fullmatch(heading) else heading

    def words(self, heading: str) -> list[str]:
        """What a part of a key can say, in the table's order."""
        place = list(self.headings).index(heading)
        found = list(dict.fromkeys(key[place] for key in self.keys))
        return [THIS_QUARTER, *found] if heading == "Period" else found

    def covered(self, row: tuple[str, ...]) -> list[int]:
        """The lines that a key covers; `All` covers everything."""
        wanted = tuple(self._content.cover.quarter.name if part == THIS_QUARTER else part for part in row)
        if ALL not in wanted:
            return self._by_key.get(wanted, [])
        return [
            place
            for place, key in enumerate(self.keys)
            if all(part in (ALL, said) for part, said in zip(wanted, key, strict=True))
        ]

    def only(self, where: Sequence[tuple[str, str]]) -> list[int]:
        """The lines whose key says all of this, part by part."""
        said = dict(where)
        return self.covered(tuple(said.get(heading, ALL) for heading in self.headings))

    def not_there(self, where: Sequence[tuple[str, str]]) -> str:
        """What of such a choice of rows the return does not know; nothing where it is only that there are no rows."""
        for heading, word in where:
            if heading not in self.headings:
                return f"its rows are not told apart by {heading}"
            row = tuple(word if one == heading else ALL for one in self.headings)
            if not self.covered(row) and not self._may_be_nothing(row, anywhere=True):
                return f"it has no {heading} {word}"
        return ""

    def at(self, place: int, column: str) -> Figure:
        """What one line says in one column."""
        address = Address(self.name, self.keys[place], column)
        heading = self._heading(column)
        if isinstance(heading, Figure):
            return heading
        number = self.table.places[heading]
        shape, blank = self.table.columns[number].shape, self.table.columns[number].blank
        spot, cell = Spot(self.sheet.name, place, number), self.table.cells[number][place]
        if isinstance(cell, float):
            return Figure(address, shape, self._tracing.value(spot), spot=spot)
        if not isinstance(cell, str):
            return Figure(address, shape, cell.date(), spot=spot)
        if shape is Shape.TEXT and cell != blank:
            return Figure(address, shape, cell, spot=spot)
        return Figure(address, shape, None, cell, spot=spot)

    def figure(self, address: Address) -> Figure:
        """What the return says at an address of this table."""
        if len(address.row) != len(self.headings):
            return _unknown(address, f"a row of it is named by {', '.join(self.headings)}")
        lines = self.covered(address.row)
        if address.column == COUNT:
            return Figure(address, Shape.NUMBER, Decimal(len(lines)))
        heading = self._heading(address.column, address)
        if isinstance(heading, Figure):
            return heading
        column = self.columns[self.base(heading)]
        if not lines and not (column.total and self._may_be_nothing(address.row)):
            return _unknown(address, f"it has no row {', '.join(address.row)}")
        if len(lines) == 1:
            return replace(self.at(lines[0], address.column), address=address)
        if column.total:
            return Figure(address, column.shape, self._sum(heading, lines), spot=self._sum_spot(heading, lines))
        if column.shape is Shape.TEXT:
            said = {found.value: found for found in (self.at(place, address.column) for place in lines)}
            if len(said) == 1:
                return replace(said.popitem()[1], address=address, spot=None)
            if len(lines) <= MOST_JOINED:
                told = [f"{', '.join(self.keys[place])}: {found.value}" for found, place in self._told(lines, address)]
                return Figure(address, Shape.TEXT, "\n".join(told))
        if column.ratio is not None:
            part, whole = (self._sum(name, lines) for name in column.ratio)
            share = share_of(part, whole)
            return Figure(address, column.shape, share, "" if share is not None else "there is nothing to compare with")
        return Figure(address, column.shape, None, "several rows say something else")

    def _sum_spot(self, heading: str, lines: Sequence[int]) -> Spot | None:
        """Where the sheet itself adds up these lines: in its total or in a subtotal; None where it does not."""
        table, place = self.table, self.table.places[heading]
        if table.total is not None and len(lines) == len(table.lines) > 0:
            return Spot(self.sheet.name, len(table.cells[0]), place)
        if table.subtotals:
            said, first = table.cells[table.places[table.subtotal_by]], len(table.lines)
            for row in range(first, len(said)):
                if list(lines) == [line for line in range(first) if said[line] == said[row]]:
                    return Spot(self.sheet.name, row, place)
        return None

    def _told(self, lines: Sequence[int], address: Address) -> Iterator[tuple[Figure, int]]:
        """What each of some lines says, where it says something."""
        for place in lines:
            found = self.at(place, address.column)
            if found.value is not None:
                yield found, place

    def _may_be_nothing(self, row: tuple[str, ...], *, anywhere: bool = False) -> bool:
        """Whether a row that is not there says that nothing was spent: its partnership and stream are there."""
        if self.table.empty or all(part == ALL for part in row):
            return True
        if self.name not in _NONE_IS_ZERO and not anywhere:
            return False
        known = {"CSP": {line.csp for line in self._content.summary}}
        known["Stream"] = {line.stream for line in self._content.summary}
        return all(
            part == ALL or part in known.get(heading, set() if anywhere else {part})
            for heading, part in zip(self.headings, row, strict=True)
        )

    def _sum(self, heading: str, lines: Sequence[int]) -> Decimal:
        number = self.table.places[heading]
        spots = (Spot(self.sheet.name, place, number) for place in lines)
        return sum((self._tracing.value(spot) or ZERO for spot in spots), ZERO)

    @staticmethod
    def base(heading: str) -> str:
        """A column's name that stays, whichever of a quarter's names it was called by."""
        quarter = _QUARTER.fullmatch(heading)
        return f"Q{quarter[1]}" if quarter else View.stays(heading)

    def _heading(self, column: str, address: Address | None = None) -> str | Figure:
        """The heading of a column in this return; or, where it does not have it, why."""
        address = address or Address(self.name, (), column)
        found, quarter = self.columns.get(self.base(column)), _QUARTER.fullmatch(column)
        if found is None and quarter and "Q1" in self.columns:
            return Figure(address, Shape.MONEY, None, f"Q{quarter[1]} is not over in this return")
        if found is None and column == LAST_YEAR:
            return Figure(address, Shape.MONEY, None, "the year before is not kept here")
        if found is None:
            return _unknown(address, f"it has no column {column}")
        if quarter and quarter[2] and not found.heading.endswith(quarter[2]):
            return Figure(address, found.shape, None, f"Q{quarter[1]} is {found.heading.split()[1]} in this return")
        return found.heading

    def made_of(self, column: str) -> list[tuple[int, str]] | None:
        """The columns of its own row that a column is the sum of, each with its sign; None where it stands for itself.

        A percentage stands for itself: it is never rounded.
        """
        heading = self._heading(column)
        if isinstance(heading, Figure) or self.table.empty:
            return None
        number = self.table.places[heading]
        made = self._tracing.made(Spot(self.sheet.name, 0, number))
        if made is None or made.whole:
            return None
        spots = [(term.sign, spot) for term in made.terms for spot in term.spots]
        if any(spot.sheet != self.sheet.name or spot.row or spot.column == number for _, spot in spots):
            return None
        return [(sign, self.base(self.table.columns[spot.column].heading)) for sign, spot in spots]

    def offered(self) -> list[str]:
        """The columns that can be bound, by the names that stay."""
        named: list[str] = []
        for column in self.columns:
            if column == "Q1":
                named += [f"Q{number}{which}" for which in ("", " actual", " forecast") for number in range(1, 5)]
            elif not _QUARTER.fullmatch(column):
                named.append(column)
        return [*named, COUNT]


def _unknown(address: Address, because: str) -> Figure:
    return Figure(address, Shape.TEXT, None, because, is_known=False)


class Source:
    """All that a return says, by address."""

    def __init__(self, content: ReturnContent) -> None:
        self.content = content
        self.views: dict[str, View] = {}
        # Its own workbook first; a funder may ask for what stands in the other one too, and it is the same content.
        for book in (returns.book(content), quarterly_book(content), claim_book(content)):
            tracing = Tracing(book.sheets)
            for sheet in book.sheets:
                if sheet.name not in _LEFT_OUT:
                    self.views.setdefault(sheet.table.name, View(sheet, content, tracing))
        self.facts = _facts(content)

    def find(self, address: Address) -> Figure:
        """What the return says at an address; a figure that is not known says why."""
        if address.table == FACTS:
            shape, value = self.facts.get(address.row[0] if len(address.row) == 1 else "", (None, None))
            if shape is None or address.column != SAYS:
                return _unknown(address, "a return has no such fact")
            return Figure(address, shape, value, "" if value is not None else "the return does not say it yet")
        view = self.views.get(address.table)
        return _unknown(address, "the return has no such table") if view is None else view.figure(address)

    def label(self, address: Address) -> str:
        """A figure's name, as people read it: `Claim summary, labour: This claim`."""
        if address.table == FACTS:
            return ", ".join(address.row)
        view = self.views.get(address.table)
        about = ", ".join(part for part in address.row if part != ALL) or "all together"
        return f"{view.sheet.name if view else address.table}, {about}: {address.column}"

    @property
    def tables(self) -> Iterator[tuple[str, str]]:
        """The tables that can be bound: by what bindings call them, and by what people do."""
        yield FACTS, "Facts of the return"
        for name, view in self.views.items():
            yield name, view.sheet.name


def _facts(content: ReturnContent) -> dict[str, tuple[Shape, Known]]:
    """What a return says of itself, one by one."""
    cover, certificate = content.cover, content.certification
    texts: dict[str, str | None] = {
        "Programme": cover.programme,
        "Funder": cover.funder,
        "Administering body": cover.administering_body,
        "Police area": cover.police_area,
        "Police area's code": cover.police_area_code,
        "CSPs covered": ", ".join(cover.csps),
        "Financial year": str(cover.quarter.year),
        "Quarter": cover.quarter.name,
        "Period": str(cover.quarter),
        "Version": str(cover.version),
        "Status": cover.status,
        "Replaces": cover.supersedes,
        "Reason for this version": cover.reason,
        "Prepared by": cover.prepared_by,
        "Protective marking": cover.marking,
        "Basis of preparation": cover.basis,
        "Certificate": certificate.text,
        "Certified by": certificate.name,
        "Certifier's role": certificate.role,
        ROUNDING: None,
    }
    days: dict[str, date | None] = {
        "First day of the quarter": cover.quarter.first_day,
        "Last day of the quarter": cover.quarter.last_day,
        "Prepared on": cover.prepared_on,
        "Certified on": certificate.on,
        "Figures as at": day_of(cover.as_at),
    }
    facts: dict[str, tuple[Shape, Known]] = {name: (Shape.TEXT, said) for name, said in texts.items()}
    return facts | {name: (Shape.DATE, day) for name, day in days.items()}
