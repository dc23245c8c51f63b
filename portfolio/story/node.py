"""One place in a story's file: reads what must stand there, and notes every fault with its place.

A place reads as a person would point at it: `proposals[3].requested.labour`.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from portfolio.errors import PortfolioError
from portfolio.money import LIMIT, BlankMoney, from_pence
from portfolio.quarters import EARLIEST, LATEST

NOTES = ("basis", "about", "expected_pence")
"""Keys that are notes for the reader wherever they stand; so are those that begin with `note`."""
MOST_DECIMALS = 10
MOST_SUGGESTED = 100
"""After so many faults no more likely names are looked for: whoever has thousands mends them by rule."""
_STEP = re.compile(r"[.\[]")
Choice = TypeVar("Choice", bound=StrEnum)
Names = Mapping[str, Any] | Sequence[str]


class _Everything(tuple[str, ...]):
    def __contains__(self, _name: object) -> bool:
        return True


EVERYTHING: Names = _Everything()
"""The names of what could not be read: its fault is told once, not again wherever a name of it stands."""


@dataclass
class Findings:
    """What was found while reading: faults, which fail the load, and keys that were passed over."""

    faults: list[PortfolioError] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """The places that could not be read, once reading is done: what depends on them cannot be judged."""
    _holding_unread: set[str] = field(default_factory=set)

    def fault(self, place: str, sentence: str) -> None:
        """Note that something is wrong at a place."""
        self.faults.append(PortfolioError(sentence, place))

    def faults_at(
        self, place: str, errors: Sequence[PortfolioError | None], called: Mapping[str, str] | None = None
    ) -> None:
        """Note what a rule found, at a place; the rule's own field goes behind it, as the file calls it.

        Nothing is noted of a field that could not be read: its fault is known already.
        """
        for error in errors:
            if error is None:
                continue
            told = error.at(f"{place}.{(called or {}).get(error.field, error.field)}" if error.field else place)
            if told.field == place or self.was_read(str(told.field)):
                self.faults.append(told)

    def reading_is_done(self) -> None:
        """From here on, what could not be read is known."""
        self.unread = {str(fault.field) for fault in self.faults}
        self._holding_unread = {above for place in self.unread for above in _places_above(place)}

    def was_read(self, *places: str) -> bool:
        """Whether places, and all that stands in them, could be read."""
        return not self.unread or not any(
            place in self._holding_unread or not self.unread.isdisjoint(_places_above(place)) for place in places
        )


def _places_above(place: str) -> list[str]:
    """A place, and every place that it stands in: `a[3].b` stands in `a[3]` and in `a`."""
    return [place, *(place[: step.start()] for step in _STEP.finditer(place))]


class Node:
    """An object of the file, its place, and readers for what it holds."""

    def __init__(self, value: Mapping[str, Any], place: str, findings: Findings) -> None:
        self._value = value
        self.place = place
        self.findings = findings
        self._read: set[str] = set()

    def at(self, key: str) -> str:
        """The place of a key."""
        return f"{self.place}.{key}" if self.place else key

    def has(self, key: str) -> bool:
        """Whether a key stands here with something in it."""
        self._read.add(key)
        return self._value.get(key) is not None

    def fault(self, key: str, sentence: str) -> None:
        """Note that something is wrong with a key."""
        self.findings.fault(self.at(key), sentence)

    def _get(self, key: str, wanted: type | tuple[type, ...], what: str, required: bool) -> Any:
        self._read.add(key)
        value = self._value.get(key)
        if value is None:
            if required:
                self.fault(key, f"is missing. Enter {what}")
            return None
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            self.fault(key, f"is {_shown(value)}. Enter {what}")
            return None
        return value

    def text(self, key: str, *, longest: int | None = None, required: bool = True) -> str:
        """A text; empty where there is none."""
        value = self._get(key, str, "a text", required)
        if required and value is not None and not value.strip():
            self.fault(key, "is empty. Enter a text")
        if value is not None and longest is not None and len(value.strip()) > longest:
            self.fault(key, f"is {len(value.strip())} characters long. Enter {longest} at most")
        return (value or "").strip()

    def text_or_none(self, key: str, *, longest: int | None = None) -> str | None:
        """A text that may be missing."""
        return self.text(key, longest=longest, required=False) or None

    def is_text(self, key: str) -> bool:
        """Whether a text stands here, where a number may stand too."""
        return isinstance(self._value.get(key), str)

    def note(self) -> str | None:
        """The note that stands here for the reader, if any."""
        return self.text_or_none("note") if self.is_text("note") else None

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._get(key, bool, "true or false", required=False)
        return default if value is None else bool(value)

    def whole(self, key: str, *, lowest: int, highest: int, required: bool = True) -> int | None:
        """A whole number within limits."""
        value: int | None = self._get(key, int, f"a whole number from {lowest} to {highest}", required)
        if value is not None and not lowest <= value <= highest:
            self.fault(key, f"is {value}. Enter a whole number from {lowest} to {highest}")
            return None
        return value

    def number(self, key: str, *, lowest: int, highest: int) -> Decimal | None:
        """A number within limits, of so many decimals as anybody counts to, that may be missing."""
        what = f"a number from {lowest:,} to {highest:,}"
        value = self._get(key, (int, Decimal), what, required=False)
        if value is None:
            return None
        if not lowest <= value <= highest or value != round(Decimal(value), MOST_DECIMALS):
            self.fault(key, f"is {_shown(value)}. Enter {what}, with {MOST_DECIMALS} decimals at most")
            return None
        return Decimal(format(Decimal(value), "f"))

    def pence(self, key: str, *, signed: bool = False, required: bool = True) -> Decimal | None:
        """Whole pence, as pounds; E5 where it is required and blank."""
        self._read.add(key)
        return self._pounds(self.at(key), self._value.get(key), signed=signed, required=required)

    def _pounds(self, place: str, value: Any, *, signed: bool = False, required: bool = True) -> Decimal | None:
        if value is None:
            if required:
                self.findings.faults_at(place, [BlankMoney()])
        elif not isinstance(value, int) or isinstance(value, bool):
            self.findings.fault(place, f"is {_shown(value)}. Enter whole pence, like 123450 for £1,234.50")
        elif abs(value) > LIMIT * 100:
            self.findings.fault(place, "is beyond £10 billion. Check the number of digits")
        elif value < 0 and not signed:
            self.findings.fault(place, f"is {value}. Enter zero pence or more")
        else:
            return from_pence(value)
        return None

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day as 2025-03-13."""
        value = self._get(key, str, "a day like 2025-03-13", required)
        if value is None:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fault(key, f"is {_shown(value)}. Enter a day of the calendar, like 2025-03-13")
            return None
        if not EARLIEST <= day.year <= LATEST:
            self.fault(key, f"is {_shown(value)}. Enter a day from {EARLIEST} to {LATEST}, like 2025-03-13")
            return None
        return day

    def one_of(self, key: str, choices: type[Choice]) -> Choice | None:
        """One of an enum's values."""
        names = [choice.value for choice in choices]
        value = self._get(key, str, f"one of: {', '.join(names)}", required=True)
        if value is None:
            return None
        if value not in names:
            self.fault(key, f"is {_shown(value)}. Enter one of: {', '.join(names)}")
            return None
        return choices(value)

    def each_of(self, key: str, choices: type[Choice]) -> list[Choice]:
        """A list of an enum's values, each once, in the enum's order."""
        names = [choice.value for choice in choices]
        found = []
        for place, value in enumerate(self._get(key, list, "a list", required=False) or []):
            if value not in names:
                self.findings.fault(f"{self.at(key)}[{place}]", f"is {_shown(value)}. Enter one of: {', '.join(names)}")
            else:
                found.append(choices(value))
        return [choice for choice in choices if choice in found]

    def known(self, key: str, names: Names, what: str, *, required: bool = True) -> str:
        """A text that names something; empty where it names nothing known."""
        value = self.text(key, required=required)
        if value and value not in names:
            self.fault(key, f"is {_shown(value)}, which is no {what} of this story.{self._nearest(value, names)}")
            return ""
        return value

    def known_key(self, key: str, names: Names, what: str) -> None:
        """Note that a key names nothing known."""
        self.fault(key, f"is no {what} of this story.{self._nearest(key, names)}")

    def _nearest(self, value: Any, names: Names) -> str:
        if len(self.findings.faults) > MOST_SUGGESTED:
            return ""
        near = difflib.get_close_matches(str(value), list(names), 1, 0.6)
        if near:
            return f" Did you mean {near[0]}?"
        if len(names) <= 12:
            return f" Enter one of: {', '.join(names)}" if names else ""
        return ""

    def each_known(self, key: str, names: Names, what: str) -> list[str]:
        """A list of texts that each name something."""
        found: list[str] = []
        for place, value in enumerate(self._get(key, list, f"a list of {what}s", required=True) or []):
            where = f"{self.at(key)}[{place}]"
            if not isinstance(value, str) or value not in names:
                self.findings.fault(
                    where, f"is {_shown(value)}, which is no {what} of this story.{self._nearest(value, names)}"
                )
            elif value in found:
                self.findings.fault(where, f"is {_shown(value)} a second time. Enter it once")
            else:
                found.append(value)
        return found

    def texts(self, key: str, *, longest: int, at_least_one: bool = False) -> list[str]:
        """A list of different texts."""
        values = self._get(key, list, "a list of texts", required=at_least_one)
        if at_least_one and values == []:
            self.fault(key, "is empty. Enter at least one")
        found: list[str] = []
        for place, value in enumerate(values or []):
            where = f"{self.at(key)}[{place}]"
            if not isinstance(value, str) or not value.strip():
                self.findings.fault(where, f"is {_shown(value)}. Enter a text")
            elif value.strip() in found:
                self.findings.fault(where, f"is {_shown(value)} a second time. Enter it once")
            elif len(value) > longest:
                self.findings.fault(where, f"is {len(value)} characters long. Enter {longest} at most")
            else:
                found.append(value.strip())
        return found

    def pence_by(self, key: str, names: Names, what: str, *, required: bool = True) -> dict[str, Decimal]:
        """Whole pence by name (of a stream), as pounds."""
        node = self.object(key, required=required)
        amounts = {}
        for name in node.names():
            if name not in names:
                node.known_key(name, names, what)
            elif (amount := node.pence(name)) is not None:
                amounts[name] = amount
        return amounts

    def names(self) -> list[str]:
        """The keys that stand here, notes left out."""
        self._read.update(self._value)
        return [key for key in self._value if not _is_note(key)]

    def object(self, key: str, *, required: bool = True) -> "Node":
        """An object; where there is none, an empty one, of which nothing more is told."""
        value = self._get(key, dict, "an object", required)
        return Node(value or {}, self.at(key), Findings() if value is None else self.findings)

    def objects(self, key: str, *, required: bool = False, at_least_one: bool = False) -> "Iterator[Node]":
        """A list of objects, one after the other; keys that nobody read are noted."""
        values = self._get(key, list, "a list", required or at_least_one)
        if at_least_one and values == []:
            self.fault(key, "is empty. Enter at least one")
        for place, value in enumerate(values or []):
            where = f"{self.at(key)}[{place}]"
            if not isinstance(value, dict):
                self.findings.fault(where, f"is {_shown(value)}. Enter an object")
                continue
            node = Node(value, where, self.findings)
            yield node
            node.close()

    def amounts(self, key: str, count: int) -> list[Decimal] | None:
        """So many amounts in whole pence, as pounds; None where there is no list or one of them is at fault."""
        values = self._get(key, list, f"a list of {count} amounts", required=False)
        if values is None:
            return None
        if len(values) != count:
            self.fault(key, f"has {len(values)} amounts. Enter {count}, one a quarter")
            return None
        found = [self._pounds(f"{self.at(key)}[{place}]", value) for place, value in enumerate(values)]
        return None if None in found else [amount for amount in found if amount is not None]

    def close(self) -> None:
        """Note the keys that nobody read: one that looks like a known key is a fault, others are passed over."""
        for key in self._value:
            if key in self._read or _is_note(key):
                continue
            near = difflib.get_close_matches(key, [read for read in self._read if read not in self._value], 1, 0.8)
            if near:
                self.fault(key, f"is not known here. Did you mean {near[0]}?")
            else:
                self.findings.passed_over.append(self.at(key))


def _is_note(key: str) -> bool:
    return key in NOTES or key.startswith("note")


def _shown(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f"“{value[:60]}”"
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return str(value)[:60]
