"""Next year's blank beside this year's: what is new, gone or moved; and what was bound, carried to where it is now.

A cell is found again by its labels: the words beside it, its column's headings, and how far below them it stands; a
year in them counts on, as the blank's own years do. What is not called as it was, or not as many times as it was, is
left for somebody to bind again: nothing is carried by its place alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from portfolio.funder_forms.bindings import Binding, BoundCell, BoundTable, Place
from portfolio.funder_forms.labels import Label, Labels, room_for
from portfolio.uploads.areas import address_of, place_of
from portfolio.uploads.cells import column_of, letters
from portfolio.uploads.layout import FormSheet, Outline

MOST_DIFFERENCES = 300
MOST_ALIKE = 200
"""Where more cells are called alike, none of them is told from the others."""
ALIKE = 0.5
"""Sheets whose texts agree so far are the same sheet under another name."""
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:( ?[-/–] ?| to )((?:20)?\d\d)(?!\d))?")
"""A year, or a financial year: 2025, 2025-26, 2025/2026."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was: on which sheet, what, and how."""

    sheet: str
    what: str
    detail: str


@dataclass(frozen=True)
class Move:
    """Something bound, from where to where; `to` is None where it was not found again."""

    before: str
    to: str | None
    label: str

    @property
    def in_words(self) -> str:
        """What became of it."""
        if self.to is None:
            return "not found again"
        return "stays" if self.to == self.before else "moved"


@dataclass(frozen=True)
class Carried:
    """A binding for the new blank, and what became of each thing bound."""

    binding: Binding
    moves: tuple[Move, ...]


def sheets_matched(before: Outline, now: Outline) -> dict[str, FormSheet | None]:
    """For each sheet of the old blank the one of the new: by its title, or else by what it says.

    Of several that say the same, as those of four quarters, the one that is called most alike and stands nearest.
    """
    years = years_between(before, now)
    left = {sheet.title.casefold(): sheet for sheet in now.sheets}
    found: dict[str, FormSheet | None] = {
        sheet.title: left.pop(later(sheet.title, years).casefold(), None) for sheet in before.sheets
    }
    ours, theirs = ({sheet.title: turn for turn, sheet in enumerate(one.sheets)} for one in (before, now))
    pairs = [
        (_likeness(sheet, other, years), _alike(later(sheet.title, years), other.title),
         -abs(ours[sheet.title] - theirs[other.title]), sheet, other)
        for sheet in before.sheets
        if found[sheet.title] is None
        for other in left.values()
    ]  # fmt: skip
    for likeness, _, _, sheet, other in sorted(pairs, key=lambda pair: pair[:3], reverse=True):
        if likeness >= ALIKE and found[sheet.title] is None and other.title.casefold() in left:
            found[sheet.title] = left.pop(other.title.casefold())
    return found


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _likeness(one: FormSheet, other: FormSheet, years: int) -> float:
    ours, theirs = Counter(later(text, years) for text in _texts(one).elements()), _texts(other)
    both = sum((ours & theirs).values())
    return 2 * both / max(1, sum(ours.values()) + sum(theirs.values()))


def _texts(sheet: FormSheet) -> Counter[str]:
    return Counter(
        cell.value.strip() for cell in sheet.cells.values() if isinstance(cell.value, str) and cell.formula is None
    )


def differences(before: Outline, now: Outline) -> list[Difference]:
    """What is not as it was, sheet by sheet; the first of very many."""
    return [one for one, _ in zip(_differences(before, now), range(MOST_DIFFERENCES), strict=False)]


def _differences(before: Outline, now: Outline) -> Iterator[Difference]:
    matched = sheets_matched(before, now)
    kept = {sheet.title for sheet in matched.values() if sheet is not None}
    for sheet in now.sheets:
        if sheet.title not in kept:
            yield Difference(sheet.title, "New sheet", "")
    for sheet in before.sheets:
        other = matched[sheet.title]
        if other is None:
            yield Difference(sheet.title, "Sheet is gone", "")
            continue
        if other.title != sheet.title:
            yield Difference(sheet.title, "Sheet is called otherwise", other.title)
        if other.is_hidden != sheet.is_hidden:
            yield Difference(other.title, "Hidden now" if other.is_hidden else "Shown now", "")
        if other.is_protected != sheet.is_protected:
            yield Difference(other.title, "Protected now" if other.is_protected else "Protected no longer", "")
        yield from _of_texts(sheet, other)
        yield from _of_cells(sheet, other)


def _of_texts(sheet: FormSheet, other: FormSheet) -> Iterator[Difference]:
    ours, theirs = _places(sheet), _places(other)
    gone = [text for text in ours if text not in theirs]
    new = [text for text in theirs if text not in ours]
    for text in gone:
        at = ours[text][0]
        alike = next((other_text for other_text in new if at == theirs[other_text][0]), None)
        if alike is not None and SequenceMatcher(None, text, alike).ratio() > ALIKE:
            new.remove(alike)
            yield Difference(other.title, f"Words changed in {at}", f"“{_short(text)}” is now “{_short(alike)}”")
        else:
            yield Difference(other.title, "Words are gone", f"“{_short(text)}”, was in {', '.join(ours[text][:3])}")
    for text in new:
        yield Difference(other.title, "New words", f"“{_short(text)}” in {', '.join(theirs[text][:3])}")
    for text, places in ours.items():
        if text in theirs and places != theirs[text]:
            old, now = ", ".join(places[:3]), ", ".join(theirs[text][:3])
            yield Difference(other.title, "Words moved", f"“{_short(text)}” from {old} to {now}")


def _places(sheet: FormSheet) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for _, cell in sorted(sheet.cells.items()):
        if isinstance(cell.value, str) and cell.formula is None and cell.value.strip():
            found[cell.value.strip()].append(cell.address)
    return found


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _of_cells(sheet: FormSheet, other: FormSheet) -> Iterator[Difference]:
    """How many formulas and lists changed; those that moved with their words are told by the words."""
    for what, of in (("Formulas", _formulas), ("Lists to choose from", _lists)):
        ours, theirs = of(sheet), of(other)
        if ours != theirs:
            more, fewer = sum((theirs - ours).values()), sum((ours - theirs).values())
            yield Difference(other.title, f"{what} changed", f"{more} new or different, {fewer} gone")


def _formulas(sheet: FormSheet) -> Counter[str]:
    return Counter(cell.formula for cell in sheet.cells.values() if cell.formula is not None)


def _lists(sheet: FormSheet) -> Counter[str]:
    return Counter(" | ".join(rule.choices) for rule in sheet.validations if rule.choices is not None)


class _Finder:
    """Finds a cell of the old sheet in the new one."""

    def __init__(self, before: FormSheet, now: FormSheet, years: int) -> None:
        self.before, self.now, self._years = before, now, years
        self._old, self._new = Labels(before), Labels(now)
        self._was = _by_label(self._old, before)
        self._is = _by_label(self._new, now)
        self._were_apart, self._are_apart = _by_words(self._was), _by_words(self._is)
        texts = ({later(text, years): places for text, places in _places(before).items()}, _places(now))
        self._is_same = texts[0] == texts[1]

    def find(self, address: str) -> tuple[str | None, Label]:
        """Where the cell is now, and what it was called."""
        at = place_of(address) or (0, 0)
        label, below = _known(self._old, at)
        if not label.text:
            return (address if self._is_same else None), label
        wanted = _later(label, self._years)
        # One of several that are called alike is known by its turn, and only where there are as many as there were.
        named = self._was.get((label, below), [])
        if len(named) > MOST_ALIKE:
            return None, label
        ours = sorted({*named, at})
        theirs = {*self._is.get((wanted, below), ()), *([at] if _known(self._new, at) == (wanted, below) else ())}
        if len(theirs) == len(ours):
            return address_of(sorted(theirs)[ours.index(at)]), label
        if theirs:
            return None, label
        # The part's heading may have changed while the words beside and above it stayed.
        alike = [self._were_apart[_apart(label), below] - {at}, set(self._are_apart[_apart(wanted), below])]
        return (address_of(alike[1].pop()) if not alike[0] and len(alike[1]) == 1 else None), label

    def find_table(self, table: BoundTable) -> BoundTable | None:
        """Where a list is now: the row in which its headings stand, and each heading's column; as long as it is now."""
        columns = [column_of(column) for column, _ in table.columns]
        first = (table.first_row, columns[0])
        below = self._old.below(first)
        heads = {column: later(self._old.above((table.first_row, column)), self._years) for column in columns}
        if any(not head for head in heads.values()):
            return replace(table, sheet=self.now.title) if self._is_same else None
        ours = self._beginning(
            self._old, self.before, {self._old.above((table.first_row, one)) for one in columns}, below
        )
        theirs = self._beginning(self._new, self.now, set(heads.values()), below)
        if len(ours) != len(theirs) or table.first_row not in ours:
            return None
        row = theirs[ours.index(table.first_row)]
        was = _columns(self._old, self.before, table.first_row)
        now = _columns(self._new, self.now, row)
        there = {}
        for column, head in heads.items():
            same = was[self._old.above((table.first_row, column))]
            if len(same) != len(now[head]):
                return None
            there[column] = now[head][same.index(column)]
        places = list(there.values())
        room = room_for(self.now, row, places)
        is_whole = table.rows == room_for(self.before, table.first_row, columns)
        found = tuple((letters(there[column_of(column)]), of) for column, of in table.columns)
        rows = room if is_whole else min(table.rows, room)
        return replace(table, sheet=self.now.title, first_row=row, rows=rows, columns=found)

    @staticmethod
    def _beginning(labels: Labels, sheet: FormSheet, heads: set[str], below: int) -> list[int]:
        """The rows in which a list under these headings can begin: all of them stand so far above it."""
        rows = {at + below for head in heads for at in labels.rows_ending(head)}
        return [row for row in sorted(rows) if heads <= set(_columns(labels, sheet, row, below))]


def _by_label(labels: Labels, sheet: FormSheet) -> dict[tuple[Label, int], list[tuple[int, int]]]:
    found: dict[tuple[Label, int], list[tuple[int, int]]] = defaultdict(list)
    for at in sheet.cells:
        if sheet.first(at) == at:
            found[_known(labels, at)].append(at)
    return found


def _known(labels: Labels, at: tuple[int, int]) -> tuple[Label, int]:
    """What a cell is known by: its label, and where nothing stands beside it how far below its heading it is."""
    label = labels.of(at)
    return label, 0 if label.beside else labels.below(at)


def _apart(label: Label) -> Label:
    """A label apart from the heading of its part of the sheet."""
    return replace(label, section="")


def _by_words(
    places: Mapping[tuple[Label, int], list[tuple[int, int]]],
) -> dict[tuple[Label, int], set[tuple[int, int]]]:
    found: dict[tuple[Label, int], set[tuple[int, int]]] = defaultdict(set)
    for (label, below), there in places.items():
        found[_apart(label), below].update(there)
    return found


def _columns(labels: Labels, sheet: FormSheet, row: int, below: int = 0) -> dict[str, list[int]]:
    """The columns of a row by what they are headed; only those whose heading stands so far above, if that is said."""
    found: dict[str, list[int]] = defaultdict(list)
    for column in range(1, (sheet.used.right if sheet.used is not None else 0) + 1):
        if not below or labels.below((row, column)) == below:
            found[labels.above((row, column))].append(column)
    return found


def _later(label: Label, years: int) -> Label:
    parts = (label.beside, label.above, label.section, label.over)
    return Label(*(later(part, years) for part in parts))


def later(text: str, years: int) -> str:
    """A text with its years so many later: `Q1 2025-26` is `Q1 2026-27` a year on."""
    return _YEAR.sub(lambda found: _year_after(found, years), text) if years else text


def _year_after(found: re.Match[str], years: int) -> str:
    first, sign, last = found[1], found[2] or "", found[3] or ""
    until = f"{int(last) + years:0{len(last)}}"[-len(last) :] if last else ""
    return f"{int(first) + years}{sign}{until}"


def years_between(before: Outline, now: Outline) -> int:
    """By how many years a blank's years are later than those of another; 0 where one of them names none."""
    latest = [
        max((int(found[1]) for found in _YEAR.finditer(_words(one)) if found[3]), default=None) for one in (before, now)
    ]
    return 0 if latest[0] is None or latest[1] is None else latest[1] - latest[0]


def _words(one: Outline) -> str:
    return "\n".join([sheet.title for sheet in one.sheets] + [text for sheet in one.sheets for text in _texts(sheet)])


def carried(before: Outline, now: Outline, binding: Binding) -> Carried:
    """What was bound in the old blank, for the new one."""
    years = years_between(before, now)
    finders = {
        title: _Finder(sheet, other, years)
        for title, other in sheets_matched(before, now).items()
        if other is not None and (sheet := before.sheet(title)) is not None
    }
    moves: list[Move] = []
    sought = [(cell, *_find(finders, cell.place)) for cell in binding.cells]
    taken = Counter(place for _, place, _ in sought)
    cells = []
    for cell, place, label in sought:
        if place is not None and taken[place] > 1:
            place = None  # two cannot have become one: neither is carried
        to = None if place is None else f"{place[0]}!{place[1]}"
        moves.append(Move(f"{cell.sheet}!{cell.cell}", to, label))
        if place is not None:
            cells.append(BoundCell(*place, cell.figure, cell.says))
    tables = []
    for table in binding.tables:
        finder = finders.get(table.sheet)
        found = None if finder is None else finder.find_table(table)
        moves.append(Move(_named(table), None if found is None else _named(found), f"rows of {table.table}"))
        if found is not None:
            tables.append(found)
    marks = [
        frozenset(place for one in marked if (place := _find(finders, one)[0]) is not None)
        for marked in (binding.needed, binding.spared)
    ]
    made = Binding(binding.unit, tuple(cells), tuple(tables), binding.words, marks[0], marks[1])
    return Carried(made, tuple(moves))


def _named(table: BoundTable) -> str:
    columns = ", ".join(column for column, _ in table.columns)
    return f"{table.sheet}, rows from {table.first_row} on, {table.rows} of them, columns {columns}"


def _find(finders: dict[str, _Finder], place: Place) -> tuple[Place | None, str]:
    finder = finders.get(place[0])
    if finder is None:
        return None, ""
    found, label = finder.find(place[1])
    return (None if found is None else (finder.now.title, found)), label.text
