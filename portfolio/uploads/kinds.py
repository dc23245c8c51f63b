"""What a file is, by its content: never by its name, nor by what a browser says of it.

Taken are the kinds that people prove spending with. What could run, hide other files or show itself as a page of the
site is not: web pages, drawings in SVG, programs, archives, documents with macros. Nothing is unpacked to find out but
two small lists inside a document.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from portfolio.errors import PortfolioError
from portfolio.uploads import compound
from portfolio.words import MEGABYTE

TAKEN = (
    "PDF, pictures (JPEG, PNG, HEIC, TIFF, GIF, WebP), Word, Excel, PowerPoint and OpenDocument files without macros, "
    "CSV, plain text, and e-mails (EML, MSG)"
)
ACCEPT = (
    ".pdf,.jpg,.jpeg,.png,.heic,.tif,.tiff,.gif,.webp,"
    ".docx,.xlsx,.pptx,.odt,.ods,.odp,.doc,.xls,.ppt,.csv,.txt,.eml,.msg"
)
"""What browsers offer to choose; they do not hold anybody to it."""
MOST_PARTS = 5_000
"""Files inside a document; more would take long to list."""
MOST_LIST = MEGABYTE
"""How much of a list inside a document is read, in bytes."""
MOST_HEADERS = 64 * 1024
"""How far the headers of an e-mail are read, in letters."""


class NotTaken(PortfolioError):
    """A file of a kind that is not taken, or one that cannot be read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, "file")


@dataclass(frozen=True)
class Kind:
    """A kind of file: what people call it, what browsers are told, and how its names end (the usual one first)."""

    name: str
    media_type: str
    endings: tuple[str, ...]


PDF = Kind("PDF", "application/pdf", (".pdf",))
PNG = Kind("picture", "image/png", (".png",))
JPEG = Kind("picture", "image/jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"))
GIF = Kind("picture", "image/gif", (".gif",))
WEBP = Kind("picture", "image/webp", (".webp",))
TIFF = Kind("picture", "image/tiff", (".tif", ".tiff"))
HEIC = Kind("picture", "image/heic", (".heic", ".heif", ".hif"))
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCX = Kind("Word", f"{_OPEN_XML}wordprocessingml.document", (".docx",))
XLSX = Kind("Excel", f"{_OPEN_XML}spreadsheetml.sheet", (".xlsx",))
PPTX = Kind("PowerPoint", f"{_OPEN_XML}presentationml.presentation", (".pptx",))
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
ODT = Kind("OpenDocument", f"{_OPEN_DOCUMENT}text", (".odt",))
ODS = Kind("OpenDocument", f"{_OPEN_DOCUMENT}spreadsheet", (".ods",))
ODP = Kind("OpenDocument", f"{_OPEN_DOCUMENT}presentation", (".odp",))
DOC = Kind("Word", "application/msword", (".doc",))
XLS = Kind("Excel", "application/vnd.ms-excel", (".xls",))
PPT = Kind("PowerPoint", "application/vnd.ms-powerpoint", (".ppt",))
MSG = Kind("e-mail", "application/vnd.ms-outlook", (".msg",))
EML = Kind("e-mail", "message/rfc822", (".eml",))
CSV = Kind("CSV", "text/csv", (".csv",))
TXT = Kind("text", "text/plain", (".txt", ".tsv", ".md", ".log"))

_PICTURES = (
    (rb"\x89PNG\r\n\x1a\n.{4}IHDR", PNG),
    (rb"\xff\xd8\xff", JPEG),
    (rb"GIF8[79]a", GIF),
    (rb"RIFF.{4}WEBP", WEBP),
    (rb"II\*\x00|MM\x00\*", TIFF),
    (rb".{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1)", HEIC),
)
_OLD_OFFICE = (
    ({"WordDocument"}, DOC),
    ({"Workbook", "Book"}, XLS),
    ({"PowerPoint Document"}, PPT),
    ({"__properties_version1.0"}, MSG),
)
_MACROS = {"VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR"}
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_HEADER = re.compile(r"(?P<name>[!-9;-~]+):.*(?:\r?\n[ \t].*)*(?:\r?\n|$)")

DAMAGED = "This file is damaged or cut off. Open it where it was made, save it again, and choose the new file"
HAS_MACROS = "This document can hold macros, which may do harm. Save it without them (as .docx, .xlsx or .pptx)"
IS_PROTECTED = "This document is protected by a password, so that nobody else can read it. Save it without one"
IS_ARCHIVE = "This is an archive of files. Take them out of it, and send each one that is needed"
IS_PAGE = "This is a web page or a drawing in markup. Print it to a PDF, and send that"
OTHER = f"This kind of file is not taken. Send one of these: {TAKEN}"
TEXT_NAMED_OTHERWISE = (
    "This file is plain text, but the end of its name says that it is something else. "
    "If it is a list or a note, rename it to end in .csv or .txt"
)


def kind_of(name: str, content: bytes) -> Kind:
    """What a file is; its name counts only among kinds of text, which nothing else tells apart. Raises NotTaken."""
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        if b"%%EOF" not in content:
            raise NotTaken(DAMAGED)
        return PDF
    for begins, picture in _PICTURES:
        if re.match(begins, content, re.DOTALL):
            return picture
    if content.startswith(b"PK"):
        return _zipped(content)
    if content.startswith(compound.BEGINS):
        return _compound(content)
    return _text(name, content)


def fitting_name(name: str, kind: Kind) -> str:
    """The name with an ending that says what the file is: `photo.pdf` that is a picture becomes `photo.pdf.png`.

    So nobody's computer opens it as what it is not.
    """
    return name if name.lower().endswith(kind.endings) else f"{name}{kind.endings[0]}"


def _zipped(content: bytes) -> Kind:
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        raise NotTaken(IS_ARCHIVE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            return _document(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError, zlib.error) as error:
        raise NotTaken(DAMAGED) from error


def _document(file: zipfile.ZipFile) -> Kind:
    names = set(file.namelist())
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in file.infolist()):
        raise NotTaken(DAMAGED)
    if any(part.flag_bits & 1 for part in file.infolist()):
        raise NotTaken(IS_PROTECTED)
    if "[Content_Types].xml" in names:
        return _open_xml(_list_in(file, "[Content_Types].xml"), names)
    if "mimetype" in names:
        return _open_document(_list_in(file, "mimetype"), names, file)
    raise NotTaken(IS_ARCHIVE)


def _open_xml(types: bytes, names: set[str]) -> Kind:
    if b"macroenabled" in types.lower() or any(name.lower().endswith("vbaproject.bin") for name in names):
        raise NotTaken(HAS_MACROS)
    for kind in (DOCX, XLSX, PPTX):
        if f'"{kind.media_type}.main+xml"'.encode() in types:
            return kind
    raise NotTaken(OTHER)


def _open_document(media_type: bytes, names: set[str], file: zipfile.ZipFile) -> Kind:
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        raise NotTaken(HAS_MACROS)
    if "META-INF/manifest.xml" in names and b"encryption-data" in _list_in(file, "META-INF/manifest.xml"):
        raise NotTaken(IS_PROTECTED)
    for kind in (ODT, ODS, ODP):
        if media_type.strip() == kind.media_type.encode():
            return kind
    raise NotTaken(OTHER)


def _list_in(file: zipfile.ZipFile, name: str) -> bytes:
    with file.open(name) as part:
        return part.read(MOST_LIST)


def _compound(content: bytes) -> Kind:
    try:
        names = compound.names_in(content)
    except compound.Damaged as error:
        raise NotTaken(DAMAGED) from error
    if "EncryptedPackage" in names.top:
        raise NotTaken(IS_PROTECTED)
    if _MACROS & names.every:
        raise NotTaken(HAS_MACROS)
    for wanted, kind in _OLD_OFFICE:
        if wanted & names.top:
            return kind
    raise NotTaken(OTHER)


def _text(name: str, content: bytes) -> Kind:
    text = _decoded(content)
    if text is None or _CONTROLS.search(text) or text.startswith(("#!", "{\\rtf")):
        raise NotTaken(OTHER)
    if text.lstrip("\ufeffï»¿ \t\r\n\f").startswith("<"):
        raise NotTaken(IS_PAGE)
    if _is_mail(text[:MOST_HEADERS]):
        return EML
    ending = re.search(r"\.[^. ]+$", name.lower())
    if ending is None or ending[0] in TXT.endings:
        return TXT
    if ending[0] in CSV.endings:
        return CSV
    raise NotTaken(TEXT_NAMED_OTHERWISE)


def _decoded(content: bytes) -> str | None:
    """A text, as programs on Windows, Macs and Linux write it; None where it is none."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _is_mail(text: str) -> bool:
    """Whether a text begins with the headers that every e-mail has."""
    names, place = set[str](), 0
    while header := _HEADER.match(text, place):
        names.add(header["name"].lower())
        place = header.end()
    return "from" in names and len(names & {"date", "subject", "to", "received", "message-id"}) >= 2
