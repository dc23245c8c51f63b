"""What a form says may stand in its cells: lists to choose from, limits, lengths; and whether a value keeps to it."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from portfolio.quarters import format_day
from portfolio.uploads.areas import Area, areas_of
from portfolio.uploads.packages import Package, own_name, parser_of
from portfolio.uploads.tables import shown
from portfolio.uploads.writing import Entry, day_number, day_of

MOST_CHOICES_SAID = 8
"""How many choices of a list a sentence names."""

_OFFICE_2010 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main|"
_OFFICE_2013 = "http://schemas.microsoft.com/office/spreadsheetml/2011/1/ac|"
_REFERENCE = "http://schemas.microsoft.com/office/excel/2006/main|"
_NUMBERS = {"whole", "decimal"}
_DAYS = {"date", "time"}
_ASKS = {
    "list": "One of a list",
    "whole": "A whole number",
    "decimal": "A number",
    "date": "A date",
    "time": "A time",
    "textLength": "A text of a certain length",
    "custom": "What a formula of the form allows",
}
_SAID = {
    "between": "from {} to {}",
    "notBetween": "outside of {} to {}",
    "equal": "{}",
    "notEqual": "anything but {}",
    "greaterThan": "more than {}",
    "lessThan": "less than {}",
    "greaterThanOrEqual": "{} or more",
    "lessThanOrEqual": "{} or less",
}
_SAID_OF_DAYS = _SAID | {
    "greaterThan": "a day after {}",
    "lessThan": "a day before {}",
    "greaterThanOrEqual": "{} or later",
    "lessThanOrEqual": "{} or earlier",
}


@dataclass(frozen=True)
class Validation:
    """A rule for the cells of some areas, as the workbook has it.

    `kind` is list, whole, decimal, date, time, textLength or custom; `first` and `second` are its limits as written.
    """

    areas: tuple[Area, ...]
    kind: str
    operator: str
    first: str
    second: str
    message: str
    prompt: str
    choices: tuple[str, ...] | None = None
    """What may be chosen, as shown; None where it is no list, or the list cannot be worked out without Excel."""

    def breaks(self, entry: Entry, epoch_1904: bool) -> str | None:
        """What the cell asks for instead of a value that it would not let anybody type; None where the value fits."""
        if entry is None:
            return None
        if self.kind == "list":
            return self._breaks_list(entry)
        if self.kind == "textLength":
            measured: Decimal | None = Decimal(len(_text(entry)))
        elif isinstance(entry, date):
            measured = day_number(entry, epoch_1904)
        elif isinstance(entry, str):
            measured = None
        else:
            measured = Decimal(entry)
        if self.kind not in {*_NUMBERS, *_DAYS, "textLength"}:
            return None
        if measured is None:
            return "a date" if self.kind in _DAYS else "a number"
        if self.kind == "whole" and measured != measured.to_integral_value():
            return "a whole number"
        return self._breaks_limits(measured, epoch_1904)

    def _breaks_list(self, entry: Entry) -> str | None:
        if self.choices is None or _text(entry) in self.choices:
            return None
        # Excel compares with a written list letter by letter, and with a list in cells without regard to case.
        if not self.first.startswith('"') and _text(entry).lower() in map(str.lower, self.choices):
            return None
        return f"one of its list: {self._named(self.choices)}"

    @staticmethod
    def _named(choices: tuple[str, ...]) -> str:
        named = ", ".join(f"“{choice}”" for choice in choices[:MOST_CHOICES_SAID])
        more = len(choices) - MOST_CHOICES_SAID
        return named + (f" and {more:,} more" if more > 0 else "")

    @property
    def in_words(self) -> str:
        """What the cell asks for, as the form itself says it where it does; nothing where it asks for nothing."""
        if self.choices is not None:
            return f"One of {self._named(self.choices)}"
        return self.message or self.prompt or _ASKS.get(self.kind, "")

    def _breaks_limits(self, measured: Decimal, epoch_1904: bool) -> str | None:
        first, second = _number(self.first), _number(self.second)
        if first is None or (second is None and "etween" in self.operator):
            return None  # a limit that a formula works out
        low, high = sorted((first, first if second is None else second))
        fits = {
            "between": low <= measured <= high,
            "notBetween": not low <= measured <= high,
            "equal": measured == first,
            "notEqual": measured != first,
            "greaterThan": measured > first,
            "lessThan": measured < first,
            "greaterThanOrEqual": measured >= first,
            "lessThanOrEqual": measured <= first,
        }.get(self.operator, True)
        if fits:
            return None
        limits, words = [self.first, self.second], _SAID
        if self.kind == "date":
            limits, words = [_day(limit, epoch_1904) for limit in (first, second or first)], _SAID_OF_DAYS
        said = words[self.operator].format(*limits)
        return f"a text of {said} characters" if self.kind == "textLength" else said


def validations_of(package: Package, part: str) -> list[Validation]:
    """A sheet's rules, those of Excel 2010 and later among them. Raises NotAWorkbook."""
    found: list[Validation] = []
    held: list[str] = []
    told: dict[str, str] = {}
    of_one: dict[str, str] = {}
    inside = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal told, inside
        name = _name(tag)
        if name == "dataValidation":
            told = values
            of_one.clear()
            inside = True
        if inside:
            held.clear()

    def end(tag: str) -> None:
        nonlocal inside
        name = _name(tag)
        if not inside:
            return
        if name == "dataValidation":
            found.append(_rule(told, of_one))
            inside = False
        elif name in ("formula1", "formula2", "sqref", "list"):
            of_one[name] = "".join(held) or of_one.get(name, "")
        elif name == "f":
            of_one["formula" + ("2" if "formula1" in of_one else "1")] = "".join(held)
        held.clear()

    def text(said: str) -> None:
        if inside:
            held.append(said)

    if package.names_tag(part, "dataValidation"):
        package.walk(part, parser_of(start, end, text))
    return [rule for rule in found if rule.areas]


def _name(tag: str) -> str:
    for space in (_OFFICE_2010, _OFFICE_2013, _REFERENCE):
        if tag.startswith(space):
            return tag[len(space) :]
    return own_name(tag)


def _rule(told: dict[str, str], of_one: dict[str, str]) -> Validation:
    kind = told.get("type", "none")
    return Validation(
        areas_of(told.get("sqref") or of_one.get("sqref", "")),
        kind,
        told.get("operator", "between"),
        of_one.get("formula1", "").strip().removeprefix("="),
        of_one.get("formula2", "").strip().removeprefix("="),
        told.get("error", ""),
        told.get("prompt", ""),
        _with_commas(of_one["list"]) if "list" in of_one else None,
    )


def _with_commas(listed: str) -> tuple[str, ...] | None:
    """The choices of a list some of which have a comma in them: Excel writes it a second time, as a line of CSV."""
    try:
        return tuple(next(csv.reader([listed.replace("\n", " ")], skipinitialspace=True), ()))
    except csv.Error:
        return None


def listed_in(formula: str) -> tuple[str, ...] | None:
    """The choices that a list itself names, as in "Yes,No"; None where they stand elsewhere."""
    if len(formula) < 2 or not (formula.startswith('"') and formula.endswith('"')):
        return None
    return tuple(choice.strip(" ") for choice in formula[1:-1].replace('""', '"').split(","))


def _number(limit: str) -> Decimal | None:
    try:
        return Decimal(limit) if re.fullmatch(r"[-+]?[\d.]+([eE][-+]?\d{1,3})?", limit) else None
    except InvalidOperation:
        return None


def _day(limit: Decimal, epoch_1904: bool) -> str:
    try:
        return format_day(day_of(limit, epoch_1904))
    except OverflowError:
        return str(limit)


def _text(entry: Entry) -> str:
    if isinstance(entry, Decimal):
        return format(entry.normalize(), "f") if entry else "0"
    return shown(entry)
