"""Two returns compared cell by cell: rows by what they are about, and a workbook that is read back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

import reports.reading
from reports.changes import Change, ChangedCell, Compared, Part, compare, in_words
from reports.changes_book import ChangeLine, ChangesContent, LogLine, changes_book, proved_changes
from reports.content import Kind, ReturnContent
from reports.proving import NotReconciled
from reports.returns import book
from reports.sheets import Shape
from tests.reports.content_samples import dorset, empty, first_quarter, one_csp

Place = tuple[str, str, str]


def compared(before: ReturnContent, after: ReturnContent, *, shared: bool = False) -> Compared:
    """Two contents as books, compared."""
    return compare(book(before), book(after), shared_lines_only=shared)


def by_place(found: Compared) -> dict[Place, ChangedCell]:
    """The changed cells by sheet, row and column."""
    return {(cell.sheet, cell.about, cell.column): cell for cell in found.cells}


def content_of(found: Compared) -> ChangesContent:
    """A workbook's content with a line for each cell."""
    return ChangesContent(
        "OPCC return, Q2 2025/26, version 1",
        "OPCC return, Q2 2025/26, version 2",
        (("Not explained", "None"),),
        found,
        tuple(ChangeLine(cell, "a cause", "Yes", "No") for cell in found.cells),
        (LogLine("Claim", "SVD-25-01: claim approved", Decimal("1.50"), None, None, 3, "Summary", "No"),),
        "Fay Lund",
        datetime(2025, 10, 20, 9, tzinfo=UTC),
    )


def test_a_return_is_the_same_as_itself() -> None:
    found = compared(dorset(), dorset())
    assert not found.cells
    assert found.compared > 500
    assert (list(found.only_before), list(found.only_after)) == ([], [])


def test_rows_are_known_by_what_they_are_about_and_not_by_where_they_stand() -> None:
    content = dorset()
    moved = replace(content, interventions=content.interventions[::-1], measures=content.measures[::-1])
    assert not [cell for cell in compared(content, moved).cells if cell.sheet in ("Interventions", "Measures")]


def test_a_changed_amount_and_changed_words_say_both_and_what_lies_between() -> None:
    content = dorset()
    row, *others = content.interventions
    changed = replace(row, award=row.award + Decimal("12.34"), title="Another title", explanation=None)
    found = by_place(compared(content, replace(content, interventions=(changed, *others))))
    about = ", ".join((row.reference, row.csp, row.stream))
    award, title = found["Interventions", about, "Award"], found["Interventions", about, "Title"]
    assert (award.difference, award.mark, award.apart_in_words) == (Decimal("12.34"), "▲", "£12.34")
    assert award.now_in_words != award.was_in_words
    assert award.at is not None
    assert (award.at.sheet, award.at.column) == ("interventions", "award")
    assert (title.difference, title.mark, title.apart_in_words, title.is_figure) == (None, "≠", None, False)
    less = found["Interventions", about, "Outturn less award"]
    assert (less.difference, less.mark) == (Decimal("-12.34"), "▼")


def test_rows_that_one_of_them_has_alone() -> None:
    content = dorset()
    shorter = replace(content, decisions=content.decisions[1:], measures=())
    gone, came = by_place(compared(content, shorter)), by_place(compared(shorter, content))
    first = content.decisions[0]
    about = ", ".join((first.reference, first.csp, first.stream))
    whole = gone["Decisions", about, "Whole row"]
    assert (whole.change, whole.mark, whole.now) == (Change.REMOVED, "−", None)
    assert first.title in whole.was_in_words
    figure = came["Decisions", about, "Requested"]
    assert (figure.change, figure.mark, figure.difference) == (Change.ADDED, "+", first.requested)
    assert figure.was_in_words == "Not there"


def test_a_quarter_s_column_is_one_column_forecast_or_spent() -> None:
    found = compared(first_quarter(), dorset())
    (summary,) = [sheet for sheet in found.sheets if sheet.name == "Summary"]
    assert summary.columns["Q2"][0] == "Q2 forecast, now Q2 actual"
    assert by_place(found)["Summary", "Total", "To date"].part is Part.TOTAL
    added = by_place(found)["Spend by category", "Total", "Q2"]
    assert (added.change, added.heading) == (Change.ADDED, "Q2 actual")
    back = by_place(compared(dorset(), first_quarter()))["Spend by category", "Total", "Q2"]
    assert (back.change, back.at) == (Change.REMOVED, None)


def test_two_rows_about_the_same_are_told_apart() -> None:
    content = dorset()
    twice = replace(content, variations=(*content.variations, replace(content.variations[0], amount=Decimal("9.00"))))
    found = [cell for cell in compared(content, twice).cells if cell.sheet == "Variations"]
    assert {cell.row[-1] for cell in found} == {"(2)"}


def test_returns_that_cover_different_ground_share_lines_only() -> None:
    found = compared(one_csp(), dorset(), shared=True)
    assert {cell.part for cell in found.cells} <= {Part.LINE}
    assert "Checks" not in {sheet.name for sheet in found.sheets}
    other = compared(dorset(), dorset(Kind.HOME_OFFICE))
    assert "Summary" in other.only_before
    assert list(other.only_after) == ["Claim summary"]


def test_figures_in_words() -> None:
    assert in_words(-0.125, Shape.PERCENT) == "−12.5%"
    assert in_words(1204.0, Shape.NUMBER) == "1,204"
    assert in_words(datetime(2025, 6, 16, tzinfo=UTC), Shape.DATE) == "16 June 2025"
    assert in_words("n/a", Shape.PERCENT) == "n/a"


def test_the_workbook_says_both_values_and_is_read_back() -> None:
    content = dorset()
    decision = replace(content.decisions[0], on=date(2025, 6, 17), awarded=Decimal("1.00"))
    later = replace(content, decisions=(decision, *content.decisions[2:]), outputs=content.outputs[1:])
    told = content_of(compared(content, later))
    workbook = proved_changes(told)
    assert workbook == proved_changes(told)
    sheets = {sheet.name: sheet for sheet in changes_book(told).sheets}
    assert list(sheets)[:3] == ["About", "Change log", "Changed cells"]
    table = sheets["Decisions"].table
    lines = list(zip(*table.cells, strict=True))
    which, date_of, minute = (table.places[name] for name in ("Which", "Date", "Minute"))
    assert [line[which] for line in lines][:3] == ["Before", "After", "Difference"]
    assert lines[2][date_of] == "Changed"
    assert lines[2][minute] == "Same"
    assert "Before" in [line[which] for line in lines][3:]


def test_a_comparison_without_differences_says_so() -> None:
    told = replace(content_of(compared(empty(), empty())), log=())
    assert changes_book(told).sheets[1].table.empty
    proved_changes(told)


def test_a_workbook_that_says_something_else_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports.reading, "differences", lambda *_: ["Changed cells!E4 is wrong"])
    with pytest.raises(NotReconciled, match="E4 is wrong"):
        proved_changes(content_of(compared(empty(), empty())))
