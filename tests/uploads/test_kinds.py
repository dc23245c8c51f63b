"""A file is what its content says: what people prove spending with is taken, what could do harm is refused."""

import struct
import zipfile
from contextlib import suppress
from itertools import product

import pytest

from portfolio.uploads import kinds
from portfolio.uploads.kinds import NotTaken, fitting_name, kind_of
from tests.uploads.samples import MAIL, MAIN, PDF, PNG, compound_file, open_document, open_xml, zipped

TAKEN = {
    "invoice.pdf": PDF,
    "scan.pdf": b"\xef\xbb\xbf\r\n" + PDF,
    "photo.png": PNG,
    "photo.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "photo.gif": b"GIF89a" + bytes(20),
    "photo.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "scan.tif": b"II*\x00" + bytes(20),
    "fax.tiff": b"MM\x00*" + bytes(20),
    "IMG_0001.HEIC": b"\x00\x00\x00\x18ftypheic" + bytes(20),
    **{f"report{ending}": open_xml(main) for ending, main in MAIN.items()},
    "report.odt": open_document("text"),
    "report.ods": open_document("spreadsheet", {"META-INF/manifest.xml": b"<manifest/>"}),
    "report.odp": open_document("presentation"),
    "old.doc": compound_file("1Table", "WordDocument", "Data", "\x05SummaryInformation"),
    "old.xls": compound_file("Workbook"),
    "older.xls": compound_file("Book"),
    "old.ppt": compound_file("Current User", "PowerPoint Document"),
    "long.doc": compound_file("WordDocument", padding=128 * 112),
    "mail.msg": compound_file("__nameid_version1.0", "__properties_version1.0", below="WordDocument"),
    "mail.eml": MAIL,
    "ledger.csv": 'Date,£\r\n1/4/2025," 1,017.26 "\r\n'.encode("cp1252"),
    "excel.csv": "Datum\t£\r\n".encode("utf-16"),
    "notes.txt": "\ufeffWhat was bought: pens — 40.\n".encode(),
    "README": b"Plain: text\n",
    "mac.tsv": b"a\tb\x0c\n",
}
MEANT = {"scan.pdf": ".pdf", "fax.tiff": ".tif", "IMG_0001.HEIC": ".heic", "older.xls": ".xls", "long.doc": ".doc"} | {
    "excel.csv": ".csv",
    "mac.tsv": ".txt",
    "README": ".txt",
}


@pytest.mark.parametrize("name", TAKEN)
def test_it_is_known_by_its_content(name: str) -> None:
    kind = kind_of(name, TAKEN[name])
    assert kind.endings[0] == MEANT.get(name, name[name.rfind(".") :])
    if kind.media_type.startswith("text/"):
        return
    for other in ("photo.jpg", "page.html", "run.exe", "nothing"):
        assert kind_of(other, TAKEN[name]) == kind, "whatever it is named"


REFUSED = {
    "page.html": (b" \r\n<!DOCTYPE html><script>alert(1)</script>", kinds.IS_PAGE),
    "invoice.pdf": (b"<html><body>%PDF-1.4 %%EOF", kinds.IS_PAGE),
    "invoice.csv": (b"\xef\xbb\xbf\x0c<html>\x80", kinds.IS_PAGE),
    "drawing.png": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', kinds.IS_PAGE),
    "cut.pdf": (PDF[:30], kinds.DAMAGED),
    "run.exe": (b"MZ\x90\x00\x03\x00", kinds.OTHER),
    "run.txt": (b"#!/bin/sh\nrm -r .\n", kinds.OTHER),
    "run.csv": (b"\x7fELF\x02\x01\x01", kinds.OTHER),
    "letter.rtf": (b"{\\rtf1 {\\object }}", kinds.OTHER),
    "utf16.txt": (b"\xff\xfea", kinds.OTHER),
    "no-windows.txt": (b"a\x81b", kinds.OTHER),
    "run.js": (b"alert(1)", kinds.TEXT_NAMED_OTHERWISE),
    "run.bat": (b"del *.*\r\n", kinds.TEXT_NAMED_OTHERWISE),
    "film.mp4": (b"\x00\x00\x00\x18ftypisom" + bytes(8), kinds.OTHER),
    "files.zip": (zipped({"a.txt": b"a", "mimetypes": b""}), kinds.IS_ARCHIVE),
    "many.docx": (b"PK\x03\x04" + b"PK\x01\x02" * 5_001, kinds.IS_ARCHIVE),
    "cut.docx": (open_xml(MAIN[".docx"])[:60], kinds.DAMAGED),
    "odd.docx": (zipped({"[Content_Types].xml": b"x" * 99}, zipfile.ZIP_BZIP2), kinds.DAMAGED),
    "drawing.vsdx": (open_xml("application/vnd.ms-visio.drawing.main+xml"), kinds.OTHER),
    "macros.docm": (open_xml("application/vnd.ms-word.document.macroEnabled.main+xml"), kinds.HAS_MACROS),
    "hidden.xlsx": (open_xml(MAIN[".xlsx"], **{"xl/vbaProject.bin": b""}), kinds.HAS_MACROS),
    "basic.ods": (open_document("spreadsheet", {"Basic/script-lc.xml": b""}), kinds.HAS_MACROS),
    "secret.odt": (open_document("text", {"META-INF/manifest.xml": b"<encryption-data/>"}), kinds.IS_PROTECTED),
    "drawing.odg": (open_document("graphics"), kinds.OTHER),
    "secret.xlsx": (compound_file("EncryptionInfo", "EncryptedPackage"), kinds.IS_PROTECTED),
    "macros.doc": (compound_file("Macros", "WordDocument", below="VBA"), kinds.HAS_MACROS),
    "setup.msi": (compound_file("\u4840\u3f7f"), kinds.OTHER),
    "only.doc": (compound_file("Thing", below="WordDocument"), kinds.OTHER),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_a_sentence(name: str) -> None:
    content, sentence = REFUSED[name]
    with pytest.raises(NotTaken) as refused:
        kind_of(name, content)
    assert (refused.value.sentence, refused.value.field) == (sentence, "file")


def test_a_document_whose_parts_are_encrypted() -> None:
    content = bytearray(zipped({"mimetype": b"x"}))
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(NotTaken, match="password"):
        kind_of("a.odt", bytes(content))


def test_a_list_that_unpacks_to_more_than_a_file_may_have_is_not_unpacked() -> None:
    bomb = zipped({"[Content_Types].xml": b" " * 50_000_000 + MAIN[".docx"].encode()})
    assert len(bomb) < 100_000
    with pytest.raises(NotTaken):
        kind_of("bomb.docx", bomb)


def test_old_files_that_are_damaged_lead_to_no_harm() -> None:
    whole = compound_file("WordDocument", "Data", "1Table", "0Table", "Other")
    circle = bytearray(whole)
    struct.pack_into("<I", circle, 512 * 3, 0)  # the directory's first sector follows itself
    broken = [whole[:length] for length in (8, 40, 100, 512, 700, 1536)]
    endless = bytearray(whole)  # the table is named by sectors that name themselves, over and over
    struct.pack_into("<II", endless, 68, 0, 0x7FFFFFFF)
    struct.pack_into("<128I", endless, 512, *[0] * 128)
    broken += [bytes(circle), bytes(endless).ljust(1_000_000, b"\x00"), whole[:30] + b"\x05\x00" + whole[32:]]
    for place, number in product((44, 48, 68, 72, 76, 512 * 3, 512 + 76), (0, 1, 3, 0x7FFFFFFF, 0xFFFFFFFE)):
        changed = bytearray(whole)
        struct.pack_into("<I", changed, place, number)
        broken.append(bytes(changed))
    for content in broken:
        with suppress(NotTaken):
            assert kind_of("old.doc", content) is kinds.DOC


@pytest.mark.parametrize(
    ("name", "kind", "fitting"),
    [
        ("photo.JPEG", kinds.JPEG, "photo.JPEG"),
        ("photo.pdf", kinds.PNG, "photo.pdf.png"),
        ("evil.html", kinds.GIF, "evil.html.gif"),
        ("invoice", kinds.PDF, "invoice.pdf"),
        ("notes.txt", kinds.TXT, "notes.txt"),
    ],
)
def test_names_say_what_a_file_is(name: str, kind: kinds.Kind, fitting: str) -> None:
    assert fitting_name(name, kind) == fitting


def test_browsers_offer_what_is_taken() -> None:
    offered = set(kinds.ACCEPT.split(","))
    assert offered <= {
        ending for kind in vars(kinds).values() if isinstance(kind, kinds.Kind) for ending in kind.endings
    }
