"""What the pages of a form show: its sheets as a grid, what a return offers, what is bound where, and dry runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.errors import NotFound
from portfolio.funder_forms import bindings
from portfolio.funder_forms.bindings import Address, Binding, BoundCell, BoundTable, Place
from portfolio.funder_forms.figures import ALL, COUNT, FACTS, ROUNDING, SAYS, Figure, Source, View
from portfolio.funder_forms.filling import DryRun, Put, dry_run, shown
from portfolio.funder_forms.labels import Labels, room_for
from portfolio.funder_forms.models import FilledForm, FormBinding, FormBlank, FunderForm
from portfolio.funder_forms.queries import content_of, filling_returns
from portfolio.funder_forms.rounded import method
from portfolio.funder_forms.suggesting import HEADINGS_NEEDED, SURE, Suggesting, suggested
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import years_within
from portfolio.money import format_pounds
from portfolio.people.rules import Within
from portfolio.quarters import format_day
from portfolio.remembering import Remembered
from portfolio.returns.explaining import cells_of
from portfolio.returns.models import Return
from portfolio.returns.pages import shown_now
from portfolio.returns.queries import Place as ReturnPlace
from portfolio.returns.queries import place_of as place_of_return
from portfolio.returns.rules import ReturnKind, quarter_to_return
from portfolio.returns.snapshot import thaw
from portfolio.uploads.areas import address_of, place_of
from portfolio.uploads.cells import letters
from portfolio.uploads.kept import Kept, digest_of
from portfolio.uploads.layout import FormSheet, Outline
from portfolio.uploads.outline import outline
from reports.addresses import Address as CellAddress
from reports.sheets import Shape

ROWS_SHOWN, COLUMNS_SHOWN = 40, 16
MOST_SHOWN = 60
"""Letters of a cell's text in the grid."""

NARROWING = ("CSP", "Stream", "Period")

_outlines: Remembered[Outline] = Remembered(16)
_drafts: Remembered[Source] = Remembered(4)
_issued: Remembered[Source] = Remembered(4)
"""By the snapshot: neither it nor a blank ever changes."""
_runs: Remembered[DryRun] = Remembered(8)


def outline_of(session: Session, blank: FormBlank) -> Outline:
    """What an edition looks like."""
    return _outlines.find_of(blank.sha256, lambda: outline(content_of(session, blank)))


def as_blank(name: str, content: bytes) -> tuple[Kept, Outline]:
    """A blank as it will be kept, and what it looks like; raises NotAWorkbook and NoForm."""
    looks = outline(content)
    ending = f"{name.rpartition('.')[0] or name}{looks.ending}" if not name.lower().endswith(looks.ending) else name
    return Kept(ending, looks.media_type, len(content), digest_of(content), content), looks


@dataclass(frozen=True)
class From:
    """The return whose figures are shown, and what it is called; `row` is None for a draft."""

    source: Source
    name: str
    row: Return | None


def source_of(session: Session, row: Return) -> Source:
    """What an issued return says."""
    snapshot = row.snapshot or ""
    return _issued.find_of(snapshot, lambda: Source(thaw(snapshot)))


def shown_from(session: Session, form: FunderForm, today: date, asked: int | None = None) -> From | None:
    """The return that was asked for, or else the last issued one; before any is issued, the draft of now.

    None where there is no funding year yet. Raises NotFound for a return that does not fill this form.
    """
    issued = filling_returns(session, form)
    if asked is not None and all(row.id != asked for row in issued):
        raise NotFound("There is no such return")
    row = next((row for row in issued if asked in (None, row.id)), None)
    if row is not None:
        return From(source_of(session, row), f"the {row.kind} return of {row.quarter.short}", row)
    place = _draft_place(session, form, today)
    if place is None:
        return None
    content = shown_now(session, place, None).content
    asked_for = ("draft", place.year.id, place.quarter, place.slug)
    source = _drafts.find(session, asked_for, lambda: Source(content))
    return From(source, f"the draft of {place.quarter.short}, because nothing is issued yet", None)


def _draft_place(session: Session, form: FunderForm, today: date) -> ReturnPlace | None:
    within = Within(police_areas=frozenset({form.police_area_id}))
    years: Sequence[FundingYear] = session.scalars(
        years_within(within).where(FundingYear.programme_id == form.programme_id)
    ).all()
    year = next((one for one in years if one.year.first_day <= today), next(iter(years), None))
    if year is None:
        return None
    csp = year.police_area.csps[0] if form.kind is ReturnKind.CSP and year.police_area.csps else None
    if form.kind is ReturnKind.CSP and csp is None:
        return None
    return ReturnPlace(year, quarter_to_return(year.year, today), form.kind, csp)


@dataclass(frozen=True)
class GridCell:
    """One cell of the grid: what it shows, marks in words, and whether something can be bound to it."""

    address: str
    text: str
    marks: tuple[str, ...]
    bound: str
    """What goes into it, where something does."""
    value: str
    """What that is, as it would be written."""
    is_open: bool


@dataclass(frozen=True)
class Grid:
    """A part of a sheet: its columns by letter, its rows by number."""

    columns: list[str]
    rows: list[tuple[int, list[GridCell]]]

    @property
    def headings(self) -> list[str]:
        """What stands over the table: the rows' numbers come first."""
        return ["Row", *self.columns]


def grid(sheet: FormSheet, run: DryRun, first_row: int, first_column: int, binding: Binding) -> Grid:
    """So many rows and columns of a sheet, from these on."""
    last_column = min(sheet.used.right if sheet.used else 1, first_column + COLUMNS_SHOWN - 1)
    puts = run.by_place
    in_tables = {place: table for table in binding.tables for place in table.places}
    rows = []
    for number, cells in enumerate(sheet.rows(first_row, first_row + ROWS_SHOWN - 1), start=first_row):
        line = []
        for cell in cells[first_column - 1 : last_column]:
            place, at = (sheet.title, cell.address), cell.place
            is_first = sheet.first(at) == at
            put = puts.get(place)
            bound = put.label if put is not None else ("A row of a bound table" if place in in_tables else "")
            value = "" if put is None or put.entry is None else _shortened(shown_entry(put.figure, put.entry))
            marks = _marks(sheet, at, place, binding, is_bound=bool(bound)) if is_first else ()
            is_open = is_first and cell.formula is None and cell.value is None and sheet.may_change(at)
            line.append(GridCell(cell.address, _text(cell.value), marks, bound, value, is_open))
        rows.append((number, line))
    return Grid([letters(column) for column in range(first_column, last_column + 1)], rows)


def _marks(sheet: FormSheet, at: tuple[int, int], place: Place, binding: Binding, *, is_bound: bool) -> tuple[str, ...]:
    cell, rule = sheet.at(at), sheet.validation(at)
    asks = sheet.is_input(at) and place not in binding.spared
    return tuple(
        word
        for word, holds in (
            ("formula", cell.formula is not None),
            ("list", rule is not None and rule.choices is not None),
            ("rule", rule is not None and rule.choices is None),
            ("locked", is_bound and not sheet.may_change(at)),
            ("needed", not is_bound and (place in binding.needed or asks)),
            ("comment", at in sheet.comments),
        )
        if holds
    )


def _text(value: object) -> str:
    return "" if value is None else _shortened(shown(value))


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def shown_entry(figure: Figure | None, entry: object) -> str:
    """What is written into a cell, as people read it: a fraction as a percentage too, hundredths as they are."""
    if figure is not None and figure.shape is Shape.PERCENT and isinstance(entry, Decimal) and entry == figure.value:
        return f"{entry * 100:,.2f}%"
    return shown(entry)


def in_words(figure: Figure) -> str:
    """A figure as people read it: pounds with their sign, days, or why there is nothing."""
    match figure.value:
        case None if figure.address.row == (ROUNDING,):
            return "how the form’s amounts are rounded"
        case None:
            return f"nothing: {figure.because}"
        case Decimal() if figure.shape is Shape.MONEY and figure.address.column != COUNT:
            return format_pounds(figure.value)
        case Decimal():
            return shown_entry(figure, figure.value)
        case date():
            return format_day(figure.value)
        case _:
            return _shortened(str(figure.value))


@dataclass(frozen=True)
class Choice:
    """A figure on offer: its address as forms send it, its name, and what it is in the return that is shown."""

    address: str
    label: str
    value: str


def choices(source: Source, addresses: Sequence[Address]) -> list[Choice]:
    """Figures on offer."""
    return [Choice(one.text, source.label(one), in_words(source.find(one))) for one in addresses]


def catalogue(source: Source, table: str, row: Sequence[str]) -> list[Address]:
    """Every figure of one row of a table, the row being named part by part; all facts of the return."""
    if table == FACTS:
        return [Address(FACTS, (fact,), SAYS) for fact in source.facts]
    view = source.views.get(table)
    if view is None:
        return []
    key = tuple(part or ALL for part in (*row, *([ALL] * len(view.headings)))[: len(view.headings)])
    return [
        address
        for column in view.offered()
        if column not in view.headings and source.find(address := Address(table, key, column)).is_known
    ]


def tried(session: Session, blank: FormBlank, binding: Binding, source: From | None) -> DryRun:
    """A dry run; an empty one where there is no return to fill from."""
    if source is None:
        return DryRun((), ())
    return _tried(session, blank, binding, source.source)


def _tried(session: Session, blank: FormBlank, binding: Binding, source: Source) -> DryRun:
    asked = (blank.sha256, binding, source)  # a source is found again as itself for as long as it is the same
    return _runs.find_of(asked, lambda: dry_run(outline_of(session, blank), source, binding))


def whys(session: Session, row: Return, puts: Iterable[Put]) -> dict[Place, CellAddress]:
    """By place, the cell of an issued return that explains what goes there; none of what no single cell says."""
    cells = cells_of(session, place_of_return(row), row)
    found = {}
    for put in puts:
        figure = put.figure
        sheet = None if figure is None or figure.spot is None else cells.tracing.sheets.get(figure.spot.sheet)
        if figure is None or figure.spot is None or sheet is None or sheet.table.name != figure.address.table:
            continue  # of a sheet that neither the return's workbook nor its page has
        if cells.tracing.value(figure.spot) is not None:
            found[put.place] = cells.address(figure.spot)
    return found


def content(row: FormBinding | None) -> Binding:
    """What is bound by a version; nothing where there is none."""
    return Binding() if row is None else bindings.thaw(row.content)


@dataclass(frozen=True)
class TableColumn:
    """A column of the form below which rows go: its letters, its heading, and what it takes."""

    letters: str
    heading: str
    takes: str


def table_columns(
    sheet: FormSheet, first_row: int, bound: BoundTable | None, guessed: dict[int, str]
) -> list[TableColumn]:
    """The columns of a sheet as a list that begins in a row would have them."""
    labels, last = Labels(sheet), sheet.used.right if sheet.used else 1
    taken = dict(bound.columns) if bound is not None else {letters(at): of for at, of in guessed.items()}
    found = []
    for column in range(1, last + 1):
        cell = sheet.at(sheet.first((first_row, column)))
        if cell.formula is None and sheet.first((first_row, column)) == (first_row, column):
            found.append(
                TableColumn(letters(column), labels.above((first_row, column)), taken.get(letters(column), ""))
            )
    return found


def heading_texts(sheet: FormSheet, first_row: int) -> dict[int, str]:
    """What stands above each column of a list that begins in a row."""
    labels, last = Labels(sheet), sheet.used.right if sheet.used else 1
    texts = {column: labels.above((first_row, column)) for column in range(1, last + 1)}
    return {column: text for column, text in texts.items() if text}


def place_at(sheet: FormSheet, address: tuple[int, int]) -> Place:
    """Where something is bound: the first cell where several are merged."""
    return sheet.title, address_of(sheet.first(address))


def in_unit(binding: Binding, unit: Decimal) -> Binding:
    """The same with amounts in another unit."""
    return replace(binding, unit=unit)


def rounding_of(row: FormBinding) -> str:
    """How the figures of a form that is filled by this are rounded, in words."""
    return method(content(row).unit)


def tried_as_filled(session: Session, row: FilledForm) -> DryRun:
    """What stands in a form that was filled: by the same binding, from the same return, into the same blank."""
    return _tried(session, row.binding.blank, content(row.binding), source_of(session, row.of))


def keys_of(source: Source, table: str, said: Sequence[str]) -> list[tuple[str, list[str], str]]:
    """The parts of a table's keys: each with its heading, its words, and the one that was asked for."""
    view = source.views.get(table)
    if view is None:
        return []
    asked = [*said, *([ALL] * len(view.headings))]
    return [
        (heading, view.words(heading), part if part in view.words(heading) else ALL)
        for heading, part in zip(view.headings, asked, strict=False)
    ]


def bound_in_words(bound: BoundCell, source: Source) -> tuple[str, str]:
    """What goes into a cell, and what that is in the return that is shown."""
    if bound.figure is None:
        return "Fixed text", bound.says or ""
    return source.label(bound.figure), in_words(source.find(bound.figure))


def page_of_row(place: Place) -> int:
    """The page of the grid that a cell stands on."""
    at = place_of(place[1])
    return 1 if at is None else (at[0] - 1) // ROWS_SHOWN + 1


def refuse_row(sheet: FormSheet, first_row: int) -> None:
    """Raise NotFound for a row that the sheet does not show."""
    if sheet.used is None or not 1 <= first_row <= sheet.used.bottom:
        raise NotFound("There is no such row")


def words_of(view: View) -> list[tuple[str, str]]:
    """What the rows of a table can be narrowed to: `Stream=labour`."""
    return [
        (f"{heading}={word}", f"{heading}: {word}")
        for heading in view.headings
        if heading in NARROWING
        for word in view.words(heading)
    ]


def by_labels(looks: Outline, source: Source, binding: Binding) -> Binding:
    """The binding with all that the labels of every sheet name clearly: lists first, then single cells."""
    suggesting = Suggesting(source)
    for sheet in looks.sheets:
        if sheet.is_hidden:
            continue
        found = find_list(sheet, suggesting, binding)
        guessed = None if found is None else suggesting.table(heading_texts(sheet, found[0]))
        if found is not None and guessed is not None:
            view, columns = guessed
            taken = tuple((letters(column), of) for column, of in columns.items())
            rows = room_for(sheet, found[0], list(columns))
            binding = binding.with_table(BoundTable(sheet.title, found[0], rows, view.name, taken))
        covered = frozenset(place for table in binding.tables for place in table.places)
        for place, _, best in suggested(sheet, source, binding, covered):
            if best.score >= SURE:
                binding = binding.with_cell(BoundCell(place[0], place[1], best.address))
    return binding


def find_list(sheet: FormSheet, suggesting: Suggesting, binding: Binding) -> tuple[int, str] | None:
    """The first row below headings that name a table's columns, and the table; None where there is no such list."""
    labels = Labels(sheet)
    bound = {table.first_row for table in binding.tables if table.sheet == sheet.title}
    for number in sorted({at[0] for at in sheet.cells}):
        texts = {column: labels.above((number + 1, column)) for column in labels.row(number)}
        found = suggesting.table(texts) if len(texts) >= HEADINGS_NEEDED else None
        if found is None or number + 1 in bound or number >= (sheet.used.bottom if sheet.used else 0):
            continue
        below = [sheet.at(sheet.first((number + 1, column))) for column in found[1]]
        if all(cell.value is None and cell.formula is None for cell in below):
            return number + 1, found[0].sheet.name
    return None
