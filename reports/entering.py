"""Where somebody may type in a form, what they are told while they do, and what the program refuses at once."""

from typing import Any

from reports.sheets import Column, Entry, Shape, Sheet

LARGEST = 10_000_000_000
"""Pounds; what is beyond is a typing mistake."""
TITLE, MESSAGE = 32, 255
"""Characters that spreadsheet programs keep of a message's title and text."""
UNLOCKED = {"format_columns": True, "format_rows": True, "select_locked_cells": True, "select_unlocked_cells": True}
"""What a locked sheet still allows: rows and columns may be made larger. There is no password: a lock that keeps
mistakes out need not keep anybody out."""


def let_in(paper: Any, sheet: Sheet) -> None:
    """Lock a sheet but for the columns that are to be filled in, and say in each what it takes."""
    paper.protect("", UNLOCKED)
    if sheet.table.empty:
        return
    for place, column in enumerate(sheet.table.columns):
        if column.entry is not None:
            paper.data_validation(
                sheet.first_row - 1, place, sheet.last_line - 1, place, _validation(column, column.entry, sheet)
            )


def _validation(column: Column[Any], entry: Entry, sheet: Sheet) -> dict[str, Any]:
    told = {
        "input_title": column.heading[:TITLE],
        "input_message": entry.asks[:MESSAGE],
        "error_title": column.heading[:TITLE],
        "ignore_blank": True,
    }
    if entry.choices:
        message = f"Choose one of those offered: {', '.join(entry.choices)}"
        return {**told, "validate": "list", "source": list(entry.choices), "error_message": message[:MESSAGE]}
    if column.shape is Shape.MONEY:
        cell = f"{sheet.letter(column.heading)}{sheet.first_row}"
        lowest = -LARGEST if entry.negative else 0
        formula = f"=AND(ISNUMBER({cell}),ROUND({cell},2)={cell},{cell}>={lowest},{cell}<={LARGEST})"
        message = "Enter pounds and pence as a number, like 1234.50" + ("" if entry.negative else ", zero or more")
        return {**told, "validate": "custom", "value": formula, "error_message": message}
    message = f"Shorten this to {entry.most:,} characters or fewer"
    return {**told, "validate": "length", "criteria": "<=", "value": entry.most, "error_message": message}
