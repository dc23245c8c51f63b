"""Opens a workbook that somebody sent: its sheets and the cells that hold something, or one sentence why not.

A reader of the product's own, not a library's: it takes the value and the formula of a cell in one pass, counts what
it reads, believes no `<dimension>`, and stops at the first cell outside of what was asked for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote

from portfolio.uploads import compound
from portfolio.uploads.cells import Cell, rows_of, texts_of
from portfolio.uploads.formats import Formats
from portfolio.uploads.packages import DAMAGED, MOST_MARKS, NotAWorkbook, Package, own_name, parser_of

__all__ = ["Book", "Cell", "NotAWorkbook", "Sheet", "opened"]

MOST_SHEETS = 60
MOST_SHEETS_OF_FORM = 250
"""Sheets of a form that somebody else made: theirs hold a list of choices each."""

_SAVE_AS = "Open it in Excel or LibreOffice, choose Save as, “Excel workbook (.xlsx)”, and upload that"


@dataclass(frozen=True)
class Sheet:
    """One sheet of figures, and its state: visible, hidden, or veryHidden, which no menu shows again.

    `index` is its place in the workbook, from nought.
    """

    title: str
    state: str
    index: int
    part: str
    book: "Book"

    @property
    def hidden(self) -> bool:
        """Whether nobody sees it who opens the workbook."""
        return self.state != "visible"

    def rows(self) -> Iterator[list[Cell]]:
        """The rows that hold something, each as the cells that do, in order. Raises NotAWorkbook."""
        book = self.book
        return rows_of(book.package, self.part, self.title, book.texts, book.formats, book.most_rows, book.most_columns)


class Book:
    """An opened workbook: its sheets in their order, of which charts are none, and the part that lists them."""

    def __init__(self, package: Package, most_rows: int, most_columns: int, *, is_form: bool = False) -> None:
        self.package = package
        self.most_rows = most_rows
        self.most_columns = most_columns
        self.main = main = _main_part(package, is_form)
        self.relations = relations = package.relations(main)
        parts = {relation.kind: relation.target for relation in relations.values() if not relation.external}
        listed: list[tuple[str, str, str]] = []
        self._numbers: list[str] = []
        self.epoch_1904 = False

        def start(tag: str, values: dict[str, str]) -> None:
            match own_name(tag):
                case "sheet":
                    key = next((value for name, value in values.items() if name.endswith("relationships|id")), "")
                    listed.append((values.get("name", ""), values.get("state", "visible"), key))
                    self._numbers.append(values.get("sheetId", ""))
                case "workbookPr":
                    self.epoch_1904 = values.get("date1904", "0") in ("1", "true")

        package.walk(main, parser_of(start))
        most = MOST_SHEETS_OF_FORM if is_form else MOST_SHEETS
        if len(listed) > most:
            raise NotAWorkbook(
                f"This workbook has {len(listed):,} sheets; at most {most} can be read. "
                "Delete those that are not needed, and upload it again"
            )
        links = [
            package.relations(relation.target) for relation in relations.values() if relation.kind == "externalLink"
        ]
        self.linked = sorted({unquote(link.target).rpartition("/")[2] for found in links for link in found.values()})
        if links and not is_form:
            raise NotAWorkbook(
                f"This workbook takes figures from another file{_named(self.linked)}, which cannot be followed. "
                "In Excel choose Data, Edit links, Break link, so that the figures stay as values; then save and "
                "upload it again"
            )
        self.texts = texts_of(package, parts["sharedStrings"]) if "sharedStrings" in parts else []
        self.formats = Formats(package, parts.get("styles"), self.epoch_1904)
        self.sheets: list[Sheet] = []
        for index, (title, state, key) in enumerate(listed):
            relation = relations.get(key)
            if relation is None or relation.external or relation.target not in package:
                raise NotAWorkbook(DAMAGED)
            if any(sheet.part == relation.target for sheet in self.sheets):
                raise NotAWorkbook(DAMAGED)
            if relation.kind == "worksheet":
                self.sheets.append(Sheet(title, state, index, relation.target, self))
            elif "macro" in relation.kind.lower() and not is_form:
                raise NotAWorkbook(_MACROS)

    def number_of(self, sheet: Sheet) -> str:
        """What other parts call a sheet by."""
        return self._numbers[sheet.index]


_MACROS = (
    "This workbook holds macros (small programs), which are not accepted. "
    "Choose Save as, “Excel workbook (.xlsx)”, without macros, and upload that"
)


@contextmanager
def opened(
    content: bytes, *, most_rows: int, most_columns: int, most_marks: int = MOST_MARKS, is_form: bool = False
) -> Iterator[Book]:
    """The workbook in these bytes; a cell outside of the rows and columns given is refused. Raises NotAWorkbook.

    `most_marks` limits the tags of its parts together, blank cells' among them, which is the work of reading it. A form
    goes back to whoever made it, so that its macros and its links to other files are let in: neither is ever followed.
    """
    _refuse_by_first_bytes(content)
    yield Book(Package(content, most_marks), most_rows, most_columns, is_form=is_form)


def _refuse_by_first_bytes(content: bytes) -> None:
    start = content[:512].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if not content.strip(b"\0\r\n\t "):
        raise NotAWorkbook("This file is empty. Check that it was saved, and upload it again")
    if content.startswith(compound.BEGINS):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise NotAWorkbook(
                "This workbook is protected by a passphrase. In Excel choose File, Info, Protect "
                "workbook, Encrypt with password, clear the passphrase, save it, and upload it again"
            )
        what = "a Word document" if "WordDocument".encode("utf-16-le") in content else "an old Excel workbook (.xls)"
        raise NotAWorkbook(f"This file is {what}, whatever its name says. {_SAVE_AS}")
    if content.startswith(b"PK\x03\x04"):
        return
    for signs, what in _OTHERS:
        if any(start.startswith(sign) for sign in signs):
            raise NotAWorkbook(f"This file is {what}, not an Excel workbook, whatever its name says. {_SAVE_AS}")
    if b"\0" not in content[:512] and (b"," in start or b";" in start or b"\t" in start):
        raise NotAWorkbook(f"This file is plain text (such as CSV), whatever its name says. {_SAVE_AS}")
    raise NotAWorkbook(f"This file is not an Excel workbook, whatever its name says. {_SAVE_AS}")


_OTHERS = (
    ((b"%pdf",), "a PDF"),
    ((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head"), "a web page (HTML)"),
    ((b"<?xml", b"<?mso"), "an XML file"),
    ((b"\x89png", b"\xff\xd8\xff", b"gif8"), "a picture"),
    ((b"{\\rtf",), "a text document (RTF)"),
)

_KINDS = (
    ("xl/workbook.bin", "an Excel binary workbook (.xlsb)"),
    ("index/document.iwa", "a Numbers document"),
    ("index.zip", "a Numbers document"),
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
)


def _main_part(package: Package, is_form: bool) -> str:
    """The part that lists the sheets. Raises NotAWorkbook, which names what the package is instead."""
    if package.has_macros and not is_form:
        raise NotAWorkbook(_MACROS)
    for name, what in _KINDS:
        if name in package:
            raise NotAWorkbook(f"This file is {what}, whatever its name says. {_SAVE_AS}")
    if "mimetype" in package and package.read("mimetype").startswith(b"application/vnd.oasis.opendocument"):
        raise NotAWorkbook(f"This file is an OpenDocument file (such as .ods), whatever its name says. {_SAVE_AS}")
    found = [relation.target for relation in package.relations("").values() if relation.kind == "officeDocument"]
    main = found[0] if found else "xl/workbook.xml"
    if main not in package:
        if "[content_types].xml" in package:
            raise NotAWorkbook(DAMAGED)
        raise NotAWorkbook(
            "This file is a ZIP archive, not an Excel workbook. Take the workbook out of it, and upload that"
        )
    return main


def _named(names: list[str]) -> str:
    return f" ({', '.join(names[:3])})" if names else ""
