"""Scores are written, submitted and agreed; what they come to is kept, and proved from the rows behind it."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from portfolio.assessment import actions, queries
from portfolio.assessment.counting import miscounted
from portfolio.assessment.models import Assessment, Moderation, PanelScore
from portfolio.assessment.rules import AssessmentStatus, Conflicted, Said, Standing
from portfolio.db import Database
from portfolio.errors import Refused
from portfolio.funding_years.rules import YearStatus
from portfolio.history import Author
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal, Round
from tests import make
from tests.assessment.conftest import Panel, undecided
from tests.conftest import NOW
from tests.tampering import by_hand


def test_a_draft_is_kept_unfinished_and_goes_on_where_it_was_left(panel: Panel) -> None:
    first, *_ = panel.round.criteria
    kept = actions.save_assessment(
        panel.session, panel.proposal, panel.round, panel.mia, Said({first.id: 4}, {first.id: "Good"}), undecided
    )
    assert (kept.status, kept.scores[0].points, kept.scores[1].points) == (AssessmentStatus.DRAFT, 4, None)
    assert panel.score is None
    submitted = panel.submits(panel.mia, 3)
    assert submitted is kept
    assert {score.points for score in kept.scores} == {3}
    assert (kept.submitted_at, len(kept.scores)) == (NOW, len(panel.round.criteria))


def test_what_was_submitted_is_never_changed(panel: Panel) -> None:
    panel.submits(panel.mia, 3)
    with pytest.raises(Refused, match="no longer be changed"):
        panel.submits(panel.mia, 4)
    panel.session.commit()
    row = panel.session.scalars(select(Assessment)).one()
    row.comment = "Changed past the rules"
    with pytest.raises(DatabaseError, match="never changed"):
        panel.session.flush()
    panel.session.rollback()


def test_an_unfinished_assessment_or_points_beyond_the_scale_are_refused(panel: Panel) -> None:
    with pytest.raises(Refused) as refused:
        actions.submit_assessment(
            panel.session, panel.proposal, panel.round, panel.mia, replace(panel.said(6), passed={}), undecided, NOW
        )
    gates, criteria = len(panel.round.gates), len(panel.round.criteria)
    assert len(refused.value.errors) == gates + criteria
    assert panel.score is None


def test_the_score_is_the_mean_and_says_how_far_assessors_are_apart(panel: Panel) -> None:
    panel.submits(panel.mia, 4)
    panel.submits(panel.noah, 3, passed=False)
    score = panel.score
    assert score is not None
    assert (score.percent, score.spread, score.assessors) == (Decimal(70), Decimal(20), 2)
    assert (score.passes_gates, score.moderated) == (False, False)
    assert list(miscounted(panel.session)) == []


def test_what_the_panel_agrees_counts_and_supersedes_what_it_agreed_before(panel: Panel) -> None:
    panel.submits(panel.mia, 4)
    first = panel.agrees(4)
    assert panel.score is not None
    assert (panel.score.percent, panel.score.moderated) == (Decimal(80), True)
    with pytest.raises(Refused, match="Somebody else"):
        panel.agrees(2)
    second = panel.agrees(2, seen=first.id, passes=False)
    assert (panel.score.percent, panel.score.passes_gates) == (Decimal(40), False)
    assert list(queries.moderations_of(panel.session, panel.proposal.id, panel.round.csp_id)) == [second, first]
    panel.session.commit()
    first.note = "Changed past the rules"
    with pytest.raises(DatabaseError, match="panel agreed"):
        panel.session.flush()
    panel.session.rollback()


def test_nothing_is_agreed_before_somebody_scored(panel: Panel) -> None:
    with pytest.raises(Refused, match="once somebody has given"):
        panel.agrees(3)
    panel.submits(panel.mia, 2)
    panel.agrees(3)  # with a reason for each, above what Mia gave
    with pytest.raises(Refused) as refused:
        actions.moderate(
            panel.session, panel.proposal, panel.round, Said({each.id: 3 for each in panel.round.criteria}),
            passes_gates=True, seen=None, by=panel.officer, now=NOW, standings=undecided,
        )  # fmt: skip
    assert sum("as high as 3" in error.sentence for error in refused.value.errors) == len(panel.round.criteria)


def test_an_interest_keeps_its_person_out_and_their_earlier_scores_uncounted_but_on_record(panel: Panel) -> None:
    panel.submits(panel.mia, 5)
    panel.submits(panel.noah, 1)
    actions.declare_interest(panel.session, panel.proposal, panel.mia, "Her brother applies", NOW.date())
    assert panel.score is not None
    assert (panel.score.percent, panel.score.spread, panel.score.assessors) == (Decimal(20), Decimal(0), 1)
    assert len(panel.session.scalars(select(Assessment)).all()) == 2
    with pytest.raises(Conflicted, match="no part"):
        panel.submits(panel.mia, 4)
    actions.declare_interest(panel.session, panel.proposal, panel.noah, "Trustee", NOW.date())
    assert panel.score is None
    assert list(miscounted(panel.session)) == []


def test_who_leads_a_proposal_or_has_an_interest_neither_scores_nor_moderates_it(panel: Panel) -> None:
    panel.submits(panel.noah, 3)
    panel.proposal.lead_person_id = panel.mia.id
    with pytest.raises(Conflicted, match="You lead"):
        panel.submits(panel.mia, 4)
    actions.declare_interest(panel.session, panel.proposal, panel.officer, "Trustee", NOW.date())
    with pytest.raises(Conflicted, match="interest"):
        panel.agrees(3)


def test_what_is_decided_on_or_of_a_closed_year_is_scored_no_more(panel: Panel) -> None:
    def rejected(_session: Session, ids: Collection[int]) -> Mapping[tuple[int, int], Standing]:
        return {(number, panel.round.csp_id): Standing("rejected", is_final=True) for number in ids}

    with pytest.raises(Refused, match="decided on already"):
        actions.save_assessment(panel.session, panel.proposal, panel.round, panel.mia, panel.said(3), rejected)
    panel.proposal.funding_year.status = YearStatus.CLOSED
    with pytest.raises(Refused, match="closed"):
        panel.submits(panel.mia, 3)


def test_criteria_are_in_use_once_somebody_gave_points(panel: Panel) -> None:
    where = panel.round.funding_year_id, panel.round.csp_id
    assert not queries.scoring_began(panel.session, *where)
    actions.save_assessment(panel.session, panel.proposal, panel.round, panel.mia, Said(), undecided)
    assert queries.scoring_began(panel.session, *where)


def test_a_score_altered_by_hand_is_named_with_what_it_should_be(panel: Panel) -> None:
    panel.submits(panel.mia, 4)
    panel.session.commit()
    by_hand(panel.session, "UPDATE panel_score SET percent = 9000")
    panel.session.expire_all()
    [sentence] = miscounted(panel.session)
    assert sentence == (
        "SVD-25-01, Dorset Community Safety Partnership: the panel's score is kept as 90.00 % (spread 0.00, passes, "
        "not agreed, assessors: 1), its assessments come to 80.00 % (spread 0.00, passes, not agreed, assessors: 1)"
    )
    by_hand(panel.session, "DELETE FROM panel_score")
    panel.session.expire_all()
    assert "kept as none" in next(miscounted(panel.session))


def test_of_many_who_submit_at_once_each_counts(panel: Panel, database: Database) -> None:
    people = [make.person(panel.session, Role.CSP_MEMBER).id for _ in range(8)]
    proposal_id, round_id = panel.proposal.id, panel.round.id
    panel.session.commit()
    panel.session.close()

    def submit(person_id: int) -> None:
        with database.writing(Author("an assessor", NOW, "Scored a proposal")) as own:
            proposal, of = own.get_one(Proposal, proposal_id), own.get_one(Round, round_id)
            who = own.get_one(Person, person_id)
            actions.submit_assessment(own, proposal, of, who, panel.said(3), undecided, NOW)

    with ThreadPoolExecutor(len(people)) as threads:
        list(threads.map(submit, people))
    assert [row.assessors for row in panel.session.scalars(select(PanelScore))] == [len(people)]
    assert list(miscounted(panel.session)) == []


def test_two_who_moderate_at_once_leave_one_agreement(panel: Panel) -> None:
    panel.submits(panel.mia, 4)
    panel.agrees(4)
    panel.session.add(
        Moderation(
            proposal=panel.proposal, csp_id=panel.round.csp_id, passes_gates=True, note="At once",
            moderated_by=panel.officer, moderated_at=NOW,
        )
    )  # fmt: skip
    with pytest.raises(DatabaseError):
        panel.session.flush()
    panel.session.rollback()
