"""Workbooks of claims with one fault each, as people and their programs make them; and odd ones that have none."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import Any

from tests.spend.corpus_world import LEVEL_UP, NURSE, OTHERS
from tests.spend.grids import Grid, Shown, Spot, head, put, spot

Place = tuple[str, ...]
"""A sheet, a heading, and what the row's keys say."""


Edits = Mapping[Place, Any] | Callable[[Grid], None]
"""What is typed where, or what is done to the whole."""


class By(Enum):
    """The program that made a workbook."""

    OPENPYXL = "openpyxl, from the form itself"
    XLSXWRITER = "XlsxWriter, anew"
    LIBREOFFICE = "LibreOffice, which opened and saved the form"


@dataclass(frozen=True)
class Case:
    """One change to a workbook that is in order; `broken_workbooks.txt` has the fault that comes of it."""

    name: str
    by: By
    edits: Edits


def edited(grid: Grid, edits: Edits) -> Grid:
    """A copy of a grid with something else in it."""
    copy = deepcopy(grid)
    if callable(edits):
        edits(copy)
    else:
        for at, value in [(spot(copy, *place), value) for place, value in edits.items()]:
            put(copy, at, value)
    return copy


def amount(category: str, reference: str = LEVEL_UP, stream: str = "non-labour") -> Place:
    """Where an amount of Spend is typed."""
    return "Spend", "Amount", reference, stream, category


def beside(place: Place, heading: str) -> Place:
    """Another cell of the same row."""
    return place[0], heading, *place[2:]


def progress(heading: str, reference: str = LEVEL_UP) -> Place:
    """Where something is said of an award."""
    return "Progress", heading, reference


def told(item: str) -> Place:
    """What Start says."""
    return "Start", "Detail", item


TRAINING, PAY, OTHER = amount("training"), amount("pay and on-costs"), amount("other", NURSE, "labour")
NURSE_PAY = amount("pay and on-costs", NURSE, "labour")
NURSE_FORECAST = ("Forecast", "Forecast", NURSE, "non-labour", "Q3")
FORECAST = ("Forecast", "Forecast", LEVEL_UP, "non-labour", "Q3")
EXPLANATION = "Why spend differs from the profile"
WHAT, TRANSACTION = "What it was for", "Ledger or invoice reference"


def without(place: Place) -> Callable[[Grid], None]:
    """The row deleted."""

    def edit(grid: Grid) -> None:
        del grid[place[0]][spot(grid, *place).row]

    return edit


def twice(place: Place) -> Callable[[Grid], None]:
    """The row copied to the end of its table."""
    return lambda grid: grid[place[0]].append(list(grid[place[0]][spot(grid, *place).row]))


def headed(sheet: str, heading: str, new: str | None) -> Callable[[Grid], None]:
    """A heading overwritten."""
    return lambda grid: put(grid, _heading(grid, sheet, heading), new)


def _heading(grid: Grid, sheet: str, heading: str) -> Spot:
    return Spot(sheet, head(grid, sheet), grid[sheet][head(grid, sheet)].index(heading))


def gone(sheet: str) -> Callable[[Grid], None]:
    """A sheet deleted."""

    def edit(grid: Grid) -> None:
        del grid[sheet]

    return edit


def copied(sheet: str) -> Callable[[Grid], None]:
    """A sheet copied."""
    return lambda grid: grid.update({f"{sheet} (2)": [list(row) for row in grid[sheet]]})


_FAULTS: Mapping[str, Edits] = {
    "text in an amount": {TRAINING: "about 500"},
    "text after an amount": {TRAINING: "12.50 approx"},
    "three decimals": {TRAINING: 12.345},
    "three decimals as text": {TRAINING: "12.345"},
    "euros as text": {TRAINING: "€500"},
    "euros by the cell's format": {TRAINING: Shown(500, "[$€-2] #,##0.00")},
    "dollars": {TRAINING: "$500"},
    "a percentage": {TRAINING: Shown(0.25, "0%")},
    "a day in an amount": {TRAINING: date(2025, 7, 1)},
    "a time in an amount": {TRAINING: time(9, 30)},
    "yes in an amount": {TRAINING: True},
    "an amount beyond all grants": {TRAINING: 10_000_000_001},
    "a number without end": {TRAINING: 1e20},
    "powers of ten as text": {TRAINING: "1e5"},
    "not a number": {TRAINING: "NaN"},
    "a broken reference": {TRAINING: "#REF!"},
    "a formula instead of an amount": {TRAINING: "=100+20"},
    "a formula from another sheet": {TRAINING: "=Checks!F4"},
    "commas as on the continent": {TRAINING: "5.000,00"},
    "only a pound sign": {TRAINING: "£"},
    "two minus signs": {TRAINING: "--5"},
    "a refund that is not described": {PAY: 4705, TRAINING: -50},
    "a refund in brackets, not described": {PAY: 4705, TRAINING: "(50.00)"},
    "described, and no amount": {beside(TRAINING, WHAT): "A course"},
    "a reference, and no amount": {beside(TRAINING, TRANSACTION): "INV-9"},
    "other, not described": {OTHER: 10, NURSE_PAY: 1990.5},
    "more than the award": {PAY: 20_000},
    "a description too long": {OTHER: 10, NURSE_PAY: 1990.5, beside(OTHER, WHAT): "x" * 201},
    "a reference too long": {beside(PAY, TRANSACTION): "x" * 121},
    "a formula as a reference": {beside(PAY, TRANSACTION): "=A1"},
    "recoverable VAT": {OTHER: 10, NURSE_PAY: 1990.5, beside(OTHER, WHAT): "Recoverable VAT"},
    "an invoice twice in one claim": {PAY: 4650, TRAINING: 5, beside(TRAINING, TRANSACTION): "INV-1"},
    "an invoice for two awards": {beside(NURSE_PAY, TRANSACTION): "INV-1"},
    "an invoice claimed before": {beside(PAY, TRANSACTION): f"{LEVEL_UP}-Q1"},
    "no amount of a stream": {
        amount("training", NURSE): None,
        ("Forecast", "Forecast", NURSE, "non-labour", "Q3"): 3000,
    },
    "a forecast below nought": {FORECAST: -10},
    "a forecast in words": {FORECAST: "tbc"},
    "a forecast of three decimals": {FORECAST: "£5,500.005"},
    "no forecast": {FORECAST: None},
    "a forecast by formula": {FORECAST: "=F4"},
    "match in words": {progress("Match spent"): "none"},
    "match below nought": {progress("Match spent"): -5},
    "no match": {progress("Match spent"): None},
    "nothing said of what was done": {progress("What was done"): None},
    "too much said of what was done": {progress("What was done"): "x" * 3001},
    "an error instead of outputs": {progress("Outputs and outcomes"): "#N/A"},
    "too many risks": {progress("Risks"): "x" * 3001},
    "a formula instead of outputs": {progress("Outputs and outcomes"): "=A4"},
    "an unknown colour": {progress("How delivery is going"): "Purple"},
    "two colours": {progress("How spending is going"): "Green or Amber"},
    "no colour": {progress("How spending is going"): None},
    "a variance that is not explained": {
        PAY: 5655,
        FORECAST: 4500,
        progress("Why spend differs from the profile"): None,
    },
    "a number of saves overwritten": {progress("Saved so far"): "many"},
    "an award that there is not": {beside(TRAINING, "Reference"): "SVD-25-30"},
    "somebody else's award": lambda grid: grid["Progress"].append([OTHERS, *grid["Progress"][-1][1:]]),
    "another partnership's award": {beside(TRAINING, "Partnership"): "Poole CSP"},
    "a row of no award": {beside(PAY, "Reference"): None},
    "a stream that was not awarded": {beside(TRAINING, "Stream"): "labour"},
    "a category that there is not": {beside(TRAINING, "Cost category"): "biscuits"},
    "a line without a number": {beside(TRAINING, "Line"): "one"},
    "line nought": {beside(TRAINING, "Line"): 0},
    "a line of very many digits": {beside(TRAINING, "Line"): "000000001" + "9" * 5_000},
    "a row of spend twice": twice(TRAINING),
    "a row of spend deleted": without(TRAINING),
    "a forecast twice": twice(FORECAST),
    "a forecast deleted": without(FORECAST),
    "a forecast for the quarter itself": {beside(FORECAST, "Quarter"): "Q2"},
    "a forecast for no quarter": {beside(FORECAST, "Quarter"): "Q9"},
    "an award's progress twice": twice(progress("Risks")),
    "an award's progress deleted": without(progress("Risks")),
    "a heading overwritten": headed("Spend", "Amount", "Sum"),
    "a heading deleted": headed("Progress", "Match spent", None),
    "a heading twice": headed("Spend", "To do", "Amount"),
    "no Spend": gone("Spend"),
    "no Start": gone("Start"),
    "no Progress": gone("Progress"),
    "two sheets of spend": copied("Spend"),
    "another quarter": {told("Quarter"): "Q1"},
    "a quarter that there is not": {told("Quarter"): "Q7"},
    "another year": {told("Financial year"): "2024/25"},
    "a year that is none": {told("Financial year"): "2025/27"},
    "another version": {told("Form version"): "0"},
    "another form": {told("Form"): "Annual report"},
    "another programme": {told("Programme"): "Hotspot response"},
    "another police area": {told("Police area"): "Essex"},
    "another partnership": {told("Partnership"): "Poole CSP"},
}
CASES = tuple(
    Case(name, By.LIBREOFFICE if number % 10 == 7 else (By.OPENPYXL, By.XLSXWRITER)[number % 2], edits)
    for number, (name, edits) in enumerate(_FAULTS.items())
)


def reversed_sheets(grid: Grid) -> None:
    """The sheets in another order, under other names."""
    sheets = [(f"{title} copy", grid.pop(title)) for title in reversed(list(grid))]
    grid.update(sheets)


def reversed_columns(grid: Grid) -> None:
    """The columns of Progress in another order."""
    width = max(map(len, grid["Progress"]))
    grid["Progress"] = [[*reversed([*row, *[None] * (width - len(row))])] for row in grid["Progress"]]


def shuffled_rows(grid: Grid) -> None:
    """The rows of Spend in another order, with blank ones between them, on top and at the end."""
    top = head(grid, "Spend")
    rows = [line for row in reversed(grid["Spend"][top + 1 :]) for line in (row, [])]
    grid["Spend"] = [[], [], *grid["Spend"][: top + 1], [], *rows, [None, " ", None]]


def notes_of_their_own(grid: Grid) -> None:
    """A sheet, a column and a line that somebody wrote for themselves."""
    grid["My notes"] = [["Amount", "Sheet", "Cell"], [1, 2, 3]]
    put(grid, Spot("Forecast", head(grid, "Forecast"), 9), "Mine")
    put(grid, Spot("Forecast", head(grid, "Forecast") + 1, 9), "ask Ann")
    grid["Progress"].append([None, None, None, None, None, None, None, None, None, None, None, "seen by Ann"])


TAKEN: Mapping[str, Edits] = {
    "as it is": {},
    "sheets in another order, renamed": reversed_sheets,
    "columns in another order": reversed_columns,
    "rows in another order, blank ones between": shuffled_rows,
    "notes of their own": notes_of_their_own,
    "pasted with a pound sign and a space": {PAY: "£4,655.00 "},
    "pasted with a narrow space": {PAY: "£\u202f4,655.00\u202f"},
    "pasted with a fixed space": {PAY: "\u00a04,655.00\u00a0"},
    "in accounting form": {PAY: Shown(4655, '_-"£"* #,##0.00_-;-"£"* #,##0.00_-')},
    "with the noise of sums": {PAY: 4655.000000000001},
    "a number typed as text": {PAY: "4655"},
    "a refund in brackets": {amount("other"): "(125.00)"},
    "a line of spaces": {TRAINING: "  ", beside(TRAINING, WHAT): " "},
    "a colour in small letters": {progress("How delivery is going"): " amber / green "},
    "headings in capitals": headed("Spend", "Amount", " AMOUNT "),
    "a reference in small letters": {beside(PAY, "Reference"): "svd-25-03 "},
    "a line number as text": {beside(PAY, "Line"): "1"},
    "a key said once for the rows below": {beside(TRAINING, "Reference"): None, beside(TRAINING, "Partnership"): None},
    "no checks": gone("Checks"),
}
"""Odd, but in order: each is taken as the same claim."""
