"""What a funding year has that goes into its audit pack: counted for its page, and found for the pack itself."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from portfolio.audit_pack.rules import Held
from portfolio.decisions.models import Award, AwardLine, Decision, DecisionAmount, Variation
from portfolio.funder_forms.models import FilledForm
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.people.models import Person
from portfolio.people.rules import find_marked
from portfolio.proposals.models import Proposal
from portfolio.returns.models import Payment, Return, Withholding
from portfolio.returns.rules import HAVE_LEFT
from portfolio.spend.models import Claim, ClaimLine, ClaimQuery, Correction, CorrectionRequest, Evidence, EvidenceLine


def held(session: Session, year: FundingYear) -> Held:
    """How much a pack of a year would hold."""
    evidence = session.execute(
        select(func.count(), func.coalesce(func.sum(Evidence.size), 0))
        .select_from(Evidence)
        .join(Evidence.claim)
        .where(Claim.award_id.in_(award_ids(year)))
    ).one()
    returns = session.scalar(select(func.count()).select_from(issued(year).order_by(None).subquery())) or 0
    claims = session.scalar(select(func.count()).where(Claim.award_id.in_(award_ids(year)))) or 0
    return Held(returns, claims, *evidence)


def award_ids(year: FundingYear) -> Select[int]:
    """The awards of a year, by number."""
    return select(Award.id).join(Award.proposal).where(Proposal.funding_year_id == year.id)


def issued(year: FundingYear) -> Select[Return]:
    """Every version of a return of a year that was issued, without its file and its snapshot."""
    return (
        select(Return)
        .where(Return.funding_year_id == year.id, Return.status.in_(HAVE_LEFT))
        .options(
            joinedload(Return.csp),
            selectinload(Return.points),
            selectinload(Return.queries),
            selectinload(Return.amounts),
        )
        .order_by(Return.quarter, Return.kind, Return.csp_id, Return.version)
    )


def names_of_people(session: Session) -> dict[int, str]:
    """Everybody's name as it is now, by number."""
    return dict(session.execute(select(Person.id, Person.name)).all())


class Names:
    """Who a mark of the record means; what is no mark is a name already, or the command line."""

    def __init__(self, session: Session) -> None:
        self.by_number = names_of_people(session)

    def of(self, number: int | None) -> str:
        """A person's name; nothing for nobody."""
        return "" if number is None else self.by_number.get(number, f"person {number}")

    def who(self, mark: str | None) -> str:
        """Whom a mark means."""
        number = find_marked(mark or "")
        return (mark or "") if number is None else self.of(number)


def claims(year: FundingYear) -> Select[Claim]:
    """The claims of a year, of each project quarter by quarter."""
    return (
        select(Claim)
        .join(Claim.award)
        .join(Award.proposal)
        .where(Proposal.funding_year_id == year.id)
        .options(joinedload(Claim.award).options(joinedload(Award.proposal), joinedload(Award.csp)))
        .order_by(Proposal.reference, Award.csp_id, Claim.quarter)
    )


def of_claims(kind: Any, year: FundingYear) -> Select[Any]:
    """Lines, questions or evidence of a year's claims, each with its claim."""
    of_award = joinedload(kind.claim).joinedload(Claim.award)
    found = (
        select(kind)
        .join(kind.claim)
        .join(Claim.award)
        .join(Award.proposal)
        .where(Proposal.funding_year_id == year.id)
        .options(of_award.joinedload(Award.proposal), of_award.joinedload(Award.csp))
        .order_by(Proposal.reference, Award.csp_id, Claim.quarter, kind.id)
    )
    if kind is ClaimLine:
        return found.options(joinedload(ClaimLine.stream), joinedload(ClaimLine.category))
    if kind is ClaimQuery:
        return found.options(joinedload(ClaimQuery.stream), joinedload(ClaimQuery.category))
    lines = selectinload(Evidence.lines)
    return found.options(lines.joinedload(EvidenceLine.stream), lines.joinedload(EvidenceLine.category))


def corrections(year: FundingYear) -> Select[Correction, CorrectionRequest | None]:
    """The corrections that count in a year, each with how it was asked for, where somebody asked for it."""
    return (
        select(Correction, CorrectionRequest)
        .outerjoin(CorrectionRequest, CorrectionRequest.correction_id == Correction.id)
        .join(Correction.award)
        .join(Award.proposal)
        .where(Proposal.funding_year_id == year.id)
        .options(
            joinedload(Correction.award).options(joinedload(Award.proposal), joinedload(Award.csp)),
            joinedload(Correction.stream),
            joinedload(Correction.category),
        )
        .order_by(Correction.id)
    )


def decisions(year: FundingYear) -> Select[Decision]:
    """What was decided on the proposals of a year, what was superseded too."""
    return (
        select(Decision)
        .join(Decision.proposal)
        .where(Proposal.funding_year_id == year.id)
        .options(
            joinedload(Decision.proposal),
            joinedload(Decision.csp),
            selectinload(Decision.amounts).joinedload(DecisionAmount.stream),
        )
        .order_by(Proposal.reference, Decision.csp_id, Decision.id)
    )


def awards(year: FundingYear) -> Select[Award]:
    """The awards of a year with their streams."""
    return (
        select(Award)
        .join(Award.proposal)
        .where(Proposal.funding_year_id == year.id)
        .options(
            joinedload(Award.proposal).joinedload(Proposal.lead_organisation),
            joinedload(Award.csp),
            selectinload(Award.lines).joinedload(AwardLine.stream),
        )
        .order_by(Proposal.reference, Award.csp_id)
    )


def variations(year: FundingYear) -> Select[Variation]:
    """The approved moves of money from and to a year's awards."""
    given, taken = aliased(AwardLine), aliased(AwardLine)
    mine = award_ids(year)
    side = [
        joinedload(line).options(
            joinedload(AwardLine.stream),
            joinedload(AwardLine.award).options(joinedload(Award.proposal), joinedload(Award.csp)),
        )
        for line in (Variation.from_line, Variation.to_line)
    ]
    return (
        select(Variation)
        .outerjoin(given, given.id == Variation.from_line_id)
        .outerjoin(taken, taken.id == Variation.to_line_id)
        .where(or_(given.award_id.in_(mine), taken.award_id.in_(mine)))
        .options(*side)
        .order_by(Variation.id)
    )


def of_returns(kind: Any, year: FundingYear) -> Select[Any]:
    """Payments or withholdings of a year's returns."""
    of = kind.paid_for if kind is Payment else Withholding.withheld_of
    return (
        select(kind)
        .join(of)
        .where(Return.funding_year_id == year.id)
        .options(joinedload(of).joinedload(Return.csp), joinedload(kind.stream))
        .order_by(kind.id)
    )


def filled_forms(year: FundingYear) -> Select[Any]:
    """The funder's forms as they were filled from a year's returns, without their bytes."""
    return (
        select(
            FilledForm.id, FilledForm.file_name, FilledForm.file_sha256, FilledForm.filled_by_id, FilledForm.filled_at
        )
        .add_columns(Return.kind, Return.quarter, Return.version, CSP.name)
        .join(Return, Return.id == FilledForm.return_id)
        .outerjoin(CSP, CSP.id == Return.csp_id)
        .where(Return.funding_year_id == year.id)
        .order_by(FilledForm.id)
    )


def each(session: Session, rows: Select[Any]) -> Iterator[Any]:
    """Rows a few hundred at a time, so that a large year needs no more room than a small one."""
    for partition in session.scalars(rows.execution_options(yield_per=500)).partitions():
        yield from partition
