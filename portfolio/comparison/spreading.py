"""Where the money went and where it did not: proposals in groups, and where level, area and theme meet."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from portfolio.comparison.facts import asked_of, awarded_to, facts, outcome_at, streams_of
from portfolio.comparison.rules import (
    COSTS,
    LEVELS,
    NO_LEVEL,
    ORDER,
    SCORES,
    UNDECIDED,
    Band,
    Tally,
    level_names,
)
from portfolio.comparison.slices import Slice
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, Organisation
from portfolio.money import ZERO, from_pence
from portfolio.quarters import FinancialYear
from portfolio.words import begin

NOT_GIVEN = "Not given"
OTHERS = "Others"
MOST_COLUMNS = 6
"""So many areas or themes have a column of their own, those that asked for most; the others share one."""

DIMENSIONS = {
    "lead": "Lead organisation",
    "kind": "New or continued",
    "level": "Prevention levels",
    "theme": "Theme",
    "area": "Area",
    "toolkit": "Toolkit impact",
    "score": "Panel’s score",
    "cost": "Amount asked",
    "outcome": "Outcome",
    "csp": "Partnership",
    "year": "Year",
}
"""What proposals can be grouped by, as an address says it and as people do."""


@dataclass(frozen=True)
class Group:
    """Proposals that have something in common."""

    name: str
    tally: Tally
    narrows: Mapping[str, str] | None = None
    """What an address says to compare these alone; None where nothing says it."""


def went(session: Session, at: Slice, by: str) -> tuple[list[Group], list["Meeting"]]:
    """The slice's proposals by one of `DIMENSIONS`, and where levels, areas and themes meet, the largest asked first.

    The groups sum to the whole, but by partnership, where one that asked several stands with each. Both come from one
    statement, which looks every proposal up once.
    """
    streams = streams_of(session, at)
    if not streams:
        return [], []
    if by == "csp":
        fact = facts(at, streams, by_csp=True).c
        return _groups(by, session.execute(_grouped(by, fact, len(streams)))), meetings(session, at)
    fact = facts(at, streams).c
    both = union_all(_grouped(by, fact, len(streams)), _met(fact, len(streams)))
    found = session.execute(both).all()
    return _groups(by, (row for row in found if row.what == by)), _meetings(row for row in found if row.what != by)


def _grouped(by: str, fact: Any, streams: int) -> Select[Any]:
    """A row for each group: what it is, its key, and its name where that stands elsewhere."""
    key = _key(by, fact, streams)
    named: dict[str, tuple[type[Organisation] | type[CSP], Any]] = {
        "lead": (Organisation, fact.lead),
        "csp": (CSP, fact.get("csp")),
    }
    if by not in named:
        return _tallied(select(*_text(literal(by), key, null(), null())), fact, streams).group_by(key)
    table, number = named[by]
    found = _tallied(select(*_text(literal(by), key, table.name, null())), fact, streams)
    return found.join(table, table.id == number).group_by(key, table.name)


def _text(what: Any, *told: Any) -> list[ColumnElement[Any]]:
    """The columns that stand before a tally's."""
    return [cast(what, String).label("what"), *(cast(column, String) for column in told)]


def _groups(by: str, found: Iterable[Any]) -> list[Group]:
    named = []
    for _, key, name, _, *tally in found:
        named.append((key, _group(by, key, name if by in ("lead", "csp") else NAMES[by](key), _tally(tally))))
    return [group for _, group in sorted(named, key=lambda pair: _rank(by, *pair))]


def _group(by: str, key: Any, name: str, tally: Tally) -> Group:
    said = {"lead": name, "year": name.replace("/", "-"), "outcome": name.lower().replace(" ", "-")}
    if key is None or by in ("csp", "level"):
        return Group(name, tally)
    alone = {"since": ""} if by == "year" else {}
    return Group(name, tally, {by: said.get(by, str(key)), **alone})


def _key(by: str, fact: Any, streams: int) -> ColumnElement[Any]:
    match by:
        case "score":
            return _banded(fact.score, SCORES)
        case "cost":
            return _banded(asked_of(fact, streams), COSTS)
        case "level":
            return cast(fact.levels, String)
        case _:
            return cast(fact[by], String)


def _banded(figure: ColumnElement[Any], bands: Iterable[Band]) -> ColumnElement[Any]:
    """The slug of the band that a figure of pence, or of hundredths of a per cent, stands in; none for no figure."""
    falling = sorted(bands, key=lambda band: band.least or Decimal(0), reverse=True)
    ends = [(figure >= int((band.least or Decimal(0)) * 100), band.slug) for band in falling]
    return case(*ends)


def _tallied(begun: Select[Any], fact: Any, streams: int) -> Select[Any]:
    gives = [place for place, outcome in enumerate(ORDER) if outcome.gives_money]
    return begun.add_columns(
        func.count(),
        func.sum(asked_of(fact, streams)),
        func.sum(awarded_to(fact, streams)),
        func.sum(fact.match),
        func.count(fact.score),
        func.sum(fact.score),
        func.sum(case((fact.outcome.in_(gives), 1), else_=0)),
        func.sum(case((fact.outcome == ORDER.index(Outcome.REJECTED), 1), else_=0)),
    )


def _tally(row: Sequence[Any]) -> Tally:
    proposals, asked, awarded, match, scored, scores, funded, rejected = (int(figure or 0) for figure in row)
    return Tally(
        proposals,
        from_pence(asked),
        from_pence(awarded),
        from_pence(match),
        scored,
        Decimal(scores) / 100,
        funded,
        rejected,
    )


def _outcome_name(key: str) -> str:
    outcome = outcome_at(int(key))
    return begin(UNDECIDED if outcome is None else outcome.value)


def _said(key: str | None) -> str:
    return begin(key) if key else NOT_GIVEN


def _band_name(bands: Iterable[Band], none: str) -> Callable[[str | None], str]:
    names = {band.slug: band.name for band in bands}
    return lambda key: none if key is None else names[key]


NAMES: Mapping[str, Callable[[Any], str]] = {
    "kind": _said,
    "level": lambda key: level_names(int(key)),
    "theme": _said,
    "area": _said,
    "toolkit": _said,
    "score": _band_name(SCORES, "Not scored"),
    "cost": _band_name(COSTS, NOT_GIVEN),
    "outcome": _outcome_name,
    "year": lambda key: str(FinancialYear(int(key))),
}


def _rank(by: str, key: Any, group: Group) -> tuple[Any, ...]:
    """What has an order of its own stands in it; the rest by what was asked, the largest first."""
    if by in ("year", "outcome"):
        return (int(key),)
    if by in ("score", "cost"):
        bands = SCORES if by == "score" else COSTS
        return (next((place for place, band in enumerate(bands) if band.slug == key), len(bands)),)
    return (-group.tally.asked, group.name)


@dataclass(frozen=True)
class Meeting:
    """The proposals of some levels, in one area, on one theme."""

    levels: int
    area: str
    theme: str
    tally: Tally

    @property
    def levels_in_words(self) -> str:
        """`Universal and targeted`."""
        return level_names(self.levels)


def meetings(session: Session, at: Slice) -> list[Meeting]:
    """Where levels, areas and themes meet, largest asked first."""
    streams = streams_of(session, at)
    return _meetings(session.execute(_met(facts(at, streams).c, len(streams)))) if streams else []


def _met(fact: Any, streams: int) -> Select[Any]:
    keys = (fact.levels, fact.area, fact.theme)
    return _tallied(select(*_text(literal("met"), *keys)), fact, streams).group_by(*keys)


def _meetings(found: Iterable[Any]) -> list[Meeting]:
    told = [Meeting(int(levels), _said(area), _said(theme), _tally(tally)) for _, levels, area, theme, *tally in found]
    return sorted(told, key=lambda meeting: (-meeting.tally.asked, meeting.levels, meeting.area, meeting.theme))


@dataclass(frozen=True)
class Spread:
    """What came of each prevention level in each area, or of each theme."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Tally, ...], ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The table's headings."""
        return "Prevention level", *self.columns


def spread(found: Sequence[Meeting], by: str) -> Spread:
    """Levels by area or by theme; a proposal of several levels stands with each of them."""
    asked: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for meeting in found:
        asked[getattr(meeting, by)] += meeting.tally.asked
    largest = sorted(asked, key=lambda name: (-asked[name], name))
    columns = largest if len(largest) <= MOST_COLUMNS + 1 else [*largest[:MOST_COLUMNS], OTHERS]
    rows = {begin(level.value): part for level, part in LEVELS.items()}
    if any(not meeting.levels for meeting in found):
        rows[NO_LEVEL] = 0
    cells = {(row, column): Tally() for row in rows for column in columns}
    for meeting in found:
        column = getattr(meeting, by) if getattr(meeting, by) in columns else OTHERS
        for row, part in rows.items():
            if meeting.levels & part or meeting.levels == part:
                cells[row, column] += meeting.tally
    return Spread(tuple(rows), tuple(columns), tuple(tuple(cells[row, each] for each in columns) for row in rows))


def gaps(found: Iterable[Meeting]) -> list[Meeting]:
    """Where something was asked for and nothing was awarded, largest asked first."""
    return [meeting for meeting in found if meeting.tally.asked and not meeting.tally.awarded]
