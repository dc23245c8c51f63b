"""Two people at one claim: nobody's work is lost, and who comes second is told what happened, by whom, and chooses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import YearStatus
from portfolio.history import Author
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.spend.checks import Contents, Part
from portfolio.spend.claiming import contents_of, save_parts
from portfolio.spend.models import ClaimLine, ClaimQuery
from portfolio.spend.parts import digest
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import NOW, SignedIn
from tests.make import Q2
from tests.pages import read, value_of
from tests.saving import save_claim
from tests.spend.level_up import Q2_PAGE, claim_now, save, seen, send, sent
from tests.spend.test_checks import CLAIM

HAPPENED = "What happened while this page was open"


def test_one_part_by_two_people_is_a_choice_of_the_second(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    opened = seen(leading, Part.SPEND)
    save(leading, Part.SPEND)
    save(leading, Part.RISKS, risks="Rain")
    taking_over = make.person(session, Role.LEAD, name="Noor Hale")
    award.lead_person = taking_over
    session.commit()
    second = signed_in(person=taking_over)
    page = save(second, Part.SPEND, seen=opened, lines__0__amount="4700.00")
    assert page.status_code == 422
    words = read(page.text)
    assert "Somebody else saved this page after you opened it. What you typed is still here" in words
    assert "Saved by Lena Marsh, 20 October 2025, 10:00am." in words
    assert "Spend, non-labour, pay and on-costs £4,655.00 £4,700.00" in words
    assert "Risks" not in words
    assert value_of(page, "lines-0-amount") == "4700.00"
    assert contents_of(claim_now(session, award)).total == Decimal("5367.77")
    mine = save(second, Part.SPEND, seen=value_of(page, "seen"), lines__0__amount="4700.00")
    assert mine.location == f"{Q2_PAGE}/match"
    assert contents_of(claim_now(session, award)).total == Decimal("5412.77")
    assert contents_of(claim_now(session, award)).risks == "Rain"


def test_theirs_is_taken_by_opening_the_page_again(session: Session, leading: FlaskClient, award: Award) -> None:
    opened = seen(leading, Part.RISKS)
    save(leading, Part.RISKS, risks="Rain")
    page = save(leading, Part.RISKS, seen=opened, risks="")
    assert page.status_code == 422
    assert "Risks Rain Nothing" in read(page.text)
    assert f'href="{Q2_PAGE}/risks">Take theirs' in page.text
    assert "Rain</textarea>" in leading.get(f"{Q2_PAGE}/risks").text


def test_different_parts_by_two_people_are_both_kept(session: Session, leading: FlaskClient, award: Award) -> None:
    opened = {part: seen(leading, part) for part in Part}
    for part in Part:
        changes = {"outputs": {"outputs": "31 mentors"}, "risks": {"risks": "Rain"}}.get(part.value, {})
        assert save(leading, part, seen=opened[part], **changes).status_code == 302
    kept = contents_of(claim_now(session, award))
    assert (kept.total, kept.match_spent, kept.outputs, kept.risks) == (
        Decimal("5367.77"),
        Decimal("0.00"),
        "31 mentors",
        "Rain",
    )


def test_the_same_saved_twice_is_no_conflict(session: Session, leading: FlaskClient, award: Award) -> None:
    opened = seen(leading, Part.FORECAST)
    for _ in range(2):
        assert save(leading, Part.FORECAST, seen=opened).status_code == 302
    assert claim_now(session, award).edition == 1


def test_finance_approves_what_the_lead_had_open(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    opened = seen(leading, Part.SPEND)
    claim = sent(session, award)
    finance = signed_in(Role.FINANCE, name="Fay Lund")
    assert finance.post(f"{Q2_PAGE}/approve", data={"edition": str(claim.edition)}).status_code == 302
    page = save(leading, Part.SPEND, seen=opened, lines__0__amount="1.00")
    assert page.status_code == 422
    words = read(page.text)
    assert f"{HAPPENED} This claim is approved, so it cannot be changed" in words
    assert "Approved a claim: Fay Lund, 20 October 2025, 10:00am." in words
    assert value_of(page, "lines-0-amount") == "1.00"
    assert "Save and continue" not in words
    assert leading.get(f"{Q2_PAGE}/check").location == Q2_PAGE


def test_finance_reads_one_edition_and_the_lead_sends_another(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    claim = sent(session, award)
    finance = signed_in(Role.FINANCE)
    read_edition = {"edition": str(claim.edition)}
    session.add(ClaimQuery(claim=claim, asked_by_id=finance.person.id, asked_at=NOW, question="Which venue?"))
    claim.status = ClaimStatus.QUERIED
    claim.edition += 1
    session.commit()
    stale = finance.post(f"{Q2_PAGE}/approve", data=read_edition)
    assert stale.status_code == 422
    assert "has changed since you opened it" in read(stale.text)


@pytest.mark.parametrize("is_typed", [True, False])
def test_a_quarter_that_is_locked_while_a_page_is_open_keeps_what_was_typed(
    session: Session, leading: FlaskClient, award: Award, is_typed: bool
) -> None:
    opened = seen(leading, Part.PROGRESS)
    make.lock(session, award, Q2, "it stands in the return that was issued on 20 October 2025")
    session.commit()
    page = save(leading, Part.PROGRESS, seen=opened, narrative="Two groups." if is_typed else "x" * 4000)
    assert page.status_code == 422
    words = read(page.text)
    assert f"{HAPPENED} Q2 2025/26 is locked: it stands in the return that was issued on 20 October 2025." in words
    assert "Set the scene: a test, 20 October 2025" in words
    assert ("Two groups.</textarea>" in page.text) is is_typed
    assert "Nothing on this page was saved." in words
    assert leading.get(f"{Q2_PAGE}/progress").location == Q2_PAGE


def test_a_year_that_is_closed_while_a_page_is_open(session: Session, leading: FlaskClient, award: Award) -> None:
    save(leading, Part.MATCH)
    opened = seen(leading, Part.MATCH)
    award.proposal.funding_year.status = YearStatus.CLOSED
    session.commit()
    page = save(leading, Part.MATCH, seen=opened, match_spent="12.00")
    assert "2025/26 is closed, so its claims no longer change" in read(page.text)
    assert value_of(page, "match_spent") == "12.00"


def test_a_claim_that_was_sent_elsewhere_is_told_of_on_the_check_page(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    save_claim(session, award, Q2, CLAIM, today=NOW.date())
    assert send(leading).status_code == 302
    page = leading.post(f"{Q2_PAGE}/check", data={"edition": "1"})
    assert page.status_code == 422
    words = read(page.text)
    assert "This claim is submitted, so it cannot be changed" in words
    assert "Submitted a claim: Lena Marsh" in words


def test_what_is_sent_is_what_was_checked(session: Session, leading: FlaskClient, award: Award) -> None:
    save_claim(session, award, Q2, CLAIM, today=NOW.date())
    edition = value_of(leading.get(f"{Q2_PAGE}/check"), "edition")
    save(leading, Part.RISKS, risks="Rain")
    page = leading.post(f"{Q2_PAGE}/check", data={"edition": edition})
    assert page.status_code == 422
    assert "This claim has changed since you opened it. Look at it again" in read(page.text)
    assert value_of(page, "edition") != edition, "it is shown anew"
    assert send(leading).location == f"{Q2_PAGE}/receipt"


def queried(session: Session, award: Award, lead: Person) -> list[ClaimQuery]:
    """Two questions about Q2: of a line, and of the claim as a whole."""
    claim = sent(session, award)
    line = claim.lines[1]
    claim.status = ClaimStatus.QUERIED
    rows = [
        ClaimQuery(
            asked_by_id=lead.id, asked_at=NOW, question="Which laptops?", stream=line.stream, category=line.category
        ),
        ClaimQuery(asked_by_id=lead.id, asked_at=NOW, question="Is the lead still in post?"),
    ]
    claim.queries += rows
    session.commit()
    return rows


def test_what_finance_asks_stands_first_and_leads_to_its_line(
    session: Session, leading: FlaskClient, award: Award, lead: Person
) -> None:
    first, second = queried(session, award, lead)
    page = leading.get(Q2_PAGE)
    assert "Finance asks Non-labour, equipment and materials : Which laptops?" in read(page.text)
    assert f'href="{Q2_PAGE}/spend#lines-4-amount"' in page.text
    assert "Finance asks about Non-labour, equipment and materials" in read(leading.get(f"{Q2_PAGE}/spend").text)
    assert f'href="{Q2_PAGE}/answers"' in leading.get(f"{Q2_PAGE}/check").text
    boxes = {"answers-0-question": str(first.id), "answers-1-question": str(second.id)}
    boxes |= {"answers-0-seen": "", "answers-1-seen": ""}
    answers = boxes | {"answers-0-answer": "Three for mentors. ", "answers-1-answer": "Yes."}
    assert leading.post(f"{Q2_PAGE}/answers", data=answers).location == Q2_PAGE
    stale = leading.post(f"{Q2_PAGE}/answers", data=answers | {"answers-1-answer": "No."})
    assert stale.status_code == 422
    assert "Saved by somebody else meanwhile: Yes." in read(stale.text)
    assert value_of(stale, "answers-1-seen") == "Yes."
    assert "Leave what is saved" in read(stale.text)
    assert "Your answer: Three for mentors." in read(leading.get(f"{Q2_PAGE}/check").text)
    assert send(leading).location == f"{Q2_PAGE}/receipt"
    late = leading.post(f"{Q2_PAGE}/answers", data=answers | {"answers-0-answer": "Four."})
    assert late.status_code == 422
    assert "This claim is resubmitted, so it cannot be changed" in read(late.text)
    assert "Four.</textarea>" in late.text


def test_parts_saved_at_the_same_moment_are_both_kept_and_begin_one_claim(
    session: Session, database: Database, author: Author, award: Award
) -> None:
    session.commit()
    award_id, begin = award.id, Barrier(3)
    session.rollback()
    typed = {
        Part.MATCH: Contents(match_spent=Decimal("12.00")),
        Part.OUTPUTS: Contents(outputs="31 mentors"),
        Part.RISKS: Contents(risks="Rain"),
    }

    def enter(part: Part) -> None:
        begin.wait()
        with database.writing(author) as own:
            seen = {part: digest(Contents(), part)}
            save_parts(own, own.get_one(Award, award_id), Q2, typed[part], seen, today=NOW.date())

    with ThreadPoolExecutor(3) as people:
        list(people.map(enter, typed))
    claim = claim_now(session, award)
    assert (claim.edition, claim.match_spent, claim.outputs, claim.risks) == (3, Decimal("12.00"), "31 mentors", "Rain")


def test_one_part_saved_at_the_same_moment_is_kept_once_and_refused_once(
    session: Session, database: Database, author: Author, award: Award
) -> None:
    session.commit()
    award_id, begin = award.id, Barrier(2)
    session.rollback()

    def enter(risks: str) -> str | None:
        begin.wait()
        try:
            with database.writing(author) as own:
                seen = {Part.RISKS: digest(Contents(), Part.RISKS)}
                save_parts(own, own.get_one(Award, award_id), Q2, Contents(risks=risks), seen, today=NOW.date())
        except PortfolioError:
            return None
        return risks

    with ThreadPoolExecutor(2) as people:
        kept = [risks for risks in people.map(enter, ("Rain", "Snow")) if risks is not None]
    assert [claim_now(session, award).risks] == kept


def test_the_pages_take_no_more_statements_for_more_lines_and_questions(
    session: Session,
    leading: FlaskClient,
    award: Award,
    lead: Person,
    queries_of: Callable[[FlaskClient, str], int],
) -> None:
    queried(session, award, lead)
    pages = [f"{Q2_PAGE}{page}" for page in ("", "/answers", "/spend", "/forecast", "/check")]
    before = [queries_of(leading, page) for page in pages]
    claim = claim_now(session, award)
    for category in award.proposal.funding_year.programme.categories:
        claim.lines.append(ClaimLine(stream=claim.lines[0].stream, category=category, amount=Decimal("1.00")))
        about = {"stream": claim.lines[0].stream, "category": category}
        claim.queries.append(ClaimQuery(asked_by_id=lead.id, asked_at=NOW, question=f"{category.name}?", **about))
    session.commit()
    assert [queries_of(leading, page) for page in pages] == before
    assert max(before) <= 30, before
