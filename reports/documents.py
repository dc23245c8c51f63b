"""What stands in letters and reports: frozen blocks, which a page shows and `reports.word` writes as a Word file."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Heading:
    """A heading; a document begins with one of level 1 and leaves no level out."""

    kind: ClassVar = "heading"

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; a line break in its text stays one."""

    kind: ClassVar = "paragraph"

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list."""

    kind: ClassVar = "bullets"

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table with its caption above; `figures` are the numbers of its right-aligned columns, `total` its last row."""

    kind: ClassVar = "table"

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()
    total: bool = False


@dataclass(frozen=True)
class Picture:
    """A PNG picture, as wide as the text, and the words that stand for it."""

    kind: ClassVar = "picture"

    png: bytes
    alt: str


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a new page."""

    kind: ClassVar = "break"


Block = Heading | Paragraph | Bullets | Table | Picture | PageBreak


@dataclass(frozen=True)
class Document:
    """A document: the title that its file and the foot of its pages carry, and what stands in it."""

    title: str
    blocks: tuple[Block, ...]
