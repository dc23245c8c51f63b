"""The progress report as a Word file, made of the blocks that its page shows."""

from collections.abc import Iterator

from portfolio.progress.charts import Drawn
from portfolio.progress.gathering import Gathered
from portfolio.progress.telling import Report, report_of
from reports.charts import alt, png
from reports.documents import Block, Document, Heading, Paragraph, Picture, Table
from reports.word import docx


def report_file(told: Gathered) -> tuple[str, bytes]:
    """The report under its name; the same figures always give the same bytes."""
    report = report_of(told)
    name = f"progress-{told.csp.key}-{told.quarter.year.slug}-{told.quarter.name.lower()}.docx"
    return name, docx(Document(f"{report.title}, {told.csp.name}", tuple(_blocks(told, report))))


def _blocks(told: Gathered, report: Report) -> Iterator[Block]:
    yield Heading(report.title)
    yield Paragraph(told.csp.name, strong=True)
    yield Paragraph(report.about)
    rows = tuple((each.label, each.figure, each.note) for each in report.key)
    yield Table("Key figures", ("Figure", "Amount", "What it means"), rows, frozenset({1}))
    for section in report.sections:
        yield Heading(section.title, 2)
        for block in section.blocks:
            if isinstance(block, Drawn):
                yield Paragraph(block.chart.as_table().caption, strong=True)
                yield Picture(png(block.chart), alt(block.chart))
            else:
                yield block
