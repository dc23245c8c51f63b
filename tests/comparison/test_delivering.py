"""What a last award delivered, beside a proposal to go on with it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.comparison.delivering import delivery_record
from portfolio.measures.models import Indicator, IndicatorResult
from portfolio.measures.rules import IndicatorKind
from portfolio.people.models import Person
from portfolio.people.rules import Holding, Role, Viewer
from portfolio.proposals.models import Proposal
from portfolio.proposals.rules import ProposalKind
from portfolio.quarters import FinancialYear
from portfolio.spend.rules import RAG, ClaimStatus
from tests import make
from tests.conftest import SignedIn

LAST = FinancialYear(2024)
DUE = datetime(2024, 7, 31, 12, tzinfo=UTC)
PAY = ("non-labour", "pay and on-costs")


def viewer(person: Person, day: date = date(2025, 10, 20)) -> Viewer:
    """Somebody on a day of the year after."""
    held = tuple(Holding(role.role, role.csp_id, role.police_area_id) for role in person.roles)
    return Viewer(person.id, person.name, person.email, held, day)


def continued(session: Session) -> Proposal:
    """A continuation of last year's nurse, which both partnerships funded; Dorset's spent £21,500.00 of £28,000.00."""
    before = make.funding_year(session, LAST)
    nurse = make.proposal(
        session,
        "SVD-24-01",
        funding_year=before,
        csps=("dorset", "bcp"),
        asks={"non-labour": Decimal("28000.00")},
        title="Specialist Nurse",
    )
    award = make.award(session, nurse)
    make.award(session, nurse, csp="bcp", amounts={"non-labour": Decimal("1000.00")})
    by = make.person(session)
    spent = ("7000.00", "5000.00", "7000.00", "2500.00")
    for number, (quarter, amount) in enumerate(zip(LAST.quarters, spent, strict=True)):
        on = DUE + timedelta(days=(0, 95, 180, 270)[number])
        claim = make.claim(session, award, quarter, lines={PAY: Decimal(amount)}, by=by, submitted_at=on)
        claim.variance_explanation = "The nurse began late." if number == 1 else None
        claim.delivery_rag = (RAG.GREEN, RAG.AMBER, RAG.GREEN, RAG.RED)[number]
    for name, target, values in (("People helped", "40", ("11", "13", "18")), ("Confident parents", "80", ("75",))):
        kind = IndicatorKind.OUTPUT if len(values) > 1 else IndicatorKind.OUTCOME
        results = [
            IndicatorResult(quarter=quarter, value=Decimal(value))
            for quarter, value in zip(LAST.quarters, values, strict=False)
        ]
        session.add(
            Indicator(award=award, kind=kind, name=name, unit="people", target=Decimal(target), results=results)
        )
    return make.proposal(
        session, "SVD-25-01", intervention=nurse.intervention, continues=nurse, kind=ProposalKind.CONTINUATION
    )


def test_the_record_tells_award_spend_lateness_variance_rag_and_targets(session: Session) -> None:
    proposal = continued(session)
    record = delivery_record(session, proposal, viewer(make.person(session, Role.CSP_OFFICER)))
    assert record is not None
    assert (record.reference, record.year, record.is_over) == ("SVD-24-01", "2024/25", True)
    [dorset] = record.awards
    assert (dorset.csp_key, dorset.award, dorset.spent, dorset.left) == (
        "dorset",
        Decimal("28000.00"),
        Decimal("21500.00"),
        Decimal("6500.00"),
    )
    assert (dorset.late, dorset.lateness, dorset.to_explain, dorset.unexplained) == (1, "1 of 4", 2, 1)
    assert [quarter.lateness for quarter in dorset.quarters] == ["in time", "3 days late", "in time", "in time"]
    assert [quarter.delivery for quarter in dorset.quarters] == ["Green", "Amber", "Green", "Red"]
    assert dorset.quarters[1].variance == Decimal("-2000.00")
    assert [(one.name, one.target, one.came_to, one.met) for one in dorset.reached] == [
        ("Confident parents", "80", "75", False),
        ("People helped", "40", "42", True),
    ]
    assert (dorset.met, dorset.with_target) == (1, 2)


def test_each_sees_the_awards_whose_claims_they_see(session: Session) -> None:
    proposal = continued(session)
    area = delivery_record(session, proposal, viewer(make.person(session, Role.FINANCE)))
    assert area is not None
    assert [each.csp_key for each in area.awards] == ["dorset", "bcp"]
    assert (area.award, area.spent, area.left) == (Decimal("29000.00"), Decimal("21500.00"), Decimal("7500.00"))
    # BCP's claims never came, and its deadlines are over.
    assert (area.awards[1].late, area.late) == (4, 5)
    assert area.awards[1].quarters[0].spent is None
    assert delivery_record(session, proposal, viewer(make.person(session, Role.LEAD))) is None
    first = make.proposal(session, "SVD-24-01")
    assert delivery_record(session, first, viewer(make.person(session, Role.FINANCE))) is None


def test_a_claim_sent_again_was_in_time_the_first_time(session: Session) -> None:
    award = make.award(session, make.proposal(session, "SVD-25-09"))
    claim = make.claim(session, award, status=ClaimStatus.QUERIED, submitted_at=datetime(2025, 7, 30, tzinfo=UTC))
    session.commit()
    by = make.person(session)
    claim.status = ClaimStatus.RESUBMITTED
    claim.submitted_at, claim.submitted_by_id = datetime(2025, 8, 9, tzinfo=UTC), by.id
    session.commit()
    again = make.proposal(
        session,
        "SVD-26-09",
        funding_year=make.funding_year(session, FinancialYear(2026)),
        intervention=award.proposal.intervention,
    )
    record = delivery_record(session, again, viewer(make.person(session, Role.FINANCE)))
    assert record is not None
    assert not record.is_over
    first, second = record.awards[0].quarters[:2]
    assert (first.lateness, first.spent) == ("in time", None)
    assert second.lateness == "not due yet"  # due on 31 October
    assert replace(record.awards[0], quarters=(second,)).lateness == "None due yet"


def test_the_page_of_a_proposal_shows_it(session: Session, signed_in: SignedIn) -> None:
    continued(session)
    session.commit()
    page = signed_in(Role.CSP_OFFICER).get("/proposals/SVD-25-01").text
    for told in ("What its last award delivered: 2024/25", "£6,500.00", "3 days late", "1 of 2", "Not explained"):
        assert told in page, told
