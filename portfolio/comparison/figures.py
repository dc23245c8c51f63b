"""Funded and rejected proposals side by side: the figures of the comparison, each summed in the database.

What is compared are the proposals handed in to the partnerships in question. Each counts once, whatever number of
partnerships it asked; what is awarded and decided is those partnerships' own, and of several decisions the most
favourable counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    case,
    cast,
    func,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from portfolio.comparison.facts import OfStream, asked_of, facts, outcome_at, streams_of
from portfolio.comparison.rules import LEVELS, ORDER, Side, Tally
from portfolio.comparison.slices import Slice
from portfolio.decisions.rules import Outcome
from portfolio.money import ZERO, from_pence, per_cent
from portfolio.proposals.rules import Level, ProposalKind
from portfolio.words import begin, count

NEW = ProposalKind.NEW.value


@dataclass(frozen=True)
class Figures:
    """What was asked of a stream, what was there, and what was awarded, in pounds."""

    stream: str
    asked: Decimal = ZERO
    allocation: Decimal = ZERO
    awarded: Decimal = ZERO

    @property
    def unallocated(self) -> Decimal:
        """What is there and not awarded."""
        return self.allocation - self.awarded

    @property
    def demand(self) -> Decimal | None:
        """What was asked, in per cent of what was there; None where nothing was."""
        return per_cent(self.asked, self.allocation)

    @property
    def granted(self) -> Decimal | None:
        """What was awarded, in per cent of what was asked."""
        return per_cent(self.awarded, self.asked)


@dataclass(frozen=True)
class Portrait:
    """What the proposals of one side come to, and what they are like."""

    tally: Tally = Tally()  # noqa: RUF009 - frozen, so one nothing does for all
    continued: int = 0
    by_level: Mapping[Level, int] | None = None

    def __add__(self, other: "Portrait") -> "Portrait":
        levels = {level: self.of_level(level) + other.of_level(level) for level in Level}
        return Portrait(self.tally + other.tally, self.continued + other.continued, levels)

    def of_level(self, level: Level) -> int:
        """How many have a level of prevention; one with several counts in each."""
        return (self.by_level or {}).get(level, 0)


@dataclass(frozen=True)
class Summary:
    """The comparison in a few figures, in pounds and in numbers of proposals."""

    streams: tuple[Figures, ...]
    by_outcome: Mapping[Outcome | None, Portrait]
    divided: int
    """How many were funded by one partnership and not by another."""

    @property
    def together(self) -> Figures:
        """All streams as one."""
        return Figures(
            "all",
            sum((each.asked for each in self.streams), ZERO),
            sum((each.allocation for each in self.streams), ZERO),
            sum((each.awarded for each in self.streams), ZERO),
        )

    @property
    def whole(self) -> Portrait:
        """All proposals."""
        return sum(self.by_outcome.values(), Portrait())

    def side(self, side: Side) -> Portrait:
        """The proposals of one side."""
        return sum((each for outcome, each in self.by_outcome.items() if Side.of(outcome) is side), Portrait())

    @property
    def funded_side(self) -> Portrait:
        """What some partnership funded, in full or in part."""
        return self.side(Side.FUNDED)

    @property
    def rejected_side(self) -> Portrait:
        """What was rejected."""
        return self.side(Side.REJECTED)

    @property
    def other_side(self) -> Portrait:
        """What waits, was withdrawn, or is not decided."""
        return self.side(Side.OTHER)

    @property
    def proposals(self) -> int:
        """How many proposals there are."""
        return self.whole.tally.proposals

    def number(self, outcome: Outcome | None) -> int:
        """How many have an outcome, or, with None, are not decided."""
        return self.by_outcome[outcome].tally.proposals if outcome in self.by_outcome else 0

    @property
    def funded(self) -> int:
        """Those that were given money, in full or in part."""
        return self.funded_side.tally.proposals

    @property
    def in_part(self) -> int:
        """Those that were given a part of what they asked."""
        return self.number(Outcome.PART_FUNDED)

    @property
    def rejected(self) -> int:
        """Those that were told no."""
        return self.number(Outcome.REJECTED)

    @property
    def undecided(self) -> int:
        """Those that no partnership in question has decided on."""
        return self.number(None)

    @property
    def in_words(self) -> str:
        """`4 funded (2 in part), 2 rejected, 1 not decided`."""
        others = [(outcome.value, self.number(outcome)) for outcome in ORDER if Side.of(outcome) is Side.OTHER]
        part = f" ({self.in_part} in part)" if self.in_part else ""
        told = [f"{self.funded} funded{part}", f"{self.rejected} rejected"]
        told += [f"{number} {word}" for word, number in (*others, ("not decided", self.undecided)) if number]
        return ", ".join(told)

    @property
    def proposals_in_words(self) -> str:
        """`6 proposals`."""
        return count(self.proposals, "proposal")


@dataclass(frozen=True)
class Contrast:
    """One figure of each side: what it is, whether it is `pounds`, `percent` or a `number`, and the figures."""

    name: str
    unit: str
    values: tuple[Decimal | int | None, ...]
    absent: str = ""


SIDES = ("Funded", "Rejected", "Neither", "All")


def contrasts(summary: Summary) -> list[Contrast]:
    """Funded and rejected side by side, figure by figure, with what is neither, and all together."""
    sides = (summary.funded_side, summary.rejected_side, summary.other_side, summary.whole)
    tallies = [side.tally for side in sides]
    return [
        Contrast("Proposals", "number", tuple(one.proposals for one in tallies)),
        Contrast("Asked", "pounds", tuple(one.asked for one in tallies)),
        Contrast("Awarded", "pounds", tuple(one.awarded for one in tallies)),
        Contrast("Asked on average", "pounds", tuple(one.mean_asked for one in tallies), "None"),
        Contrast("Panel’s score on average", "percent", tuple(one.mean_score for one in tallies), "Not scored"),
        Contrast("Match offered", "pounds", tuple(one.match for one in tallies)),
        Contrast("Match for each £1 asked", "pounds", tuple(one.leverage for one in tallies), "None asked"),
        Contrast("Continued or extended", "number", tuple(side.continued for side in sides)),
        *(
            Contrast(f"{begin(level.value)} prevention", "number", tuple(side.of_level(level) for side in sides))
            for level in Level
        ),
    ]


@dataclass(frozen=True)
class Found:
    """A comparison and the proposals of one page of it, by number."""

    summary: Summary
    page: int
    ids: tuple[int, ...]
    streams: tuple[OfStream, ...]
    """What the page's proposals are shown by: the same as the figures."""


ORDERS = {
    "outcome": "Funded first",
    "asked": "Largest first",
    "score": "Best score first",
    "reference": "By reference",
}
"""In what order proposals are listed, as an address says it and as people do."""


def summary(session: Session, at: Slice) -> Summary:
    """The figures that a comparison begins with."""
    return compare(session, at, 1, 0).summary


def compare(session: Session, at: Slice, page: int, size: int, order: str = "outcome") -> Found:
    """The figures of a slice, and the numbers of the proposals of a page; a page beyond the last is the last.

    Both come from one statement, which looks every proposal up once.
    """
    streams = streams_of(session, at)
    if not streams:
        return Found(Summary((), {}, 0), 1, (), ())
    fact = facts(at, streams)
    found = session.execute(union_all(_sums(fact, streams), _listed(fact, streams, page, size, order))).all()
    sums = [row for row in found if row.id is None]
    summary = _summary(sums, streams)
    last = max(1, -(-summary.proposals // size)) if size else 1
    if page > last:
        return compare(session, at, last, size, order)
    ids = sorted((row for row in found if row.id is not None), key=lambda row: row.place)
    return Found(summary, page, tuple(row.id for row in ids), tuple(streams))


def _sums(fact: CTE, streams: Sequence[OfStream]) -> Any:
    """A row for each outcome: how many, what they are like, and their sums."""
    row = fact.c
    figures = [*_like(row), *_of_streams(row, "asked", len(streams)), *_of_streams(row, "awarded", len(streams))]
    numbered = (_whole(figure).label(f"sum_{number}") for number, figure in enumerate(figures))
    return select(_whole(null()).label("id"), _whole(row.outcome).label("place"), *numbered).group_by(row.outcome)


def _like(row: Any) -> list[ColumnElement[Any]]:
    return [
        func.count(),
        func.sum(row.match),
        func.count(row.score),
        func.sum(row.score),
        func.sum(row.divided),
        func.sum(case((row.kind == NEW, 0), else_=1)),
        *(func.sum(case((row.levels.op("&")(figure) != 0, 1), else_=0)) for figure in LEVELS.values()),
    ]


def _of_streams(row: Any, name: str, streams: int) -> list[ColumnElement[Any]]:
    return [func.sum(row[f"{name}_{number}"]) for number in range(streams)]


def _whole(figure: ColumnElement[Any]) -> ColumnElement[int]:
    """A figure as the whole number that it is: pence, hundredths of a per cent, or so many."""
    return cast(type_coerce(figure, BigInteger), BigInteger)


def _listed(fact: CTE, streams: Sequence[OfStream], page: int, size: int, order: str) -> Any:
    """The numbers of a page's proposals with their places, beside columns that are empty."""
    row = fact.c
    first: dict[str, list[ColumnElement[Any]]] = {
        "outcome": [row.outcome],
        "asked": [asked_of(row, len(streams)).desc()],
        "score": [func.coalesce(row.score, -1).desc()],
        "reference": [],
    }
    ordered = [*first[order], row.reference]
    listed = (
        select(row.id, func.row_number().over(order_by=ordered).label("place"))
        .order_by(*ordered)
        .limit(size)
        .offset((page - 1) * size)
        .subquery("listed")
    )
    empty = [_whole(null()) for _ in range(len(_like(row)) + 2 * len(streams))]
    return select(_whole(listed.c.id), _whole(listed.c.place), *empty)


def _summary(rows: Iterable[Any], streams: Sequence[OfStream]) -> Summary:
    like = 6 + len(LEVELS)
    portraits: dict[Outcome | None, Portrait] = {}
    asked, awarded = [0] * len(streams), [0] * len(streams)
    divided = 0
    for _, place, *figures in sorted(rows, key=lambda row: row.place):
        number, match, scored, scores, apart, continued, *levels = figures[:like]
        wanted, given = figures[like : like + len(streams)], figures[like + len(streams) :]
        outcome = outcome_at(place)
        gives = outcome is not None and outcome.gives_money
        tally = Tally(
            number,
            from_pence(sum(wanted)),
            from_pence(sum(given)),
            from_pence(match),
            scored,
            Decimal(scores or 0) / 100,
            number if gives else 0,
            number if outcome is Outcome.REJECTED else 0,
        )
        portraits[outcome] = Portrait(tally, continued, dict(zip(LEVELS, levels, strict=True)))
        asked = [one + more for one, more in zip(asked, wanted, strict=True)]
        awarded = [one + more for one, more in zip(awarded, given, strict=True)]
        divided += apart
    figures_of = (
        Figures(stream.name, from_pence(one), stream.allocation, from_pence(other))
        for stream, one, other in zip(streams, asked, awarded, strict=True)
    )
    told = tuple(each for each in figures_of if each.asked or each.allocation or each.awarded)
    return Summary(told, portraits, divided)
