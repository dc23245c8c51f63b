"""What the partnerships decided on what was proposed, and what was moved since."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from portfolio.decisions.models import Award, AwardLine, Decision, DecisionAmount, Variation
from portfolio.decisions.queries import is_current
from portfolio.funding_years.models import Organisation
from portfolio.money import ZERO
from portfolio.people.actions import naming
from portfolio.proposals.models import AskedOf, Proposal
from portfolio.proposals.queries import requested
from portfolio.proposals.rules import ProposalStatus
from portfolio.returns.contents.awards import AwardFacts, Line, Told, is_left_out
from portfolio.returns.contents.scope import Scope, who
from portfolio.spend.figures import Position
from portfolio.words import begin
from reports.content import DecisionRow, VariationRow

UNDECIDED = "No decision yet"
UNALLOCATED = "Unallocated"
FORECAST_UNDERSPEND = "Forecast underspend"
"""What is not expected to be spent, among the variations."""


def decision_rows(scope: Scope) -> tuple[DecisionRow, ...]:
    """Each proposal's streams as each partnership that was asked decided on them."""
    awarded = _awarded(scope)
    asked_by = requested(scope.session, Proposal.funding_year_id == scope.year.id)
    selection = (
        select(
            Proposal.id,
            Proposal.reference,
            Proposal.title,
            Proposal.kind,
            Proposal.status,
            Organisation.name.label("lead"),
            AskedOf.csp_id,
            Decision.id.label("decision_id"),
            Decision.outcome,
            Decision.reason,
            Decision.body,
            Decision.met_on,
            Decision.minute,
            Decision.conditions,
        )
        .join(AskedOf, AskedOf.proposal_id == Proposal.id)
        .join(Organisation, Organisation.id == Proposal.lead_organisation_id)
        .outerjoin(Decision, (Decision.proposal_id == Proposal.id) & (Decision.csp_id == AskedOf.csp_id))
        .where(Proposal.funding_year_id == scope.year.id, Proposal.status != ProposalStatus.DRAFT, is_current())
    )
    found = scope.session.execute(scope.narrowed(selection, AskedOf.csp_id)).all()
    rows = []
    for proposal in sorted(found, key=lambda row: (row.csp_id, row.reference)):
        asked, given = asked_by.get(proposal.id, {}), awarded[proposal.decision_id]
        if proposal.outcome is not None:
            outcome = begin(proposal.outcome)
        else:
            outcome = begin(proposal.status) if proposal.status is ProposalStatus.WITHDRAWN else UNDECIDED
        rows += [
            DecisionRow(
                reference=proposal.reference,
                title=proposal.title,
                lead_organisation=proposal.lead,
                csp=scope.csps[proposal.csp_id],
                kind=begin(proposal.kind),
                stream=stream,
                requested=asked.get(stream_id, ZERO),
                outcome=outcome,
                awarded=given.get(stream_id, ZERO),
                reason=proposal.reason,
                body=proposal.body,
                on=proposal.met_on,
                minute=proposal.minute,
                conditions=proposal.conditions,
            )
            for stream_id, stream in scope.streams.items()
            if stream_id in asked or stream_id in given
        ]
    return tuple(rows)


def _awarded(scope: Scope) -> dict[int | None, dict[int, Decimal]]:
    """What each decision awards, by stream; nothing by a decision that was not taken."""
    selection = (
        select(DecisionAmount.decision_id, DecisionAmount.stream_id, DecisionAmount.amount)
        .join(Decision, Decision.id == DecisionAmount.decision_id)
        .join(Proposal, Proposal.id == Decision.proposal_id)
        .where(Proposal.funding_year_id == scope.year.id)
    )
    given: dict[int | None, dict[int, Decimal]] = defaultdict(dict)
    for decision_id, stream_id, amount in scope.session.execute(scope.narrowed(selection, Decision.csp_id)):
        given[decision_id][stream_id] = amount
    return given


def variation_rows(
    scope: Scope, facts: dict[int, AwardFacts], told: dict[int, Told], found: dict[Line, Position]
) -> tuple[VariationRow, ...]:
    """The approved moves of money in the order of their approval, then what is not expected to be spent (W2)."""
    return (*_variations(scope), *_underspends(scope, facts, told, found))


def _variations(scope: Scope) -> list[VariationRow]:
    given, taken = aliased(AwardLine), aliased(AwardLine)
    giver, taker = aliased(Award), aliased(Award)
    from_, to = aliased(Proposal), aliased(Proposal)
    selection = (
        select(
            Variation.reference,
            Variation.amount,
            Variation.reason,
            Variation.approved_by,
            Variation.approved_on,
            from_.reference.label("from_reference"),
            giver.csp_id.label("from_csp"),
            given.stream_id.label("from_stream"),
            to.reference.label("to_reference"),
            taker.csp_id.label("to_csp"),
            taken.stream_id.label("to_stream"),
        )
        .select_from(Variation)
        .outerjoin(given, given.id == Variation.from_line_id)
        .outerjoin(giver, giver.id == given.award_id)
        .outerjoin(from_, from_.id == giver.proposal_id)
        .outerjoin(taken, taken.id == Variation.to_line_id)
        .outerjoin(taker, taker.id == taken.award_id)
        .outerjoin(to, to.id == taker.proposal_id)
        .where(or_(from_.funding_year_id == scope.year.id, to.funding_year_id == scope.year.id))
        .order_by(Variation.approved_on, Variation.id)
    )
    if scope.csp is not None:
        selection = selection.where(or_(giver.csp_id == scope.csp.id, taker.csp_id == scope.csp.id))
    every = {csp.id: csp.name for csp in scope.year.police_area.csps}

    def side(reference: str | None, csp_id: int | None, stream_id: int | None) -> str:
        if reference is None or csp_id is None or stream_id is None:
            return UNALLOCATED
        return who(reference, every[csp_id], scope.streams[stream_id])

    named = naming(scope.session)
    rows = []
    for moved in scope.session.execute(selection):
        csp_id = moved.from_csp or moved.to_csp
        if scope.csp is not None:
            csp_id = scope.csp.id
        rows.append(
            VariationRow(
                what="Variation",
                reference=moved.reference,
                csp=every[csp_id],
                stream=scope.streams[moved.from_stream or moved.to_stream],
                moved_from=side(moved.from_reference, moved.from_csp, moved.from_stream),
                moved_to=side(moved.to_reference, moved.to_csp, moved.to_stream),
                amount=moved.amount,
                reason=moved.reason,
                approved_by=named(moved.approved_by),
                on=moved.approved_on,
            )
        )
    return rows


def _underspends(
    scope: Scope, facts: dict[int, AwardFacts], told: dict[int, Told], found: dict[Line, Position]
) -> list[VariationRow]:
    rows = []
    for (award_id, stream_id), position in found.items():
        amount, award, claim = position.underspend, facts[award_id], told.get(award_id)
        if amount <= 0 or is_left_out(award, claim, scope):
            continue
        stream = scope.streams[stream_id]
        rows.append(
            VariationRow(
                what=FORECAST_UNDERSPEND,
                reference=award.reference,
                csp=award.csp,
                stream=stream,
                moved_from=who(award.reference, award.csp, stream),
                moved_to="Not expected to be spent",
                amount=amount,
                reason=(claim.explanation if claim else None) or "No explanation was given with the claim",
                approved_by="Nobody: a forecast",
                on=None,
            )
        )
    return rows
