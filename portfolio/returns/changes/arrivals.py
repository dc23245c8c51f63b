"""What a later quarter brings: its approved claims, the corrections that count in it, and the match spent with it."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from portfolio.clock import day_of
from portfolio.db import total
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, CostCategory, Stream
from portfolio.history import plain
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.money import ZERO, from_pence
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.changes.causes import Cause, CauseKind, Share, at
from portfolio.returns.changes.grounds import WHOLE_YEAR, Ground, Key, Of
from portfolio.returns.contents.scope import who
from portfolio.returns.why.then import Then
from portfolio.spend.models import Claim, ClaimLine, Correction, CorrectionRequest
from portfolio.spend.rules import COUNTED
from reports.names import Names

Found = dict[tuple[Ground, Key], list[Share]]
"""By quantity, what it came from."""


def claimed(session: Session, names: Names, *only: ColumnElement[bool], expected: bool) -> Found:
    """What approved claims brought, by award's stream and by category; `only` are conditions on their claims."""
    rows = session.execute(
        select(
            Claim.id,
            Claim.quarter,
            Proposal.reference,
            CSP.name.label("csp"),
            CSP.key.label("csp_key"),
            Stream.name.label("stream"),
            CostCategory.name.label("category"),
            Person.name.label("approver"),
            Claim.approved_at,
            total(ClaimLine.amount).label("amount"),
            total(ClaimLine.accrued).label("accrued"),
        )
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .join(Stream, Stream.id == ClaimLine.stream_id)
        .join(CostCategory, CostCategory.id == ClaimLine.category_id)
        .outerjoin(Person, Person.id == Claim.approved_by_id)
        .where(Claim.status.in_(COUNTED), *only)
        .group_by(
            Claim.id, Claim.quarter, Proposal.reference, CSP.name, CSP.key, Stream.name, CostCategory.name,
            Person.name, Claim.approved_at,
        )
        .order_by(Claim.id)
    )  # fmt: skip
    causes: dict[int, Cause] = {}
    found: Found = defaultdict(list)
    for row in rows:
        cause = causes.get(row.id)
        if cause is None:
            place = at("claim", reference=row.reference, csp_key=row.csp_key, quarter=row.quarter)
            words = f"{who(row.reference, row.csp)}: claim of {row.quarter.short} approved"
            on = day_of(row.approved_at) if row.approved_at else None
            name = f"{row.reference}, claim of {row.quarter.short}"
            cause = Cause(CauseKind.CLAIM, words, place, row.approver, on, is_expected=expected, name=name)
            causes[row.id] = cause
        csp, stream, share = names.csp(row.csp), names.stream(row.stream), Share(cause, row.amount)
        quarter = row.quarter.number
        found[(Of.ACTUAL, quarter), Key(csp, stream, row.reference)].append(share)
        found[(Of.SPENT, quarter), Key(csp, stream, category=row.category)].append(share)
        if row.accrued:
            found[(Of.ACCRUED, quarter), Key(csp, stream, category=row.category)].append(Share(cause, row.accrued))
    return found


def corrected(session: Session, names: Names, *only: ColumnElement[bool]) -> Found:
    """What corrections brought in the quarter that they count in; `only` are conditions on them."""
    asker, approver = aliased(Person), aliased(Person)
    rows = session.execute(
        select(
            Correction,
            Proposal.reference,
            CSP.name.label("csp"),
            CSP.key.label("csp_key"),
            Stream.name.label("stream"),
            CostCategory.name.label("category"),
            CorrectionRequest.id.label("request"),
            asker.name.label("asked_by"),
            approver.name.label("approved_by"),
        )
        .join(Award, Award.id == Correction.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .join(Stream, Stream.id == Correction.stream_id)
        .join(CostCategory, CostCategory.id == Correction.category_id)
        .outerjoin(CorrectionRequest, CorrectionRequest.correction_id == Correction.id)
        .outerjoin(asker, asker.id == CorrectionRequest.asked_by_id)
        .outerjoin(approver, approver.id == CorrectionRequest.decided_by_id)
        .where(*only)
        .order_by(Correction.id)
    )
    found: Found = defaultdict(list)
    for row in rows:
        correction = row.Correction
        signed = (
            f" Asked for by {row.asked_by}, approved by {row.approved_by}"
            if row.approved_by
            else " Approved before it was taken over from a file"
        )
        reason = correction.reason.strip()
        words = (
            f"{who(row.reference, row.csp)}: correction {correction.id} of {correction.corrects.short}, {row.stream}, "
            f"{row.category}. {reason}{'' if reason.endswith(('.', '!', '?')) else '.'}{signed}"
        )
        place = (
            at("correction", request_id=row.request)
            if row.request
            else at("claim", reference=row.reference, csp_key=row.csp_key, quarter=correction.corrects)
        )
        on = day_of(correction.entered_at)
        name = f"{row.reference}, correction {correction.id} of {correction.corrects.short}"
        cause = Cause(CauseKind.CORRECTION, words, place, row.approved_by, on, name=name)
        share = Share(cause, correction.amount)
        csp, stream, quarter = names.csp(row.csp), names.stream(row.stream), correction.entered_in.number
        found[(Of.ACTUAL, quarter), Key(csp, stream, row.reference)].append(share)
        found[(Of.CORRECTED, quarter), Key(csp, stream, row.reference)].append(share)
        found[(Of.SPENT, quarter), Key(csp, stream, category=row.category)].append(share)
    return found


def match_spent(session: Session, names: Names, funding_year_id: int, quarters: Collection[Quarter]) -> Found:
    """Match that was spent with the claims of some quarters, by award."""
    rows = session.execute(
        select(Claim.quarter, Proposal.reference, CSP.name, CSP.key, total(Claim.match_spent))
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .where(Proposal.funding_year_id == funding_year_id, Claim.status.in_(COUNTED), Claim.quarter.in_(quarters))
        .where(Claim.match_spent != ZERO)
        .group_by(Claim.quarter, Proposal.reference, CSP.name, CSP.key)
    )
    found: Found = defaultdict(list)
    for quarter, reference, csp, csp_key, amount in rows:
        words = f"{who(reference, csp)}: match spent, as the claim of {quarter.short} says"
        cause = Cause(
            CauseKind.CLAIM, words, at("claim", reference=reference, csp_key=csp_key, quarter=quarter), is_expected=True
        )
        found[(Of.MATCH_SPENT, quarter.number), Key(names.csp(csp), reference=reference)].append(Share(cause, amount))
    return found


def match_received(
    session: Session, names: Names, funding_year_id: int, quarters: Collection[Quarter], then: Then
) -> Found:
    """Match that came in some quarters, by award, as far as it was on record `then`."""
    rows = session.execute(
        select(Match.id, Proposal.reference, CSP.name, CSP.key)
        .join(Award, Award.id == Match.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .where(Proposal.funding_year_id == funding_year_id)
    )
    given = {row.id: row for row in rows}
    by_number = {plain(quarter): quarter for quarter in quarters}
    found: Found = defaultdict(list)
    for receipt in then.rows(MatchReceipt, "quarter", "amount", match_id=given):
        quarter = by_number.get(receipt["quarter"])
        if quarter is not None:
            _, reference, csp, csp_key = given[receipt["match_id"]]
            words = f"{who(reference, csp)}: match received in {quarter.short}"
            cause = Cause(CauseKind.MATCH, words, at("match", reference=reference, csp_key=csp_key), is_expected=True)
            share = Share(cause, from_pence(receipt["amount"]))
            found[(Of.RECEIVED, WHOLE_YEAR), Key(names.csp(csp), reference=reference)].append(share)
    return found


def joined(*found: Found) -> Found:
    """All that several brought."""
    together: Found = defaultdict(list)
    for one in found:
        for quantity, shares in one.items():
            together[quantity] += shares
    return together
