"""Files that look like workbooks and are none, or would cost their reader much: each made here, by its name."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

from xlsxwriter import Workbook

from tests.uploads.samples import compound_file, open_document, open_xml, zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
END = b"</sheetData></worksheet>"


@cache
def plain() -> bytes:
    """A workbook of two sheets that nothing is wrong with."""
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        for title in ("Spend", "Notes"):
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, ["Reference", "Amount"])
            sheet.write_row(1, 0, ["SVD-25-01", 903.27])
            sheet.write_formula(2, 1, "=SUM(B2:B2)", None, 903.27)
    return written.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    """A package's parts by their names."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def with_parts(changes: Mapping[str, bytes]) -> bytes:
    """The plain workbook with some parts changed or added."""
    return zipped({**parts_of(plain()), **changes})


def with_sheet(rows: bytes) -> bytes:
    """The plain workbook whose first sheet holds these rows."""
    return with_parts({"xl/worksheets/sheet1.xml": SHEET + rows + END})


def told(part: str, old: bytes, new: bytes) -> bytes:
    """The plain workbook with a part that says something else."""
    said = parts_of(plain())[part]
    assert old in said
    return with_parts({part: said.replace(old, new)})


def lying(size: int) -> bytes:
    """A workbook whose directory says that a large part is small."""
    content = bytearray(with_parts({"xl/worksheets/sheet1.xml": SHEET + b" " * 20_000_000 + END}))
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(b"xl/worksheets/sheet1.xml"))
    struct.pack_into("<I", content, place + 24, size)
    return bytes(content)


def many_sheets(count: int) -> bytes:
    """A workbook that lists this many sheets, all of them the same part."""
    sheets = "".join(f'<sheet name="S{number}" sheetId="{number}" r:id="rId1"/>' for number in range(1, count + 1))
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets>{sheets}</sheets></workbook>'
    return with_parts({"xl/workbook.xml": book.encode()})


def entities(depth: int) -> bytes:
    """A sheet with a text that grows tenfold with every definition."""
    lines = "".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10 if number else "pounds"}">' for number in range(depth)
    )
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is><t>&e{depth - 1};</t></is></c></row>'.encode()
    return with_parts({"xl/worksheets/sheet1.xml": f"<!DOCTYPE x [{lines}]>".encode() + SHEET + cell + END})


def external_link() -> bytes:
    """A workbook that takes a figure from another one, as Excel writes it."""
    kind = f'Type="{RELATED}/externalLink"'
    relations = parts_of(plain())["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="rId99" {kind} Target="externalLinks/externalLink1.xml"/></Relationships>'.encode(),
    )
    own = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{RELATED}/externalLinkPath" Target="Budget%202025.xlsx" TargetMode="External"/></Relationships>'
    )
    return with_parts(
        {
            "xl/_rels/workbook.xml.rels": relations,
            "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"/>'.encode(),
            "xl/externalLinks/_rels/externalLink1.xml.rels": own.encode(),
        }
    )


def _one_cell(place: str) -> bytes:
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return with_sheet(f'<row r="{row}"><c r="{place}"><v>1</v></c></row>'.encode())


def _twice() -> bytes:
    written = io.BytesIO(plain())
    with zipfile.ZipFile(written, "a") as package:
        package.writestr("XL/Worksheets/sheet1.xml", SHEET + END)
    return written.getvalue()


def _encrypted_zip() -> bytes:
    content = bytearray(plain())
    for sign, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + flags] |= 1
    return bytes(content)


def _shared(texts: bytes) -> bytes:
    return with_parts({"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">'.encode() + texts + b"</sst>"})


def _styles(many: int) -> bytes:
    forms = b'<cellXfs><xf numFmtId="14"/>' + b'<xf numFmtId="0"/>' * many + b"</cellXfs>"
    return with_parts({"xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'.encode() + forms + b"</styleSheet>"})


HOSTILE: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is empty"),
    "only zeros": (lambda: bytes(100), "is empty"),
    "truncated": (lambda: plain()[: len(plain()) // 2], "is damaged"),
    "last byte missing": (lambda: plain()[:-1], "is damaged"),
    "zip of something": (lambda: zipped({"notes.txt": b"hello"}), "is a ZIP archive"),
    "zip in a zip": (lambda: zipped({"claim.xlsx": plain()}), "is a ZIP archive"),
    "zip bomb": (lambda: with_sheet(b" " * 135_000_000), "unpacks to more than 128 MB"),
    "zip bomb whose directory lies": (lambda: lying(1_000), "is damaged"),
    "zip bomb of many parts": (
        lambda: with_parts({f"xl/media/{number}.bin": bytes(10_000_000) for number in range(1, 15)}),
        "unpacks to more than 128 MB",
    ),
    "100,000 parts": (lambda: b"PK\x03\x04" + (b"PK\x01\x02" + bytes(42)) * 100_000, "more than 1,000 parts"),
    "part twice": (_twice, "two parts of one name"),
    "part packed otherwise": (
        lambda: zipped({**parts_of(plain()), "xl/a": b" " * 1_000_000}, zipfile.ZIP_BZIP2),
        "packed in a way",
    ),
    "zip with a passphrase": (_encrypted_zip, "protected by a passphrase"),
    "entity bomb": (lambda: entities(12), "definitions of its own"),
    "entity in the list of sheets": (
        lambda: with_parts({"xl/workbook.xml": b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>'}),
        "definitions of its own",
    ),
    "cell at XFD1048576": (lambda: _one_cell("XFD1048576"), "in cell XFD1048576"),
    "cell far below": (lambda: _one_cell("B900000"), "in cell B900000"),
    "cell far to the right": (lambda: _one_cell("XFA2"), "in cell XFA2"),
    "a million blank rows": (
        lambda: with_sheet(b"".join(b'<row r="%d" ht="15"/>' % row for row in range(1, 1_048_577))),
        "far more cells",
    ),
    "millions of blank cells": (
        lambda: with_sheet(b'<row r="1">' + b"<c/>" * 16_384 + b"</row>" + b"<row/>" * 3_000_000),
        "far more cells",
    ),
    "an endless comment": (lambda: with_sheet(b"<!--" + b"-." * 5_000_000 + b"-->"), "is damaged"),
    "an endless tag": (lambda: with_sheet(b'<row a="' + b" " * 10_000_000 + b'"/>'), "is damaged"),
    "millions of escapes": (lambda: _shared(b"<si><t>%b</t></si>" % (b"_x0041_" * 30_000) * 40), "far more cells"),
    "10,000 sheets": (lambda: many_sheets(10_000), "has 10,000 sheets; at most 60"),
    "one part as two sheets": (lambda: many_sheets(2), "is damaged"),
    "macros": (lambda: with_parts({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "holds macros"),
    "old macro sheet": (
        lambda: told("xl/_rels/workbook.xml.rels", b"relationships/worksheet", b"relationships/xlMacrosheet"),
        "holds macros",
    ),
    "passphrase": (lambda: compound_file("EncryptedPackage", "EncryptionInfo"), "protected by a passphrase"),
    "old .xls": (lambda: compound_file("Workbook"), "an old Excel workbook (.xls)"),
    "old .doc": (lambda: compound_file("WordDocument"), "a Word document"),
    ".docx": (lambda: open_xml("word", **{"word/document.xml": b"<w/>"}), "a Word document"),
    ".pptx": (lambda: open_xml("ppt", **{"ppt/presentation.xml": b"<p/>"}), "a PowerPoint presentation"),
    ".xlsb": (lambda: open_xml("xl", **{"xl/workbook.bin": b"\x83"}), "an Excel binary workbook (.xlsb)"),
    ".ods": (lambda: open_document("spreadsheet"), "an OpenDocument file"),
    ".numbers": (lambda: zipped({"Index/Document.iwa": b"\0"}), "a Numbers document"),
    "PDF": (lambda: b"%PDF-1.7\n%%EOF", "is a PDF"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(50), "is a picture"),
    "web page": (lambda: b"\r\n<html><table><tr><td>1</td></tr></table></html>", "a web page (HTML)"),
    "XML of 2003": (lambda: b'<?xml version="1.0"?><Workbook/>', "an XML file"),
    "RTF": (lambda: b"{\\rtf1 hello}", "a text document (RTF)"),
    "CSV": (lambda: b"Reference,Amount\r\nSVD-25-01,5\r\n", "is plain text"),
    "noise": (lambda: bytes(range(256)) * 4, "is not an Excel workbook"),
    "external links": (external_link, "takes figures from another file (Budget 2025.xlsx)"),
    "a sheet elsewhere": (
        lambda: told(
            "xl/_rels/workbook.xml.rels", b'Target="worksheets/sheet1.xml"', b'Target="http://x/" TargetMode="External"'
        ),
        "is damaged",
    ),
    "a sheet's part missing": (
        lambda: zipped({name: part for name, part in parts_of(plain()).items() if "sheet2" not in name}),
        "is damaged",
    ),
    "no list of sheets": (
        lambda: zipped({name: part for name, part in parts_of(plain()).items() if "workbook" not in name}),
        "is damaged",
    ),
    "a text that is not there": (
        lambda: with_sheet(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
        "is damaged",
    ),
    "a cell of another row": (lambda: with_sheet(b'<row r="1"><c r="A2"><v>1</v></c></row>'), "is damaged"),
    "a cell of row 12 in row 2": (
        lambda: with_sheet(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A12"><v>2</v></c></row>'),
        "is damaged",
    ),
    "a cell twice": (
        lambda: with_sheet(b'<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'),
        "is damaged",
    ),
    "a row twice": (
        lambda: with_sheet(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>'),
        "is damaged",
    ),
    "broken markup": (lambda: with_sheet(b'<row r="1"><c r="A1">'), "is damaged"),
    "many texts": (
        lambda: _shared(
            b"<si><t>" + b"x" * 32_000 + b"</t></si>" + (b"<si><t>" + b"y" * 32_000 + b"</t></si>") * 3_900
        ),
        "more text",
    ),
    "one long text": (lambda: _shared(b"<si><t>" + b"x" * 10_000_000 + b"</t></si>"), "in one cell"),
    "one text of many pieces": (lambda: _shared(b"<si>" + b"<r><t>pound</t></r>" * 700_000 + b"</si>"), "in one cell"),
    "one long figure": (
        lambda: with_sheet(b'<row r="1"><c r="A1"><v>' + b"9" * 10_000_000 + b"</v></c></row>"),
        "in one cell",
    ),
    "deeply nested": (lambda: with_sheet(b"<x>" * 1_400_000 + b"</x>" * 1_400_000), "is damaged"),
    "a million formats": (lambda: _styles(1_000_000), "formats of cells"),
}
"""What each is, how it is made, and words of its refusal."""
