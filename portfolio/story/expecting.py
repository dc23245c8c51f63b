"""Compares what came out with what the story itself expects: a difference fails the load.

The file's `expected_pence` says, by start year, totals such as `"Q1": {"dorset non-labour": 1531506}`. A total's name
is a partnership's key or `combined`, then a stream or `total`.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from operator import attrgetter

from sqlalchemy.orm import Session

from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO, format_pounds
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import figures
from portfolio.spend.figures import Position
from portfolio.story.checking import allocated
from portfolio.story.loading import Loading
from portfolio.story.node import Node
from portfolio.story.telling import Story

ALL = "combined"
TOTAL = "total"
_QUARTER = re.compile(r"Q([1-4])")
_TO_DATE = re.compile(r"to_date_Q([1-4])")
_REQUESTED = re.compile(r"requested_([a-z0-9]+)_(\w+)")
_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

Totals = dict[tuple[str, str], Decimal]
"""Pounds by partnership's key and stream."""


def compare(session: Session, loading: Loading) -> None:
    """Note every expected total that did not come out, and pass over what nothing here is called."""
    story, findings = loading.story, loading.findings
    for start, expected in story.expected.items():
        place = f"expected_pence.{start}"
        year = FinancialYear(int(start)) if re.fullmatch(r"[0-9]{4}", start) else None
        if year is None or year not in loading.years or not isinstance(expected, dict):
            findings.passed_over.append(place)
            continue
        of_year = Node(expected, place, findings)
        for what, told in expected.items():
            if not isinstance(told, dict):
                _compare_request(story, year, of_year, what, loading)
                continue
            totals = _totals(session, loading, year, what)
            if totals is None:
                findings.passed_over.append(of_year.at(what))
                continue
            of_kind = of_year.object(what)
            for name in told:
                _compare_total(story, totals, of_kind, name, loading)


def _compare_total(story: Story, totals: Totals, node: Node, name: str, loading: Loading) -> None:
    csp, _, stream = name.partition(" ")
    known_csp, known_stream = csp in story.csps or csp == ALL, stream in story.programme.streams or stream == TOTAL
    if not known_csp or not known_stream or not node.has(name):
        loading.findings.passed_over.append(node.at(name))
        return
    expected = node.pence(name, signed=True)
    came_out = sum(
        (amount for (of, in_), amount in totals.items() if csp in (of, ALL) and stream in (in_, TOTAL)), ZERO
    )
    if expected is not None:
        _hold(node.at(name), expected, came_out, loading)


def _hold(place: str, expected: Decimal, came_out: Decimal, loading: Loading) -> None:
    if expected != came_out:
        loading.findings.fault(
            place,
            f"is {format_pounds(expected)}, but the story comes to {format_pounds(came_out)}, a difference of "
            f"{format_pounds(came_out - expected)}. Put the amounts or this total right",
        )


def _totals(session: Session, loading: Loading, year: FinancialYear, what: str) -> Totals | None:
    """The totals of one kind, by partnership and stream; None where the kind is not known."""
    story = loading.story
    if what == "allocation":
        return {
            (csp, stream): allocated(story, year, csp, stream)
            for csp in story.csps
            for stream in story.programme.streams
        }
    if what == "requested":
        return dict(_requested(story, year))
    asked = _figure(story, year, what)
    if asked is None:
        return None
    figure, at = asked
    names = {csp.id: key for key, csp in loading.csps.items()}
    streams = {stream.id: name for name, stream in loading.names.streams.items()}
    positions = figures.by_csp(session, loading.years[year].id, at)
    return {(names[csp], streams[stream]): figure(position) for (csp, stream), position in positions.items()}


def _figure(story: Story, year: FinancialYear, what: str) -> tuple[Callable[[Position], Decimal], Quarter] | None:
    """Which figure a kind of total is, and as at which quarter; None where the kind is not known."""
    if found := _QUARTER.fullmatch(what):
        return attrgetter("this_quarter"), Quarter(year, int(found[1]))
    if found := _TO_DATE.fullmatch(what):
        return attrgetter("to_date"), Quarter(year, int(found[1]))
    if what == "awarded":
        return attrgetter("award"), Quarter(year, 4)
    if what == "outturn":
        return attrgetter("outturn"), _outturn_quarter(story, year)
    return None


def _outturn_quarter(story: Story, year: FinancialYear) -> Quarter:
    """A closed year's outturn is what was spent in it; an open one's stands at its last claims."""
    if story.years[year].status is YearStatus.CLOSED:
        return Quarter(year, 4)
    return max((claim.quarter for claim in story.claims if claim.quarter.year == year), default=Quarter(year, 1))


def _requested(story: Story, year: FinancialYear) -> Iterator[tuple[tuple[str, str], Decimal]]:
    for csp in story.csps:
        for stream in story.programme.streams:
            asked = (
                proposal.requested.get(stream, ZERO)
                for proposal in story.proposals.values()
                if proposal.year == year and csp in proposal.asked_of
            )
            yield (csp, stream), sum(asked, ZERO)


def _compare_request(story: Story, year: FinancialYear, node: Node, what: str, loading: Loading) -> None:
    """`requested_six_non_labour`: what the six proposals of a partnership ask of the stream."""
    match = _REQUESTED.fullmatch(what)
    streams = {re.sub(r"\W", "_", name): name for name in story.programme.streams}
    count = _count(match[1]) if match else None
    if match is None or match[2] not in streams or count is None or not node.has(what):
        loading.findings.passed_over.append(node.at(what))
        return
    expected = node.pence(what)
    if expected is None:
        return
    stream = streams[match[2]]
    of_csps = {
        csp: [
            proposal.requested[stream]
            for proposal in story.proposals.values()
            if proposal.year == year and csp in proposal.asked_of and proposal.requested.get(stream)
        ]
        for csp in story.csps
    }
    matching = [sum(asked, ZERO) for asked in of_csps.values() if len(asked) == count]
    if not matching:
        node.fault(what, f"counts {match[1]} proposals, but no partnership was asked by so many. Put the count right")
    elif expected not in matching:
        _hold(node.at(what), expected, matching[0], loading)


def _count(word: str) -> int | None:
    """How many a word or a number says; None where it says none."""
    if word in _NUMBERS:
        return _NUMBERS.index(word)
    return int(word) if re.fullmatch(r"[0-9]{1,4}", word) else None
