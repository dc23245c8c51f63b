"""Where the money went and where it did not: proposals in groups, and where level, area and theme meet."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, select
from sqlalchemy.orm import Session

from portfolio.comparison.facts import asked_of, awarded_to, facts, outcome_at, streams_of
from portfolio.comparison.rules import (
    COSTS,
    LEVELS,
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


def groups(session: Session, at: Slice, by: str) -> list[Group]:
    """The slice's proposals by one of `DIMENSIONS`; they sum to the whole, but by partnership, where one that asked
    several stands with each.
    """
    streams = streams_of(session, at)
    if not streams:
        return []
    fact = facts(at, streams, by_csp=by == "csp").c
    key = _key(by, fact, len(streams))
    found = _tallied(select(key), fact, len(streams)).group_by(key)
    if by == "lead":
        found = found.add_columns(Organisation.name).join(Organisation, Organisation.id == fact.lead)
        found = found.group_by(Organisation.name)
    if by == "csp":
        found = found.add_columns(CSP.name).join(CSP, CSP.id == fact.csp).group_by(CSP.name)
    named = (
        (row[0], _group(by, row[0], str(row[-1]) if by in ("lead", "csp") else NAMES[by](row[0]), _tally(row[1:9])))
        for row in session.execute(found)
    )
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
            return _banded(fact.score, SCORES, 100)
        case "cost":
            return _banded(asked_of(fact, streams), COSTS, 100)
        case "level":
            return cast(fact.levels, String)
        case _:
            return cast(fact[by], String)


def _banded(figure: ColumnElement[Any], bands: Iterable[Band], hundredths: int) -> ColumnElement[Any]:
    """The slug of the band that a figure stands in, its ends in hundredths; none for no figure."""
    falling = sorted(bands, key=lambda band: band.least or Decimal(0), reverse=True)
    ends = [(figure >= int((band.least or Decimal(0)) * hundredths), band.slug) for band in falling]
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
    if not streams:
        return []
    fact = facts(at, streams).c
    keys = (fact.levels, fact.area, fact.theme)
    found = session.execute(_tallied(select(*keys), fact, len(streams)).group_by(*keys))
    told = [Meeting(row[0], _said(row[1]), _said(row[2]), _tally(row[3:])) for row in found]
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
        rows["None given"] = 0
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
