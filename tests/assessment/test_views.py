"""The pages of assessing, as the people of a panel use them."""

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from portfolio.assessment import actions
from portfolio.assessment.models import Assessment, Moderation
from portfolio.people.rules import Role
from tests import make, rounds
from tests.assessment.conftest import Panel
from tests.conftest import NOW, SignedIn
from tests.pages import value_of

Sent = dict[str, Any]


def typed(panel: Panel, points: int, **changes: Any) -> Sent:
    """What an assessor's form sends."""
    sent: Sent = {"do": "submit", "comment": "Ask about the waiting list"}
    for criterion in panel.round.criteria:
        sent |= {f"points-{criterion.id}": str(points), f"justification-{criterion.id}": f"Because of {criterion.name}"}
    for gate in panel.round.gates:
        sent |= {f"passed-{gate.id}": "yes", f"reason-{gate.id}": ""}
    return {**sent, **changes}


def test_an_assessor_saves_a_draft_goes_on_and_submits(panel: Panel, signed_in: SignedIn) -> None:
    mia = signed_in(person=panel.mia)
    assert "1 proposal waits for your scores" in mia.get("/assessment").text
    assert "Score 1 proposal" in mia.get("/").text
    first = panel.round.criteria[0]
    page = mia.get(panel.address("assess")).text
    assert 'value="5"' in page
    assert 'value="6"' not in page
    mia.post(panel.address("assess"), data={"do": "save", f"points-{first.id}": "4"})
    again = mia.get(panel.address("assess")).text
    assert f'name="points-{first.id}" type="radio" value="4" checked' in again
    assert "Go on scoring it" in mia.get("/assessment").text
    refused = mia.post(panel.address("assess"), data=typed(panel, 4, **{f"justification-{first.id}": " "}))
    assert refused.status_code == 422
    assert f'href="#justification-{first.id}">{first.name}: say why you give these points' in refused.text
    assert "Because of Need" in refused.text
    assert mia.post(panel.address("assess"), data=typed(panel, 4)).status_code == 302
    assert "They stay as they are" in mia.get(panel.address("assess")).text
    assert "You have scored all that is yours to score" in mia.get("/assessment").text
    assert "Score 1 proposal" not in mia.get("/").text
    assert mia.post(panel.address("assess"), data=typed(panel, 5)).status_code == 422
    assert "Ask about the waiting list" in mia.get("/account/data").text


def test_forged_points_are_refused_and_nothing_is_kept(panel: Panel, signed_in: SignedIn) -> None:
    mia = signed_in(person=panel.mia)
    field = f"points-{panel.round.criteria[0].id}"
    for points in ("6", "-1", "3.5", "²", "9" * 5000, "\x00", "😀"):
        answer = mia.post(panel.address("assess"), data=typed(panel, 3, do="save", **{field: points}))
        assert answer.status_code == 422
        assert "Choose one of those offered" in answer.text
    opened = {"scale": value_of(mia.get(panel.address("assess")), "scale")}
    panel.round.most_points = 10
    panel.session.commit()
    late = mia.post(panel.address("assess"), data=typed(panel, 5, **opened))
    assert (late.status_code, "were changed since you opened this page" in late.text) == (422, True)
    assert panel.session.scalars(select(Assessment)).all() == []
    again = typed(panel, 5, scale=value_of(late, "scale"))
    assert mia.post(panel.address("assess"), data=again).status_code == 302


def test_others_scores_are_read_once_one_s_own_are_given(panel: Panel, signed_in: SignedIn) -> None:
    panel.submits(panel.mia, 4)
    noah, officer = signed_in(person=panel.noah), signed_in(person=panel.officer)
    withheld = noah.get(panel.address("panel")).text
    assert "Give your own scores first" in withheld
    assert "Mia Member" not in withheld
    told = officer.get(panel.address("panel")).text
    assert "Mia Member: why these points" in told
    assert "80.0%" in told
    noah.post(panel.address("assess"), data=typed(panel, 1))
    told = noah.get(panel.address("panel")).text
    assert "60.0%" in told  # apart
    assert "Because of Need" in told
    assert "They differ: 20.0% to 80.0%" in noah.get(f"/assessment/{panel.round.funding_year_id}/dorset").text


def test_who_has_an_interest_opens_neither_the_score_page_nor_the_panel_s(panel: Panel, signed_in: SignedIn) -> None:
    panel.submits(panel.mia, 5)
    panel.submits(panel.noah, 2)
    actions.declare_interest(panel.session, panel.proposal, panel.mia, "Trustee of the applicant", NOW.date())
    mia, officer = signed_in(person=panel.mia), signed_in(person=panel.officer)
    for what in ("assess", "panel"):
        answer = mia.get(panel.address(what))
        assert answer.status_code == 403
        assert "An interest of yours in SVD-25-01 is declared" in answer.text
    assert mia.post(panel.address("assess"), data=typed(panel, 4)).status_code == 403
    assert "not yours to score" in mia.get("/assessment").text.lower()
    where = f"/assessment/{panel.round.funding_year_id}/dorset"
    assert "Not shown: you lead it, or declared an interest" in mia.get(where).text
    assert "What they gave is on record and counts no more" in officer.get(panel.address("panel")).text
    minutes = officer.get(f"{where}/minutes").text
    assert "Mia Member declared an interest on 20 October 2025 (Trustee of the applicant)" in minutes
    assert "The scores that they had given before are not counted" in minutes
    assert mia.get(f"{where}/minutes").status_code == 403
    actions.declare_interest(panel.session, panel.proposal, panel.officer, "Trustee", NOW.date())
    assert "The panel’s score" not in officer.get(panel.address("decide")).text
    for who, what in ((mia, "assess"), (officer, "moderate")):
        nothing = who.post(panel.address(what), data={"comment": ""})
        assert (nothing.status_code, "Noah Member" in nothing.text) == (403, False)


def test_the_officer_records_what_the_panel_agreed_and_the_history_keeps_both(
    panel: Panel, signed_in: SignedIn
) -> None:
    panel.submits(panel.mia, 4)
    panel.submits(panel.noah, 2)
    officer = signed_in(person=panel.officer)
    page = officer.get(panel.address("moderate")).text
    assert "4, 2" in page
    sent: Sent = {f"points-{each.id}": "3" for each in panel.round.criteria} | {"passes": "yes", "seen": ""}
    assert officer.post(panel.address("moderate"), data=sent).status_code == 422  # without a note
    agreed = {**sent, "comment": "Split the difference"}
    assert officer.post(panel.address("moderate"), data=agreed).status_code == 302
    beyond = officer.post(panel.address("moderate"), data={**agreed, "seen": "9" * 5000})
    assert "Somebody else has just recorded" in beyond.text
    [row] = panel.session.scalars(select(Moderation)).all()
    assert f'name="seen" value="{row.id}"' in beyond.text
    first = panel.round.criteria[0]
    high = {**agreed, "seen": str(row.id), f"points-{first.id}": "5"}
    assert "as high as 5" in officer.post(panel.address("moderate"), data=high).text
    high[f"justification-{first.id}"] = "The applicant sent figures"
    assert officer.post(panel.address("moderate"), data=high).status_code == 302
    decides = officer.get(panel.address("decide")).text
    assert "70.0%</span>, as it agreed" in decides
    told = officer.get(panel.address("panel")).text
    assert "in the place of what was agreed before" in told
    assert "The applicant sent figures" in told
    assert "The panel agreed on 70.0%" in officer.get(panel.address("moderate")).text


def test_a_declaration_after_the_agreement_asks_the_panel_to_agree_anew(panel: Panel, signed_in: SignedIn) -> None:
    panel.submits(panel.mia, 4)
    panel.agrees(4)
    actions.declare_interest(panel.session, panel.proposal, panel.mia, "Trustee", NOW.date())
    told = signed_in(person=panel.officer).get(panel.address("panel")).text
    assert "Mia Member took part and has declared an interest since the panel agreed" in told
    assert "No assessor counts any more" in told


def test_the_ranking_says_who_still_has_to_score_to_those_who_run_it(panel: Panel, signed_in: SignedIn) -> None:
    panel.submits(panel.mia, 4)
    late = make.proposal(panel.session, "SVD-25-02")
    late.asked_of[0].days_late = 3
    where = f"/assessment/{panel.round.funding_year_id}/dorset"
    officer, noah = signed_in(person=panel.officer), signed_in(person=panel.noah)
    told = officer.get(where).text
    assert "3 days late" in told
    assert "Who has scored" in told
    assert "Who has scored" not in noah.get(where).text
    assert noah.get(where + "?page=900000000000000000000").status_code == 200


def test_what_is_decided_on_is_shown_and_scored_no_more(panel: Panel, signed_in: SignedIn) -> None:
    make.decision(panel.session, panel.proposal)
    mia = signed_in(person=panel.mia)
    page = mia.get(panel.address("assess"))
    assert page.status_code == 200
    assert "is decided on already (funded)" in page.text
    assert '<form method="post" novalidate>' not in page.text.partition("<main")[2]
    assert "No proposal waits for scores" in mia.get("/assessment").text


def test_a_neighbour_s_panel_is_not_there_and_leads_see_no_scores(panel: Panel, signed_in: SignedIn) -> None:
    panel.submits(panel.mia, 4)
    neighbour = signed_in(Role.CSP_MEMBER, csp=make.csp(panel.session, "bcp"))
    lead = signed_in(Role.LEAD)
    for what in ("assess", "panel"):
        assert neighbour.get(panel.address(what)).status_code == 404
        assert lead.get(panel.address(what)).status_code == 403
    assert neighbour.get(f"/assessment/{panel.round.funding_year_id}/dorset").status_code == 404


def test_questions_to_the_database_do_not_grow_with_proposals(
    panel: Panel, signed_in: SignedIn, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    officer = signed_in(person=panel.officer)
    panel.submits(panel.mia, 4)
    where = f"/assessment/{panel.round.funding_year_id}/dorset"
    pages = ("/assessment", where, where + "/minutes")
    before = [queries_of(officer, page) for page in pages]
    for number in range(2, 6):
        more = make.proposal(panel.session, f"SVD-25-0{number}")
        rounds.assessment(panel.session, more, panel.round.csp, panel.noah)
    assert [queries_of(officer, page) for page in pages] == before
