"""Letters and reports as Word files: frozen blocks in, `.docx` bytes out. The same blocks always give the same bytes.

A document says its title and that it is in British English; its headings are real headings, the header row of a table
is repeated on every page, and a picture carries the words that stand for it.
"""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reports.cells import as_text
from reports.documents import Block, Bullets, Document, Heading, PageBreak, Paragraph, Picture, Table

if TYPE_CHECKING:
    from docx.document import Document as WordFile
    from docx.section import Section
    from docx.table import _Cell, _Row
    from docx.text.paragraph import Paragraph as WordParagraph

LANGUAGE = "en-GB"
FONT = "Arial"
INK = "1F2933"
RULE = "8A949E"
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 21.0, 29.7, 2.2
"""Centimetres: A4, and the margin on each side."""
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
SIZES = {"Heading 1": 18, "Heading 2": 14, "Heading 3": 12}
BODY, CROWDED = 11, 9
"""Points: of the text, and of a table with many columns."""
MANY_COLUMNS = 5
NARROWEST, WIDEST, LONGEST_WORD = 5, 60, 18
"""Letters that a column is given room for, at least and at most, when columns share the width of a page; and how long
a word may be that is not broken."""
LETTER, PADDING = 0.0215, 0.4
"""Centimetres: a bold letter for each point of its size, and the room on both sides of a cell's text."""
THIN, THIN_LETTERS = 0.45, "ijlft.,;:'-r"
"""How much narrower than the others these letters are."""
SAVED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file's own time, which Word keeps without a zone; it says nothing
ZIPPED = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can say."""


def docx(document: Document) -> bytes:
    """The document as a Word file."""
    import docx as word

    file = word.Document()
    _set_up(file, as_text(document.title))
    for block in document.blocks:
        _write(file, block)
    saved = BytesIO()
    file.save(saved)
    return _without_times(saved)


def _without_times(saved: BytesIO) -> bytes:
    """The same file, packed without the time at which it was."""
    packed = BytesIO()
    with ZipFile(saved) as parts, ZipFile(packed, "w", ZIP_DEFLATED) as file:
        for name in parts.namelist():
            file.writestr(ZipInfo(name, ZIPPED), parts.read(name), ZIP_DEFLATED)
    return packed.getvalue()


def _set_up(file: "WordFile", title: str) -> None:
    """The file's title, language, page and looks."""
    from docx.oxml.ns import qn
    from docx.shared import Cm

    about = file.core_properties
    about.title, about.language, about.author, about.comments = title, LANGUAGE, "", ""
    about.created = about.modified = SAVED
    for relation in list(file.part.package.rels.values()):
        if relation.reltype.endswith("/thumbnail"):
            del file.part.package.rels[relation.rId]  # a picture of the library's own, of another document
    for language in (*file.styles.element.iter(qn("w:lang")), *file.settings.element.iter(qn("w:themeFontLang"))):
        language.set(qn("w:val"), LANGUAGE)
    section = file.sections[0]
    section.page_width, section.page_height = Cm(PAGE_WIDTH), Cm(PAGE_HEIGHT)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(MARGIN)
    _set_styles(file)
    _set_foot(section, title)


def _set_styles(file: "WordFile") -> None:
    """One typeface, dark ink, and headings that differ by size."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor
    from docx.styles.style import ParagraphStyle

    for name in ("Normal", "Caption", "Footer", *SIZES):
        style = file.styles[name]
        assert isinstance(style, ParagraphStyle)  # noqa: S101 - the library's own template has them
        style.font.name, style.font.size = FONT, Pt(SIZES.get(name, BODY))
        style.font.color.rgb = RGBColor.from_string(INK)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)  # a theme's typeface would take the place of ours
        style.paragraph_format.space_after = Pt(4 if name == "Caption" else 8)
        style.paragraph_format.line_spacing = 1.15
    file.styles["Caption"].paragraph_format.keep_with_next = True
    file.styles["Caption"].paragraph_format.space_before = Pt(10)


def _set_foot(section: "Section", title: str) -> None:
    """The title and the number of the page, at the foot of each."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    foot = section.footer.paragraphs[0]
    foot.add_run(f"{title}. Page ").font.size = Pt(CROWDED)
    field, shown = OxmlElement("w:fldSimple"), foot.add_run("1")
    field.set(qn("w:instr"), "PAGE")
    shown.font.size = Pt(CROWDED)
    field.append(shown._r)
    foot._p.append(field)


def _write(file: "WordFile", block: Block) -> None:
    match block:
        case Heading(text, level):
            file.add_heading(as_text(text), level)
        case Paragraph(text, strong):
            file.add_paragraph().add_run(as_text(text)).bold = strong or None
        case Bullets(items):
            for item in items:
                file.add_paragraph(as_text(item), "List Bullet")
        case Table():
            _write_table(file, block)
        case PageBreak():
            _break_page(file)
        case _:
            _write_picture(file, block)


def _break_page(file: "WordFile") -> None:
    from docx.enum.text import WD_BREAK

    file.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _write_picture(file: "WordFile", picture: Picture) -> None:
    """As wide as the text; a screen reader says what stands in for it."""
    from docx.shared import Cm

    properties = file.add_picture(BytesIO(picture.png), Cm(TEXT_WIDTH))._inline.docPr
    properties.set("descr", as_text(picture.alt))


def _write_table(file: "WordFile", table: Table) -> None:
    """Ruled between rows; its rows stay whole, its header row returns on each page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    caption = as_text(table.caption)
    file.add_paragraph(caption, "Caption")
    rows = (table.columns, *table.rows)
    if any(len(row) != len(table.columns) for row in table.rows):
        raise ValueError(f"A row of the table {caption!r} does not have a cell for each column")
    drawn = file.add_table(len(rows), len(table.columns))
    drawn.autofit = False
    about = drawn._tbl.tblPr
    about.append(_borders())
    words = OxmlElement("w:tblCaption")
    words.set(qn("w:val"), caption)
    about.append(words)
    points = CROWDED if len(table.columns) > MANY_COLUMNS else BODY - 1
    widths, size = [Cm(width) for width in _widths(rows, points)], Pt(points)
    for column, width in zip(drawn.columns, widths, strict=True):
        column.width = width
    for number, (row, texts) in enumerate(zip(drawn.rows, rows, strict=True)):
        _keep_whole(row, header=number == 0)
        strong = number == 0 or (table.total and number == len(rows) - 1)
        # The cells of a row are found once: each search through them goes over the whole row.
        for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[place]
            _write_cell(cell, as_text(text), size, strong=strong, figure=place in table.figures)
    _space_after(file.add_paragraph())


def _write_cell(cell: "_Cell", text: str, size: int, *, strong: bool, figure: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(2)
    paragraph.paragraph_format.line_spacing = 1
    if figure:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size = size
    run.bold = strong or None


def _keep_whole(row: "_Row", *, header: bool) -> None:
    """A row is not broken over pages; a header row is said to be one, which repeats it."""
    from docx.oxml import OxmlElement

    about = row._tr.get_or_add_trPr()
    about.append(OxmlElement("w:cantSplit"))
    if header:
        about.append(OxmlElement("w:tblHeader"))


def _borders() -> object:
    """Rules above, below and between the rows."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", RULE)):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)
    return borders


def _space_after(paragraph: "WordParagraph") -> None:
    """A little room below a table, which has none of its own."""
    from docx.shared import Pt

    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(8)


def _letters(word: str) -> float:
    """How many letters of common width a word is as long as."""
    return len(word) - THIN * sum(word.count(letter) for letter in THIN_LETTERS)


def _widths(rows: Sequence[Sequence[str]], size: int) -> list[float]:
    """The columns' widths in centimetres, so that words and amounts stay whole; they sum to the width of the text.

    What is left once each column's longest word has room is shared by those whose texts are longer than a word.
    """
    columns = [[line for text in column for line in text.split("\n")] for column in zip(*rows, strict=True)]
    words = [max((_letters(word) for line in column for word in line.split()), default=0) for column in columns]
    needed = [max(min(letters, LONGEST_WORD), NARROWEST) * LETTER * size + PADDING for letters in words]
    longest = [min(max(len(line) for line in column), WIDEST) for column in columns]
    wanted = [max(line - word, 0.0) for line, word in zip(longest, words, strict=True)]
    left = max(TEXT_WIDTH - sum(needed), 0) / max(sum(wanted), 1)
    widths = [least + left * letters for least, letters in zip(needed, wanted, strict=True)]
    return [TEXT_WIDTH * each / sum(widths) for each in widths]
