"""A workbook's package (a ZIP of XML parts), read within limits that its own directory cannot argue with."""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from portfolio.errors import PortfolioError
from portfolio.words import MEGABYTE, file_size

MOST_ENTRIES = 1_000
"""Parts of a package; a workbook of ours has about 20."""

MOST_UNPACKED = 128 * MEGABYTE
"""Bytes of all parts together once unpacked; a ledger of 50,000 rows and 20 columns has 50 million."""

MOST_MARKS = 1_000_000
"""Tags of all parts that are read, which is what reading costs; the claims of 200 awards have 150,000."""

MOST_DEEP = 1_000
"""Tags inside each other; no part has more than about 20, and each takes memory until it ends."""

MOST_OF_A_TAG = 1024 * 1024
"""Bytes of one tag or comment: until it ends, a parser reads it from its beginning again with every chunk."""

_LISTED = b"PK\x01\x02"  # begins every line of a ZIP's directory
_CHUNK = 64 * 1024
_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships|Relationship"
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    LookupError,
    ValueError,
    StopIteration,
)

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main|",
    "http://purl.oclc.org/ooxml/spreadsheetml/main|",
)

Started = Callable[[str, dict[str, str]], Any]


class NotAWorkbook(PortfolioError):
    """A file that cannot be read as a workbook; the sentence says what it is instead, and what to do."""


DAMAGED = (
    "This workbook is damaged, or was only partly sent. "
    "Open it in Excel or LibreOffice, save it as a new .xlsx file, and upload that"
)


@contextmanager
def damage_told() -> Iterator[None]:
    """Whatever a broken package or part makes a reader stumble over is said in one sentence."""
    try:
        yield
    except _DAMAGE as error:
        raise NotAWorkbook(DAMAGED) from error


@dataclass(frozen=True)
class Relation:
    """What one part says of another: its kind (the last word of the type), and the part's name or an address."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of a package by name; names are compared as the format says, without regard to case."""

    def __init__(self, content: bytes, most_marks: int = MOST_MARKS) -> None:
        if content.count(_LISTED) > MOST_ENTRIES:
            raise NotAWorkbook(
                f"This file holds more than {MOST_ENTRIES:,} parts, far more than a workbook needs. {AGAIN}"
            )
        with damage_told():
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        self._most_marks = most_marks
        self._marks: dict[str, int] = {}
        self._entries = {plain_name(entry.filename): entry for entry in entries}
        if len(self._entries) < len(entries):
            raise NotAWorkbook(f"This file holds two parts of one name, so it can be read in two ways. {AGAIN}")
        if any(entry.flag_bits & 1 for entry in entries):
            raise NotAWorkbook("This file is protected by a passphrase. Take the passphrase off, and upload it again")
        self.unpacked = sum(entry.file_size for entry in entries)  # bytes
        if self.unpacked > MOST_UNPACKED:
            most = file_size(MOST_UNPACKED)
            raise NotAWorkbook(f"This file unpacks to more than {most}, far more than a workbook needs. {AGAIN}")
        # Unpacking either of these is bounded by what the directory says; other methods unpack a block whole.
        if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
            raise NotAWorkbook(f"This file is packed in a way that no spreadsheet program uses. {AGAIN}")

    def __contains__(self, name: str) -> bool:
        return plain_name(name) in self._entries

    @property
    def names(self) -> list[str]:
        """Every part's name in small letters, in the package's order."""
        return list(self._entries)

    @property
    def has_macros(self) -> bool:
        """Whether there are small programs in it."""
        return any(name.endswith("vbaproject.bin") for name in self._entries)

    @property
    def entries(self) -> list[zipfile.ZipInfo]:
        """Every line of the directory, folders too, in its order."""
        return self._zip.infolist()

    @property
    def directory(self) -> int:
        """Where the directory starts, in bytes."""
        return self._zip.start_dir

    @property
    def comment(self) -> bytes:
        """What the archive says of itself at its end."""
        return self._zip.comment

    def read(self, name: str) -> bytes:
        """A part's bytes. Raises NotAWorkbook where it is missing or broken."""
        with damage_told():
            return self._zip.read(self._entries[plain_name(name)])

    def names_tag(self, name: str, tag: str) -> bool:
        """Whether a part may hold a tag: where it cannot, nobody needs to go through its million blank rows."""
        content = self.read(name)
        return tag.encode() in content or b"\0" in content[:4]  # in two-byte text the tag cannot be seen so

    def walk(self, name: str, parser: expat.XMLParserType, after_chunk: Callable[[], Any] | None = None) -> None:
        """Feed a whole part to a parser."""
        for _ in self.walking(name, parser):
            if after_chunk is not None:
                after_chunk()

    def walking(self, name: str, parser: expat.XMLParserType) -> Iterator[None]:
        """Feed a part to a parser chunk by chunk. Raises NotAWorkbook: broken, too long, or with definitions in it."""
        parser.StartDoctypeDeclHandler = no_definitions
        parser.buffer_text = True
        self._marks[name] = depth = fed = 0
        with damage_told():
            stream = self._zip.open(self._entries[plain_name(name)])
        with stream:
            while True:
                with damage_told():
                    chunk = stream.read(_CHUNK)
                self.charge(name, chunk.count(b"<"))
                if b"\0" not in chunk:  # in two-byte text the tags cannot be counted so
                    depth += chunk.count(b"<") - 2 * chunk.count(b"</") - chunk.count(b"/>")
                if depth > MOST_DEEP:
                    raise NotAWorkbook(DAMAGED)
                with damage_told():
                    parser.Parse(chunk, not chunk)
                if not chunk:
                    return
                fed += len(chunk)
                if fed - parser.CurrentByteIndex > MOST_OF_A_TAG:
                    raise NotAWorkbook(DAMAGED)
                yield

    def charge(self, name: str, marks: int) -> None:
        """Count what reading a part costs, in tags or what takes as long. Raises NotAWorkbook where it is too much."""
        self._marks[name] += marks
        if sum(self._marks.values()) > self._most_marks:
            raise NotAWorkbook(f"This workbook holds far more cells than are needed, many of them blank. {COPY}")

    def relations(self, name: str) -> dict[str, Relation]:
        """A part's relations by their id; none where the part has no list of them."""
        folder, own = posixpath.split(name)
        listed = posixpath.join(folder, "_rels", own + ".rels")
        found: dict[str, Relation] = {}

        def start(tag: str, values: dict[str, str]) -> None:
            if tag == _RELATION:
                external = values.get("TargetMode") == "External"
                target = values["Target"]
                if not external:
                    target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                found[values["Id"]] = Relation(values["Type"].rpartition("/")[2], target, external)

        if listed in self:
            self.walk(listed, parser_of(start))
        return found

    def rewritten(self, changes: Mapping[str, bytes | None]) -> bytes:
        """The package with some parts changed, added, or left out (None); every other part as it was sent."""
        left = {plain_name(name): content for name, content in changes.items()}
        out = io.BytesIO()
        with damage_told(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name, entry in self._entries.items():
                content = left.pop(name, b"") if name in left else self._zip.read(entry)
                if content is not None:
                    new.writestr(zipfile.ZipInfo(entry.filename, entry.date_time), content, zipfile.ZIP_DEFLATED)
            for name, content in changes.items():
                if left.get(plain_name(name)) is not None and content is not None:
                    new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()


AGAIN = "Open it in Excel or LibreOffice, save it as a new .xlsx file, and upload that"
COPY = "Begin again with a fresh copy of the workbook, put your figures into it as values, and upload that"


def tags(name: str) -> frozenset[str]:
    """How a tag of a spreadsheet's part is called: in the format's usual form, and in its strict one."""
    return frozenset(main + name for main in MAIN)


def own_name(tag: str) -> str:
    """A spreadsheet's own tag without its namespace; nothing for a tag of another one."""
    space, mark, name = tag.rpartition("|")
    return name if space + mark in MAIN else ""


def parser_of(
    start: Started, end: Callable[[str], Any] | None = None, text: Callable[[str], Any] | None = None
) -> expat.XMLParserType:
    """A parser that calls `start` with every tag as `namespace|name` and its values, `end` and `text` as they come."""
    parser = expat.ParserCreate(namespace_separator="|")
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    return parser


def plain_name(name: str) -> str:
    """A part's name as names are compared: without regard to case, or to how its folders are separated."""
    return name.replace("\\", "/").lstrip("/").lower()


def no_definitions(*_: object) -> None:
    """Refuses a part that defines entities: a few bytes of them unpack to millions."""
    raise NotAWorkbook(f"This workbook holds definitions of its own (a DTD), as no spreadsheet program writes. {AGAIN}")
