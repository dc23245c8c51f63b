"""How much dearer a return is than bare XlsxWriter with the same cells: `python -m tests.benchmarks.workbook_ratio`.

Prints CPU seconds, ratios and peak memory for a year of 6,000 awards over 300 CSPs; exits 1 above a bar. Each figure is
the least of several rounds, and the ways take turns, so that a busy machine disturbs them alike.
"""

import gc
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

CSPS, AWARDS, ROUNDS = 300, 20, 3
MOST_WRITTEN, MOST_PROVED, MOST_MEGABYTES = 1.5, 4.0, 300

Cells = list[tuple[str, list[tuple[int, int, str | None, Any, str]]]]


def cells_of(workbook: bytes) -> Cells:
    """Every cell of a file, sheet by sheet: row, column, formula, value, number format."""
    from openpyxl import load_workbook

    formulas, values = load_workbook(BytesIO(workbook)), load_workbook(BytesIO(workbook), data_only=True)
    return [(sheet.title, list(_cells(sheet, values[sheet.title]))) for sheet in formulas.worksheets]


def _cells(formulas: "Worksheet", values: "Worksheet") -> Iterator[tuple[int, int, str | None, Any, str]]:
    for row, line in enumerate(formulas.iter_rows()):
        for column, cell in enumerate(line):
            if cell.has_style:
                formula = str(cell.value) if cell.data_type == "f" else None
                yield row, column, formula, values[str(cell.coordinate)].value, cell.number_format


def bare(cells: Cells) -> bytes:
    """The same cells with the same formulas, values and number formats, as plainly as XlsxWriter can be used."""
    import xlsxwriter

    out = BytesIO()
    file = xlsxwriter.Workbook(out, {"in_memory": True})
    formats = {shape: file.add_format({"num_format": shape}) for _, rows in cells for *_, shape in rows}
    for name, rows in cells:
        sheet = file.add_worksheet(name)
        for row, column, formula, value, shape in rows:
            if formula is not None:
                sheet.write_formula(row, column, formula, formats[shape], value)
            elif isinstance(value, str):
                sheet.write_string(row, column, value, formats[shape])
            elif value is None:
                sheet.write_blank(row, column, None, formats[shape])
            elif isinstance(value, datetime):
                sheet.write_datetime(row, column, value, formats[shape])
            else:
                sheet.write_number(row, column, value, formats[shape])
    file.close()
    return out.getvalue()


def least(rounds: int, ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The least CPU seconds of each way."""
    found = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.process_time()
            way()
            found[name] = min(found[name], time.process_time() - start)
    return found


def measure() -> Iterator[tuple[str, float, float]]:
    """Each ratio with its bar."""
    from reports import returns
    from tests.reports.content_samples import many_csps

    content = many_csps(CSPS, AWARDS)
    cells = cells_of(returns.write(content))
    count = sum(len(rows) for _, rows in cells)
    formulas = sum(formula is not None for _, rows in cells for _, _, formula, _, _ in rows)
    print(f"{len(content.interventions):,} rows of interventions, {count:,} cells, {formulas:,} formulas")
    gc.collect()
    gc.freeze()  # what is prepared here is no way's own, and none is to pay for looking through it
    seconds = least(
        ROUNDS,
        {
            "bare XlsxWriter": lambda: bare(cells),
            "written": lambda: returns.write(content),
            "written, read back, reconciled": lambda: returns.proved(content),
        },
    )
    for name, spent in seconds.items():
        print(f"{name:32} {spent:6.2f} s of CPU  {spent / seconds['bare XlsxWriter']:5.2f} × bare")
    yield "written / bare", seconds["written"] / seconds["bare XlsxWriter"], MOST_WRITTEN
    yield "proved / bare", seconds["written, read back, reconciled"] / seconds["bare XlsxWriter"], MOST_PROVED


PEAK = "--peak"


def peak_of_one_return() -> None:
    """In a process of its own: the memory that one return takes, its content included."""
    from reports import returns
    from tests.reports.content_samples import many_csps

    returns.proved(many_csps(CSPS, AWARDS))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> int:
    """Print every figure; 1 if one is above its bar."""
    if PEAK in sys.argv:
        peak_of_one_return()
        return 0
    # First, while this process is small: Linux counts the parent's memory as the child's peak.
    alone = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.workbook_ratio", PEAK], capture_output=True, check=True
    )
    found = [("peak memory, MB", float(alone.stdout), MOST_MEGABYTES), *measure()]
    for name, value, bar in found:
        print(f"{name:32} {value:6.2f}  (bar {bar:g}){'' if value <= bar else '  ABOVE THE BAR'}")
    return int(any(value > bar for _, value, bar in found))


if __name__ == "__main__":
    sys.exit(main())
