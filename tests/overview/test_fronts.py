"""What each role finds on its front page, on 20 October 2025 unless a test says otherwise."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.actions import copy_year
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import YearStatus
from portfolio.overview.fronts.administrator import administrator_front
from portfolio.overview.fronts.area import area_front
from portfolio.overview.fronts.finance import finance_front
from portfolio.overview.fronts.lead import lead_front
from portfolio.overview.fronts.partnership import partnership_front
from portfolio.overview.fronts.returning import next_steps
from portfolio.people.actions import viewer_of
from portfolio.people.models import Person
from portfolio.people.rules import Role, Within
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.spend.models import Claim, ClaimQuery, Forecast
from portfolio.spend.rules import RAG, ClaimStatus, Stage
from tests import make
from tests.conftest import SignedIn
from tests.pages import read

Q1, Q2, Q3, Q4 = FinancialYear(2025).quarters
TODAY = date(2025, 10, 20)
EVERYTHING = Within(everything=True)


def led(session: Session, reference: str, lead: Person, csp: str = "dorset") -> Award:
    return make.award(session, make.proposal(session, reference, csps=[csp]), csp=csp, lead_person=lead)


def asked(session: Session, claim: Claim, question: str) -> ClaimQuery:
    asker = make.person(session, Role.FINANCE, name="Frank Abbott")
    row = ClaimQuery(claim=claim, asked_by=asker, asked_at=datetime(2025, 10, 16, 9, tzinfo=UTC), question=question)
    session.add(row)
    session.flush()
    return row


def returned(session: Session, year: FundingYear, status: ReturnStatus, **values: object) -> Return:
    defaults = {
        "funding_year": year,
        "kind": ReturnKind.OPCC,
        "quarter": Q1,
        "version": 1,
        "status": status,
        "prepared_by": "Frank Abbott",
        "prepared_at": datetime(2025, 7, 20, 9, tzinfo=UTC),
        "figures": "sha256:0",
    }
    row = Return(**{**defaults, **values})
    session.add(row)
    session.flush()
    return row


def test_a_lead_sees_what_is_due_the_latest_first(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    nurse, mentors = led(session, "SVD-25-01", lead), led(session, "SVD-25-02", lead)
    led(session, "SVD-25-09", make.person(session, Role.LEAD))
    make.claim(session, nurse, Q1)
    make.claim(session, nurse, Q2, status=ClaimStatus.SUBMITTED)
    make.claim(session, mentors, Q1, status=ClaimStatus.DRAFT)
    front = lead_front(session, lead.id, TODAY)
    told = [(claim.entry.reference, claim.entry.quarter, claim.stage, claim.lateness) for claim in front.claims]
    assert told == [
        ("SVD-25-02", Q1, Stage.LATE, "81 days late"),
        ("SVD-25-02", Q2, Stage.NOT_STARTED, "due in 11 days"),
        ("SVD-25-01", Q2, Stage.SUBMITTED, ""),
    ]
    assert [claim.action for claim in front.to_do] == [
        "Go on with the claim: SVD-25-02, Q1 2025/26",
        "Start the claim: SVD-25-02, Q2 2025/26",
    ]
    assert front.to_do[0].in_words == (
        "The claim for Q1 2025/26: Apr 2025 - Jun 2025 of SVD-25-02 Specialist Nurse SVD-25-02 is 81 days late."
    )
    assert front.late_in_words == "1 of them late"
    assert front.next_deadline is not None
    assert (front.next_deadline.quarter, front.next_deadline.due) == (Q2, date(2025, 10, 31))


def test_a_lead_sees_what_was_asked_and_by_whom(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    award = led(session, "SVD-25-01", lead)
    make.claim(session, award, Q1)
    claim = make.claim(session, award, Q2, status=ClaimStatus.QUERIED)
    asked(session, claim, "Which invoices are these?")
    front = lead_front(session, lead.id, TODAY)
    assert [(one.question, one.asked_by.name) for one in front.questions] == [
        ("Which invoices are these?", "Frank Abbott")
    ]
    assert [claim.action for claim in front.to_do] == ["Answer the question: SVD-25-01, Q2 2025/26"]
    assert lead_front(session, make.person(session, Role.LEAD).id, TODAY).questions == []


def test_a_lead_sees_what_is_left_by_stream(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    award = led(session, "SVD-25-01", lead)
    make.claim(session, award, Q1)
    make.claim(session, award, Q2, lines={("non-labour", "training"): Decimal("4000.00")})
    make.correction(session, award, Decimal("-73.11"))
    make.claim(session, award, Q3, status=ClaimStatus.SUBMITTED)
    front = lead_front(session, lead.id, TODAY)
    left = [(line.stream.name, line.given, line.taken.spent, line.taken.waiting, line.left) for line in front.streams]
    assert left == [
        ("labour", Decimal("8000.00"), Decimal("1826.89"), Decimal("1900.00"), Decimal("4273.11")),
        ("non-labour", Decimal("20000.01"), Decimal("4000.00"), Decimal("0.00"), Decimal("16000.01")),
    ]


def test_a_lead_sees_how_the_last_quarter_went_against_its_forecast(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    award, other = led(session, "SVD-25-01", lead), led(session, "SVD-25-02", lead)
    labour = next(line.stream for line in award.lines if line.stream.name == "labour")
    forecast = [Forecast(stream=labour, quarter=Q2, amount=Decimal("2200.00"))]
    make.claim(session, award, Q1, forecasts=forecast)
    make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED)
    make.claim(session, award, Q3, status=ClaimStatus.QUERIED)
    make.claim(session, other, Q1)
    make.correction(session, other, Decimal("-73.11"))
    front = lead_front(session, lead.id, TODAY)
    went = [
        (line.last.quarter, line.last.foreseen, line.last.came, line.last.difference, line.last.is_approved)
        for line in front.streams
        if line.last is not None
    ]
    assert went == [
        (Q2, Decimal("2200.00"), Decimal("1900.00"), Decimal("-300.00"), False),
        (Q2, Decimal("5000.00"), Decimal("0.00"), Decimal("-5000.00"), False),
        (Q1, Decimal("2000.00"), Decimal("1900.00"), Decimal("-100.00"), True),
        (Q1, Decimal("5000.01"), Decimal("0.00"), Decimal("-5000.01"), True),
    ]


def test_a_lead_sees_the_corrections_asked_for(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    award = led(session, "SVD-25-01", lead)
    make.claim(session, award, Q1)
    make.correction_request(session, award, Decimal("-73.11"), by=lead)
    make.correction_request(session, led(session, "SVD-25-09", make.person(session)), Decimal("-1.00"))
    (asked_for,) = lead_front(session, lead.id, TODAY).asked
    assert (asked_for.request.state, asked_for.before, asked_for.after) == (
        "waiting",
        "claimed £1,900.00",
        Decimal("1826.89"),
    )


def test_a_claim_begun_early_stands_on_the_front_pages_and_one_that_was_not_does_not(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    queried, sent, _untouched = (led(session, f"SVD-25-0{number}", lead) for number in (1, 2, 3))
    make.claim(session, queried, Q3, status=ClaimStatus.QUERIED)
    make.claim(session, sent, Q3, status=ClaimStatus.SUBMITTED)
    front = lead_front(session, lead.id, TODAY)
    assert [(one.entry.reference, one.stage) for one in front.claims if one.entry.quarter == Q3] == [
        ("SVD-25-01", Stage.QUERIED),
        ("SVD-25-02", Stage.SUBMITTED),
    ]
    assert front.to_do[-1].action == "Answer the question: SVD-25-01, Q3 2025/26"
    (part,) = finance_front(session, EVERYTHING, TODAY)
    assert ([line.quarter for line in part.early], part.waiting, part.queried, part.unsent) == ([Q3], 1, 1, 6)


def test_a_lead_sees_which_quarters_are_locked_and_why(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    award = led(session, "SVD-25-01", lead)
    led(session, "SVD-25-02", lead)
    make.claim(session, award, Q1)
    make.lock(session, award, Q1, "it stands in the OPCC return issued on 31 July 2025")
    front = lead_front(session, lead.id, TODAY)
    assert [(lock.quarter, lock.because) for lock in front.locks] == [
        (Q1, "it stands in the OPCC return issued on 31 July 2025")
    ]
    assert [claim.entry.quarter for claim in front.to_do] == [Q2, Q2]


def test_a_lead_who_sent_everything_looks_to_the_next_quarter(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    award = led(session, "SVD-25-01", lead)
    for quarter in (Q1, Q2):
        make.claim(session, award, quarter, status=ClaimStatus.SUBMITTED)
    front = lead_front(session, lead.id, TODAY)
    assert (front.to_do, front.late_in_words) == ([], "Nothing to send")
    assert front.next_deadline is not None
    assert (front.next_deadline.quarter, front.next_deadline.due) == (Q3, date(2026, 1, 31))


def test_a_lead_of_nothing_and_before_the_first_quarter_is_over(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    front = lead_front(session, lead.id, TODAY)
    assert (front.claims, front.streams, front.locks, front.next_deadline) == ([], [], [], None)
    led(session, "SVD-25-01", lead)
    front = lead_front(session, lead.id, date(2025, 6, 30))
    assert front.claims == []
    assert [line.last for line in front.streams] == [None, None]
    assert front.next_deadline is not None
    assert front.next_deadline.lateness == "due in 31 days"


def test_a_closed_year_asks_nothing_of_its_leads(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    led(session, "SVD-25-01", lead).proposal.funding_year.status = YearStatus.CLOSED
    session.flush()
    assert lead_front(session, lead.id, TODAY).claims == []


def test_finance_sees_what_waits_and_for_how_long(session: Session) -> None:
    asks = {"labour": Decimal("6000.00")}
    awards = [make.award(session, make.proposal(session, f"SVD-25-{number:02d}", asks=asks)) for number in range(1, 6)]
    for award in awards[:4]:
        make.claim(session, award, Q1)
    make.claim(session, awards[0], Q2, status=ClaimStatus.SUBMITTED)
    oldest = datetime(2025, 10, 3, 23, 30, tzinfo=UTC)
    make.claim(session, awards[1], Q2, status=ClaimStatus.RESUBMITTED, submitted_at=oldest)
    make.claim(session, awards[2], Q2, status=ClaimStatus.QUERIED)
    make.claim(session, awards[3], Q2)
    (part,) = finance_front(session, EVERYTHING, TODAY)
    told = [(line.quarter, line.unsent, line.waiting, line.queried, line.approved) for line in part.quarters]
    assert told == [(Q2, 1, 2, 1, 1), (Q1, 1, 0, 0, 4)]
    assert (part.waiting, part.queried, part.unsent) == (2, 1, 2)
    assert part.oldest_in_words == "The oldest since 4 October 2025"
    assert part.unsent_in_words == "1 of them late"
    assert part.action == "Check 2 claims"
    assert part.figures is not None
    assert part.figures.total.position.this_quarter == Decimal("1900.00")
    assert part.approved_in_words == "1 claim approved"


def test_finance_sees_what_is_overdue_and_underspent(session: Session, dorset: FundingYear) -> None:
    (part,) = finance_front(session, EVERYTHING, TODAY)
    assert [(warning.code, warning.about) for warning in part.warnings] == [
        ("W10", "OPCC return, Q1 2025/26"),
        ("W10", "Home Office return, Q1 2025/26"),
        ("W2", "Dorset Community Safety Partnership, non-labour"),
        ("W2", "BCP Community Safety Partnership, non-labour"),
        ("W2", "BCP Community Safety Partnership, labour"),
        ("W2", "Dorset Community Safety Partnership, labour"),
        ("W3", "Serious Violence Duty"),
    ]
    assert part.action == "See the claims"
    assert part.oldest_in_words == "Nothing waits for you"
    assert part.approved_in_words == "8 claims approved"
    assert part.figures is not None
    assert part.figures.total.position.this_quarter == Decimal("72857.14")


def test_claims_left_out_of_a_locked_quarter_are_neither_late_nor_waiting(session: Session) -> None:
    award = make.award(session)
    make.claim(session, award, Q1, status=ClaimStatus.SUBMITTED)
    make.lock(session, award, Q1)
    (part,) = finance_front(session, EVERYTHING, TODAY)
    assert (part.quarters[1].left_out, part.waiting) == (1, 0)


def test_finance_before_the_first_quarter_is_over(session: Session) -> None:
    make.award(session)
    (part,) = finance_front(session, EVERYTHING, date(2025, 5, 1))
    assert part.quarters == []
    assert part.figures is None
    assert part.warnings == []
    assert part.first_claims_in_words == "Claims for Q1 2025/26 are due in 91 days."
    assert finance_front(session, Within(), TODAY) == []


def test_a_partnership_sees_what_it_has_not_decided(session: Session) -> None:
    here = make.csp(session)
    make.decision(session, make.proposal(session, "SVD-25-01"))
    make.decision(session, make.proposal(session, "SVD-25-02"), outcome=Outcome.REJECTED)
    make.decision(session, make.proposal(session, "SVD-25-03"), outcome=Outcome.DEFERRED)
    both = make.proposal(session, "SVD-25-04", csps=["dorset", "bcp"])
    make.decision(session, both, csp="bcp", outcome=Outcome.REJECTED)
    make.proposal(session, "SVD-25-05", csps=["bcp"])
    make.proposal(session, "SVD-25-06", status=ProposalStatus.DRAFT, submitted_at=None)
    put_off = make.decision(session, make.proposal(session, "SVD-25-07"), outcome=Outcome.RESERVE)
    make.decision(session, put_off.proposal, supersedes=put_off)
    (part,) = partnership_front(session, {here.id}, TODAY)
    assert [proposal.reference for proposal in part.undecided] == ["SVD-25-03", "SVD-25-04"]
    assert part.undecided_in_all == 2
    assert part.claims == []


def test_a_partnership_sees_its_interventions_in_most_trouble_first(session: Session) -> None:
    here = make.csp(session)
    for number, rag in enumerate([RAG.GREEN, None, RAG.RED, RAG.AMBER_GREEN], 1):
        asks = {"labour": Decimal("6000.00")}
        award = make.award(session, make.proposal(session, f"SVD-25-{number:02d}", asks=asks))
        make.claim(session, award, Q2, delivery_rag=rag)
    other = make.award(session, make.proposal(session, "SVD-25-21", csps=["bcp"]), csp="bcp")
    make.claim(session, other, Q2, delivery_rag=RAG.RED)
    (part,) = partnership_front(session, {here.id}, TODAY)
    told = [(claim.award.proposal.reference, claim.delivery_rag) for claim in part.claims]
    assert told == [
        ("SVD-25-03", RAG.RED),
        ("SVD-25-04", RAG.AMBER_GREEN),
        ("SVD-25-01", RAG.GREEN),
        ("SVD-25-02", None),
    ]
    assert part.next_deadline is not None
    assert part.next_deadline.quarter == Q2


def test_the_office_sees_what_can_be_forwarded_and_what_is_overdue(session: Session, dorset: FundingYear) -> None:
    returned(session, dorset, ReturnStatus.ISSUED)
    (part,) = area_front(session, EVERYTHING, TODAY)
    assert part.figures.total.position.to_date == Decimal("136071.10")
    assert part.in_words == "1 return is issued and can be forwarded."
    assert part.action == "Forward a return"
    assert [warning.about for warning in part.overdue] == ["Home Office return, Q1 2025/26"]
    told = [(line.slot.place.name, line.slot.place.quarter, line.slot.word, line.lateness) for line in part.returns]
    assert told == [
        ("OPCC return", Q2, "not started", "due in 11 days"),
        ("Home Office return", Q2, "not started", "due in 11 days"),
        ("OPCC return", Q1, "issued", ""),
        ("Home Office return", Q1, "not started", "81 days late"),
    ]
    assert part.returns[0].claims_in_words == "8 of 8 approved"


def test_the_office_waits_for_the_next_claims(session: Session) -> None:
    make.award(session)
    (part,) = area_front(session, EVERYTHING, date(2025, 5, 1))
    assert part.in_words == "Nothing waits for you. Claims for Q1 2025/26 are due in 91 days."
    assert part.action == "See the returns"
    (part,) = area_front(session, EVERYTHING, date(2026, 5, 1))
    assert part.in_words == "Nothing waits for you."


def test_everybody_sees_the_returns_whose_next_step_is_theirs(session: Session) -> None:
    year = make.award(session).proposal.funding_year
    people = {role: make.person(session, role) for role in (Role.FINANCE, Role.CERTIFIER, Role.OPCC, Role.CSP_OFFICER)}
    own, csp = people[Role.CERTIFIER].id, make.csp(session).id
    returned(session, year, ReturnStatus.PREPARED, prepared_by_id=own)
    returned(session, year, ReturnStatus.CHECKED, kind=ReturnKind.CSP, csp_id=csp, quarter=Q2)
    returned(session, year, ReturnStatus.CERTIFIED, kind=ReturnKind.HOME_OFFICE)
    returned(session, year, ReturnStatus.QUERIED, kind=ReturnKind.CSP, csp_id=csp)
    returned(session, year, ReturnStatus.QUERIED, quarter=Q2)
    returned(session, year, ReturnStatus.ISSUED, quarter=Q2, version=2)  # what was asked of the first is settled by it

    def seen(role: Role) -> list[tuple[str, bool]]:
        return [(one.step, one.is_own) for one in next_steps(session, viewer_of(people[role], TODAY))]

    assert seen(Role.CERTIFIER) == [("Certify it", False), ("Check it", True)]
    assert seen(Role.FINANCE) == [("Check it", False), ("Issue it", False), ("Answer the question", False)]
    assert seen(Role.OPCC) == [("Issue it", False)]
    assert seen(Role.CSP_OFFICER) == []
    first, *_, last = next_steps(session, viewer_of(people[Role.FINANCE], TODAY))
    assert first.in_words == "OPCC return, Q1 2025/26, waits to be checked."
    assert (first.year_in_words, first.endpoint) == ("Serious Violence Duty 2025/26", "returns.checking")
    assert last.last_by == "Asked about by the commissioner’s office"


def test_an_administrator_sees_who_can_sign_in_and_what_is_on_record(session: Session) -> None:
    empty = administrator_front(session)
    assert (empty.changes, empty.last_in_words) == (0, "Nothing was ever changed")
    make.person(session, Role.ADMINISTRATOR, password_hash="scrypt:x")
    make.person(session)
    make.person(session, disabled_at=datetime(2025, 10, 1, tzinfo=UTC))
    make.funding_year(session)
    session.commit()
    front = administrator_front(session)
    assert (front.can_sign_in, front.only_known, front.disabled, front.years) == (1, 1, 1, 1)
    assert front.others_in_words == "1 more are known by name, 1 are disabled"
    assert front.changes > 0
    assert front.last_in_words == "The last on 20 October 2025"


def test_a_year_that_is_to_come_stands_after_the_one_that_runs(session: Session, signed_in: SignedIn) -> None:
    this = make.funding_year(session)
    session.commit()
    copy_year(session, this, FinancialYear(2026))
    page = read(signed_in(Role.CSP_OFFICER).get("/").text)
    runs, coming = page.index("Serious Violence Duty 2025/26"), page.index("Serious Violence Duty 2026/27")
    assert runs < coming
    assert "What there is to award" in page[coming:]
    assert "Spent to" not in page[coming:]
    assert "What there is to award" not in page[runs:coming]
