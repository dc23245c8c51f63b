"""Puts the rows of a workbook together to claims; says which are missing, twice, unknown or not the sender's."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError
from portfolio.money import BlankMoney
from portfolio.quarters import Quarter, between
from portfolio.spend.checks import Contents, NotACategory
from portfolio.spend.rules import Line, NotAwarded, PastForecast
from portfolio.spend.workbooks.faults import Fault
from portfolio.spend.workbooks.layout import FORECASTS, PROGRESS, QUESTIONS, SPEND, Layout
from portfolio.spend.workbooks.reading import DOWNLOAD, Filled, Row, Table
from portfolio.spend.workbooks.values import alike
from portfolio.words import begin, count
from reports.claim_content import (
    AMOUNT,
    ANSWER,
    CATEGORY,
    DELIVERY,
    EXPLANATION,
    FORECAST,
    LINE,
    MATCH,
    NARRATIVE,
    NUMBER,
    OUTPUTS,
    PARTNERSHIP,
    QUARTER,
    REFERENCE,
    RISKS,
    SAVES,
    SPENDING,
    STREAM,
    TRANSACTION,
    WHAT,
)

NAMED = 3
"""Missing rows that are named; of more, their number is said."""
SAID_ON = {
    "match_spent": MATCH,
    "narrative": NARRATIVE,
    "delivery_rag": DELIVERY,
    "spend_rag": SPENDING,
    "outputs": OUTPUTS,
    "risks": RISKS,
    "variance_explanation": EXPLANATION,
}
"""Where on Progress each part of a claim stands."""

Key = tuple[str, str]
"""An award's reference and its partnership's name, as they are compared."""
Spot = tuple[str, str | None]
"""A sheet and a cell."""
Named = TypeVar("Named", bound=Hashable)


@dataclass
class Typed:
    """One award's claim as somebody typed it, and where in the workbook each part of it stands."""

    award: Award
    here: Spot
    contents: Contents = field(default_factory=Contents)
    saves: int | None = None
    """How often the claim had been saved when the workbook was made; None where that was overwritten."""
    answers: dict[int, str] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)
    """By the rules' names of fields (`lines[0].amount`, `match_spent`), and `answers.12`, `saves`."""

    def spot(self, name: str | None) -> Spot:
        """Where a rule's field stands; the award's own row for what stands nowhere."""
        return self.spots.get(name or "", self.here)


def key_of(award: Award) -> Key:
    """How a workbook's rows name an award."""
    return alike(award.proposal.reference), alike(award.csp.name)


def key_in(row: Row) -> Key:
    """The award that a row names."""
    return alike(row.keys[REFERENCE]), alike(row.keys[PARTNERSHIP])


class Gathering:
    """Goes through the tables of a workbook, award by award."""

    def __init__(self, filled: Filled, awards: Mapping[Key, Award], quarter: Quarter) -> None:
        self._filled = filled
        self._awards = awards
        self._quarter = quarter
        self.faults: list[Fault] = []
        self._rows: dict[Layout, dict[Key, list[Row]]] = {
            layout: self._by_award(layout) for layout in (PROGRESS, SPEND, FORECASTS, QUESTIONS)
        }

    def claims(self) -> list[Typed]:
        """Every award's claim of which any row is there, in the order of the workbook."""
        keys = dict.fromkeys(key for layout in (PROGRESS, SPEND, FORECASTS) for key in self._rows[layout])
        return [self._claim(key, self._awards[key]) for key in keys]

    def transactions(self) -> dict[int, list[Line]]:
        """The ledger references that were typed, by award, as lines that say nothing else."""
        return {
            self._awards[key].id: [
                Line("", "", Decimal(0), None, str(row.entries[TRANSACTION]))
                for row in rows
                if row.entries.get(TRANSACTION)
            ]
            for key, rows in self._rows[SPEND].items()
        }

    def _by_award(self, layout: Layout) -> dict[Key, list[Row]]:
        found: dict[Key, list[Row]] = defaultdict(list)
        strange: dict[Key, list[Row]] = defaultdict(list)
        for row in self._filled.rows(layout):
            key = key_in(row)
            (found if key in self._awards else strange)[key].append(row)
        table = self._filled.tables.get(layout)
        for rows in strange.values():
            assert table is not None  # noqa: S101 - rows come from a table
            self._say(table, rows[0], REFERENCE, _not_yours(rows))
        return dict(found)

    def _claim(self, key: Key, award: Award) -> Typed:
        progress = self._table(PROGRESS)
        rows = self._rows[PROGRESS].get(key, [])
        here = (progress.sheet, progress.cell(rows[0].number, REFERENCE) if rows else None)
        typed = Typed(award, here)
        said = self._progress(typed, progress, rows)
        lines, forecasts = self._spend(typed, key), self._forecasts(typed, key)
        typed.contents = Contents(lines=lines, forecasts=forecasts, **said)
        self._answers(typed, key)
        return typed

    def _table(self, layout: Layout) -> Table:
        return self._filled.tables.get(layout) or Table(layout, layout.name, {}, 1)

    def _progress(self, typed: Typed, table: Table, rows: Sequence[Row]) -> dict[str, Any]:
        if not rows:
            self._missing(table, typed.award, ["the row of its progress"])
            return {}
        for again in rows[1:]:
            self._twice(table, again, rows[0])
        entries = rows[0].entries
        saves = rows[0].keys[SAVES]
        typed.saves = int(saves) if saves.isdecimal() and len(saves) < 9 else None
        typed.spots["saves"] = (table.sheet, table.cell(rows[0].number, SAVES))
        typed.spots |= {name: (table.sheet, table.cell(rows[0].number, heading)) for name, heading in SAID_ON.items()}
        return {name: entries[heading] for name, heading in SAID_ON.items() if heading in entries}

    def _spend(self, typed: Typed, key: Key) -> tuple[Line, ...]:
        """The lines in the order of the programme's streams and categories, as the site's own form has them."""
        award, table = typed.award, self._table(SPEND)
        streams = _by_likeness(line.stream.name for line in award.lines)
        categories = _by_likeness(category.name for category in award.proposal.funding_year.programme.categories)
        found, sound = self._by_place(
            table, self._rows[SPEND].get(key, ()), lambda row: self._place(table, row, streams, categories)
        )
        if sound:
            wanted = [(stream, category) for stream in streams.values() for category in categories.values()]
            missing = [
                f"{begin(stream)}, {category}" for stream, category in wanted if (stream, category, 1) not in found
            ]
            self._missing(table, award, missing)
        order = {name: place for names in (streams, categories) for place, name in enumerate(names.values())}
        lines: list[Line] = []
        for stream, category, number in sorted(found, key=lambda at: (order[at[0]], order[at[1]], at[2])):
            row = found[stream, category, number]
            typed.spots.setdefault(f"lines.{stream}", (table.sheet, table.cell(row.number, AMOUNT)))
            line = self._line(table, row, stream, category)
            spots = {
                "stream": (table.sheet, table.cell(row.number, STREAM)),
                "category": (table.sheet, table.cell(row.number, CATEGORY)),
                "amount": (table.sheet, table.cell(row.number, AMOUNT)),
                "description": (table.sheet, table.cell(row.number, WHAT)),
                "transaction": (table.sheet, table.cell(row.number, TRANSACTION)),
            }
            typed.spots |= {f"row.{stream}.{category}.{number}.{name}": spot for name, spot in spots.items()}
            if line is not None:
                # What changes is named by the lines that there are, and a blank row before this one is none.
                place = sum((other.stream, other.category) == (stream, category) for other in lines) + 1
                typed.spots |= {f"row.{stream}.{category}.{place}.{name}": spot for name, spot in spots.items()}
                if not any(other.stream == stream for other in lines):
                    typed.spots[f"lines.{stream}"] = spots["amount"]
                typed.spots |= {f"lines[{len(lines)}].{name}": spot for name, spot in spots.items()}
                lines.append(line)
        return tuple(lines)

    def _by_place(
        self, table: Table, rows: Iterable[Row], place_of: Callable[[Row], Named | None]
    ) -> tuple[dict[Named, Row], bool]:
        """Rows by what they name; and whether each of them names something, and no two the same."""
        found: dict[Named, Row] = {}
        sound = True
        for row in rows:
            place = place_of(row)
            if place is None:
                sound = False
            elif place in found:
                sound = False
                self._twice(table, row, found[place])
            else:
                found[place] = row
        return found, sound

    def _place(
        self, table: Table, row: Row, streams: Mapping[str, str], categories: Mapping[str, str]
    ) -> tuple[str, str, int] | None:
        """What names a row of Spend; None, and said, where it names nothing that there is."""
        stream, category = streams.get(alike(row.keys[STREAM])), categories.get(alike(row.keys[CATEGORY]))
        number = row.keys[LINE]
        if stream is None:
            self._say(table, row, STREAM, NotAwarded(row.keys[STREAM] or "(blank)", STREAM))
        if category is None:
            self._say(table, row, CATEGORY, NotACategory(row.keys[CATEGORY], CATEGORY))
        if not number.isdecimal() or len(number) > 3 or int(number) == 0:
            sentence = f"“{number[:20]}” is not the number of a line. Put back 1, or 2 for a second line of a category"
            self._say(table, row, LINE, sentence)
            return None
        return None if stream is None or category is None else (stream, category, int(number))

    def _line(self, table: Table, row: Row, stream: str, category: str) -> Line | None:
        amount, what, transaction = (row.entries.get(heading) for heading in (AMOUNT, WHAT, TRANSACTION))
        if isinstance(amount, Decimal):
            return Line(stream, category, amount, str(what or "") or None, str(transaction or "") or None)
        if AMOUNT in row.entries and (what or transaction):
            self._say(table, row, AMOUNT, BlankMoney())
        return None

    def _forecasts(self, typed: Typed, key: Key) -> dict[tuple[str, Quarter], Decimal]:
        award, table = typed.award, self._table(FORECASTS)
        streams = _by_likeness(line.stream.name for line in award.lines)
        later = [quarter for quarter in between(award.starts_on, award.ends_on) if quarter in self._quarter.remaining()]
        found, sound = self._by_place(
            table, self._rows[FORECASTS].get(key, ()), lambda row: self._later(table, row, streams, later)
        )
        wanted = [(stream, quarter) for stream in streams.values() for quarter in later]
        if sound:
            self._missing(
                table,
                award,
                [f"{begin(stream)}, {quarter.name}" for stream, quarter in wanted if (stream, quarter) not in found],
            )
        forecasts = {}
        for stream, quarter in wanted:
            if (stream, quarter) in found:
                row = found[stream, quarter]
                typed.spots[f"forecasts.{stream}.{quarter.name}"] = (table.sheet, table.cell(row.number, FORECAST))
                amount = row.entries.get(FORECAST)
                if isinstance(amount, Decimal):
                    forecasts[stream, quarter] = amount
        return forecasts

    def _later(
        self, table: Table, row: Row, streams: Mapping[str, str], later: Sequence[Quarter]
    ) -> tuple[str, Quarter] | None:
        stream = streams.get(alike(row.keys[STREAM]))
        if stream is None:
            self._say(table, row, STREAM, NotAwarded(row.keys[STREAM] or "(blank)", STREAM))
            return None
        try:
            quarter = Quarter.parse(self._quarter.year, row.keys[QUARTER])
        except PortfolioError as error:
            self._say(table, row, QUARTER, error)
            return None
        if quarter <= self._quarter:
            self._say(table, row, QUARTER, PastForecast(quarter, self._quarter))
        elif quarter not in later:
            self._say(table, row, QUARTER, f"{quarter.short} is outside the award’s dates. Take this row out")
        else:
            return stream, quarter
        return None

    def _answers(self, typed: Typed, key: Key) -> None:
        table = self._table(QUESTIONS)
        for row in self._rows[QUESTIONS].get(key, ()):
            number = row.keys[NUMBER]
            if not number.isdecimal() or len(number) > 9:
                self._say(table, row, NUMBER, f"“{number[:20]}” is not the number of a question. {DOWNLOAD}")
            elif int(number) in typed.answers:
                self._say(table, row, NUMBER, f"Question {number} stands twice. Delete the row that is wrong")
            else:
                typed.spots[f"answers.{number}"] = (table.sheet, table.cell(row.number, ANSWER))
                typed.answers[int(number)] = str(row.entries.get(ANSWER) or "")

    def _missing(self, table: Table, award: Award, rows: Sequence[str]) -> None:
        if rows:
            named = "; ".join(rows[:NAMED]) + (f"; and {len(rows) - NAMED} more" if len(rows) > NAMED else "")
            of = f"{award.proposal.reference} ({award.csp.short_name})"
            many = f"{begin(count(len(rows), 'row'))} of {of} {'is' if len(rows) == 1 else 'are'} missing"
            sentence = f"{many}: {named}. Put back what was deleted. {DOWNLOAD}"
            self.faults.append(Fault(table.sheet, None, sentence))

    def _twice(self, table: Table, row: Row, first: Row) -> None:
        self._say(table, row, REFERENCE, f"This row stands twice: row {first.number} is the same. Delete one of them")

    def _say(self, table: Table, row: Row, heading: str, said: PortfolioError | str) -> None:
        code = said.code if isinstance(said, PortfolioError) else None
        sentence = said.sentence if isinstance(said, PortfolioError) else said
        self.faults.append(Fault(table.sheet, table.cell(row.number, heading), sentence, code=code))


def _not_yours(rows: Sequence[Row]) -> str:
    reference, partnership = rows[0].keys[REFERENCE], rows[0].keys[PARTNERSHIP]
    if not reference:
        return f"This row does not say which award it is of. {DOWNLOAD}"
    more = f", and {count(len(rows) - 1, 'more row')} like it" if len(rows) > 1 else ""
    return (
        f"“{reference[:60]}, {partnership[:80]}” is not an award that you can claim for here{more}. "
        "Put back what the cells said, or delete what is not yours"
    )


def _by_likeness(names: Iterable[str]) -> dict[str, str]:
    return {alike(name): name for name in names}
