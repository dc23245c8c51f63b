"""Next year's blank beside this year's: what is new, gone or moved; and what was bound, carried to where it is now.

A cell is found again by its labels: the words beside it and above it. A place that still has its labels stays; else the
one cell with the same labels is where it moved to; what has none, or several, is left for somebody to bind again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from portfolio.funder_forms.bindings import Binding, BoundCell, BoundTable, Place
from portfolio.funder_forms.labels import Label, Labels
from portfolio.uploads.areas import address_of, place_of
from portfolio.uploads.cells import column_of, letters
from portfolio.uploads.layout import FormSheet, Outline

MOST_DIFFERENCES = 300
ALIKE = 0.5
"""Sheets whose texts agree so far are the same sheet under another name."""
_AROUND = 60
"""So far from where a list was its headings are looked for, in rows."""


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
    """For each sheet of the old blank the one of the new: by its title, or else by what it says."""
    left = {sheet.title.casefold(): sheet for sheet in now.sheets}
    found: dict[str, FormSheet | None] = {
        sheet.title: left.pop(sheet.title.casefold(), None) for sheet in before.sheets
    }
    for sheet in before.sheets:
        if found[sheet.title] is None:
            likeness = [(_likeness(sheet, other), title) for title, other in left.items()]
            best = max(likeness, default=(0.0, ""))
            if best[0] >= ALIKE:
                found[sheet.title] = left.pop(best[1])
    return found


def _likeness(one: FormSheet, other: FormSheet) -> float:
    ours, theirs = _texts(one), _texts(other)
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

    def __init__(self, before: FormSheet, now: FormSheet) -> None:
        self.before, self.now = before, now
        self._old, self._new = Labels(before), Labels(now)
        self._by_label: dict[Label, list[tuple[int, int]]] = defaultdict(list)
        for at in now.cells:
            if now.first(at) == at:
                self._by_label[self._new.of(at)].append(at)

    def find(self, address: str) -> tuple[str | None, Label]:
        """Where the cell is now, and what it was called."""
        at = place_of(address) or (0, 0)
        label = self._old.of(at)
        if self._new.of(at) == label:
            return address, label
        if not label.text:
            return None, label
        same = self._by_label.get(label, [])
        if len(same) == 1:
            return address_of(same[0]), label
        # The part's heading may have changed while the words beside and above it stayed.
        alike = [
            place
            for other, places in self._by_label.items()
            if (other.beside, other.above) == (label.beside, label.above)
            for place in places
        ]
        return (address_of(alike[0]) if len(alike) == 1 else None), label

    def find_table(self, table: BoundTable) -> BoundTable | None:
        """Where a list is now: the row in which its headings stand, and each heading's column."""
        heads = {column: self._old.above((table.first_row, column_of(column))) for column, _ in table.columns}
        if any(not head for head in heads.values()):
            return table if self.now.used is not None else None
        for row in sorted(range(1, table.first_row + _AROUND), key=lambda row: abs(row - table.first_row)):
            there = {self._new.above((row, column)): column for column in self._columns()}
            if all(head in there for head in heads.values()) and self._begins(row, heads.values(), there):
                columns = tuple((letters(there[heads[column]]), of) for column, of in table.columns)
                return replace(table, sheet=self.now.title, first_row=row, columns=columns)
        return None

    def _columns(self) -> range:
        return range(1, (self.now.used.right if self.now.used is not None else 0) + 1)

    def _begins(self, row: int, heads: object, there: dict[str, int]) -> bool:
        """Whether a list begins here: its first heading stands in the row above."""
        over = self._new.row(row - 1).values()
        return any(head in over for head in there if head in set(heads))  # type: ignore[call-overload]  # texts


def carried(before: Outline, now: Outline, binding: Binding) -> Carried:
    """What was bound in the old blank, for the new one."""
    finders = {
        title: _Finder(sheet, other)
        for title, other in sheets_matched(before, now).items()
        if other is not None and (sheet := before.sheet(title)) is not None
    }
    moves: list[Move] = []
    cells = []
    for cell in binding.cells:
        place, label = _find(finders, cell.place)
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
    made = Binding(binding.unit, _once(cells), tuple(tables), binding.words, marks[0], marks[1])
    return Carried(made, tuple(moves))


def _once(cells: list[BoundCell]) -> tuple[BoundCell, ...]:
    return tuple({cell.place: cell for cell in cells}.values())


def _named(table: BoundTable) -> str:
    return f"{table.sheet}, rows from {table.first_row}, columns {', '.join(column for column, _ in table.columns)}"


def _find(finders: dict[str, _Finder], place: Place) -> tuple[Place | None, str]:
    finder = finders.get(place[0])
    if finder is None:
        return None, ""
    found, label = finder.find(place[1])
    return (None if found is None else (finder.now.title, found)), label.text
