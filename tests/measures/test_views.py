"""The pages of measures, and of what projects promised."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from portfolio.measures.actions import add_indicator
from portfolio.measures.models import Measure, Observation
from portfolio.measures.rules import IndicatorKind
from portfolio.people.rules import Role
from tests import make
from tests.conftest import NOW, SignedIn, title_of
from tests.make import Q1, Q2
from tests.pages import read

PROJECT = "/measures/projects/SVD-25-01/dorset"


@pytest.fixture
def measure(session: Session) -> Measure:
    """A measure with a figure of Q2, and none of Q1, with the reason."""
    row = make.measure(session)
    for quarter, value, why in ((Q2, Decimal(38), None), (Q1, None, "Residents only, not visitors.")):
        session.add(
            Observation(
                definition=row.definitions[0],
                quarter=quarter,
                value=value,
                unavailable=why,
                recorded_by="the story",
                recorded_at=NOW,
            )
        )
    session.flush()
    return row


def test_a_series_says_what_there_is_and_why_there_is_none(signed_in: SignedIn, measure: Measure) -> None:
    words = read(signed_in(Role.CSP_OFFICER).get("/measures").text)
    assert "SVD-B Knife-enabled serious violence" in words
    assert "Crimes recorded (version 1), police area; source: the force." in words
    assert "Q3 2025/26: Oct 2025 - Dec 2025 Not recorded – Record" in words
    assert "Q2 2025/26: Jul 2025 - Sep 2025 38 Version 1 Change" in words
    assert "Q1 2025/26: Apr 2025 - Jun 2025 Not available, because: Residents only, not visitors. Version 1" in words
    reading = signed_in(Role.CSP_MEMBER).get("/measures").text
    assert "Add a measure" not in reading
    assert f"/measures/{measure.id}/2025-26/q2" not in reading


def test_nothing_is_measured_yet(signed_in: SignedIn) -> None:
    assert "No measures yet" in signed_in(Role.FINANCE).get("/measures").text


def test_a_quarter_is_recorded_anew_and_what_was_said_stays(signed_in: SignedIn, measure: Measure) -> None:
    officer = signed_in(Role.OPCC)
    page = f"/measures/{measure.id}/2025-26/q1"
    form = officer.get(page).text
    assert 'value="not available" checked' in form
    assert "Residents only, not visitors.</textarea>" in form
    assert 'value="a figure" checked' in officer.get(f"/measures/{measure.id}/2025-26/q2").text
    assert 'value="38"' in officer.get(f"/measures/{measure.id}/2025-26/q2").text
    for sent, sentence in (
        ({}, "Select whether there is a figure"),
        ({"available": "a figure"}, "Enter the figure, even if it is zero"),
        ({"available": "a figure", "value": "about 40"}, "“about 40” is not a figure"),
    ):
        refused = officer.post(page, data=sent)
        assert refused.status_code == 422
        assert title_of(refused) == "Error: SVD-B, Q1 2025/26"
        assert sentence in refused.text
    assert officer.post(page, data={"available": "a figure", "value": "41"}).location == f"/measures/{measure.id}"
    words = read(officer.get(page).text)
    assert "Recorded before 41 20 October 2025, 10:00am," in words
    assert "Not available, because: Residents only, not visitors. 20 October 2025" in words
    sent = {"available": "not available", "unavailable": ""}
    assert officer.post(page, data=sent).status_code == 302
    words = read(officer.get(f"/measures/{measure.id}").text)
    assert "SVD-B, Q1 2025/26: Not available, and no reason is given (W8)" in words
    assert "Not available; no reason is given" in words
    assert (
        officer.post(f"/measures/{measure.id}/2025-26/q4", data={"available": "a figure", "value": "1"}).status_code
        == 422
    )


def test_a_measure_is_added_defined_anew_and_given_up(session: Session, signed_in: SignedIn) -> None:
    programme, area = make.programme(session), make.area(session)
    officer = signed_in(Role.CSP_OFFICER)
    assert "Serious Violence Duty" in officer.get("/measures/new").text
    sent = {"programme": programme.id, "area": area.id, "code": "SVD-C", "name": "Homicides"}
    refused = officer.post("/measures/new", data=sent)
    assert refused.status_code == 422
    assert "Say what is counted" in refused.text
    sent |= {"text": "Recorded by police", "geography": "police area"}
    page = officer.post("/measures/new", data=sent).location
    assert "Homicides is added." in officer.get(page).text
    assert officer.post("/measures/new", data={**sent, "area": 99}).status_code == 422
    assert officer.post(f"{page}/define", data={"text": "", "geography": "x"}).status_code == 422
    anew = {"text": "Recorded, by month", "geography": "force"}
    assert "the series breaks there" in officer.post(f"{page}/define", data=anew).text
    assert officer.post(f"{page}/define", data={**anew, "because": "A new system"}).location == page
    words = read(officer.get(page).text)
    assert "2 Recorded, by month force – A new system 1 Recorded by police police area – The first" in words
    assert officer.post(f"{page}/abandon", data={"because": ""}).status_code == 422
    assert officer.post(f"{page}/abandon", data={"because": "Poor data"}).location == page
    words = read(officer.get(page).text)
    assert "No longer measured: Poor data" in words
    assert "Define it anew" not in words
    assert "Abandoned Poor data" in read(officer.get("/measures").text)
    assert officer.post(f"{page}/2025-26/q1", data={"available": "not available"}).status_code == 422


def test_a_lead_records_what_a_project_did(session: Session, signed_in: SignedIn) -> None:
    lead = make.person(session, Role.LEAD)
    award = make.award(session, lead_person_id=lead.id)
    leading = signed_in(person=lead)
    assert "Nothing is recorded yet" in leading.get("/measures/projects").text
    assert "Nothing is recorded yet" in leading.get(PROJECT).text
    sent = {"kind": "output", "name": "Mentors trained", "unit": "people", "target": "sixty"}
    refused = leading.post(PROJECT, data=sent)
    assert refused.status_code == 422
    assert "“sixty” is not a figure" in refused.text
    assert leading.post(PROJECT, data={**sent, "target": "1,060"}).location == PROJECT
    again = leading.post(PROJECT, data={**sent, "target": ""})
    assert (again.status_code, "Mentors trained is added." in again.text) == (422, True)
    session.rollback()
    number = award.id  # the first indicator of a fresh database
    page = f"{PROJECT}/{number}"
    assert "None was agreed" not in leading.get(page).text
    assert leading.post(page, data={"quarter": "1", "value": ""}).status_code == 422
    assert leading.post(page, data={"quarter": "9", "value": "31"}).status_code == 422
    for quarter, value in (("0", "8"), ("1", "31")):
        assert leading.post(page, data={"quarter": quarter, "value": value}).location == PROJECT
    words = read(leading.get(PROJECT).text)
    assert "Mentors trained Output 1,060 39 3% people Q1 2025/26: 8 Q2 2025/26: 31" in words
    for picture in (f"{PROJECT}/chart.svg", f"{page}/chart.svg?width=narrow"):
        assert leading.get(picture).mimetype == "image/svg+xml"
    words = read(leading.get(page).text)
    assert "Q2 2025/26 1,060 39" in words
    assert "Change what is counted" not in words
    assert "SVD-25-01 Specialist Nurse SVD-25-01 Dorset CSP Output" in read(leading.get("/measures/projects").text)


def test_who_sees_what_a_project_did_and_who_records_it(session: Session, signed_in: SignedIn) -> None:
    lead = make.person(session, Role.LEAD)
    award = make.award(session, lead_person_id=lead.id)
    row = add_indicator(session, award, IndicatorKind.OUTCOME, name="Still in school", unit="pupils", target=None)
    for who, sees, records in (
        (signed_in(person=lead), 200, 200),
        (signed_in(Role.LEAD), 404, 404),
        (signed_in(Role.CSP_OFFICER), 200, 200),
        (signed_in(Role.CSP_OFFICER, csp=make.csp(session, "bcp")), 404, 404),
        (signed_in(Role.CSP_MEMBER), 200, 403),
        (signed_in(Role.OPCC), 200, 200),
        (signed_in(Role.FINANCE), 200, 403),
    ):
        page = who.get(PROJECT)
        assert page.status_code == sees
        assert ("Add an output or outcome" in page.text) is (records == 200)
        assert who.get(f"{PROJECT}/{row.id}").status_code == records
        sent = who.post(f"{PROJECT}/{row.id}", data={"quarter": "0", "value": "1"})
        assert sent.status_code == (302 if records == 200 else records)


def test_the_officer_changes_a_target_and_its_lead_does_not(session: Session, signed_in: SignedIn) -> None:
    lead = make.person(session, Role.LEAD)
    award = make.award(session, lead_person_id=lead.id)
    row = add_indicator(session, award, IndicatorKind.OUTPUT, name="Schools", unit="schools", target=Decimal(9))
    page = f"{PROJECT}/{row.id}/change"
    assert signed_in(person=lead).get(page).status_code == 403
    officer = signed_in(Role.CSP_OFFICER)
    assert 'value="9"' in officer.get(page).text
    sent = {"name": "Schools", "unit": "schools", "target": "12", "because": ""}
    refused = officer.post(page, data=sent)
    assert (refused.status_code, "Say why the target changes" in refused.text) == (422, True)
    assert officer.post(page, data={**sent, "name": ""}).status_code == 422
    assert officer.post(page, data={**sent, "because": "More schools asked"}).location == PROJECT
    words = read(officer.get(PROJECT).text)
    assert "Target changed: More schools asked Output 12" in words
    words = read(officer.get(f"{PROJECT}/{row.id}").text)
    assert "The target was changed: More schools asked Change what is counted or its target" in words


def test_what_is_published_tells_no_small_number(session: Session, signed_in: SignedIn, measure: Measure) -> None:
    award = make.award(session)
    row = add_indicator(session, award, IndicatorKind.OUTCOME, name="Safe", unit="people", target=Decimal(40))
    officer = signed_in(Role.CSP_OFFICER)
    for page, value in ((f"/measures/{measure.id}/2025-26/q3", "3"), (f"{PROJECT}/{row.id}", "2")):
        sent = {"available": "a figure", "quarter": "0", "value": value}
        assert officer.post(page, data=sent).status_code == 302
    for page in ("/measures", f"/measures/{measure.id}"):
        words = read(officer.get(f"{page}?for=publication").text)
        assert "Fewer than 5 Version 1 Q2 2025/26: Jul 2025 - Sep 2025 38" in words
        assert "may be published" in words
        assert "Record" not in words.split("may be published")[1].split("Measure it")[0].replace("Recorded", "")
        assert "Oct 2025 - Dec 2025 3 Version 1" in read(officer.get(page).text)
    for page in ("/measures/projects", PROJECT):
        assert "40 Fewer than 5 –" in read(officer.get(f"{page}?for=publication").text)
        assert "2 5% people" in read(officer.get(page).text)
    drawn = [officer.get(f"/measures/{measure.id}/chart.svg{chosen}").text for chosen in ("", "?for=publication")]
    assert ["<!-- 3 -->" in picture for picture in drawn] == [True, False]


def test_projects_are_narrowed_by_year_partnership_and_kind(session: Session, signed_in: SignedIn) -> None:
    row = add_indicator(session, make.award(session), IndicatorKind.OUTPUT, name="Schools", unit="schools", target=None)
    finance = signed_in(Role.FINANCE)
    for chosen, found in (
        ("year=2025-26&csp=dorset&kind=output", True),
        ("kind=outcome", False),
        ("kind=nonsense", None),
        ("year=1999-00", None),
    ):
        page = finance.get(f"/measures/projects?{chosen}")
        assert page.status_code == (404 if found is None else 200)
        assert (row.name in page.text) is bool(found)


def test_a_measure_of_another_area_is_not_there(session: Session, signed_in: SignedIn, measure: Measure) -> None:
    wessex = make.area(session, "E23000099", "Wessex")
    stranger = signed_in(Role.OPCC, area=wessex)
    assert "SVD-B" not in stranger.get("/measures").text
    for path in (f"/measures/{measure.id}", f"/measures/{measure.id}/chart.svg", f"/measures/{measure.id}/2025-26/q1"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/measures/{measure.id}/2025-26/q1", data={"available": "a figure"}).status_code == 404
    assert signed_in(Role.LEAD).get("/measures").status_code == 403
    assert signed_in(Role.FINANCE).get(f"/measures/{measure.id}/2025-26/q1").status_code == 403
