"""The cells of one sheet, streamed: values as people see them, and which of them are formulas."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import partial
from typing import NamedTuple

from portfolio.uploads.formats import Formats
from portfolio.uploads.packages import COPY, DAMAGED, NotAWorkbook, Package, parser_of, tags

MOST_TEXT = 32_767
"""Characters in one cell, which is the format's own limit."""

MOST_TEXTS = 16_000_000
"""Characters of all texts together that cells share."""

_ROW, _CELL, _FORMULA, _VALUE, _TEXT, _ITEM, _PHONETIC = map(tags, ("row", "c", "f", "v", "t", "si", "rPh"))
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_MOST_RAW = MOST_TEXT * 8  # one character may be written as seven, _x000D_
_MOST_DIGITS = 300  # a whole number with more is none that a spreadsheet can hold, and without end as a float
_NO_LETTERS = {0: "\ufffd", 0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}


class ErrorValue(str):
    """What a cell shows where its formula failed: #REF!, #N/A, #DIV/0!…"""

    __slots__ = ()


Value = str | int | float | bool | date | datetime | time | None


class Cell(NamedTuple):
    """What one cell holds: a text, a number, yes or no, a date, an error, or nothing yet (a formula not computed).

    Row and column count from 1; `format` is the number's own format code where it has one ("0%", "[$€-2] 0.00").
    """

    value: Value
    row: int
    column: int
    is_formula: bool = False
    format: str = ""

    @property
    def place(self) -> str:
        """Its address, as C12."""
        return letters(self.column) + str(self.row)


def letters(column: int) -> str:
    """A column's letters: 1 is A, 27 is AA."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def column_of(named: str) -> int:
    """The column that letters name: A is 1, AA is 27."""
    column = 0
    for letter in named:
        column = column * 26 + ord(letter) - 64
    return column


def texts_of(package: Package, part: str) -> list[str]:
    """The texts that cells share, by number."""
    if part not in package:
        return []
    unescaped = partial(_text, package, part)
    found: list[str] = []
    parts: list[str] = []
    held: list[str] = []
    phonetic = inside = False
    total = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal phonetic, inside
        if tag in _TEXT:
            held.clear()
            inside = True
        elif tag in _ITEM:
            parts.clear()
        elif tag in _PHONETIC:
            phonetic = True

    def end(tag: str) -> None:
        nonlocal phonetic, inside, total
        if tag in _TEXT:
            inside = False
            if not phonetic:
                parts.extend(held)
        elif tag in _ITEM:
            found.append(unescaped("".join(parts)))
            total += len(found[-1])
            if total > MOST_TEXTS:
                raise NotAWorkbook(f"This workbook holds more text than can be read. {COPY}")
        elif tag in _PHONETIC:
            phonetic = False

    def after_chunk() -> None:
        if not inside:
            held.clear()
        elif sum(map(len, held)) + sum(map(len, parts)) > _MOST_RAW:
            raise NotAWorkbook(_TOO_LONG)

    parser = parser_of(start)
    parser.EndElementHandler = end
    parser.CharacterDataHandler = held.append
    package.walk(part, parser, after_chunk)
    return found


_TOO_LONG = f"This workbook holds a text of more than {MOST_TEXT:,} characters in one cell. {COPY}"


def _text(package: Package, part: str, text: str) -> str:
    if len(text) > _MOST_RAW:
        raise NotAWorkbook(_TOO_LONG)
    if "_x" not in text:
        return text
    package.charge(part, text.count("_x"))
    # Letters are escaped by their halves, and by codes that are none: neither may leave here, where nothing writes it.
    units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace").translate(_NO_LETTERS)


def rows_of(
    package: Package, part: str, title: str, texts: list[str], formats: Formats, most_rows: int, most_columns: int
) -> Iterator[list[Cell]]:
    """The rows of a sheet that hold something. Raises NotAWorkbook: damaged, or a cell outside of the limits."""
    # Two functions that share plain variables: they are called a hundred thousand times, and methods take a third more.
    done: list[list[Cell]] = []
    cells: list[Cell] = []
    held: list[str] = []
    parts: list[str] = []
    columns: dict[str, int] = {}
    codes = formats.codes
    unescaped = partial(_text, package, part)
    row = column = style = 0
    said, kind = "0", "n"
    raw: str | None = None
    is_formula = phonetic = inside = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal row, said, column, style, kind, raw, is_formula, phonetic, inside
        if tag in _CELL:
            place = values.get("r")
            before = column
            if place is None:
                column += 1
            else:
                named = place.rstrip("0123456789")
                known = columns.get(named)
                column = known if known and place[len(named) :] == said else _column(place, row, columns)
            if column <= before:
                raise NotAWorkbook(DAMAGED)
            kind = values.get("t", "n")
            style = int(values.get("s", 0))
            raw = None
            is_formula = False
            parts.clear()
        elif tag in _VALUE:
            held.clear()
            inside = True
        elif tag in _ROW:
            before = row
            row = int(values.get("r", row + 1))
            if row <= before:
                raise NotAWorkbook(DAMAGED)
            said = str(row)
            column = 0
        elif tag in _FORMULA:
            is_formula = True
        elif tag in _TEXT:
            held.clear()
            inside = True
        elif tag in _PHONETIC:
            phonetic = True

    def end(tag: str) -> None:
        nonlocal cells, raw, phonetic, inside
        if tag in _VALUE:
            raw = held[0] if len(held) == 1 else "".join(held)
            inside = False
        elif tag in _CELL:
            value: Value
            if kind == "s":
                value = texts[int(raw)] if raw else None
            elif kind == "inlineStr":
                value = unescaped("".join(parts))
            elif raw is None:
                value = None
            else:
                value = _value(raw, kind, style, formats, unescaped)
            if is_formula or (value is not None and value != ""):
                if row > most_rows or column > most_columns:
                    raise NotAWorkbook(_outside(title, row, column))
                form = codes[style] if style < len(codes) else ""
                cells.append(Cell(value, row, column, is_formula, form))
        elif tag in _ROW:
            if cells:
                done.append(cells)
                cells = []
        elif tag in _TEXT:
            inside = False
            if not phonetic:
                parts.extend(held)
        elif tag in _PHONETIC:
            phonetic = False

    parser = parser_of(start)
    parser.EndElementHandler = end
    parser.CharacterDataHandler = held.append
    for _ in package.walking(part, parser):
        if not inside:
            held.clear()
        elif sum(map(len, held)) > _MOST_RAW:
            raise NotAWorkbook(_TOO_LONG)
        yield from done
        done.clear()
    yield from done


def _value(raw: str, kind: str, style: int, formats: Formats, unescaped: Callable[[str], str]) -> Value:
    match kind:
        case "n":
            try:
                number: int | float = int(raw) if raw.isdigit() and len(raw) < _MOST_DIGITS else float(raw)
            except ValueError:
                return raw
            if number - number != 0:  # not a number, or without end: no program writes it, so it stays what it says
                return raw
            return formats.shown(number, style)
        case "b":
            return raw.strip() in ("1", "true")
        case "e":
            return ErrorValue(raw)
        case "d":
            found = datetime.fromisoformat(raw)
            return found if found.time() != time() else found.date()
        case _:
            return unescaped(raw)


def _column(place: str, row: int, columns: dict[str, int]) -> int:
    """The column that an address names. Raises NotAWorkbook where the address is none, or is of another row."""
    found = _PLACE.fullmatch(place)
    if found is None or int(found[2]) != row:
        raise NotAWorkbook(DAMAGED)
    columns[found[1]] = column_of(found[1])
    return columns[found[1]]


def _outside(title: str, row: int, column: int) -> str:
    return (
        f"Sheet “{title[:31]}” holds something in cell {letters(column)}{row}, far outside of its table. "
        "Clear that cell (or delete the rows and columns that are not needed), and upload it again"
    )
