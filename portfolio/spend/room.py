"""Where the pages of spend hang, and the award that an address names."""

from flask import Blueprint, url_for
from sqlalchemy import or_

from portfolio.decisions import queries
from portfolio.decisions.models import Award
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.checks import Part
from portfolio.spend.models import Claim
from portfolio.spend.queries import Entry
from portfolio.web.access import viewer
from portfolio.web.database import session

room = Blueprint("spend", __name__)


def award_at(reference: str, csp_key: str, act: Act) -> Award:
    """The award of an address, within the viewer's reach for an act; raises NotFound."""
    return queries.get_award(session(), reference, csp_key, queries.awards_within(viewer().within(act)))


def award_at_for(reference: str, csp_key: str, *acts: Act) -> Award:
    """The award of an address, within the viewer's reach for one of several acts; raises NotFound."""
    reached = or_(*(queries.awards_within(viewer().within(act)) for act in acts))
    return queries.get_award(session(), reference, csp_key, reached)


def reaches(award: Award, act: Act) -> bool:
    """Whether the viewer may do something to an award that they see."""
    return queries.reaches(viewer().within(act), award)


def address(endpoint: str, award: Award, quarter: Quarter) -> str:
    """The address of a page of an award's quarter."""
    return url_for(f"spend.{endpoint}", reference=award.proposal.reference, csp_key=award.csp.key, quarter=quarter)


def part_address(award: Award, quarter: Quarter, part: Part, box: str | None = None) -> str:
    """The address of the page on which a part of a claim is entered, and of a box on it."""
    reference, csp_key = award.proposal.reference, award.csp.key
    return url_for(
        "spend.part", reference=reference, csp_key=csp_key, quarter=quarter, part=part.value, _anchor=box or None
    )


def address_of(row: Entry) -> str:
    """The address of the quarter that a list's row is about."""
    return url_for("spend.claim", reference=row.reference, csp_key=row.csp_key, quarter=row.quarter)


def receipt_number(claim: Claim) -> str:
    """What a lead can quote about a claim that was sent: the award, the quarter, and which edition of it."""
    year, name = claim.quarter.year.slug, claim.quarter.name
    return f"{claim.award.proposal.reference}-{claim.award.csp.key}-{year}-{name}-{claim.edition}".upper()
