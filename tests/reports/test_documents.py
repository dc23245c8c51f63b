"""Word documents: read back by the library that writes them, and as the parts that they are made of."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document as WordFile

from reports.documents import Bullets, Document, Heading, PageBreak, Paragraph, Picture, Table
from reports.word import docx

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000020001"
    "48afa4710000000049454e44ae426082"
)
AMOUNTS = Table(
    "What is awarded",
    ("Stream", "Asked for", "Awarded"),
    (("Labour", "£8,000.00", "£7,500.00"), ("Total", "£8,000.00", "£7,500.00")),
    figures=frozenset({1, 2}),
    total=True,
)
MANY = Table("By quarter", ("Cost", "Q1", "Q2", "Q3", "Q4", "Total"), (("Pay", *["£1.00"] * 4, "£4.00"),))
LETTER = Document(
    "Decision on SVD-25-04",
    (
        Heading("Decision on SVD-25-04"),
        Paragraph("To Lena Marsh\nDorset Council"),
        Paragraph("Dorset CSP", strong=True),
        Heading("What is awarded", 2),
        AMOUNTS,
        MANY,
        Bullets(("Claim each quarter", "Say \x00 what is not spent 🙂")),
        PageBreak(),
        Picture(PNG, "Asked and awarded, by stream"),
    ),
)


@pytest.fixture(scope="module")
def file() -> bytes:
    """The letter as a file."""
    return docx(LETTER)


def test_the_same_document_gives_the_same_bytes(file: bytes) -> None:
    assert docx(LETTER) == file
    with ZipFile(BytesIO(file)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "docProps/thumbnail.jpeg" not in parts.namelist()


def test_it_says_its_title_and_its_language(file: bytes) -> None:
    about = WordFile(BytesIO(file)).core_properties
    assert (about.title, about.language, about.author) == ("Decision on SVD-25-04", "en-GB", "")
    with ZipFile(BytesIO(file)) as parts:
        for part in ("word/styles.xml", "word/settings.xml"):
            assert b'w:val="en-US"' not in parts.read(part)
    assert WordFile(BytesIO(file)).sections[0].footer.paragraphs[0].text.startswith("Decision on SVD-25-04. Page ")


def test_what_is_written_is_what_is_read(file: bytes) -> None:
    found = [
        (each.style.name if each.style else "", each.text) for each in WordFile(BytesIO(file)).paragraphs if each.text
    ]
    assert found == [
        ("Heading 1", "Decision on SVD-25-04"),
        ("Normal", "To Lena Marsh\nDorset Council"),
        ("Normal", "Dorset CSP"),
        ("Heading 2", "What is awarded"),
        ("Caption", "What is awarded"),
        ("Caption", "By quarter"),
        ("List Bullet", "Claim each quarter"),
        ("List Bullet", "Say ␀ what is not spent 🙂"),
    ]
    amounts, many = WordFile(BytesIO(file)).tables
    assert [[cell.text for cell in row.cells] for row in amounts.rows] == [
        list(AMOUNTS.columns),
        *map(list, AMOUNTS.rows),
    ]
    assert len(many.columns) == 6


def test_tables_and_pictures_are_accessible(file: bytes) -> None:
    written = WordFile(BytesIO(file))
    words = written.element.xml
    assert 'descr="Asked and awarded, by stream"' in words
    assert words.count("<w:tblHeader/>") == len(written.tables) == 2
    assert '<w:tblCaption w:val="What is awarded"/>' in words
    last = written.tables[0].rows[-1].cells
    assert [cell.paragraphs[0].runs[0].bold for cell in last] == [True] * 3
    assert [cell.paragraphs[0].alignment for cell in last] == [None, 2, 2]  # 2 is to the right


def test_a_row_has_a_cell_for_each_column() -> None:
    short = Document("A table", (Heading("A table"), Table("Short", ("One", "Two"), (("1",),))))
    with pytest.raises(ValueError, match="the table 'Short'"):
        docx(short)
