"""Compares what came out with what the story itself expects: a difference fails the load.

The file's `expected_pence` says, by start year, totals such as `"Q1": {"dorset non-labour": 1531506}`. A total's name
is a partnership's key or `combined`, then a stream or `total`.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO, format_pounds, from_pence
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import figures
from portfolio.story.checking import allocated
from portfolio.story.loading import Loading
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
        year = FinancialYear(int(start)) if start.isascii() and start.isdecimal() else None
        if year is None or year not in loading.years or not isinstance(expected, dict):
            findings.passed_over.append(place)
            continue
        for what, told in expected.items():
            if isinstance(told, int):
                _compare_request(story, year, f"{place}.{what}", what, told, loading)
                continue
            totals = _totals(session, loading, year, what)
            if totals is None or not isinstance(told, dict):
                findings.passed_over.append(f"{place}.{what}")
                continue
            for name, pence in told.items():
                _compare_total(story, totals, f"{place}.{what}.{name}", name, pence, loading)


def _compare_total(story: Story, totals: Totals, place: str, name: str, pence: Any, loading: Loading) -> None:
    csp, _, stream = name.partition(" ")
    known_csp, known_stream = csp in story.csps or csp == ALL, stream in story.programme.streams or stream == TOTAL
    if not known_csp or not known_stream or not isinstance(pence, int):
        loading.findings.passed_over.append(place)
        return
    came_out = sum(
        (amount for (of, in_), amount in totals.items() if csp in (of, ALL) and stream in (in_, TOTAL)), ZERO
    )
    _hold(place, from_pence(pence), came_out, loading)


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
    of_quarter, to_date = _QUARTER.fullmatch(what), _TO_DATE.fullmatch(what)
    number = int((of_quarter or to_date or ["", "4"])[1])
    if not of_quarter and not to_date and what not in ("awarded", "outturn"):
        return None
    at = _outturn_quarter(story, year) if what == "outturn" else Quarter(year, number)
    names = {csp.id: key for key, csp in loading.csps.items()}
    streams = {stream.id: name for name, stream in loading.names.streams.items()}
    positions = figures.by_csp(session, loading.years[year].id, at)
    return {
        (names[csp], streams[stream]): position.this_quarter
        if of_quarter
        else position.to_date
        if to_date
        else position.award
        if what == "awarded"
        else position.outturn
        for (csp, stream), position in positions.items()
    }


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


def _compare_request(story: Story, year: FinancialYear, place: str, what: str, pence: int, loading: Loading) -> None:
    """`requested_six_non_labour`: what the six proposals of a partnership ask of the stream."""
    match = _REQUESTED.fullmatch(what)
    streams = {re.sub(r"\W", "_", name): name for name in story.programme.streams}
    if match is None or match[2] not in streams:
        loading.findings.passed_over.append(place)
        return
    stream = streams[match[2]]
    count = _NUMBERS.index(match[1]) if match[1] in _NUMBERS else int(match[1]) if match[1].isdecimal() else None
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
        loading.findings.fault(place, f"counts {match[1]} proposals, but no partnership was asked by so many")
    elif from_pence(pence) not in matching:
        _hold(place, from_pence(pence), matching[0], loading)
