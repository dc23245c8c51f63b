"""Grants as the spreadsheet of the 360Giving Data Standard: headings in the first row, which its readers rely on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import zip_longest

from reports.proving import NotReconciled
from reports.reading import reads_as, rows_of
from reports.sheets import letters
from reports.workbook import new_file

Cell = str | int | float | None
Path = tuple[str | int, ...]
"""Where a value stands in the JSON: names of fields, and numbers of entries of a list."""
GRANTS, META = "grants", "Meta"
WIDEST = 60
"""Characters; a longer text is wrapped."""


def grants_workbook(
    *,
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    meta: Sequence[tuple[str, str]],
    created: datetime,
) -> bytes:
    """The workbook with the grants as a named table and what is said of them all; raises NotReconciled.

    Texts are such as a cell can hold. Days are text as the standard writes them, amounts are figures; an empty cell is
    a field that a grant has not.
    """
    out = BytesIO()
    file = new_file(out)
    moment = created.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    file.set_properties({"title": title, "subject": "360Giving Data Standard", "created": moment})
    wrapped = file.add_format({"text_wrap": True, "valign": "top"})
    money = file.add_format({"num_format": "#,##0.00", "valign": "top"})
    sheet = file.add_worksheet(GRANTS)
    for place, heading in enumerate(headings):
        widest = max([len(heading) + 4, *(len(str(row[place] or "")) + 2 for row in rows)])
        sheet.set_column(place, place, min(widest, WIDEST))
    columns = [{"header": heading} for heading in headings]
    sheet.add_table(0, 0, len(rows), len(headings) - 1, {"name": "Grants", "columns": columns})
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, place, cell, wrapped)
            elif cell is not None:
                sheet.write_number(number, place, cell, money)
    sheet.freeze_panes(1, 2)
    about = file.add_worksheet(META)
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 2 * WIDEST)
    for number, (name, value) in enumerate(meta):
        about.write_string(number, 0, name)
        about.write_string(number, 1, value, wrapped)
    file.close()
    written = out.getvalue()
    found = [*_differences(written, GRANTS, [headings, *rows]), *_differences(written, META, meta)]
    if found:
        raise NotReconciled(found)
    return written


def _differences(workbook: bytes, name: str, said: Sequence[Sequence[Cell]]) -> list[str]:
    """What another library reads otherwise than it was to be written."""
    return [
        f"{name}!{letters(place)}{number} is {there!r}, and should be {right!r}"
        for number, (line, row) in enumerate(zip_longest(said, rows_of(workbook, name), fillvalue=()), start=1)
        for place, (right, there) in enumerate(zip_longest(line, row))
        if not reads_as(right, there)
    ]
