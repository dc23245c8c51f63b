"""Every address that names something is asked for by everybody, of their own partnership and of others'.

What is out of somebody's reach answers as if it were not there. What is expected is read from the permission table
alone; the pages, which ask the database, must come to the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portfolio.decisions.models import Decision
from portfolio.funding_years.models import PoliceArea
from portfolio.measures.models import Indicator
from portfolio.measures.rules import IndicatorKind
from portfolio.open_data.queries import versions_of
from portfolio.people.models import Person
from portfolio.people.rules import MAY, REACH, Reach, Role
from portfolio.quarters import FinancialYear
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.returns.snapshot import freeze
from portfolio.spend.checks import Part
from portfolio.spend.rules import ClaimStatus
from portfolio.web.access import Access, access_to
from tests import make, rounds, year_ends
from tests.conftest import NOW, Visitor
from tests.ledgers import ledger_of
from tests.reports.content_samples import dorset

YEAR = FinancialYear(2025)
Q1, Q2 = YEAR.quarters[:2]
SNAPSHOT = freeze(dorset())
AREA_WIDE = ("/years/<int:number>", "/measures/<int:number>", "/open-data/years/<int:year_id>")
"""What concerns a whole police area: each of its partnerships may see it, where their acts include it."""
CALL = "/rounds/<year:year>/<csp_key>"
"""A partnership's call for proposals is meant to be heard in all of its area, by leads too."""
OF_THE_SITE = ("/history/", "/settings/")
"""What is of no partnership: open to administrators, who reach everything."""
ADDED_UP = ("/returns/<int:year_id>/statement", "/returns/<int:year_id>/year-end")
"""What adds partnerships up: within reach of those alone who reach the whole area."""


@dataclass(frozen=True)
class Place:
    """One partnership with an object of each kind, as addresses name them."""

    name: str
    is_own: bool
    is_own_area: bool
    named: dict[str, Any]

    def values(self, rule: Rule) -> dict[str, Any]:
        """What fills the places of an address; `number` and `upload_id` mean another thing in each room."""
        room = rule.rule.split("/")[1]
        kind = "indicator" if "/projects/" in rule.rule else room
        meant = {"number": kind, "upload_id": f"upload of {room}"}
        return {name: self.named[meant.get(name, name)] for name in rule.arguments}


def place(session: Session, key: str, area: PoliceArea, reference: str, *, own: bool, own_area: bool) -> Place:
    """A partnership with an award, a submitted claim, match, an indicator, a measure, a ledger and an issued return."""
    shares = make.ALLOCATIONS if own_area else {"labour": {key: Decimal("9000.00")}}
    year = make.funding_year(session, area=area, allocations=shares)
    csp = make.csp(session, key, area=area)
    lead = make.person(session, Role.LEAD, csp=csp, name=f"Lead of {key}")
    award = make.award(
        session,
        make.proposal(
            session,
            reference,
            csps=(key,),
            funding_year=year,
            asks={"labour": make.ASKS["labour"]},
            lead_person_id=lead.id,
        ),
        csp=key,
        lead_person=lead,
    )
    rounds.call(session, year, csp)
    claim = make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED, by=lead)
    measure = make.measure(session, f"SVD-{key}", police_area=area)
    indicator = Indicator(award=award, kind=IndicatorKind.OUTPUT, name="Young people met", unit="people")
    issued = Return(
        funding_year=year, kind=ReturnKind.CSP, csp=csp, quarter=Q1, version=1, status=ReturnStatus.ISSUED,
        prepared_by="Frank", prepared_at=NOW, figures="sha256:1", certified_by="Cora", certified_on=NOW.date(),
        certified_role="section 151 officer", certificate="I certify", issued_by="Frank", issued_at=NOW,
        file_name="a.xlsx", snapshot=SNAPSHOT, snapshot_sha256="2", file=b"file", file_sha256="3",
    )  # fmt: skip
    session.add_all([indicator, issued])
    session.flush()
    ledger = ledger_of(session, award, lead)
    form = year_ends.form(session, year, lead, year_ends.claim_blank(), name=f"Form of {key}").blanks[0]
    bound = year_ends.binding(session, form, lead)
    year_ends.binding(session, form, lead, version=2, confirmed_by=None, confirmed_at=None)
    named = {
        "reference": reference,
        "forms": form.form_id,
        "blank_id": form.id,
        "sheet_number": 1,
        "cell": "B3",
        "first_row": 9,
        "filled_id": year_ends.filled(session, issued, bound, lead).id,
        "csp_key": key,
        "slug": f"csp-{key}",
        "quarter": Q2,
        "part": Part.SPEND,
        "year": YEAR,
        "year_id": year.id,
        "years": year.id,
        "match": make.match(session, award).id,
        "measures": measure.id,
        "indicator": indicator.id,
        "returns": issued.id,
        "sheet": "summary",
        "row": "total",
        "column": "allocation",
        "evidence_id": make.evidence(session, claim).id,
        "request_id": make.correction_request(session, award, Decimal("1.00"), by=lead).id,
        "step": "money",
        "document_id": rounds.document(session, award.proposal, lead).id,
        "assets": year_ends.asset(session, award, lead).id,
        "variations": rounds.variation_request(session, award, "1.00", lead).id,
        "upload of spend": make.workbook_upload(session, lead, award).id,
        "upload of ledger": ledger.upload.id,
        "extract_id": ledger.extract.id,
        "note_id": ledger.note.id,
        "person_id": lead.id,
        "people": lead.roles[0].id,
        "scenarios": rounds.scenario(session, year, csp, lead, {award.proposal: "1.00"}).id,
        "decisions": session.scalars(select(Decision.id).where(Decision.proposal_id == award.proposal_id)).one(),
        "actions": rounds.meeting_action(session, csp, lead).id,
        "drawing": "money",
        "open-data": year_ends.exemption(session, award, lead).id,
        "version": 1,
        "name": "360giving.json",
    }
    if not versions_of(session, year):
        year_ends.publication(session, year, lead)
    return Place(key, own, own_area, named)


@pytest.fixture
def places(session: Session) -> list[Place]:
    """Dorset, its neighbour in the same police area, and a partnership of another area."""
    own_area, elsewhere = make.area(session), make.area(session, "E23000036", "Avon and Somerset")
    return [
        place(session, "dorset", own_area, "SVD-25-01", own=True, own_area=True),
        place(session, "bcp", own_area, "SVD-25-02", own=False, own_area=True),
        place(session, "mendip", elsewhere, "SVD-25-03", own=False, own_area=False),
    ]


@pytest.fixture
def people(session: Session, places: list[Place]) -> dict[Role, Person]:
    """Somebody of each role in Dorset; the project lead is who leads Dorset's award."""
    found: dict[Role, Person] = {role: make.person(session, role) for role in Role if role is not Role.LEAD}
    lead = session.get_one(Person, places[0].named["person_id"])
    session.commit()
    return {Role.LEAD: lead, **found}


def reaches(role: Role, where: Place, address: str) -> bool:
    """Whether a role carries as far as an object, read from the table of reaches alone."""
    if address == CALL:
        return where.is_own_area or REACH[role] is Reach.EVERYTHING
    match REACH[role]:
        case Reach.EVERYTHING:
            return True
        case Reach.POLICE_AREA:
            return where.is_own_area
        case Reach.OWN_CSP if address.startswith(AREA_WIDE):
            return where.is_own_area
        case Reach.OWN_CSP if address.startswith(ADDED_UP):
            return False
        case _:
            return where.is_own


def naming_routes(app: Flask) -> Iterator[tuple[Rule, str, Access]]:
    """Every address that names an object, by every method; not those of one's own, and of links from messages."""
    for rule in app.url_map.iter_rules():
        access = access_to(app, rule.endpoint)
        if access.acts and rule.arguments - {"filename", "year", "quarter"} and not rule.rule.startswith(OF_THE_SITE):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, access


@pytest.mark.usefixtures("refused_in_a_word")
def test_every_object_opens_to_those_whose_roles_reach_it_and_is_not_there_for_others(
    app: Flask,
    session: Session,
    places: list[Place],
    people: dict[Role, Person],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def undo(opened: Session) -> None:
        opened.flush()
        opened.rollback()

    monkeypatch.setattr(Session, "commit", undo)
    app.test_client_class = Visitor
    addresses = app.url_map.bind("localhost")
    wrong, cells = [], 0
    for role, person in people.items():
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        visitor.sign_in_as(person)
        for rule, method, access in naming_routes(app):
            may = bool(MAY[role].intersection(access.acts))
            # Who may do it nowhere is refused before anything is looked for: of that, their own place tells enough.
            for where in places if may else places[:1]:
                address = addresses.build(rule.endpoint, where.values(rule), method)
                answer = visitor.open(address, method=method)
                answer.close()
                cells += 1
                if not may:
                    expected = {403}
                elif reaches(role, where, rule.rule):
                    expected = {200, 302, 422}
                else:
                    expected = {404}
                if answer.status_code not in expected:
                    wrong.append(f"{method} {address} as {role} ({rule.rule}): {answer.status_code}, not {expected}")
    assert not wrong, "\n".join(wrong)
    with capsys.disabled():
        print(f"\n{cells} cells tried: objects of {len(places)} places as {len(people)} roles")  # noqa: T201
