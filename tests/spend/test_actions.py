"""Claims from the first draft to the lock; every figure against award and allocation."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.decisions.models import Award, Variation, VariationShare
from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years.rules import YearStatus
from portfolio.history import Author
from portfolio.quarters import Quarter
from portfolio.spend.approving import approve_claims, lock_claims
from portfolio.spend.asking import Question, query_claim
from portfolio.spend.checks import Contents, Part
from portfolio.spend.claiming import (
    Names,
    build_claim,
    contents_of,
    faults_of,
    find_claim,
    first_contents,
    get_claim,
    open_questions,
    save_answers,
    save_parts,
    submit_claim,
)
from portfolio.spend.models import Claim, ClaimLine, LockedQuarter
from portfolio.spend.parts import digest
from portfolio.spend.rules import RAG, ClaimStatus, Line
from portfolio.spend.standing import ground_of
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2, Q3, Q4
from tests.refused import codes, sentences
from tests.saving import save_claim

TODAY = date(2025, 10, 20)
LABOUR, NON_LABOUR = Decimal("8000.00"), Decimal("20000.01")
"""What `make.award` awards."""


def contents(
    labour: str = "2000.00", non_labour: str = "5000.00", quarter: Quarter = Q2, later: str = "100.00", **values: object
) -> Contents:
    """A claim that may be sent: on its profile, everything filled in."""
    filled = Contents(
        lines=(
            Line("labour", "pay and on-costs", Decimal(labour)),
            Line("non-labour", "commissioned services", Decimal(non_labour)),
        ),
        forecasts={
            (stream, each): Decimal(later) for stream in ("labour", "non-labour") for each in quarter.remaining()
        },
        match_spent=Decimal("0.00"),
        narrative="Eleven referrals.",
        delivery_rag=RAG.GREEN,
        spend_rag=RAG.AMBER,
        variance_explanation="As planned.",
    )
    return replace(filled, **values)  # type: ignore[arg-type]  # each test names what it changes


def sent(session: Session, award: Award, quarter: Quarter, filled: Contents, by_id: int | None = None) -> Claim:
    """A claim, saved and submitted."""
    claim = save_claim(session, award, quarter, filled, today=TODAY)
    sender = by_id or make.person(session).id
    return submit_claim(session, award, quarter, claim.edition, by_id=sender, now=NOW, today=TODAY)


def test_a_claim_begins_with_the_profile_as_its_forecast(session: Session) -> None:
    award = make.award(session)
    begun = first_contents(session, award, ground_of(session, award, Q2))
    assert begun.forecasts == {
        ("labour", Q3): Decimal("2000.00"),
        ("labour", Q4): Decimal("2000.00"),
        ("non-labour", Q3): Decimal("5000.00"),
        ("non-labour", Q4): Decimal("5000.00"),
    }
    assert (begun.lines, begun.match_spent, begun.narrative) == ((), None, "")


def test_a_claim_begins_with_the_last_claims_forecast(session: Session) -> None:
    award = make.award(session)
    save_claim(session, award, Q1, contents(quarter=Q1), today=TODAY)
    begun = first_contents(session, award, ground_of(session, award, Q2))
    assert set(begun.forecasts) == {(stream, later) for stream in ("labour", "non-labour") for later in (Q3, Q4)}
    assert set(begun.forecasts.values()) == {Decimal("100.00")}


def test_a_draft_keeps_blanks_as_blanks(session: Session) -> None:
    award = make.award(session)
    assert find_claim(session, award, Q2) is None
    with pytest.raises(NotFound):
        get_claim(session, award, Q2)
    claim = save_claim(session, award, Q2, Contents(), today=TODAY)
    session.commit()
    assert (claim.status, claim.edition, claim.match_spent, claim.lines) == (ClaimStatus.DRAFT, 1, None, [])
    assert contents_of(claim) == Contents()


def test_saving_again_changes_the_same_rows(session: Session) -> None:
    award = make.award(session)
    first = save_claim(session, award, Q2, contents(), today=TODAY)
    lines = {row.stream.name: row.id for row in first.lines}
    session.commit()
    less = contents(labour="1999.99", forecasts={("labour", Q3): Decimal("50.00")})
    less = replace(less, lines=less.lines[:1])
    again = save_claim(session, award, Q2, less, today=TODAY)
    session.commit()
    assert again.edition == 2
    assert [(row.id, row.amount) for row in again.lines] == [(lines["labour"], Decimal("1999.99"))]
    assert contents_of(get_claim(session, award, Q2)) == less
    assert make.count_of(session, ClaimLine) == 1


def test_a_part_is_saved_over_what_others_saved_elsewhere(session: Session) -> None:
    award, blank = make.award(session), Contents()
    save_parts(session, award, Q2, contents(), {Part.SPEND: digest(blank, Part.SPEND)}, today=TODAY)
    save_parts(session, award, Q2, Contents(risks="Rain"), {Part.RISKS: digest(blank, Part.RISKS)}, today=TODAY)
    claim = save_parts(session, award, Q2, contents(), {Part.SPEND: "another"}, today=TODAY)
    session.commit()
    assert claim.edition == 2, "what stands there already is no save"
    assert (contents_of(claim).lines, contents_of(claim).risks) == (contents().lines, "Rain")
    assert (claim.narrative, claim.forecasts) == (None, [])


def test_a_part_that_somebody_else_saved_is_refused(session: Session) -> None:
    award, blank = make.award(session), digest(Contents(), Part.RISKS)
    save_parts(session, award, Q2, Contents(risks="Rain"), {Part.RISKS: blank}, today=TODAY)
    (said,) = sentences(lambda: save_parts(session, award, Q2, Contents(), {Part.RISKS: blank}, today=TODAY))
    assert said.startswith("Somebody else saved this page after you opened it")
    seen = digest(Contents(risks="Rain"), Part.RISKS)
    assert save_parts(session, award, Q2, Contents(), {Part.RISKS: seen}, today=TODAY).risks is None


def test_a_draft_is_refused_what_it_can_never_hold(session: Session) -> None:
    award = make.award(session)
    wrong = contents(lines=(Line("capital", "yachts", Decimal("1.00")),), forecasts={("labour", Q1): Decimal("1.00")})
    assert codes(lambda: save_claim(session, award, Q2, wrong, today=TODAY)) == [None, "E13", "E4"]
    assert codes(lambda: save_claim(session, award, Q4, contents(quarter=Q4), today=TODAY)) == ["E4"]
    assert make.count_of(session, Claim) == 0


def test_a_claim_that_was_sent_cannot_be_saved_or_sent_again(session: Session) -> None:
    award = make.award(session)
    claim = sent(session, award, Q2, contents())
    assert (claim.status, claim.submitted_at, claim.edition) == (ClaimStatus.SUBMITTED, NOW, 2)
    (said,) = sentences(lambda: save_claim(session, award, Q2, contents(), today=TODAY))
    assert said.startswith("This claim is submitted")
    (said,) = sentences(lambda: submit_claim(session, award, Q2, 2, by_id=1, now=NOW, today=TODAY))
    assert said.startswith("This claim is submitted")


def test_what_is_sent_is_what_was_read(session: Session) -> None:
    award = make.award(session)
    save_claim(session, award, Q2, contents(), today=TODAY)
    save_claim(session, award, Q2, contents(labour="1.00"), today=TODAY)
    (said,) = sentences(lambda: submit_claim(session, award, Q2, 1, by_id=1, now=NOW, today=TODAY))
    assert said.startswith("This claim has changed since you opened it")


def test_blanks_are_asked_for_when_a_claim_is_sent(session: Session) -> None:
    award = make.award(session)
    claim = save_claim(session, award, Q2, Contents(), today=TODAY)
    session.commit()
    wanted = [fault.code for fault in faults_of(session, award, claim, TODAY)]
    assert wanted == ["E5"] * 7 + [None] * 3, "what there is to explain is known once there are figures"
    assert codes(lambda: submit_claim(session, award, Q2, claim.edition, by_id=1, now=NOW, today=TODAY)) == wanted
    claim = save_claim(session, award, Q2, contents(), today=TODAY)
    assert faults_of(session, award, claim, TODAY) == []
    assert claim.edition == 2


def test_e2_every_quarter_counts_against_the_award_and_so_do_corrections(session: Session) -> None:
    award = make.award(session)
    sent(session, award, Q1, contents(labour="5000.00", quarter=Q1))
    make.correction(session, award, Decimal("500.00"))
    (said,) = sentences(lambda: sent(session, award, Q2, contents(labour="2500.01", later="0")))
    assert "would come to £8,000.01, £0.01 more than the award of £8,000.00" in said
    assert sent(session, award, Q2, contents(labour="2500.00", later="0")).status is ClaimStatus.SUBMITTED


def test_e2_the_partnerships_other_projects_count_against_its_allocation(session: Session) -> None:
    make.programme(session).tolerance_percent = Decimal(30)  # awards may go above the allocation, claims may not
    first = make.award(session, make.proposal(session, "SVD-25-01"), amounts={"labour": Decimal("30000.00")})
    second = make.award(session, make.proposal(session, "SVD-25-02"), amounts={"labour": Decimal("8000.00")})
    bcp = make.award(session, make.proposal(session, "SVD-25-03", csps=("bcp",)), csp="bcp")
    make.claim(session, first, Q1, lines={("labour", "training"): Decimal("25000.00")})
    make.claim(session, bcp, Q1)
    one = contents(lines=(Line("labour", "training", Decimal("5000.01")),))
    one = replace(one, forecasts={("labour", later): Decimal("0.00") for later in (Q3, Q4)})
    (said,) = sentences(lambda: sent(session, second, Q2, one))
    assert "claims of the labour stream would come to £30,000.01, £0.01 more than its allocation" in said
    fits = replace(one, lines=(Line("labour", "training", Decimal("5000.00")),))
    assert sent(session, second, Q2, fits).status is ClaimStatus.SUBMITTED


def test_e7_a_transaction_that_another_award_claims(session: Session) -> None:
    first, second = make.award(session), make.award(session, make.proposal(session, "SVD-25-02"))
    with_reference = contents(lines=(*contents().lines, Line("labour", "training", Decimal("1.00"), None, "INV-7")))
    sent(session, first, Q2, with_reference)
    (said,) = sentences(lambda: sent(session, second, Q2, with_reference))
    assert said == "Transaction INV-7 is already claimed in SVD-25-01, Q2 2025/26. Claim it once only"
    (said,) = sentences(
        lambda: sent(session, first, Q1, replace(with_reference, forecasts=contents(quarter=Q1).forecasts))
    )
    assert "SVD-25-01, Q2 2025/26" in said


def test_e7_of_two_partnerships_claims_that_are_sent_at_once(
    database: Database, session: Session, author: Author
) -> None:
    alike = contents(lines=(*contents().lines, Line("labour", "training", Decimal("1.00"), None, "INV-7")))
    other = make.proposal(session, "SVD-25-02", csps=("bcp",))
    awards = [make.award(session), make.award(session, other, csp="bcp")]
    drafts = [save_claim(session, award, Q2, alike, today=TODAY) for award in awards]
    for draft in drafts:
        make.evidence(session, draft, attached_by_id=make.person(session).id)
    session.commit()
    both, refused = Barrier(2), []

    def send(draft: Claim) -> None:
        with database.session(writing=True) as own:
            author(own)
            both.wait(5)
            award, by_id = own.get_one(Award, draft.award_id), draft.award_id
            try:
                submit_claim(own, award, Q2, draft.edition, by_id=by_id, now=NOW, today=TODAY)
                own.commit()
            except PortfolioError as error:
                refused.append([single.code for single in error.each()])

    threads = [Thread(target=send, args=(draft,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert refused == [["E7", "E7"]]


def test_a_query_goes_back_to_the_lead_who_answers_and_sends_again(session: Session) -> None:
    award, finance = make.award(session), make.person(session)
    claim = sent(session, award, Q2, contents())
    (asked,) = query_claim(session, claim, [Question(" Which venue? ")], claim.edition, by_id=finance.id, now=NOW)
    session.commit()
    assert (claim.status, claim.edition, asked.question) == (ClaimStatus.QUERIED, 3, "Which venue?")
    assert [fault.sentence for fault in faults_of(session, award, claim, TODAY)] == [
        "Answer finance’s question, so that the claim can be sent back"
    ]
    claim = save_answers(session, award, Q2, {asked.id: ("", "The hall. ")}, today=TODAY)
    assert [question.answer for question in open_questions(claim)] == ["The hall."]
    claim = save_claim(session, award, Q2, contents(labour="1990.00"), today=TODAY)
    assert [question.answer for question in open_questions(claim)] == ["The hall."]
    claim = submit_claim(session, award, Q2, 5, by_id=make.person(session).id, now=NOW, today=TODAY)
    session.commit()
    assert claim.status is ClaimStatus.RESUBMITTED
    assert asked.answered_at == NOW
    assert open_questions(claim) == []


def test_a_query_needs_a_question_and_the_claim_as_it_was_seen(session: Session) -> None:
    claim = sent(session, make.award(session), Q2, contents())
    said = sentences(lambda: query_claim(session, claim, [Question("  ")], 1, by_id=make.person(session).id, now=NOW))
    assert [sentence[:18] for sentence in said] == ["Write a question, ", "This claim has cha"]
    draft = make.claim(session, make.award(session, make.proposal(session, "SVD-25-02")), status=ClaimStatus.DRAFT)
    (one,) = sentences(
        lambda: query_claim(session, draft, [Question("Why?")], 1, by_id=make.person(session).id, now=NOW)
    )
    assert one == "This claim is draft; it cannot become queried"


def test_a_refund_gives_room_once_it_is_approved_and_is_then_relied_on(session: Session) -> None:
    award, finance = make.award(session), make.person(session)
    refund = contents(labour="-20.00", non_labour="1.00", quarter=Q1)
    refund = replace(refund, lines=tuple(replace(line, description="Refund") for line in refund.lines))
    claim = sent(session, award, Q1, refund)
    (said,) = sentences(lambda: sent(session, award, Q2, contents(labour="8020.00", later="0")))
    assert "£20.00 more than the award of £8,000.00" in said
    approve_claims(session, [claim], {claim.id: claim.edition}, by_id=finance.id, now=NOW)
    sent(session, award, Q2, contents(labour="8020.00", later="0"))
    (said,) = sentences(
        lambda: query_claim(session, claim, [Question("Why?")], claim.edition, by_id=finance.id, now=NOW)
    )
    assert "would come to £8,020.00, £20.00 more than the award of £8,000.00" in said
    assert claim.status is ClaimStatus.APPROVED


def test_an_approved_claim_that_is_queried_is_approved_no_longer(session: Session) -> None:
    finance = make.person(session)
    claim = make.claim(session, approved_by_id=finance.id, approved_at=NOW)
    query_claim(session, claim, [Question("The ledger says otherwise.")], 1, by_id=finance.id, now=NOW)
    assert (claim.status, claim.approved_by_id, claim.approved_at) == (ClaimStatus.QUERIED, None, None)


def test_claims_are_approved_all_of_them_or_none(session: Session) -> None:
    lead, finance = make.person(session), make.person(session)
    claims = [
        sent(session, make.award(session, make.proposal(session, f"SVD-25-0{n}")), Q2, contents(), lead.id)
        for n in (1, 2, 3)
    ]
    seen = {claim.id: claim.edition for claim in claims}
    own = sentences(lambda: approve_claims(session, claims, seen, by_id=lead.id, now=NOW))
    assert own[0] == (
        "SVD-25-01, Dorset Community Safety Partnership: You submitted this claim, so somebody else must approve it"
    )
    assert len(own) == 3
    stale = {**seen, claims[1].id: 1}
    (said,) = sentences(lambda: approve_claims(session, claims, stale, by_id=finance.id, now=NOW))
    assert said.startswith("SVD-25-02, Dorset Community Safety Partnership: This claim has changed since")
    assert {claim.status for claim in claims} == {ClaimStatus.SUBMITTED}
    approve_claims(session, claims, seen, by_id=finance.id, now=NOW)
    session.commit()
    assert {(claim.status, claim.approved_by_id, claim.approved_at) for claim in claims} == {
        (ClaimStatus.APPROVED, finance.id, NOW)
    }
    again = {claim.id: claim.edition for claim in claims}
    (said, *_) = sentences(lambda: approve_claims(session, claims, again, by_id=finance.id, now=NOW))
    assert said.endswith("This claim is approved; it cannot become approved")


def test_e2_is_asked_again_when_an_award_has_shrunk(session: Session) -> None:
    award = make.award(session)
    claim = sent(session, award, Q2, contents(labour="2000.00"))
    line = next(line for line in award.lines if line.stream.name == "labour")
    session.add(
        Variation(
            reference="V1",
            from_line=line,
            amount=Decimal("6000.01"),
            approved_on=TODAY,
            approved_by="CSP",
            reason="Underspend.",
            shares=[VariationShare(award_line_id=line.id, quarter=Q4, amount=Decimal("-6000.01"))],
        )
    )
    session.flush()
    finance = make.person(session)
    (said,) = sentences(lambda: approve_claims(session, [claim], {claim.id: 2}, by_id=finance.id, now=NOW))
    assert "£2,000.00, £0.01 more than the award of £1,999.99" in said


def test_a_lock_holds_what_is_approved_and_lets_nothing_in(session: Session) -> None:
    award, other = make.award(session), make.award(session, make.proposal(session, "SVD-25-02"))
    approved = make.claim(session, award, Q1)
    late = sent(session, other, Q1, contents(quarter=Q1))
    year_id, finance = award.proposal.funding_year_id, make.person(session)
    locked = lock_claims(session, year_id, [award.csp_id], Q1, because="it was returned on 31 July 2025", now=NOW)
    session.commit()
    assert locked == [approved]
    assert (approved.status, approved.edition, late.status) == (ClaimStatus.RETURNED, 2, ClaimStatus.SUBMITTED)
    for deed in (
        lambda: save_claim(session, award, Q1, contents(quarter=Q1), today=TODAY),
        lambda: approve_claims(session, [late], {late.id: late.edition}, by_id=finance.id, now=NOW),
        lambda: query_claim(session, late, [Question("Why?")], late.edition, by_id=finance.id, now=NOW),
    ):
        (said,) = sentences(deed)
        assert "Q1 2025/26 is locked: it was returned on 31 July 2025." in said
    assert lock_claims(session, year_id, [award.csp_id], Q1, because="again", now=NOW) == []
    assert make.count_of(session, LockedQuarter) == 1
    # what was left behind can no longer be approved, so it takes nothing of the award
    assert ground_of(session, other, Q2).claimed == {}


def test_a_lock_is_for_one_partnership(session: Session) -> None:
    make.award(session)
    bcp = make.award(session, make.proposal(session, "SVD-25-21", csps=("bcp",)), csp="bcp")
    claim = make.claim(session, bcp, Q1)
    year_id = bcp.proposal.funding_year_id
    assert lock_claims(session, year_id, [make.csp(session).id], Q1, because="it was returned", now=NOW) == []
    assert claim.status is ClaimStatus.APPROVED


def test_a_closed_year_takes_no_claims(session: Session) -> None:
    award = make.award(
        session, make.proposal(session, funding_year=make.funding_year(session, status=YearStatus.CLOSED))
    )
    waiting = make.claim(session, award, Q1, status=ClaimStatus.SUBMITTED)
    (said,) = sentences(lambda: save_claim(session, award, Q2, contents(), today=TODAY))
    assert said == "2025/26 is closed, so its claims no longer change"
    (said,) = sentences(
        lambda: approve_claims(session, [waiting], {waiting.id: 1}, by_id=make.person(session).id, now=NOW)
    )
    assert said.endswith("2025/26 is closed, so its claims no longer change")


def test_rows_are_made_without_a_question_to_the_database(session: Session) -> None:
    award = make.award(session)
    programme = award.proposal.funding_year.programme
    names = Names.of(programme)
    given = contents(lines=(*contents().lines, Line("labour", "pay and on-costs", Decimal("-5.00"), "Refund")))
    claim = build_claim(award, Q2, given, names, ClaimStatus.APPROVED)
    assert claim not in session
    session.add(claim)
    session.commit()
    assert contents_of(get_claim(session, award, Q2)) == given
    assert given.total == Decimal("6995.00")
