"""The pages of actions: recorded by an officer, done by their owner, found again where they belong."""

from typing import Any

from sqlalchemy.orm import Session

from portfolio.history import HistoryEntry
from portfolio.meetings.models import MeetingAction
from portfolio.people.rules import Role
from tests import make, rounds
from tests.conftest import SignedIn, title_of
from tests.pages import read


def typed(owner: int | str, **changes: Any) -> dict[str, Any]:
    """What the browser sends of an action."""
    return {
        "text": "Ask the school for its risk assessment",
        "owner": owner,
        "due_on": ["30", "11", "2025"],
        "about": "",
        "body": "Dorset Community Safety Partnership",
        "met_on": ["13", "10", "2025"],
        "minute": "item 6.7",
        **changes,
    }


def test_an_officer_records_what_a_meeting_agreed(session: Session, signed_in: SignedIn) -> None:
    lead = make.person(session, Role.LEAD, name="Lena Lead")
    award = make.award(session, lead_person=lead)
    stranger = make.person(session, Role.CSP_MEMBER, csp=make.csp(session, "bcp"), name="Bella of BCP")
    officer = signed_in(Role.CSP_OFFICER)
    assert "Record an action" in officer.get("/actions").text
    asked = officer.get("/actions/dorset/new?about=SVD-25-01").text
    assert 'value="SVD-25-01"' in asked
    assert "Lena Lead" in asked
    assert "Bella of BCP" not in asked

    refused = officer.post("/actions/dorset/new", data=typed(stranger.id, about="SVD-25-01"))
    assert "Choose one of those offered" in refused.text
    refused = officer.post("/actions/dorset/new", data=typed(lead.id, about="SVD-24-99", due_on=["1", "10", "2025"]))
    assert refused.status_code == 422
    assert title_of(refused) == "Error: Record an action"
    assert "“SVD-24-99” is not the reference of a proposal to Dorset Community Safety Partnership" in refused.text
    assert "Ask the school for its risk assessment" in refused.text
    refused = officer.post("/actions/dorset/new", data=typed(lead.id, due_on=["1", "10", "2025"]))
    assert "It cannot be due before the meeting of 13 October 2025" in refused.text

    done = officer.post("/actions/dorset/new", data=typed(lead.id, about="SVD-25-01"))
    row = session.query(MeetingAction).one()
    assert done.location == f"/actions/{row.id}"
    assert (row.proposal_id, row.award_id, row.owner_id) == (award.proposal_id, award.id, lead.id)
    words = read(officer.get("/actions?about=SVD-25-01").text)
    assert "Lena Lead 30 November 2025 Due due in 41 days SVD-25-01 Specialist Nurse" in words
    assert session.query(HistoryEntry).filter_by(deed="Recorded an action", record="meeting_action").count() == 1


def test_its_owner_finds_it_and_says_that_it_is_done(session: Session, signed_in: SignedIn) -> None:
    lead = make.person(session, Role.LEAD, name="Lena Lead")
    dorset = make.csp(session)
    mine = rounds.meeting_action(session, dorset, lead, proposal=make.proposal(session, asks=make.ASKS))
    other = rounds.meeting_action(session, dorset, make.person(session, Role.CSP_MEMBER), text="Not for leads")
    session.commit()
    browser = signed_in(person=lead)
    words = read(browser.get("/").text)
    assert "Go through the rejected proposals again Lena Lead 31 July 2025 Overdue 81 days late SVD-25-01" in words
    listed = browser.get("/actions").text
    assert "Not for leads" not in listed
    assert "/proposals/SVD-25-01" not in listed  # it concerns a proposal that is not theirs: a reference, no link
    assert browser.get(f"/actions/{other.id}").status_code == 404
    assert browser.post(f"/actions/{mine.id}/drop").status_code == 403
    answer = browser.post(f"/actions/{mine.id}/done", data={"note": "Gone through on 1 July"})
    assert answer.location == f"/actions/{mine.id}"
    shown = read(browser.get(f"/actions/{mine.id}").text)
    assert "Done on 20 October 2025 Gone through on 1 July Said by Lena Lead" in shown
    again = browser.post(f"/actions/{mine.id}/done", data={"note": ""})
    assert again.status_code == 422
    assert "This action was done on 20 October 2025" in again.text
    assert "Gone through" in browser.get("/actions?show=done+or+dropped").text
    assert "No such actions" in browser.get("/actions?show=yours&about=SVD-25-01").text
    assert browser.get("/actions?show=all").status_code == 404


def test_an_officer_changes_or_drops_it_and_a_member_only_reads(session: Session, signed_in: SignedIn) -> None:
    dorset, owner = make.csp(session), make.person(session, Role.CSP_MEMBER, name="Mary Member")
    row = rounds.meeting_action(session, dorset, owner)
    officer = signed_in(Role.CSP_OFFICER)
    assert "Go through the rejected" in officer.get(f"/actions/{row.id}/change").text
    blank = officer.post(f"/actions/{row.id}/change", data=typed("", text=""))
    assert "Say what is to be done" in blank.text
    assert "Choose who does it" in blank.text
    moved = officer.post(f"/actions/{row.id}/change", data=typed(owner.id))
    assert moved.location == f"/actions/{row.id}"
    assert "Ask the school" in officer.get(f"/actions/{row.id}").text

    member = signed_in(Role.CSP_MEMBER)
    assert "It is done" not in member.get(f"/actions/{row.id}").text
    refused = member.post(f"/actions/{row.id}/done", data={"note": "I say so"})
    assert refused.status_code == 422
    assert "Only Mary Member, whose action this is" in refused.text

    assert "Say why it is dropped" in officer.post(f"/actions/{row.id}/drop", data={"because": ""}).text
    assert officer.post(f"/actions/{row.id}/drop", data={"because": "Overtaken"}).status_code == 302
    assert officer.get(f"/actions/{row.id}/change").status_code == 404
    assert "was dropped on" in officer.post(f"/actions/{row.id}/change", data=typed(owner.id)).text
