"""Where the choices of a list stand, and what they are: cells of any sheet, a name, a column of a table."""

import re
from collections.abc import Sequence
from dataclasses import replace

from portfolio.uploads.areas import Area, area_of
from portfolio.uploads.layout import FormSheet, Named
from portfolio.uploads.tables import shown
from portfolio.uploads.validations import Validation, listed_in

MOST_CHOICES = 10_000
"""Choices of a list that are looked at."""

_IN_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!(.+)")
_COLUMN = re.compile(r"(\w[\w.]*)\[([^\[\]#@]+)\]")
_DEEPEST = 5  # names that stand for names


def with_choices(sheet: FormSheet, sheets: Sequence[FormSheet], names: Sequence[Named]) -> tuple[Validation, ...]:
    """A sheet's rules, with what may be chosen where it is a list whose source is plain cells."""
    rules = []
    for rule in sheet.validations:
        choices = rule.choices
        if rule.kind == "list" and choices is None:
            choices = listed_in(rule.first)
            if choices is None and not _moves(rule):
                choices = _choices(rule.first, sheet, sheets, names)
        rules.append(replace(rule, choices=choices))
    return tuple(rules)


def _moves(rule: Validation) -> bool:
    """Whether the list of each cell is another one: its address is written as seen from the first of several cells."""
    address = rule.first.rpartition("!")[2]
    if area_of(address) is None:
        return False
    rows, columns = (
        any(getattr(area, first) != getattr(area, last) for area in rule.areas) or len(rule.areas) > 1
        for first, last in (("top", "bottom"), ("left", "right"))
    )
    rows_fixed = all("$" in part[1:] or not part.strip("$").isalnum() for part in address.split(":"))
    columns_fixed = all(part.startswith("$") for part in address.split(":"))
    return (rows and not rows_fixed) or (columns and not columns_fixed)


def _choices(
    source: str, sheet: FormSheet, sheets: Sequence[FormSheet], names: Sequence[Named], depth: int = 0
) -> tuple[str, ...] | None:
    source = source.strip().lstrip("=")
    if found := _IN_SHEET.fullmatch(source):
        title = (found[1] or found[2]).replace("''", "'").lower()
        named = next((one for one in sheets if one.title.lower() == title), None)
        return None if named is None or depth > _DEEPEST else _choices(found[3], named, sheets, names, depth + 1)
    if (area := area_of(source)) is not None:
        return _texts(sheet, area)
    if found := _COLUMN.fullmatch(source):
        return _of_table(found[1].lower(), found[2].lower(), sheets)
    known = [one for one in names if one.name.lower() == source.lower()]
    known.sort(key=lambda one: one.sheet != sheet.title)  # a name of the sheet comes before the workbook's
    known = [one for one in known if one.sheet in (None, sheet.title)]
    if not known or depth > _DEEPEST:
        return None
    return _choices(known[0].refers_to, sheet, sheets, names, depth + 1)


def _of_table(name: str, column: str, sheets: Sequence[FormSheet]) -> tuple[str, ...] | None:
    for sheet in sheets:
        for table in sheet.tables:
            titles = [title.lower() for title in table.columns]
            if table.name.lower() == name and column in titles:
                place = table.area.left + titles.index(column)
                rows = table.area.top + table.heading_rows, table.area.bottom - table.total_rows
                return _texts(sheet, Area(rows[0], place, rows[1], place))
    return None


def _texts(sheet: FormSheet, area: Area) -> tuple[str, ...]:
    places = sorted(place for place in sheet.cells if area.holds(place))[:MOST_CHOICES]
    return tuple(text for place in places if (text := shown(sheet.cells[place].value)))
