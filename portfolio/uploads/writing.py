"""Values written into cells of a sheet's XML: nothing else in it changes, whatever program wrote it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from xml.parsers import expat
from xml.sax.saxutils import escape

from portfolio.uploads.areas import Area, Place, address_of, area_of, place_of
from portfolio.uploads.packages import DAMAGED, NotAWorkbook, damage_told, no_definitions, own_name
from portfolio.uploads.splicing import OPENING, Edit, spliced

Entry = Decimal | int | str | bool | date | datetime | None
"""What is written into a cell: a number, a text, yes or no, a day, a day and time; None empties it."""

_VALUE = re.compile(rb"""(\s+)([^\s=/>]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_OF_THE_OLD = {b"t", b"cm", b"vm"}  # the kind of what stood there, and what was told of it elsewhere
_NOT_WRITTEN = re.compile("[\x01-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")
_FIRST_DAY = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


def content_of(entry: Entry, prefix: bytes, epoch_1904: bool) -> tuple[bytes, bytes]:
    """What a cell says of its kind (`t`), and what stands in it."""
    tag = prefix.decode()
    match entry:
        case None:
            return b"", b""
        case bool():
            return b' t="b"', f"<{tag}v>{int(entry)}</{tag}v>".encode()
        case str():
            said = escape(_NOT_WRITTEN.sub(lambda found: f"_x{ord(found[0]):04X}_", entry))
            text = f'<{tag}is><{tag}t xml:space="preserve">{said}</{tag}t></{tag}is>'
            return b' t="inlineStr"', text.encode()
        case date():
            return b"", f"<{tag}v>{_plain(day_number(entry, epoch_1904))}</{tag}v>".encode()
        case int() | Decimal():
            return b"", f"<{tag}v>{_plain(Decimal(entry))}</{tag}v>".encode()


def day_number(day: date, epoch_1904: bool) -> Decimal:
    """A day as the number that a workbook counts it by; a time is a fraction of it."""
    clock = day.time() if isinstance(day, datetime) else time()
    whole = date(day.year, day.month, day.day)
    days = (whole - _FIRST_DAY[epoch_1904]).days
    if not epoch_1904 and days < 61:
        days -= 1  # that epoch has a 29 February 1900, which never was
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    return Decimal(days) + (Decimal(seconds) / 86_400).quantize(Decimal("0.0000000001"))


def day_of(number: Decimal, epoch_1904: bool) -> date:
    """The day that a workbook counts by a number. Raises OverflowError: no day is as far away."""
    early = not epoch_1904 and number < 60
    return _FIRST_DAY[epoch_1904] + timedelta(days=int(number) + (1 if early else 0))


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"


def written(
    xml: bytes, entries: Mapping[Place, Entry], epoch_1904: bool, over: Collection[Place] = ()
) -> tuple[bytes, list[Place]]:
    """A sheet's XML (UTF-8) with values in some cells, and those of them that a formula keeps filled.

    A formula gives way only where `over` says so, and never where other cells' formulas are written in it.
    """
    pen = _Pen(xml, entries, epoch_1904, over)
    with damage_told():
        pen.read()
    return spliced(xml, pen.edits), sorted(pen.formulas)


@dataclass
class _Cell:
    place: Place
    start: int
    opening: bytes
    kept: list[bytes] = field(default_factory=list)


class _Pen:
    """Goes through a sheet once and notes what changes: rows and cells stand in order, there or missing."""

    def __init__(self, xml: bytes, entries: Mapping[Place, Entry], epoch_1904: bool, over: Collection[Place]) -> None:
        self.xml = xml
        self.entries = entries
        self.epoch_1904 = epoch_1904
        self.over = over
        self.edits: list[Edit] = []
        self.formulas: set[Place] = set()
        self._rows: dict[int, list[int]] = {}
        for row, column in sorted(entries, reverse=True):
            self._rows.setdefault(row, []).append(column)
        self._left = list(self._rows)  # the next one last
        self._styles: list[tuple[int, int, str]] = []
        self._path: list[str] = []
        self._row = self._column = 0
        self._row_start = 0
        self._row_values: dict[str, str] = {}
        self._columns: list[int] = []
        self._wanted = False
        self._new_columns: list[int] = []
        self._cell: _Cell | None = None
        self._child = 0
        self._dimension: tuple[int, bytes, str] | None = None
        self._data = 0
        self._parser = parser = expat.ParserCreate(namespace_separator="|")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = no_definitions

    def read(self) -> None:
        self._parser.Parse(self.xml, True)
        if self._left or self._data == 0:
            raise NotAWorkbook(DAMAGED)
        self._widen_dimension()

    def _start(self, tag: str, values: dict[str, str]) -> None:
        name = own_name(tag)
        depth = len(self._path)
        self._path.append(name)
        if depth == 2 and name == "row" and self._path[1] == "sheetData":
            self._start_row(values)
        elif depth == 3 and name == "c" and self._wanted:
            self._start_cell(values)
        elif name == "f" and "ref" in values and values.get("t") in ("array", "dataTable"):
            self._keep_out(values["ref"])
        elif depth == 1 and name == "sheetData":
            self._data = self._parser.CurrentByteIndex
        elif depth == 1 and name == "dimension":
            place = self._parser.CurrentByteIndex
            self._dimension = place, self._opening(place), values.get("ref", "")
        elif name == "col" and "style" in values:
            self._styles.append((int(values["min"]), int(values["max"]), values["style"]))
        if self._cell is not None and depth == 4:
            self._child = self._parser.CurrentByteIndex
            if name == "f":
                self._meet_formula(self._cell, values)

    def _end(self, _: str) -> None:
        name = self._path.pop()
        depth = len(self._path)
        if self._cell is not None and depth == 4 and name not in ("v", "f", "is"):
            self._cell.kept.append(self.xml[self._child : self._end_of(self._child)])
        elif self._cell is not None and depth == 3:
            self._end_cell(self._cell)
        elif depth == 2 and self._wanted:
            self._end_row()
        elif depth == 1 and name == "sheetData":
            rows = []
            while self._left:
                rows.append(self._new_row(self._opening(self._data)))
            self._append(self._data, b"".join(rows))

    # Rows

    def _start_row(self, values: dict[str, str]) -> None:
        before = self._row
        self._row = int(values.get("r", before + 1))
        self._column = 0
        if self._row <= before:
            raise NotAWorkbook(DAMAGED)
        if not self._left or self._left[-1] > self._row:
            return
        self._row_start = start = self._parser.CurrentByteIndex
        opening = self._opening(start)
        while self._left and self._left[-1] < self._row:
            self.edits.append((start, start, self._new_row(opening)))
        if self._left and self._left[-1] == self._row:
            self._columns = self._rows[self._left.pop()]
            self._row_values = values
            self._new_columns = []
            self._wanted = True

    def _end_row(self) -> None:
        cells = []
        while self._columns:
            cells.append(self._new_cell(self._columns.pop(), self._row_opening))
        opening = self._widened_row()
        start = self._row_start
        if cells and self._row_opening.endswith(b"/>"):
            longer = opening[:-2].rstrip() + b">" + b"".join(cells) + b"</" + _tag(opening) + b">"
            self.edits.append((start, start + len(self._row_opening), longer))
        else:
            if opening != self._row_opening:
                self.edits.append((start, start + len(self._row_opening), opening))
            if cells:
                end = self._parser.CurrentByteIndex
                self.edits.append((end, end, b"".join(cells)))
        self._wanted = False

    @property
    def _row_opening(self) -> bytes:
        return self._opening(self._row_start)

    def _widened_row(self) -> bytes:
        first, _, last = self._row_values.get("spans", "").partition(":")
        if not self._new_columns or not (first.isdigit() and last.isdigit()):
            return self._row_opening
        spans = b"%d:%d" % (min(int(first), *self._new_columns), max(int(last), *self._new_columns))
        return _with_value(self._row_opening, b"spans", spans)

    def _new_row(self, beside: bytes) -> bytes:
        """The next missing row, whose tag is written as the one of its neighbour or of the sheet is."""
        row = self._left.pop()
        prefix = _prefix(beside)
        kept = self._row, self._row_values
        self._row, self._row_values = row, {}
        columns = self._rows[row]
        cells = b""
        while columns:
            cells += self._new_cell(columns.pop(), beside)
        self._row, self._row_values = kept
        return b'<%brow r="%d">%b</%brow>' % (prefix, row, cells, prefix) if cells else b""

    # Cells

    def _start_cell(self, values: dict[str, str]) -> None:
        place = place_of(values["r"]) if "r" in values else (self._row, self._column + 1)
        if place is None or place[0] != self._row or place[1] <= self._column:
            raise NotAWorkbook(DAMAGED)
        self._column = place[1]
        if not self._columns or self._columns[-1] > self._column:
            return
        start = self._parser.CurrentByteIndex
        opening = self._opening(start)
        while self._columns and self._columns[-1] < self._column:
            self.edits.append((start, start, self._new_cell(self._columns.pop(), opening)))
        if self._columns and self._columns[-1] == self._column:
            self._columns.pop()
            self._cell = _Cell(place, start, opening)

    def _end_cell(self, cell: _Cell) -> None:
        kind, inner = content_of(self.entries[cell.place], _prefix(cell.opening), self.epoch_1904)
        opening = cell.opening[:-2].rstrip() if cell.opening.endswith(b"/>") else cell.opening[:-1]
        opening = _VALUE.sub(lambda found: b"" if found[2] in _OF_THE_OLD else found[0], opening)
        inner += b"".join(cell.kept)
        new = opening + kind + (b">" + inner + b"</" + _tag(cell.opening) + b">" if inner else b"/>")
        self.edits.append((cell.start, self._end_of(cell.start), new))
        self._cell = None

    def _meet_formula(self, cell: _Cell, values: dict[str, str]) -> None:
        others_need_it = values.get("t") == "shared" and "ref" in values
        if cell.place not in self.over or others_need_it:
            self.formulas.add(cell.place)

    def _new_cell(self, column: int, beside: bytes) -> bytes:
        place = self._row, column
        prefix = _prefix(beside)
        kind, inner = content_of(self.entries[place], prefix, self.epoch_1904)
        if not inner:
            return b""
        self._new_columns.append(column)
        style = self._row_values.get("s") if self._row_values.get("customFormat") in ("1", "true") else None
        if style is None:
            style = next((number for first, last, number in self._styles if first <= column <= last), None)
        styled = b' s="%d"' % int(style) if style else b""
        return b'<%bc r="%b"%b%b>%b</%bc>' % (prefix, address_of(place).encode(), styled, kind, inner, prefix)

    # What stands in the way, and the rest of the sheet

    def _keep_out(self, reference: str) -> None:
        area = area_of(reference)
        if area is not None and not (area.size == 1 and (area.top, area.left) in self.over):
            self.formulas.update(place for place in self.entries if area.holds(place))

    def _widen_dimension(self) -> None:
        filled = [place for place, entry in self.entries.items() if entry is not None]
        if self._dimension is None or not filled:
            return
        start, opening, reference = self._dimension
        area = area_of(reference)
        if area is None or all(area.holds(place) for place in filled):
            return
        rows, columns = zip(*filled, strict=True)
        wider = Area(min(area.top, *rows), min(area.left, *columns), max(area.bottom, *rows), max(area.right, *columns))
        self.edits.append((start, start + len(opening), _with_value(opening, b"ref", wider.address.encode())))

    def _opening(self, start: int) -> bytes:
        found = OPENING.match(self.xml, start)
        if found is None:
            raise ValueError("a tag that cannot be measured")
        return found[0]

    def _end_of(self, start: int) -> int:
        """Where the element ends that starts there and is ending now."""
        opening = self._opening(start)
        if opening.endswith(b"/>"):
            return start + len(opening)
        return self.xml.index(b">", self._parser.CurrentByteIndex) + 1

    def _append(self, start: int, new: bytes) -> None:
        opening = self._opening(start)
        if not new:
            return
        if opening.endswith(b"/>"):
            longer = opening[:-2].rstrip() + b">" + new + b"</" + _tag(opening) + b">"
            self.edits.append((start, start + len(opening), longer))
        else:
            end = self._parser.CurrentByteIndex
            self.edits.append((end, end, new))


def _tag(opening: bytes) -> bytes:
    return re.split(rb"[\s/>]", opening[1:], maxsplit=1)[0]


def _prefix(opening: bytes) -> bytes:
    before, colon, _ = _tag(opening).rpartition(b":")
    return before + colon


def _with_value(opening: bytes, name: bytes, value: bytes) -> bytes:
    return _VALUE.sub(lambda found: found[1] + name + b'="' + value + b'"' if found[2] == name else found[0], opening)
