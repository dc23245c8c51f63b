"""A form filled from a return: tried first, cell by cell, and then for good, read back and held against the return."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache

from portfolio.errors import PortfolioError, refuse_any
from portfolio.funder_forms.bindings import UNITS, Address, Binding, BoundTable, Place
from portfolio.funder_forms.figures import COUNT, FACTS, ROUNDING, SAYS, Figure, Source
from portfolio.funder_forms.labels import Labels
from portfolio.funder_forms.rounded import in_units, method
from portfolio.funder_forms.rules import Finding, InTheWay, NotFilledAsMeant, Weight
from portfolio.quarters import format_day
from portfolio.uploads.areas import address_of, place_of
from portfolio.uploads.faults import FaultKind, faults
from portfolio.uploads.filling import filled, read
from portfolio.uploads.layout import FormCell, FormSheet, Outline
from portfolio.uploads.writing import Entry
from reports.sheets import Shape

MOST_FOUND = 2_000


@dataclass(frozen=True)
class Put:
    """What goes into one cell: the entry as it is written, and where it comes from."""

    place: Place
    label: str
    entry: Entry
    figure: Figure | None
    from_table: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is written as a number, rather than as a text or a day."""
        return isinstance(self.entry, Decimal)


@dataclass(frozen=True)
class Found:
    """Something that a dry run found."""

    place: str
    finding: Finding
    detail: str
    at: Place | None = None
    choices: tuple[str, ...] = ()
    """What the form's list offers, where a word of ours is not in it."""
    said: str = ""
    """That word of ours."""


@dataclass(frozen=True)
class DryRun:
    """A form filled, without a file: what goes where, and what was found."""

    puts: tuple[Put, ...]
    found: tuple[Found, ...]

    @property
    def by_place(self) -> dict[Place, Put]:
        """What goes where."""
        return {put.place: put for put in self.puts}

    @property
    def stops(self) -> list[Found]:
        """What stops the filling."""
        return [one for one in self.found if one.finding.weight is Weight.STOPS]

    @property
    def look(self) -> list[Found]:
        """What is worth a look."""
        return [one for one in self.found if one.finding.weight is Weight.LOOK]

    @property
    def entries(self) -> dict[Place, Entry]:
        """What is written: nothing where there is nothing to say, so that the blank stays as it is."""
        return {put.place: put.entry for put in self.puts if put.entry is not None}


@dataclass(frozen=True)
class FilledIn:
    """A form as it was filled, and what the dry run of it found."""

    file: bytes
    dry_run: DryRun


def dry_run(outline: Outline, source: Source, binding: Binding) -> DryRun:
    """Fill a form in thought."""
    found: list[Found] = []
    wanted = [*_cells(source, binding), *_rows(source, binding, found)]
    money = in_units(source, (put.figure for put in wanted if put.figure is not None), binding.unit)
    words = dict(binding.words)
    labels = cache(lambda title: Labels(next(sheet for sheet in outline.sheets if sheet.title == title)))
    puts: dict[Place, Put] = {}
    for put in wanted:
        sheet, at = outline.sheet(put.place[0]), place_of(put.place[1])
        if sheet is None or at is None:
            found.append(Found(_said(put.place), Finding.NO_CELL, put.label, put.place))
            continue
        place = (sheet.title, address_of(sheet.first(at)))
        if place in puts:
            found.append(Found(_said(place), Finding.TWICE, f"{puts[place].label}; {put.label}", place))
            continue
        entry = _entry(put, money, words, sheet, labels, binding)
        puts[place] = Put(place, put.label, entry, put.figure, put.from_table)
    found += _faults(outline, binding, puts)
    found += _in_its_place(outline, binding, puts)
    found += _left_empty(outline, binding, puts)
    return DryRun(tuple(puts.values()), tuple(found[:MOST_FOUND]))


def _said(place: Place) -> str:
    return f"{place[0]}!{place[1]}"


def _cells(source: Source, binding: Binding) -> Iterator[Put]:
    for one in binding.cells:
        if one.figure is None:
            yield Put(one.place, "Fixed text", one.says, None)
        else:
            yield Put(one.place, source.label(one.figure), None, source.find(one.figure))


def _rows(source: Source, binding: Binding, found: list[Found]) -> Iterator[Put]:
    for table in binding.tables:
        view = source.views.get(table.table)
        about = f"{table.sheet}, from row {table.first_row} on"
        if view is None:
            found.append(Found(about, Finding.UNKNOWN, f"the return has no table {table.table}"))
            continue
        if unknown := view.not_there(table.where):
            found.append(Found(about, Finding.UNKNOWN, f"{view.sheet.name}: {unknown}"))
            continue
        lines = view.only(table.where)
        if len(lines) > table.rows:
            detail = f"{view.sheet.name} has {len(lines)} rows, and the form has room for {table.rows}"
            found.append(Found(about, Finding.TOO_MANY_ROWS, detail))
        for number, line in enumerate(lines[: table.rows]):
            for column, of in table.columns:
                figure = view.at(line, of)
                place = (table.sheet, f"{column}{table.first_row + number}")
                label = source.label(Address(view.name, view.keys[line], of))
                yield Put(place, label, None, figure, from_table=True)


def rows_of(source: Source, table: BoundTable) -> int:
    """How many rows of the return's table a bound table takes."""
    view = source.views.get(table.table)
    return 0 if view is None else len(view.only(table.where))


def _entry(
    put: Put,
    money: dict[Address, Decimal],
    words: dict[str, str],
    sheet: FormSheet,
    labels: Callable[[str], Labels],
    binding: Binding,
) -> Entry:
    """What is written into the cell, as the cell takes it."""
    if put.figure is None:
        return put.entry
    address, value = put.figure.address, put.figure.value
    if address == Address(FACTS, (ROUNDING,), SAYS):
        return method(binding.unit)
    if value in (None, ""):  # an empty text in a cell is nothing, and is read back as nothing
        return None
    if put.figure.shape is Shape.MONEY and address.column != COUNT:
        return money.get(address)
    place = place_of(put.place[1]) or (0, 0)
    if isinstance(value, date):
        rule = sheet.validation(place)
        takes_days = sheet.at(sheet.first(place)).is_date or (rule is not None and rule.kind == "date")
        return value if takes_days else format_day(value)
    if put.figure.shape is Shape.PERCENT and isinstance(value, Decimal):
        return value * 100 if _takes_hundredths(sheet, labels(sheet.title), place, value) else value
    return _in_its_words(value, words, sheet, place) if isinstance(value, str) else value


def _takes_hundredths(sheet: FormSheet, labels: Labels, place: tuple[int, int], share: Decimal) -> bool:
    """Whether a cell wants 7.5 for 7.5 %: its words say %, its format does not, and its rule does not forbid it."""
    said, rule = labels.of(place).text.casefold(), sheet.validation(place)
    says_so = "%" in said or "per cent" in said or "percent" in said
    if "%" in sheet.at(sheet.first(place)).format or not says_so:
        return False
    return rule is None or rule.breaks(share * 100, epoch_1904=False) is None


def _in_its_words(said: str, words: dict[str, str], sheet: FormSheet, place: tuple[int, int]) -> str:
    """A text as the form's list writes it, where it is the same but for capitals, spaces and signs."""
    said = words.get(said, said)
    rule = sheet.validation(place)
    choices = (rule.choices if rule is not None else None) or ()
    alike = [choice for choice in choices if _plain(choice) == _plain(said)]
    return said if said in choices or len(alike) != 1 else alike[0]


def _plain(said: str) -> str:
    return "".join(letter for letter in said.casefold() if letter.isalnum())


_MEANS = {
    FaultKind.FORMULA: Finding.FORMULA,
    FaultKind.RULE: Finding.BREAKS_RULE,
    FaultKind.UNFIT: Finding.BREAKS_RULE,
    FaultKind.LOCKED: Finding.LOCKED,
    FaultKind.FIGURES: Finding.SHORTENED,
    FaultKind.NO_DATE: Finding.SHOWN_ELSE,
}
_IN_THOUSANDS = re.compile(r"[0#],+(?![0#?])")


def _faults(outline: Outline, binding: Binding, puts: dict[Place, Put]) -> Iterator[Found]:
    """What is wrong with what goes into each cell."""
    told = defaultdict(list)
    for fault in faults(outline, {place: put.entry for place, put in puts.items()}):
        told[fault.sheet, fault.cell].append(fault)
    for place, put in puts.items():
        figure, said = put.figure, _said(place)
        if figure is not None and not figure.is_known:
            yield Found(said, Finding.UNKNOWN, f"{put.label}: {figure.because}", place)
            continue
        if put.entry is None:
            finding = Finding.EMPTY if not put.from_table and _is_needed(outline, binding, place) else Finding.NOTHING
            yield Found(said, finding, f"{put.label}: {figure.because if figure is not None else ''}", place)
        for fault in told[place]:
            finding = _MEANS.get(fault.kind, Finding.BREAKS_RULE)
            if finding is not Finding.LOCKED or put.entry is not None:
                ours = str(figure.value) if figure is not None and isinstance(figure.value, str) else ""
                choices = _choices(outline, place) if fault.kind is FaultKind.RULE and ours else ()
                yield Found(said, finding, fault.sentence, place, choices, ours)


def _in_its_place(outline: Outline, binding: Binding, puts: dict[Place, Put]) -> Iterator[Found]:
    """What of the form itself would be lost under what is filled, and what would look like another figure."""
    firsts = {
        (table.sheet, f"{column}{table.first_row + row}"): f"{column}{table.first_row}"
        for table in binding.tables
        for row in range(table.rows)
        for column, _ in table.columns
    }
    for place, put in puts.items():
        cell = outline.cell(*place)
        if put.entry is None or cell is None or cell.formula is not None:
            continue
        if isinstance(cell.value, str) and cell.value.strip() and put.from_table:
            # What a list says in all of its rows, as “Please choose”, is there to be replaced.
            first = outline.cell(place[0], firsts.get(place, place[1]))
            if first is None or first.value != cell.value:
                yield Found(_said(place), Finding.OVERWRITES, f"{put.label}, in place of “{cell.value[:80]}”", place)
        elif cell.value not in (None, "", 0) and not put.from_table:
            yield Found(_said(place), Finding.REPLACES, f"{put.label}, in place of “{shown(cell.value)[:80]}”", place)
        if isinstance(put.entry, Decimal) and (look := _looks_else(put, cell, binding.unit)):
            yield Found(_said(place), Finding.SHOWN_ELSE, f"{put.label}: {look}", place)


def _looks_else(put: Put, cell: FormCell, unit: Decimal) -> str:
    """How a cell shows a number otherwise than it is meant; nothing where it does not."""
    is_share = put.figure is not None and put.figure.shape is Shape.PERCENT
    if is_share and "%" not in cell.format:
        return f"the cell does not show percentages by itself, and gets {shown(put.entry)}. Check which it wants"
    if not is_share and "%" in cell.format:
        return "the cell shows a percentage. Choose another figure, or another cell"
    if cell.is_date:
        return "the cell shows a day. Choose another figure, or another cell"
    if unit == UNITS[-1] and _IN_THOUSANDS.search(cell.format):
        return "the cell shows thousands by itself, and would show none of them. Fill it in pounds"
    return ""


def _choices(outline: Outline, place: Place) -> tuple[str, ...]:
    sheet, at = outline.sheet(place[0]), place_of(place[1])
    rule = None if sheet is None or at is None else sheet.validation(at)
    return (rule.choices if rule is not None else None) or ()


def _is_needed(outline: Outline, binding: Binding, place: Place) -> bool:
    sheet, at = outline.sheet(place[0]), place_of(place[1])
    asks = sheet is not None and at is not None and sheet.is_input(at)
    return place in binding.needed or (asks and place not in binding.spared)


def _left_empty(outline: Outline, binding: Binding, puts: dict[Place, Put]) -> Iterator[Found]:
    """Cells that the form asks for and that nothing is bound to.

    The form asks for a cell that may be written into and has a label beside or above it, and for what somebody marked.
    """
    in_tables = {place for table in binding.tables for place in table.places}
    for sheet in outline.sheets:
        if sheet.is_hidden:
            continue
        labels = Labels(sheet)
        for at, cell in sheet.cells.items():
            place = (sheet.title, cell.address)
            if place in puts or place in in_tables or cell.value is not None or place in binding.spared:
                continue
            label = labels.of(at)
            if place in binding.needed or (label.text and sheet.is_input(at)):
                yield Found(_said(place), Finding.EMPTY, label.text or "marked as needed", place)


def stopping(run: DryRun) -> Iterable[PortfolioError]:
    """An error for each thing that stops the filling."""
    return [InTheWay(one.place, one.finding, one.detail) for one in run.stops]


def fill_in(content: bytes, outline: Outline, source: Source, binding: Binding) -> FilledIn:
    """The blank with the return's figures in it; raises Refused with each thing in the way, and NotFilledAsMeant."""
    run = dry_run(outline, source, binding)
    refuse_any(stopping(run))
    file = filled(content, run.entries)
    wrong = differences(file, run)
    if wrong:
        raise NotFilledAsMeant(wrong)
    return FilledIn(file, run)


def differences(file: bytes, run: DryRun) -> list[str]:
    """A sentence for each cell of a filled form that does not say what it was filled with."""
    there = read(file, run.entries)
    return [
        f"{_said(place)} says {shown(there.get(place))} instead of {shown(entry)}"
        for place, entry in run.entries.items()
        if not _same(entry, there.get(place))
    ]


def _same(meant: Entry, there: object) -> bool:
    if isinstance(meant, Decimal):
        return isinstance(there, Decimal) and abs(meant - there) <= abs(meant) * Decimal("1e-14")
    if isinstance(meant, date) and isinstance(there, datetime):
        return there == datetime(meant.year, meant.month, meant.day)  # noqa: DTZ001 - a day in a cell has no time zone
    if isinstance(meant, str) and isinstance(there, str):
        return meant.replace("\r\n", "\n").replace("\r", "\n").strip() == there.replace("\r", "\n").strip()
    return meant == there


def shown(entry: object) -> str:
    """A cell's value as people read it."""
    match entry:
        case None:
            return "nothing"
        case bool():
            return "TRUE" if entry else "FALSE"
        case Decimal() | int():
            return f"{entry:,}"
        case datetime() | date():
            return format_day(entry)
        case _:
            return str(entry)
