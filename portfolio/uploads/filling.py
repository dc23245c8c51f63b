"""A workbook that somebody else made, with values in some of its cells, and nothing else in the file changed.

What stays: every other part byte for byte as it was packed, and in the sheets that are filled every other byte. What
changes besides: the workbook is told to work its formulas out anew when it is opened, because the figures that they
keep from the last time are of the empty form; and a form whose formula gives way to a value no longer lists that one
among those to be worked out.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from decimal import Decimal

from portfolio.errors import PortfolioError, Refused, refuse_any
from portfolio.uploads.archives import with_parts
from portfolio.uploads.areas import MOST_COLUMNS, MOST_ROWS, Place, address_of, first_of, merged_of, place_of
from portfolio.uploads.cells import MOST_TEXT, Value
from portfolio.uploads.named_tables import tables_of
from portfolio.uploads.opening import Book, Sheet, opened
from portfolio.uploads.packages import AGAIN, MOST_MARKS, NotAWorkbook, damage_told
from portfolio.uploads.parts import place_in_workbook
from portfolio.uploads.splicing import Edit, elements, spliced
from portfolio.uploads.writing import Entry, day_number, written

At = tuple[str, str]
"""A cell of a workbook: its sheet's title and its address."""

MOST_MARKS_OF_FORM = 4 * MOST_MARKS
"""Tags of a form; some have a million blank rows with a style."""

_NO_LETTER = re.compile("[\0\ud800-\udfff\ufffe\uffff]")
_DECLARED = re.compile(rb"^<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([\w.-]+)["']""")


class CannotFill(PortfolioError):
    """A value that cannot stand in a cell; the field is the cell, as Claim!C12."""

    def __init__(self, sheet: str, cell: str, sentence: str) -> None:
        super().__init__(sentence, f"{sheet}!{cell}")


def filled(content: bytes, values: Mapping[At, Entry], over: Iterable[At] = ()) -> bytes:
    """The workbook with the values in its cells; merged cells take theirs in the first one; None empties a cell.

    A formula gives way only in the cells that `over` names. Raises NotAWorkbook, and Refused with a CannotFill for
    each value that cannot stand where it should.
    """
    with opened(
        content, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS, most_marks=MOST_MARKS_OF_FORM, is_form=True
    ) as book:
        wanted = _by_sheet(book, values)
        allowed = {(at[0].lower(), place) for at in over if (place := place_of(at[1])) is not None}
        changes: dict[str, bytes] = {}
        errors: list[PortfolioError] = []
        replaced: list[tuple[Sheet, Place]] = []
        for sheet, entries in wanted:
            given_up = {place for title, place in allowed if title == sheet.title.lower()}
            try:
                changes[sheet.part] = _with_entries(book, sheet, entries, given_up)
            except (CannotFill, Refused) as refused:
                errors.extend(refused.each())
            replaced.extend((sheet, place) for place in given_up if place in entries)
        refuse_any(errors)
        changes = {part: new for part, new in changes.items() if new != book.package.read(part)}
        if changes:
            changes |= _recalculating(book, replaced)
        return with_parts(content, book.package, changes) if changes else content


def read(content: bytes, cells: Iterable[At]) -> dict[At, Entry | time]:
    """What stands in cells of a workbook: numbers as exact decimals, texts, yes or no, days; None where nothing does.

    Raises NotAWorkbook, and Refused where there is no such sheet or address.
    """
    with opened(
        content, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS, most_marks=MOST_MARKS_OF_FORM, is_form=True
    ) as book:
        wanted = dict.fromkeys(cells)
        found: dict[At, Entry | time] = {}
        for sheet, places in _by_sheet(book, wanted):
            merged = merged_of(book.package, sheet.part)
            shown = {place: first_of(place, merged) for place in places}
            holding = set(shown.values())
            held = {
                (cell.row, cell.column): cell.value
                for row in sheet.rows()
                for cell in row
                if (cell.row, cell.column) in holding
            }
            for title, address in wanted:
                place = place_of(address)
                if title.lower() == sheet.title.lower() and place is not None:
                    found[title, address] = _exact(held.get(shown[place]))
        return found


def _exact(value: Value) -> Entry | time:
    # The shortest text of a float is what was written, up to the 15 figures that a spreadsheet keeps.
    return Decimal(repr(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _by_sheet(book: Book, values: Mapping[At, Entry]) -> list[tuple[Sheet, dict[Place, Entry]]]:
    sheets = {sheet.title.lower(): sheet for sheet in book.sheets}
    wanted: dict[str, dict[Place, Entry]] = {}
    errors: list[PortfolioError] = []
    for (title, address), entry in values.items():
        place = place_of(address)
        known = wanted.setdefault(title.lower(), {})
        if title.lower() not in sheets:
            errors.append(CannotFill(title, address, no_sheet(title)))
        elif place is None:
            errors.append(CannotFill(title, address, no_cell(address)))
        elif place in known:
            errors.append(CannotFill(title, address, is_twice(f"{title}!{address}")))
        elif (fault := unfit(entry, book.epoch_1904)) is not None:
            errors.append(CannotFill(title, address, fault))
        else:
            known[place] = entry
    refuse_any(errors)
    return [(sheets[title], entries) for title, entries in wanted.items()]


def unfit(entry: Entry, epoch_1904: bool) -> str | None:
    """Why no cell of a workbook can hold a value."""
    if isinstance(entry, str) and len(entry.encode("utf-16-le", "surrogatepass")) // 2 > MOST_TEXT:
        return f"A cell holds at most {MOST_TEXT:,} characters, and this text has more. Shorten it"
    if isinstance(entry, str) and (found := _NO_LETTER.search(entry)):
        return f"No workbook can hold the sign U+{ord(found[0]):04X} of this text. Take it out"
    if isinstance(entry, Decimal | int) and not isinstance(entry, bool):
        number = Decimal(entry)
        if not number.is_finite() or (number and not -300 < number.adjusted() < 300):
            return "A cell cannot hold this number. Choose another figure"
    if isinstance(entry, date) and day_number(entry, epoch_1904) < 0:
        return "This workbook cannot hold a day as early as this. Fill a text"
    return None


def no_sheet(title: str) -> str:
    """What is said where a sheet is not there."""
    return f"The workbook has no sheet “{title}”. Choose the cell again"


def no_cell(address: str) -> str:
    """What is said of an address that is none."""
    return f"“{address}” is no cell. Write it as C12"


def is_twice(where: str) -> str:
    """What is said where two values would stand in one cell."""
    return f"{where} would be filled twice. Take one of the two away"


def holds_formula(where: str) -> str:
    """What is said where a value would take a formula's place."""
    return f"{where} holds a formula, which works its figure out itself. Choose another cell"


def is_heading(where: str) -> str:
    """What is said where a value would take the place of a table's heading."""
    return f"{where} is a heading or a total of a table, which Excel needs as it is. Choose another cell"


def _with_entries(book: Book, sheet: Sheet, entries: Mapping[Place, Entry], over: set[Place]) -> bytes:
    merged = merged_of(book.package, sheet.part)
    shown: dict[Place, Entry] = {}
    for place, entry in entries.items():
        first = first_of(place, merged)
        if first in shown:
            cell = address_of(first)
            raise CannotFill(sheet.title, cell, is_twice(f"{sheet.title}!{cell}"))
        shown[first] = entry
    tables = tables_of(book.package, sheet.part)
    needed = [address_of(place) for place in shown if any(table.needs(place) for table in tables)]
    refuse_any(CannotFill(sheet.title, cell, is_heading(f"{sheet.title}!{cell}")) for cell in needed)

    def write(xml: bytes) -> bytes:
        new, formulas = written(xml, shown, book.epoch_1904, over)
        refuse_any(
            CannotFill(sheet.title, cell, holds_formula(f"{sheet.title}!{cell}")) for cell in map(address_of, formulas)
        )
        return new

    xml = book.package.read(sheet.part)
    if xml.count(b"<") > MOST_MARKS_OF_FORM:
        raise NotAWorkbook(f"Sheet “{sheet.title[:31]}” has far more cells than a form needs. {AGAIN}")
    return in_its_encoding(xml, write)


def in_its_encoding(xml: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A part changed as UTF-8 without any mark before it, and given back in the encoding that it came in."""
    with damage_told():
        return _in_its_encoding(xml, change)


def _in_its_encoding(xml: bytes, change: Callable[[bytes], bytes]) -> bytes:
    if xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16-le" if xml.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        mark, text = xml[:2], xml[2:].decode(encoding)
        declared = re.match(r"<\?xml[^>]*\?>", text)
        head = declared[0] if declared else ""
        return mark + (head + change(text[len(head) :].encode()).decode()).encode(encoding)
    mark = codecs.BOM_UTF8 if xml.startswith(codecs.BOM_UTF8) else b""
    body = xml[len(mark) :]
    declared_as = _DECLARED.match(body)
    head_bytes = declared_as[0] if declared_as else b""
    named = _ENCODING.search(head_bytes)
    encoding = named[1].decode().lower() if named else "utf-8"
    if encoding == "utf-8":
        return mark + change(body)
    new = change(body[len(head_bytes) :].decode(encoding).encode()).decode()
    return head_bytes + new.encode(encoding, "xmlcharrefreplace")


def _recalculating(book: Book, replaced: list[tuple[Sheet, Place]]) -> dict[str, bytes]:
    """The parts that say when formulas are worked out, and in which order."""

    def tell(xml: bytes) -> bytes:
        found = elements(xml)
        told = next((element for element in found if element.depth == 1 and element.name == "calcPr"), None)
        if told is None:
            place = place_in_workbook(found, "calcPr")
            prefix = re.match(rb"<([\w.-]+:)?", xml[found[0].start :])
            own = (prefix[1] or b"") if prefix else b""
            return spliced(xml, [(place, place, b'<%bcalcPr fullCalcOnLoad="1"/>' % own)])
        opening = xml[told.start : told.inner]
        if "fullCalcOnLoad" in told.values:
            new = re.sub(rb"""(fullCalcOnLoad\s*=\s*)("[^"]*"|'[^']*')""", rb'\1"1"', opening)
        else:
            new = re.sub(rb"\s*(/?>)$", rb' fullCalcOnLoad="1"\1', opening)
        return spliced(xml, [(told.start, told.inner, new)])

    changes = {book.main: in_its_encoding(book.package.read(book.main), tell)}
    chain = next((one.target for one in book.relations.values() if one.kind == "calcChain"), None)
    if replaced and chain is not None and chain in book.package:
        gone = {(book.number_of(sheet), address_of(place)) for sheet, place in replaced}
        changes[chain] = in_its_encoding(book.package.read(chain), lambda xml: _without_links(xml, gone))
    return changes


def _without_links(xml: bytes, gone: set[tuple[str, str]]) -> bytes:
    """The order of formulas without some of them: each names its sheet only where the one before it is of another."""
    edits: list[Edit] = []
    sheet = said = ""
    for link in elements(xml):
        if link.depth != 1 or link.name != "c":
            continue
        sheet = link.values.get("i", sheet)
        if (sheet, link.values.get("r", "")) in gone:
            edits.append((link.start, link.end, b""))
            continue
        if sheet != said and "i" not in link.values:
            opening = re.sub(rb"^<[^\s/>]+", rb'\g<0> i="%b"' % sheet.encode(), xml[link.start : link.end])
            edits.append((link.start, link.end, opening))
        said = sheet
    return spliced(xml, edits)
