"""Builders with fixed defaults: a world to test in, one row at a time.

Each adds its row to the session and returns it. What has a key (a programme, a partnership, an organisation …) is
made once and found again, so `make.proposal(session)` alone stands in a whole Dorset 2025/26.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award, AwardLine, Decision, DecisionAmount, ProfileShare
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import (
    CSP,
    CostCategory,
    CspAllocation,
    FundingYear,
    Organisation,
    PoliceArea,
    Programme,
    Stream,
    StreamAllocation,
)
from portfolio.funding_years.rules import MatchBase, YearStatus
from portfolio.ledger.models import LedgerExtract, LedgerNote
from portfolio.ledger.noting import note_timing
from portfolio.ledger.reading import Transaction
from portfolio.ledger.taking import keep_upload, packed, take_over
from portfolio.match_funding.models import Match
from portfolio.measures.models import Measure, MeasureDefinition
from portfolio.money import share_evenly
from portfolio.people.models import Person, RoleHeld
from portfolio.people.rules import REACH, Reach, Role
from portfolio.proposals.models import Ask, AskedOf, Intervention, Proposal, ProposalLevel
from portfolio.proposals.rules import Level, MatchKind, ProposalKind, ProposalStatus
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend.models import (
    Claim,
    ClaimLine,
    Correction,
    CorrectionRequest,
    Evidence,
    EvidenceLine,
    LockedQuarter,
    WorkbookUpload,
)
from portfolio.spend.rules import RAG, ClaimStatus

YEAR = FinancialYear(2025)
Q1, Q2, Q3, Q4 = YEAR.quarters
CLAIMED_AT = datetime(2025, 10, 14, 9, 30, tzinfo=UTC)
PASSWORD = "correct horse battery"
STREAMS = ("labour", "non-labour")
CATEGORIES = ("pay and on-costs", "training", "commissioned services", "other")
CSPS = {"dorset": "Dorset Community Safety Partnership", "bcp": "BCP Community Safety Partnership"}
ALLOCATIONS = {
    "labour": {"dorset": Decimal("30000.00"), "bcp": Decimal("40000.00")},
    "non-labour": {"dorset": Decimal("120000.00"), "bcp": Decimal("90000.00")},
}
ASKS = {"labour": Decimal("8000.00"), "non-labour": Decimal("20000.01")}
_number = count(1)
Row = TypeVar("Row")


def _added(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


def programme(session: Session, code: str = "SVD", **values: Any) -> Programme:
    """A grant with two streams and four cost categories, by the default rules; SVD unless named."""
    found = session.scalar(select(Programme).where(Programme.code == code))
    defaults: dict[str, Any] = {
        "name": "Serious Violence Duty",
        "funder": "Home Office",
        "administering_body": "Dorset OPCC",
        "statutory_power": "Police, Crime, Sentencing and Courts Act 2022",
        "in_arrears": True,
        "carry_over": False,
        "match_percent": None,
        "match_base": MatchBase.GRANT,
        "match_in_kind_counts": False,
        "variance_percent": Decimal(10),
        "variance_floor": Decimal("500.00"),
        "tolerance_percent": Decimal(0),
        "claim_deadlines": "31 Jul, 31 Oct, 31 Jan, 30 Apr",
        "retention_years": 7,
        "streams": [Stream(name=name, position=place) for place, name in enumerate(STREAMS, 1)],
        "categories": [
            CostCategory(name=name, position=place, needs_text=name == "other")
            for place, name in enumerate(CATEGORIES, 1)
        ],
    }
    return found or _added(session, Programme(code=code, **{**defaults, **values}))


_programme = programme  # for builders that take one under the same name


def area(session: Session, code: str = "E23000039", name: str = "Dorset") -> PoliceArea:
    """A police area; Dorset unless named."""
    found = session.scalar(select(PoliceArea).where(PoliceArea.code == code))
    return found or _added(session, PoliceArea(code=code, name=name))


_area = area  # for builders that take one under the same name


def csp(session: Session, key: str = "dorset", *, area: PoliceArea | None = None, **values: Any) -> CSP:
    """A partnership; Dorset unless named, in the Dorset police area unless another is given."""
    found = session.scalar(select(CSP).where(CSP.key == key))
    if found:
        return found
    values.setdefault("name", CSPS.get(key, f"{key.capitalize()} Community Safety Partnership"))
    return _added(session, CSP(key=key, police_area=area or _area(session), **values))


_csp = csp  # for builders that take one under the same name


def organisation(session: Session, key: str = "dorset-council", **values: Any) -> Organisation:
    """A body that leads or gives match; Dorset Council unless named."""
    found = session.scalar(select(Organisation).where(Organisation.key == key))
    defaults: dict[str, Any] = {"name": key.replace("-", " ").title(), "type": "local authority", "org_id": None}
    return found or _added(session, Organisation(key=key, **{**defaults, **values}))


def funding_year(
    session: Session,
    year: FinancialYear = YEAR,
    *,
    allocations: Mapping[str, Mapping[str, Decimal]] = ALLOCATIONS,
    programme: Programme | None = None,
    area: PoliceArea | None = None,
    **values: Any,
) -> FundingYear:
    """A confirmed year; `allocations` are pounds by stream, then by partnership's key. Found again by its year."""
    grant = programme or _programme(session)
    place = area or _area(session)
    same = (FundingYear.programme == grant, FundingYear.police_area == place, FundingYear.year == year)
    found = session.scalar(select(FundingYear).where(*same))
    if found:
        return found
    defaults: dict[str, Any] = {
        "status": YearStatus.CONFIRMED,
        "confirmed_on": date(year.start, 3, 14),
        "confirmed_reference": f"SVD/{year.slug}",
        "allocations": [
            StreamAllocation(
                stream=stream(grant, name),
                amount=sum(shares.values(), Decimal("0.00")),
                shares=[
                    CspAllocation(csp=csp(session, key, area=place), amount=amount) for key, amount in shares.items()
                ],
            )
            for name, shares in allocations.items()
        ],
    }
    row = FundingYear(programme=grant, police_area=place, year=year, **{**defaults, **values})
    return _added(session, row)


_funding_year = funding_year  # for builders that take one under the same name


def stream(programme: Programme, name: str = "labour") -> Stream:
    """A programme's stream by name."""
    return next(stream for stream in programme.streams if stream.name == name)


_stream = stream  # for builders that take one under the same name


def category(programme: Programme, name: str = "pay and on-costs") -> CostCategory:
    """A programme's cost category by name."""
    return next(category for category in programme.categories if category.name == name)


_category = category  # for builders that take one under the same name


def person(
    session: Session,
    *roles: Role,
    csp: CSP | None = None,
    area: PoliceArea | None = None,
    name: str | None = None,
    email: str | None = None,
    **values: Any,
) -> Person:
    """Somebody with roles, each for the place it needs (Dorset's, unless given). They have no passphrase.

    A project lead was invited by a partnership where one is given, and by nobody otherwise.
    """
    number = next(_number)
    place = area or (csp.police_area if csp else _area(session))
    partnership = csp or _csp(session, area=place)
    words = roles[0].value if roles else "person"
    held = [
        RoleHeld(
            role=role,
            csp_id=partnership.id if REACH[role] is Reach.OWN_CSP or (csp and role is Role.LEAD) else None,
            police_area_id=place.id if REACH[role] is Reach.POLICE_AREA else None,
        )
        for role in roles
    ]
    return _added(
        session,
        Person(
            name=name or f"{words[:1].upper()}{words[1:]} {number}",
            email=email or f"{words.replace(' ', '-').lower()}-{number}@example.org",
            roles=held,
            **values,
        ),
    )


def proposal(
    session: Session,
    reference: str = "SVD-25-01",
    *,
    csps: Sequence[str] = ("dorset",),
    asks: Mapping[str, Decimal] = ASKS,
    levels: Sequence[Level] = (Level.TARGETED,),
    funding_year: FundingYear | None = None,
    **values: Any,
) -> Proposal:
    """A submitted proposal; `asks` are pounds by stream. Found again by its reference."""
    found = session.scalar(select(Proposal).where(Proposal.reference == reference))
    if found:
        return found
    year = funding_year or _funding_year(session)
    title = values.setdefault("title", f"Specialist Nurse {reference}")
    defaults: dict[str, Any] = {
        "intervention": Intervention(title=title),
        "lead_organisation": values.get("lead_organisation") or organisation(session),
        "kind": ProposalKind.NEW,
        "summary": "A nurse for highly vulnerable young people.",
        "starts_on": year.year.first_day,
        "ends_on": year.year.last_day,
        "status": ProposalStatus.SUBMITTED,
        "submitted_at": datetime(2025, 4, 30, 12, tzinfo=UTC),
        "levels": [ProposalLevel(level=level) for level in levels],
        "asks": [Ask(stream=stream(year.programme, name), amount=amount) for name, amount in asks.items()],
        "asked_of": [AskedOf(csp=csp(session, key, area=year.police_area)) for key in csps],
    }
    return _added(session, Proposal(funding_year=year, reference=reference, **{**defaults, **values}))


_proposal = proposal  # for builders that take one under the same name


def decision(
    session: Session,
    proposal: Proposal | None = None,
    *,
    csp: str = "dorset",
    outcome: Outcome = Outcome.FUNDED,
    amounts: Mapping[str, Decimal] | None = None,
    **values: Any,
) -> Decision:
    """One partnership's decision; funded with what was asked unless it says otherwise."""
    decided = proposal or _proposal(session)
    if amounts is None:
        amounts = {ask.stream.name: ask.amount for ask in decided.asks} if outcome.gives_money else {}
    defaults: dict[str, Any] = {
        "reason": None if outcome is Outcome.FUNDED else "Not enough money for all proposals.",
        "body": "Community Safety Partnership",
        "met_on": date(2025, 6, 16),
        "minute": "item 6",
        "recorded_by": "csp-officer@example.org",
        "recorded_at": datetime(2025, 6, 16, 15, tzinfo=UTC),
        "amounts": [
            DecisionAmount(stream=stream(decided.funding_year.programme, name), amount=amount)
            for name, amount in amounts.items()
        ],
    }
    partnership = _csp(session, csp, area=decided.funding_year.police_area)
    row = Decision(proposal=decided, csp=partnership, outcome=outcome, **{**defaults, **values})
    return _added(session, row)


def award(
    session: Session,
    proposal: Proposal | None = None,
    *,
    csp: str = "dorset",
    amounts: Mapping[str, Decimal] | None = None,
    **values: Any,
) -> Award:
    """What a funded decision creates, its profile spread evenly over the year's quarters; decides first if need be."""
    funded = proposal or _proposal(session)
    partnership = _csp(session, csp, area=funded.funding_year.police_area)
    here = (Decision.proposal_id == funded.id, Decision.csp_id == partnership.id)
    decided = session.scalar(select(Decision).where(*here).order_by(Decision.id.desc()).limit(1))
    decided = decided or decision(session, funded, csp=csp, amounts=amounts)
    quarters = funded.funding_year.year.quarters
    defaults: dict[str, Any] = {
        "starts_on": funded.starts_on,
        "ends_on": funded.ends_on,
        "agreement_signed_on": date(2025, 6, 30),
        "provisional": False,
        "lines": [
            AwardLine(
                stream=line.stream,
                amount=line.amount,
                profile=[
                    ProfileShare(quarter=quarter, amount=amount)
                    for quarter, amount in zip(quarters, share_evenly(line.amount, 4), strict=True)
                ],
            )
            for line in decided.amounts
        ],
    }
    return _added(session, Award(proposal=funded, csp=partnership, **{**defaults, **values}))


_award = award  # for builders that take one under the same name


def lock(session: Session, award: Award, quarter: Quarter, because: str = "it stands in the return") -> LockedQuarter:
    """The quarter of an award's partnership, locked as an issued return locks it; its approved claims are returned."""
    year = award.proposal.funding_year
    for claim in session.scalars(select(Claim).where(Claim.award == award, Claim.quarter == quarter)):
        claim.status = ClaimStatus.RETURNED if claim.status is ClaimStatus.APPROVED else claim.status
    row = LockedQuarter(
        funding_year_id=year.id, csp_id=award.csp_id, quarter=quarter, because=because, locked_at=CLAIMED_AT
    )
    return _added(session, row)


def claim(
    session: Session,
    award: Award | None = None,
    quarter: Quarter = Q1,
    *,
    lines: Mapping[tuple[str, str], Decimal] | None = None,
    status: ClaimStatus = ClaimStatus.APPROVED,
    by: Person | None = None,
    **values: Any,
) -> Claim:
    """An award's quarter, approved unless it says otherwise; `lines` are pounds by stream and category."""
    project = award or _award(session)
    programme = project.proposal.funding_year.programme
    amounts = {("labour", "pay and on-costs"): Decimal("1900.00")} if lines is None else lines
    sender = by or person(session)
    defaults: dict[str, Any] = {
        "edition": 1,
        "match_spent": Decimal("0.00"),
        "narrative": "Eleven referrals.",
        "delivery_rag": RAG.GREEN,
        "spend_rag": RAG.GREEN,
        "submitted_by_id": None if status is ClaimStatus.DRAFT else sender.id,
        "submitted_at": None if status is ClaimStatus.DRAFT else CLAIMED_AT,
        "lines": [
            ClaimLine(stream=stream(programme, of), category=category(programme, kind), amount=amount)
            for (of, kind), amount in amounts.items()
        ],
    }
    row = Claim(award=project, quarter=quarter, status=status, **{**defaults, **values})
    return _added(session, row)


def evidence(session: Session, of: Claim, content: bytes = b"%PDF-1.7 %%EOF", **values: Any) -> Evidence:
    """An invoice for a claim's first line, unless it says otherwise."""
    line = of.lines[0]
    defaults: dict[str, Any] = {
        "name": "invoice.pdf",
        "media_type": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "attached_by_id": of.submitted_by_id or person(session).id,
        "attached_at": CLAIMED_AT,
        "lines": [EvidenceLine(stream_id=line.stream_id, category_id=line.category_id)],
    }
    return _added(session, Evidence(claim=of, content=content, **{**defaults, **values}))


def correction(
    session: Session,
    award: Award,
    amount: Decimal,
    *,
    corrects: Quarter = Q1,
    entered_in: Quarter = Q2,
    stream: str = "labour",
    category: str = "pay and on-costs",
    **values: Any,
) -> Correction:
    """An adjustment of Q1, in pounds, entered in Q2 unless it says otherwise."""
    programme = award.proposal.funding_year.programme
    defaults: dict[str, Any] = {
        "stream": _stream(programme, stream),
        "category": _category(programme, category),
        "reason": "Claimed at the wrong rate.",
        "entered_by": "finance@example.org",
        "entered_at": CLAIMED_AT,
    }
    row = Correction(award=award, corrects=corrects, entered_in=entered_in, amount=amount, **{**defaults, **values})
    return _added(session, row)


def correction_request(
    session: Session,
    award: Award,
    amount: Decimal,
    *,
    corrects: Quarter = Q1,
    entered_in: Quarter = Q2,
    stream: str = "labour",
    category: str = "pay and on-costs",
    by: Person | None = None,
    **values: Any,
) -> CorrectionRequest:
    """A correction that waits for approval: of Q1, in pounds, to count in Q2, unless it says otherwise."""
    programme = award.proposal.funding_year.programme
    row = CorrectionRequest(
        award=award,
        stream=_stream(programme, stream),
        category=_category(programme, category),
        corrects=corrects,
        entered_in=entered_in,
        amount=amount,
        asked_by_id=(by or person(session)).id,
        asked_at=CLAIMED_AT,
        **{"reason": "Claimed at the wrong rate.", **values},
    )
    return _added(session, row)


def workbook_upload(session: Session, by: Person, award: Award | None = None, **values: Any) -> WorkbookUpload:
    """A workbook of claims of Q2 that waits for its sender to confirm it; not one that can be read, unless given."""
    content = values.setdefault("content", b"no workbook")
    defaults: dict[str, Any] = {
        "quarter": Q2,
        "award_id": award.id if award else None,
        "name": "claim.xlsx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "uploaded_at": CLAIMED_AT,
    }
    return _added(session, WorkbookUpload(person_id=by.id, **{**defaults, **values}))


def match(session: Session, award: Award | None = None, kind: MatchKind = MatchKind.CASH, **values: Any) -> Match:
    """£7,500 pledged to an award, £5,000 of it secured, unless it says otherwise."""
    defaults: dict[str, Any] = {
        "funder": values.get("funder") or organisation(session, "opcc"),
        "pledged": Decimal("7500.00"),
        "secured": Decimal("5000.00"),
        "secured_on": date(2025, 6, 30),
        "basis": "60 hours at £25" if kind is MatchKind.IN_KIND else None,
    }
    return _added(session, Match(award=award or _award(session), kind=kind, **{**defaults, **values}))


def nothing_claimed(_session: Session, _award_id: int) -> Mapping[int, Decimal]:
    """What is claimed of an award, where a test is about no claims."""
    return {}


def measure(session: Session, code: str = "SVD-B", **values: Any) -> Measure:
    """A success measure of Dorset's, by its first definition, unless it says otherwise."""
    defaults: dict[str, Any] = {
        "name": "Knife-enabled serious violence",
        "definitions": [
            MeasureDefinition(version=1, text="Crimes recorded", geography="police area", source="the force")
        ],
    }
    defaults |= {} if "police_area" in values else {"police_area": _area(session)}
    row = Measure(programme=_programme(session), code=code, **{**defaults, **values})
    return _added(session, row)


def count_of(session: Session, row: type[Any]) -> int:
    """How many rows there are of a kind."""
    return session.scalar(select(func.count()).select_from(row)) or 0


def extract(
    session: Session,
    year: FundingYear,
    posted: Sequence[tuple[str, str, Decimal]],
    *,
    on: date = date(2025, 7, 31),
    csp: CSP | None = None,
    by: Person | None = None,
    name: str = "ledger.csv",
) -> LedgerExtract:
    """A ledger taken over: `posted` are cost centre, account and pounds, all of one day (in Q2 unless it says so)."""
    who = by or person(session, Role.FINANCE)
    kept = keep_upload(
        session, year, csp, by=who, name=name, sha256=f"{next(_number):064}", rows=packed([]), now=CLAIMED_AT
    )
    transactions = [
        Transaction(line, on, amount, centre, account, "Invoice", f"J{line}")
        for line, (centre, account, amount) in enumerate(posted, start=2)
    ]
    return take_over(session, kept, transactions, by=who, now=CLAIMED_AT)


def timing(
    session: Session,
    award: Award,
    amount: Decimal,
    *,
    quarter: Quarter = Q2,
    belongs_to: Quarter = Q1,
    category: str = "pay and on-costs",
    by: Person | None = None,
) -> LedgerNote:
    """A timing difference of Q2, in pounds, that belongs to Q1 unless it says otherwise."""
    return note_timing(
        session,
        award,
        _category(award.proposal.funding_year.programme, category),
        quarter,
        belongs_to=belongs_to,
        amount=amount,
        reason="Paid in the quarter after.",
        by=by or person(session, Role.FINANCE),
        now=CLAIMED_AT,
    )
