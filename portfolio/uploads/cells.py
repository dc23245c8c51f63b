"""The cells of one sheet, streamed: values as people see them, and which of them are formulas."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from portfolio.uploads.packages import COPY, DAMAGED, NotAWorkbook, Package, parser_of, tags

MOST_TEXT = 32_767
"""Characters in one cell, which is the format's own limit."""

MOST_TEXTS = 16_000_000
"""Characters of all texts together that cells share."""
MOST_FORMATS = 65_536
"""Formats of cells, which is about the limit of Excel itself."""

_ROW, _CELL, _FORMULA, _VALUE, _TEXT, _ITEM, _PHONETIC = map(tags, ("row", "c", "f", "v", "t", "si", "rPh"))
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_DATE_CODES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_PERCENT_CODES = {9: "0%", 10: "0.00%"}
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


_MOST_RAW = MOST_TEXT * 8  # one character may be written as seven, _x000D_
_DAY = 86_400  # seconds: a clock time is a fraction of a day, seldom an exact one
_MIDNIGHT = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone


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


class Formats:
    """What a workbook's styles say of its numbers: which are dates, and from which day they count."""

    def __init__(self, package: Package, part: str | None, epoch_1904: bool) -> None:
        codes: dict[int, str] = {}
        numbers: list[int] = []
        inside = False
        cell_formats, code, form = tags("cellXfs"), tags("numFmt"), tags("xf")

        def start(tag: str, values: dict[str, str]) -> None:
            nonlocal inside
            if tag in code:
                codes[int(values["numFmtId"])] = values.get("formatCode", "")[:255]
            elif tag in cell_formats:
                inside = True
            elif inside and tag in form:
                numbers.append(int(values.get("numFmtId", 0)))
                if len(numbers) > MOST_FORMATS:
                    raise NotAWorkbook(f"This workbook has more than {MOST_FORMATS:,} formats of cells. {COPY}")

        def end(tag: str) -> None:
            nonlocal inside
            if tag in cell_formats:
                inside = False

        if part is not None and part in package:
            parser = parser_of(start)
            parser.EndElementHandler = end
            package.walk(part, parser)
        known = {number: codes.get(number, _PERCENT_CODES.get(number, "")) for number in set(numbers)}
        self.codes = [known[number] for number in numbers]
        self._dates = [number in _DATE_CODES or _is_date(known[number]) for number in numbers]
        self._days = 1462 if epoch_1904 else 0

    def shown(self, number: float, style: int) -> Value:
        """The number, or the day or time that its style makes of it."""
        if style >= len(self._dates) or not self._dates[style]:
            return number
        if 0 <= number < 1:
            return (_MIDNIGHT + timedelta(seconds=round(number * _DAY) % _DAY)).time()
        days = number + self._days
        if not 0 <= days < 2_958_466:  # dates end with the year 9999
            return number
        # The format's first epoch has a 29 February 1900, which never was.
        found = _MIDNIGHT + timedelta(seconds=round((days if days >= 60 else days + 1) * _DAY))
        return found if found.time() != time() else found.date()


def _is_date(code: str) -> bool:
    shown = _NOT_SHOWN.sub("", code).lower().partition(";")[0].replace("general", "")
    return any(letter in shown for letter in "dmyhs")


def texts_of(package: Package, part: str) -> list[str]:
    """The texts that cells share, by number."""
    if part not in package:
        return []
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
            found.append(_text("".join(parts)))
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


def _text(text: str) -> str:
    if len(text) > _MOST_RAW:
        raise NotAWorkbook(_TOO_LONG)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def rows_of(
    package: Package, part: str, title: str, texts: list[str], formats: Formats, most_rows: int, most_columns: int
) -> Iterator[list[Cell]]:
    """The rows of a sheet that hold something. Raises NotAWorkbook: damaged, or a cell outside of the limits."""
    done: list[list[Cell]] = []
    cells: list[Cell] = []
    held: list[str] = []
    parts: list[str] = []
    columns: dict[str, int] = {}
    codes = formats.codes
    row = column = style = 0
    kind = "n"
    raw: str | None = None
    is_formula = phonetic = inside = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal row, column, style, kind, raw, is_formula, phonetic, inside
        if tag in _CELL:
            place = values.get("r")
            before = column
            if place is None:
                column += 1
            else:
                known = columns.get(place.rstrip("0123456789"))
                if known is None or not place.endswith(str(row)):
                    known = _column(place, row, columns)
                column = known
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
                value = _text("".join(parts))
            elif raw is None:
                value = None
            else:
                value = _value(raw, kind, style, formats)
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


def _value(raw: str, kind: str, style: int, formats: Formats) -> Value:
    match kind:
        case "n":
            try:
                number: int | float = int(raw) if raw.isdigit() else float(raw)
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
            return _text(raw)


def _column(place: str, row: int, columns: dict[str, int]) -> int:
    """The column that an address names. Raises NotAWorkbook where the address is none, or is of another row."""
    found = _PLACE.fullmatch(place)
    if found is None or int(found[2]) != row:
        raise NotAWorkbook(DAMAGED)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    columns[found[1]] = column
    return column


def _outside(title: str, row: int, column: int) -> str:
    return (
        f"Sheet “{title[:31]}” holds something in cell {letters(column)}{row}, far outside of its table. "
        "Clear that cell (or delete the rows and columns that are not needed), and upload it again"
    )
