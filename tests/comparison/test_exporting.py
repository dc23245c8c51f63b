"""The view as files: what stands on the page, all of it."""

import csv
import gc
import io
from decimal import Decimal

from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import QueuePool
from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.comparison.slices import unseen_by
from portfolio.decisions.rules import Outcome
from portfolio.people.rules import Role
from portfolio.proposals.rules import ToolkitImpact
from portfolio.quarters import FinancialYear
from tests import make, rounds
from tests.conftest import NOW, SignedIn
from tests.pages import read

VIEW = "year=2025-26&stream=non-labour&order=reference"


def test_the_files_say_what_the_page_says(app: Flask, session: Session, signed_in: SignedIn) -> None:
    nurse = make.proposal(session, title='=HYPERLINK("x")', asks={"non-labour": Decimal("28413.75")})
    nurse.area, nurse.toolkit_impact = "Weymouth", ToolkitImpact.MODERATE
    make.award(session, nurse, amounts={"non-labour": Decimal("20000.00")})
    rounds.panel_score(session, nurse, make.csp(session), "72.5")
    mentors = make.proposal(session, "SVD-25-02", asks={"non-labour": Decimal("0.00"), "labour": Decimal("1.00")})
    roadshow = make.proposal(session, "SVD-25-03", asks={"non-labour": Decimal("12250.50")}, csps=("dorset", "bcp"))
    make.decision(session, roadshow, outcome=Outcome.REJECTED, reason="No evidence that it works.")
    session.commit()
    officer = signed_in(Role.CSP_OFFICER)
    pool = app.extensions["portfolio_database"].engine.pool
    assert isinstance(pool, QueuePool)
    gc.disable()  # a site collects seldom
    try:
        told = officer.get(f"/decisions/compare/file.csv?{VIEW}")
        assert told.text
        assert pool.checkedout() == 0, "a file that was sent keeps no connection: fifteen would stop the site"
    finally:
        gc.enable()
    assert told.headers["Content-Disposition"] == "attachment; filename=proposals-dorset-2025-26-2025-26.csv"
    rows = list(csv.DictReader(io.StringIO(told.text.removeprefix("\ufeff"))))
    assert [row["Reference"] for row in rows] == [
        nurse.reference,
        roadshow.reference,
    ]  # what asks none of it is not here
    assert mentors.reference not in told.text
    assert rows[0]["Title"].startswith("'=HYPERLINK")
    assert (rows[0]["Asked"], rows[0]["Awarded"], rows[0]["Awarded, % of asked"]) == ("28413.75", "20000.00", "70.39")
    assert (rows[0]["Panel’s score, %"], rows[1]["Panel’s score, %"]) == ("72.50", "")
    assert (rows[1]["Outcome"], rows[1]["Reasons"]) == ("Rejected", "Dorset CSP: No evidence that it works.")

    file = officer.get(f"/decisions/compare/file.xlsx?{VIEW}")
    book = load_workbook(io.BytesIO(file.data), data_only=True)
    assert book.sheetnames == ["About", "Sides", "Proposals"]
    proposals = list(book["Proposals"].iter_rows(values_only=True))
    header = next(row for row in proposals if row[0] == "Reference")
    total = dict(zip(header, proposals[-1], strict=True))
    assert (total["Asked"], total["Awarded"]) == (40664.25, 20000)
    sides = {row[0]: row[1:] for row in book["Sides"].iter_rows(values_only=True)}
    assert sides["Asked"] == ("£28,413.75", "£12,250.50", "£0.00", "£40,664.25")
    page = officer.get(f"/decisions/compare?{VIEW}").text
    assert all(figure in page for figure in sides["Asked"])
    assert f"/decisions/compare/file.xlsx?{VIEW.replace('stream', 'csp=dorset&stream').replace('&', '&amp;')}" in page
    assert ("Stream", "Non-labour") in {row[:2] for row in book["About"].iter_rows(values_only=True)}


def test_who_takes_no_part_in_a_proposal_is_not_shown_its_score(session: Session, signed_in: SignedIn) -> None:
    nurse = make.proposal(session, asks={"non-labour": Decimal("100.00")})
    rounds.panel_score(session, nurse, make.csp(session), "72.5")
    session.commit()
    officer, member = signed_in(Role.CSP_OFFICER), signed_in(Role.CSP_MEMBER)
    session.add(Interest(proposal=nurse, person=member.person, nature="Trustee", declared_on=NOW.date()))
    session.commit()
    address = "/decisions/compare?score=60"  # what was worked out for one is not shown to the other
    assert "72.5%" in officer.get(address).text
    told = read(member.get(address).text)
    assert "Nothing was submitted for what you chose" in told
    assert f"You take no part in {nurse.reference}: " in told
    for page in ("", "/where?by=score", "/turned-down"):
        assert "72.5%" not in member.get(f"/decisions/compare{page}").text
    assert "72.50" not in member.get("/decisions/compare/file.csv").text
    book = load_workbook(io.BytesIO(member.get("/decisions/compare/file.xlsx").data))
    assert ("Scores not shown to whoever made it", nurse.reference) in {
        row[:2] for row in book["About"].iter_rows(values_only=True)
    }
    led = make.person(session, name="Lee Lead")
    session.flush()
    nurse.lead_person_id = led.id
    session.commit()
    assert unseen_by(session, led.id, [FinancialYear(2025)]) == {nurse.id: nurse.reference}
