"""What a cell of a workbook is made of: its own formula, taken apart into the cells that it adds up or takes off.

The formula that stands in the file is the explanation, so that no second account of how a figure is made can drift
from it. A percentage is a part and a whole. A cell without a formula was typed in from the record.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from portfolio.money import ZERO
from reports.addresses import Spot
from reports.sheets import ROW, Shape, Sheet, letters

PENNY = Decimal("0.01")


@dataclass(frozen=True)
class Term:
    """Cells that are added, or with the sign −1 taken off, and what they are in words."""

    sign: int
    words: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class Made:
    """What a figure is made of: the sum of its terms; a percentage is that sum over `whole`."""

    terms: tuple[Term, ...]
    whole: tuple[Term, ...] = ()

    @property
    def words(self) -> str:
        """The formula in words: `Actual to date − Profile to date`."""
        return f"{_said(self.terms)}, as a percentage of {_said(self.whole)}" if self.whole else _said(self.terms)


def _said(terms: Sequence[Term]) -> str:
    told = " ".join(f"{'−' if term.sign < 0 else '+'} {term.words}" for term in terms)
    return told.removeprefix("+ ")


@dataclass(frozen=True)
class _Node:
    """A part of a formula: a function, a sign or a plain thing, what it says, and what it is applied to."""

    name: str
    said: str = ""
    inside: tuple["_Node", ...] = ()

    @property
    def place(self) -> str:
        """The first cells that it names: a name that is looked for may stand inside of what disarms it."""
        return self.said if self.name == "place" else next(filter(None, (one.place for one in self.inside)), "")


_TOKEN = re.compile(
    r"(?P<place>(?:(?:'[^']+'|[A-Za-z]+)!)?\$?[A-Z]{1,3}\$?[0-9\x00]+(?::\$?[A-Z]{1,3}\$?[0-9]+)?)"
    r"|(?P<call>[A-Z]+)\(|(?P<plain>[0-9.]+|\"(?:[^\"]|\"\")*\")|(?P<sign><=|>=|<>|[-+*/=<>&(),])"
)
_PLACE = re.compile(
    r"(?:(?P<sheet>'[^']+'|[A-Za-z]+)!)?\$?(?P<column>[A-Z]+)\$?(?P<row>[0-9\x00]+)(?::\$?[A-Z]+\$?(?P<last>[0-9]+))?"
)


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, formula: str) -> None:
        self._tokens = [(str(found.lastgroup), found[found.lastgroup or 0]) for found in _TOKEN.finditer(formula)]
        self._at = 0

    def _is_next(self, *signs: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at] in {("sign", sign) for sign in signs}

    def _take(self) -> tuple[str, str]:
        self._at += 1
        return self._tokens[self._at - 1]

    def expression(self) -> _Node:
        """What stands up to the next comma or bracket; comparisons and texts put together are of no interest."""
        found = self._sum()
        while self._is_next("=", "<=", ">=", "<", ">", "<>", "&"):
            self._take()
            found = _Node("other", inside=(found, self._sum()))
        return found

    def _sum(self) -> _Node:
        found = self._share()
        while self._is_next("+", "-"):
            _, sign = self._take()
            found = _Node(sign, inside=(found, self._share()))
        return found

    def _share(self) -> _Node:
        found = self._one()
        while self._is_next("/"):
            self._take()
            found = _Node("/", inside=(found, self._one()))
        return found

    def _one(self) -> _Node:
        kind, said = self._take()
        if kind != "call":
            return _Node(kind, said)
        inside = [self.expression()]
        while self._take() == ("sign", ","):
            inside.append(self.expression())
        return _Node(said, inside=tuple(inside))


@cache
def _read(formula: str) -> _Node:
    return _Reader(formula).expression()


class Tracing:
    """Sheets whose figures can be taken apart, a cell at a time."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self.sheets = {sheet.name: sheet for sheet in sheets}
        self._lines: dict[tuple[str, tuple[int, ...]], dict[tuple[str, ...], list[int]]] = {}

    def value(self, spot: Spot) -> Decimal | None:
        """The figure that stands in a cell, in pounds where it is money; None where it is a text or blank."""
        table = self.sheets[spot.sheet].table
        is_total = spot.row == len(table.cells[0])
        cell = table.totals[spot.column] if is_total else table.cells[spot.column][spot.row]
        if not isinstance(cell, float):
            return None
        exact = Decimal(repr(cell))
        return exact.quantize(PENNY) if table.columns[spot.column].shape is Shape.MONEY else exact

    def figures(self) -> Iterable[Spot]:
        """Every cell that holds a figure, sheet by sheet and row by row."""
        for name, sheet in self.sheets.items():
            rows = len(sheet.table.cells[0]) + (sheet.table.total is not None)
            for row in range(rows):
                for column in range(len(sheet.table.columns)):
                    spot = Spot(name, row, column)
                    if self.value(spot) is not None:
                        yield spot

    def cell(self, spot: Spot) -> str:
        """The cell in the file: `Interventions!J5`."""
        sheet = self.sheets[spot.sheet]
        return f"{spot.sheet}!{letters(spot.column)}{sheet.first_row + spot.row}"

    def formula(self, spot: Spot) -> str | None:
        """The formula of a cell as the file has it, without `=`; None where its figure is typed."""
        template = self._template(spot)
        return template and template.replace(ROW, str(self.sheets[spot.sheet].first_row + spot.row))

    def _template(self, spot: Spot) -> str | None:
        """The formula of a cell with ROW where the row's number goes, which is the same for all lines of a column."""
        sheet = self.sheets[spot.sheet]
        table, column = sheet.table, sheet.table.columns[spot.column]
        if spot.row == len(table.cells[0]):
            return sheet.total_formula(column)
        if spot.row >= len(table.lines):
            if column.total:
                return sheet.subtotal_formula(column.heading)
            return None if column.ratio is None else sheet.compile(str(column.formula))
        formula = column.formula(table.lines[spot.row]) if callable(column.formula) else column.formula
        return None if formula is None else sheet.compile(formula)

    def made(self, spot: Spot) -> Made | None:
        """What the figure of a cell is made of; None where it is typed."""
        template = self._template(spot)
        return None if template is None else self._made(_read(template), spot)

    def _made(self, node: _Node, spot: Spot) -> Made:
        if node.name == "ROUND":
            return self._made(node.inside[0], spot)
        if node.name == "IF":  # a text where there is no figure, and the figure otherwise
            return self._made(node.inside[2], spot)
        if node.name == "/":
            part, whole = (self._made(one, spot).terms for one in node.inside)
            return Made(part, whole)
        return Made(tuple(self._terms(node, spot, 1)))

    def _terms(self, node: _Node, spot: Spot, sign: int) -> Iterable[Term]:
        if node.name in "+-":
            first, second = node.inside
            yield from self._terms(first, spot, sign)
            yield from self._terms(second, spot, -sign if node.name == "-" else sign)
        elif node.name == "ROUND":
            yield from self._terms(node.inside[0], spot, sign)
        elif node.name == "ABS":  # what is below nought turns its sign
            terms = list(self._terms(node.inside[0], spot, 1))
            turned = sign if self.total_of(terms) >= 0 else -sign
            yield from (Term(turned * term.sign, term.words, term.spots) for term in terms)
        elif node.name == "SUMIFS":
            yield self._where(node.inside, spot, sign)
        else:  # a cell, or the SUM of several
            spots = self._spots(node.place, spot)
            yield Term(sign, self._words(spots, spot), spots)

    def _spots(self, place: str, spot: Spot) -> tuple[Spot, ...]:
        """The cells that a formula names, as seen from the cell that it stands in."""
        sheet, column, first, last = _placed(place)
        name = sheet or spot.sheet
        above = self.sheets[name].first_row
        if first is None:
            return (Spot(name, spot.row, column),)
        return tuple(Spot(name, number - above, column) for number in range(first, last + 1))

    def _first(self, place: str, spot: Spot) -> Spot:
        """The first of those cells."""
        sheet, column, first, _ = _placed(place)
        name = sheet or spot.sheet
        return Spot(name, spot.row if first is None else first - self.sheets[name].first_row, column)

    def _words(self, spots: tuple[Spot, ...], seen_from: Spot) -> str:
        one = spots[0]
        sheet, heading = self.sheets[one.sheet], self._heading(one)
        if (one.sheet, one.column) == (seen_from.sheet, seen_from.column):
            return f"the lines of “{heading}”"
        if (one.sheet, one.row) == (seen_from.sheet, seen_from.row):
            return f"“{heading}”"
        elsewhere = "" if one.sheet == seen_from.sheet else f" on the sheet {one.sheet}"
        return f"{'the total of ' if one.row == len(sheet.table.cells[0]) else ''}“{heading}”{elsewhere}"

    def _heading(self, spot: Spot) -> str:
        return self.sheets[spot.sheet].table.columns[spot.column].heading

    def _where(self, inside: Sequence[_Node], spot: Spot, sign: int) -> Term:
        """The lines of a column whose other columns say what some cells say."""
        summed, *others = (self._first(one.place, spot) for one in inside)
        keys = [one.column for one in others[::2]]
        sought = [self._text(one) for one in others[1::2]]
        source, column = summed.sheet, summed.column
        rows = self._by_texts(source, tuple(keys)).get(tuple(text.casefold() for text in sought), [])
        spots = tuple(Spot(source, row, column) for row in rows)
        headings = [self._heading(Spot(source, 0, key)) for key in keys]
        where = " and ".join(f"{heading} is {text}" for heading, text in zip(headings, sought, strict=True))
        elsewhere = "" if source == spot.sheet else f" on the sheet {source}"
        return Term(sign, f"the lines of “{self._heading(summed)}”{elsewhere} where {where}", spots)

    def _text(self, spot: Spot) -> str:
        return str(self.sheets[spot.sheet].table.cells[spot.column][spot.row])

    def _by_texts(self, name: str, keys: tuple[int, ...]) -> dict[tuple[str, ...], list[int]]:
        """The lines of a sheet by what some of its columns say."""
        if (name, keys) not in self._lines:
            found: dict[tuple[str, ...], list[int]] = {}
            table = self.sheets[name].table
            for row in range(len(table.lines)):
                found.setdefault(tuple(str(table.cells[key][row]).casefold() for key in keys), []).append(row)
            self._lines[name, keys] = found
        return self._lines[name, keys]

    def total_of(self, terms: Iterable[Term]) -> Decimal:
        """What terms come to."""
        return sum((term.sign * (self.value(spot) or ZERO) for term in terms for spot in term.spots), ZERO)


@cache
def _placed(place: str) -> tuple[str, int, int | None, int]:
    """What names cells, taken apart: sheet (its own: none), column from 0, first and last row; none: its own row."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"a formula names no cell: {place!r}")
    first = None if found["row"] == ROW else int(found["row"])
    return (found["sheet"] or "").strip("'"), _number(found["column"]), first, int(found["last"] or first or 0)


def _number(column: str) -> int:
    """The place of a column, counted from 0: `A` is 0, `AA` is 26."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number - 1
