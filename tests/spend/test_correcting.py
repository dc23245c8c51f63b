"""Corrections of locked quarters: asked for by one, decided on by another, under the rules as they are by then."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.decisions.asked import AskedState
from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import YearStatus
from portfolio.history import Author
from portfolio.people.rules import Role, Within
from portfolio.spend.adjustments import Adjustment
from portfolio.spend.correcting import (
    approve_correction,
    ask_for_correction,
    move_correction,
    open_quarters,
    refuse_correction,
    withdraw_correction,
)
from portfolio.spend.corrections import asked_beside, corrected_lines, corrected_since, to_decide
from portfolio.spend.models import Correction, CorrectionRequest
from portfolio.spend.rules import ClaimStatus
from portfolio.spend.standing import ground_of
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2, Q3, Q4
from tests.refused import codes, sentences

TODAY = date(2025, 10, 20)


@pytest.fixture
def award(session: Session) -> Award:
    """An award whose Q1, £903.27 of mileage, is locked."""
    made = make.award(session)
    make.claim(session, made, Q1, lines={("labour", "pay and on-costs"): Decimal("903.27")})
    make.lock(session, made, Q1)
    return made


def ask(session: Session, award: Award, **values: object) -> CorrectionRequest:
    """Q1's mileage, to be corrected in Q2, unless it says otherwise."""
    mileage = "Q1 mileage claimed at the wrong rate. "
    said = Adjustment("labour", "pay and on-costs", Q1, Q2, Decimal("-73.11"), mileage)
    said = replace(said, **values)  # type: ignore[arg-type]  # each test names changes
    asker = make.person(session, Role.LEAD, name="Lena Marsh")
    return ask_for_correction(session, award, said, by_id=asker.id, now=NOW, today=TODAY)


def approve(session: Session, asked_for: CorrectionRequest, **values: object) -> Correction:
    """Approved by somebody else, in the quarter asked for unless it says otherwise."""
    named = {"entered_in": asked_for.entered_in, "by_id": make.person(session, name="Cora Finch").id, **values}
    return approve_correction(session, asked_for, now=NOW, today=TODAY, **named)  # type: ignore[arg-type]


def test_it_counts_once_somebody_else_has_approved_it(session: Session, award: Award) -> None:
    asked_for = ask(session, award)
    session.commit()
    assert ground_of(session, award, Q2).claimed == {"labour": Decimal("903.27")}
    assert (asked_for.reason, asked_for.asked_at) == ("Q1 mileage claimed at the wrong rate.", NOW)
    row = approve(session, asked_for)
    session.commit()
    assert (row.amount, row.corrects, row.entered_in, row.reason) == (
        Decimal("-73.11"), Q1, Q2, "Q1 mileage claimed at the wrong rate."
    )  # fmt: skip
    assert (row.entered_by, row.entered_at) == (asked_for.asked_by.mark, NOW)
    assert asked_for.correction is row
    assert ground_of(session, award, Q2).claimed == {"labour": Decimal("830.16")}
    (line,) = corrected_lines(session, Correction.award_id == award.id)
    assert (line.in_words, line.now) == ("claimed £903.27, corrected by −£73.11 in Q2", Decimal("830.16"))
    assert [entered.approved_by for entered in line.corrections] == ["Cora Finch"]
    (said,) = sentences(lambda: approve(session, asked_for))
    assert said == "This correction is approved already. Ask for another one if something is still wrong"
    assert make.count_of(session, Correction) == 1


def test_who_asked_does_not_decide(session: Session, award: Award) -> None:
    asked_for = ask(session, award)
    own = asked_for.asked_by_id
    session.commit()
    for deed in (
        lambda: approve(session, asked_for, by_id=own),
        lambda: refuse_correction(session, asked_for, "No.", by_id=own, now=NOW),
    ):
        assert sentences(deed) == ["You asked for this correction, so somebody else must decide on it"]
    counts = make.correction(session, award, asked_for.amount)
    asked_for.decided_by_id, asked_for.decided_at, asked_for.correction = own, NOW, counts
    with pytest.raises(IntegrityError, match="is_approved_by_another"):
        session.flush()


def test_who_asked_withdraws_it_while_nobody_has_decided(session: Session, award: Award) -> None:
    asked_for, other = ask(session, award), make.person(session)
    assert sentences(lambda: withdraw_correction(session, asked_for, by_id=other.id, now=NOW)) == [
        "Somebody else asked for this correction, so it is theirs to change or withdraw"
    ]
    withdraw_correction(session, asked_for, by_id=asked_for.asked_by_id, now=NOW)
    session.commit()
    assert asked_for.state is AskedState.WITHDRAWN
    assert ground_of(session, award, Q2).claimed == {"labour": Decimal("903.27")}
    again = "This correction is withdrawn already. Ask for another one if something is still wrong"
    assert sentences(lambda: approve(session, asked_for, by_id=other.id)) == [again]
    assert sentences(lambda: withdraw_correction(session, asked_for, by_id=asked_for.asked_by_id, now=NOW)) == [again]


def test_a_refusal_has_a_reason_and_changes_no_figure(session: Session, award: Award) -> None:
    asked_for, other = ask(session, award), make.person(session)
    (said,) = sentences(lambda: refuse_correction(session, asked_for, " ", by_id=other.id, now=NOW))
    assert said == "Give the reason, so that who asked knows what to do instead"
    refuse_correction(session, asked_for, "The rate was right. ", by_id=other.id, now=NOW)
    session.commit()
    assert (asked_for.refused_because, asked_for.correction) == ("The rate was right.", None)
    assert ground_of(session, award, Q2).claimed == {"labour": Decimal("903.27")}
    (said,) = sentences(lambda: approve(session, asked_for))
    assert said.startswith("This correction is refused already")
    (said,) = sentences(lambda: move_correction(session, asked_for, Q3, by_id=asked_for.asked_by_id, today=TODAY))
    assert said.startswith("This correction is refused already")
    assert ask(session, award).id != asked_for.id, "the same may be asked for again"


def test_the_very_same_one_is_asked_for_and_counts_once(session: Session, award: Award) -> None:
    asked_for = ask(session, award)
    twice = "The very same correction is recorded already. If this is another one, let its reason say so"
    assert sentences(lambda: ask(session, award)) == [twice]
    approve(session, asked_for)
    assert sentences(lambda: ask(session, award)) == [twice]
    approve(session, ask(session, award, reason="Q1 mileage of another driver."))
    assert ground_of(session, award, Q2).claimed == {"labour": Decimal("757.05")}
    assert corrected_since(session, [award.id]) == {(award.id, Q1): [(Q2, Decimal("-146.22"))]}


def test_every_rule_is_asked_again_when_it_is_approved(session: Session, award: Award) -> None:
    asked_for, more = ask(session, award, amount=Decimal("-800.00")), ask(session, award, amount=Decimal("7000.00"))
    approve(session, ask(session, award, amount=Decimal("-103.28")))
    (said,) = sentences(lambda: approve(session, asked_for))
    assert said == "Q1 2025/26 would come to −£0.01. Take off no more than was claimed"
    make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED, lines={("labour", "training"): Decimal("200.02")})
    assert codes(lambda: approve(session, more)) == ["E2"]
    make.lock(session, award, Q2)
    award.proposal.funding_year.status = YearStatus.CLOSED
    said, *_ = sentences(lambda: approve(session, asked_for))
    assert said == "2025/26 is closed, so its claims no longer change"


def test_where_its_quarter_was_locked_meanwhile_it_counts_in_another(session: Session, award: Award) -> None:
    asked_for, other = ask(session, award), ask(session, award, reason="Another driver.")
    make.lock(session, award, Q2)
    locked = "Q2 2025/26 is locked: it stands in the return. Choose a later quarter that is open for the correction"
    (said,) = sentences(lambda: approve(session, asked_for))
    assert said.startswith(locked)
    assert approve(session, asked_for, entered_in=Q3).entered_in == asked_for.entered_in == Q3
    (said,) = sentences(lambda: move_correction(session, other, Q3, by_id=make.person(session).id, today=TODAY))
    assert said.startswith("Somebody else asked for this correction")
    assert codes(lambda: move_correction(session, other, Q4, by_id=other.asked_by_id, today=TODAY)) == ["E4"]
    move_correction(session, other, Q3, by_id=other.asked_by_id, today=TODAY)
    session.commit()
    assert approve(session, other).entered_in == Q3


def test_it_says_everything_that_is_wrong_with_it(session: Session) -> None:
    award = make.award(session)
    said = codes(
        lambda: ask(session, award, stream="capital", category="yachts", reason="", amount=Decimal(0), entered_in=Q4)
    )
    assert said == ["E13", None, "E4", None, None, None]


def test_it_counts_in_a_quarter_that_is_open(session: Session, award: Award) -> None:
    make.lock(session, award, Q2)
    (said,) = sentences(lambda: ask(session, award))
    assert said.startswith("Q2 2025/26 is locked: it stands in the return.")
    assert ask(session, award, entered_in=Q3).entered_in == Q3
    assert open_quarters(Q1, [Q1, Q2], TODAY) == [Q3]
    assert open_quarters(Q1, [Q1], TODAY) == [Q2, Q3]


def test_e2_it_adds_no_more_than_is_left(session: Session) -> None:
    award = make.award(session)
    make.claim(session, award, Q1, lines={("labour", "training"): Decimal("5000.00")})
    make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED, lines={("labour", "training"): Decimal("2000.00")})
    make.lock(session, award, Q1)
    assert codes(lambda: ask(session, award, amount=Decimal("1000.01"))) == ["E2"]
    assert ask(session, award, amount=Decimal("1000.00")).amount == Decimal("1000.00")


def test_what_is_asked_for_stands_beside_what_was_claimed_and_corrected(session: Session, award: Award) -> None:
    approve(session, ask(session, award))
    waiting = ask(session, award, amount=Decimal("-30.16"))
    session.commit()
    decided, asked = asked_beside(
        session, session.scalars(select(CorrectionRequest).order_by(CorrectionRequest.id)).all()
    )
    assert (decided.request.state, decided.before, decided.after) == (
        AskedState.APPROVED, "claimed £903.27", Decimal("830.16")
    )  # fmt: skip
    assert (asked.request.state, asked.before, asked.corrected, asked.after) == (
        AskedState.WAITING, "claimed £903.27, corrected by −£73.11 in Q2", Decimal("-73.11"), Decimal("800.00")
    )  # fmt: skip
    everything = Within(everything=True)
    assert to_decide(session, everything, waiting.asked_by_id) == 0
    assert to_decide(session, everything, make.person(session).id) == 1
    assert asked_beside(session, []) == []


def test_two_who_approve_it_at_once_make_one_correction(
    session: Session, database: Database, author: Author, award: Award
) -> None:
    number = ask(session, award).id
    approvers = [make.person(session).id for _ in range(2)]
    session.commit()
    together = Barrier(2)

    def press(by_id: int) -> str:
        together.wait()
        with database.session(writing=True) as own:
            author(own)
            asked_for = own.get_one(CorrectionRequest, number)
            try:
                approve_correction(own, asked_for, Q2, by_id=by_id, now=NOW, today=TODAY)
            except PortfolioError as error:
                return str(error)
            own.commit()
        return "approved"

    with ThreadPoolExecutor(2) as threads:
        told = sorted(threads.map(press, approvers))
    assert told == ["This correction is approved already. Ask for another one if something is still wrong", "approved"]
    assert make.count_of(session, Correction) == 1
