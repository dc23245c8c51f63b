"""What a workbook of somebody else's looks like: its sheets, what stands in their cells, and what may be written there.

Nothing in it is run or followed: macros and links to other files are only told of.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from portfolio.errors import PortfolioError
from portfolio.uploads.areas import Area, Covering, Place, address_of, place_of
from portfolio.uploads.cells import Value
from portfolio.uploads.named_tables import NamedTable
from portfolio.uploads.validations import Validation


@dataclass(frozen=True)
class FormCell:
    """One cell: what it shows, the formula behind it (without =), its number's format, and whether it may be changed.

    `formula` is also told of the cells that a formula elsewhere spills into.
    """

    place: Place
    value: Value = None
    formula: str | None = None
    format: str = ""
    is_date: bool = False
    is_locked: bool = True
    """By its style; it counts where the sheet is protected."""
    fill: str = ""
    """The colour behind it as the workbook names it: forms mark with it where to write."""

    @property
    def address(self) -> str:
        """As C12."""
        return address_of(self.place)


@dataclass(frozen=True)
class Named:
    """A name that the workbook gives to an area or a formula; `sheet` where it counts on one sheet alone."""

    name: str
    refers_to: str
    sheet: str | None = None


@dataclass(frozen=True)
class FormSheet:
    """One sheet of figures: its cells that stand in it, blank ones with a style too, and the rules they are under."""

    title: str
    state: str
    """visible, hidden, or veryHidden, which no menu of Excel shows again."""
    is_protected: bool
    cells: Mapping[Place, FormCell]
    merged: tuple[Area, ...]
    validations: tuple[Validation, ...]
    tables: tuple[NamedTable, ...]
    comments: Mapping[Place, str]
    used: Area | None
    """From A1 to the last cell that holds something or may be written into; None where there is none."""
    blank_rows: Mapping[int, FormCell] = field(repr=False)
    """What a blank cell of a row is like where it does not stand in the sheet itself."""
    blank_columns: tuple[tuple[int, int, FormCell], ...] = field(repr=False)
    """The same of columns, from one to another."""
    pivots: tuple[Area, ...] = ()
    """Where pivot tables stand, which Excel writes anew whenever they are refreshed."""

    @cached_property
    def _merged(self) -> Covering[Place]:
        return Covering((area, (area.top, area.left)) for area in self.merged)

    @cached_property
    def _ruled(self) -> Covering[Validation]:
        return Covering((area, rule) for rule in self.validations for area in rule.areas)

    @property
    def is_hidden(self) -> bool:
        """Whether nobody sees it who opens the workbook."""
        return self.state != "visible"

    def first(self, place: Place) -> Place:
        """The cell that a merged one shows: the first of its area, or itself."""
        return self._merged.at(place) or place

    def at(self, place: Place) -> FormCell:
        """A cell, also one that holds nothing; not the first one of its merged area."""
        found = self.cells.get(place)
        if found is not None:
            return found
        like = self.blank_rows.get(place[0])
        if like is None:
            like = next(
                (cell for first, last, cell in self.blank_columns if first <= place[1] <= last), FormCell(place)
            )
        return replace(like, place=place)

    def may_change(self, place: Place) -> bool:
        """Whether somebody who opens the sheet could type into the cell."""
        return not self.is_protected or not self.at(self.first(place)).is_locked

    def validation(self, place: Place) -> Validation | None:
        """The rule that a cell is under."""
        return self._ruled.at(place)

    def is_input(self, place: Place) -> bool:
        """Whether the form asks for something here: unlocked where the rest is locked, or with a rule of its own."""
        cell = self.at(self.first(place))
        if cell.formula is not None or place != self.first(place):
            return False
        return (self.is_protected and not cell.is_locked) or self.validation(place) is not None

    def rows(self, first: int, last: int) -> Iterator[list[FormCell]]:
        """The rows from one to another, each as the cells of the used columns, blank ones too."""
        if self.used is not None:
            for row in range(first, min(last, self.used.bottom) + 1):
                yield [self.at((row, column)) for column in range(1, self.used.right + 1)]


@dataclass(frozen=True)
class Outline:
    """A workbook: its sheets of figures in their order, its names, and what is worth knowing before it is filled."""

    sheets: tuple[FormSheet, ...]
    names: tuple[Named, ...]
    epoch_1904: bool
    ending: str
    """How a file of its kind is called: .xlsx, or .xlsm with macros."""
    media_type: str
    has_macros: bool
    warnings: tuple[str, ...]

    def sheet(self, title: str) -> FormSheet | None:
        """The sheet of a title, which programs compare without regard to case."""
        return next((sheet for sheet in self.sheets if sheet.title.lower() == title.lower()), None)

    def cell(self, title: str, address: str) -> FormCell | None:
        """A cell by its sheet and its address; None where there is no such one."""
        sheet, place = self.sheet(title), place_of(address)
        return None if sheet is None or place is None else sheet.at(place)


class NoForm(PortfolioError):
    """A workbook that cannot be filled: it has no sheet of figures."""
