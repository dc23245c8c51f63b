"""Where to read on from a row, and the names and signatures around it, loaded with it and put into words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import joinedload

from portfolio.clock import day_of
from portfolio.decisions.models import Award, AwardLine, VariationRequest
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter, format_day
from portfolio.returns.contents.scope import who
from portfolio.spend.models import Claim, Evidence


@dataclass(frozen=True)
class Way:
    """Where to read on: what kind of page it is, in words, and what its address needs."""

    kind: str
    words: str
    to: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One row in words."""

    what: str
    about: str
    details: Sequence[str] = ()
    ways: Sequence[Way] = field(default=())


def with_award(path: Any) -> list[Any]:
    """An award with the names that it goes by."""
    if path is None:
        return [joinedload(Award.proposal), joinedload(Award.csp)]
    return [path.joinedload(Award.proposal), path.joinedload(Award.csp)]


def with_claim(path: Any) -> list[Any]:
    """A claim with its award and who signed it."""
    if path is None:
        return [*with_award(joinedload(Claim.award)), *with_people(Claim.submitted_by, Claim.approved_by)]
    people = [path.joinedload(one).lazyload(Person.roles) for one in (Claim.submitted_by, Claim.approved_by)]
    return [*with_award(path.joinedload(Claim.award)), *people]


def with_line(path: Any) -> list[Any]:
    """An award's line with its stream and award."""
    return [path.joinedload(AwardLine.stream), *with_award(path.joinedload(AwardLine.award))]


def with_people(*columns: Any) -> list[Any]:
    """People, without what roles they hold."""
    return [joinedload(column).lazyload(Person.roles) for column in columns]


def of_award(award: Award, stream: str | None = None, quarter: Quarter | None = None) -> str:
    """What a row is about: title, reference, partnership, stream and quarter."""
    about = f"{award.proposal.title}, {who(award.proposal.reference, award.csp.name, stream)}"
    return f"{about}, {quarter.short}" if quarter else about


def done_by(did: str, name: str, when: datetime | None) -> str:
    """Who did something, and on which day."""
    return f"{did} {name}, {format_day(day_of(when))}" if when else f"{did} {name}"


def signatures(claim: Claim) -> list[str]:
    """Who sent a claim, and who approved it."""
    sent = [done_by("Sent by", claim.submitted_by.name, claim.submitted_at)] if claim.submitted_by else []
    if claim.approved_by is None:
        return [*sent, "Approved before it came into this record, which does not say by whom"]
    return [*sent, done_by("Approved by", claim.approved_by.name, claim.approved_at)]


def place_in(award: Award, quarter: Quarter) -> dict[str, Any]:
    """What the address of a claim's page needs."""
    return {"reference": award.proposal.reference, "csp_key": award.csp.key, "quarter": quarter}


def to_claim(claim: Claim) -> Way:
    """To the claim."""
    return Way("claim", f"The claim of {claim.quarter.short}", place_in(claim.award, claim.quarter))


def up_from(claim: Claim) -> Way:
    """To every figure of returns that a claim stands in."""
    return Way("up", "Every figure it stands in", place_in(claim.award, claim.quarter))


def to_file(claim: Claim, file: Evidence) -> Way:
    """To a file of evidence."""
    return Way("evidence", file.name, place_in(claim.award, claim.quarter) | {"evidence_id": file.id})


def award_place(award: Award) -> dict[str, Any]:
    """What the address of an award's page needs."""
    return {"reference": award.proposal.reference, "csp_key": award.csp.key}


def to_award(award: Award) -> Way:
    """To the award."""
    return Way("award", "The award", award_place(award))


def to_match(award: Award) -> Way:
    """To an award's match."""
    return Way("match", "Its match funding", award_place(award))


def to_project(award: Award) -> Way:
    """To what a project promised."""
    return Way("project", "Its outputs and outcomes", award_place(award))


def to_proposal(proposal: Proposal) -> Way:
    """To the proposal."""
    return Way("proposal", "The proposal and its decisions", {"reference": proposal.reference})


def to_variation(asked: VariationRequest | None) -> list[Way]:
    """To the variation, where somebody asked for it here."""
    return [] if asked is None else [Way("variation", "The variation", {"number": asked.id})]


def to_year(number: int) -> Way:
    """To a year's allocations."""
    return Way("allocations", "The year's allocations", {"number": number})
