"""The comparison as files: the same view, all of it, as a workbook and as CSV."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from portfolio.comparison import exporting
from portfolio.comparison.views.looking import Look, room, something_at
from portfolio.people.rules import Act
from portfolio.uploads.kinds import XLSX
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import session
from portfolio.web.downloads import csv_download, file_download
from reports.comparison import HEADINGS, proved_comparison


@room.get("/decisions/compare/file.csv")
@allow(Act.COMPARE)
def csv() -> Any:
    """Every proposal of the view, written while it is sent."""
    look = something_at()
    return csv_download(f"{_name(look)}.csv", HEADINGS, _lines(look))


def _lines(look: Look) -> Iterator[list[str | Decimal]]:
    # The session is asked for here, where the sending is under way: the view's own is closed by then, and one that is
    # used again is never given back.
    found = exporting.everything(session(), look.at, look.form.order.data)
    for line in exporting.lines_of(session(), look.at, found):
        yield exporting.cells_of(line)


@room.get("/decisions/compare/file.xlsx")
@allow(Act.COMPARE)
def workbook() -> Any:
    """What was chosen, side by side, and every proposal; read back before anyone gets it."""
    look = something_at()
    content = exporting.content_of(
        session(),
        look.at,
        look.form.order.data,
        name=look.name,
        chosen=(
            ("Partnerships", look.csp.name if look.csp else "All within reach"),
            ("Years", look.years),
            *look.form.read(),
            *([("Scores not shown to whoever made it", ", ".join(look.unseen))] if look.unseen else []),
        ),
        by=viewer().name,
        now=moment(),
    )
    return file_download(f"{_name(look)}.xlsx", proved_comparison(content), XLSX.media_type)


def _name(look: Look) -> str:
    return f"proposals-{look.csp.key if look.csp else 'all'}-{look.at.years[0].slug}-{look.at.years[-1].slug}"
