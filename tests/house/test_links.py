"""The whole site walked as everybody: no page shows a link or a form that is refused, leads nowhere, or breaks.

Everybody starts at the front page and goes on by what pages show, in the Dorset story with whatever states it lacks.
Where an address names one of many alike, some of them are opened. Each form is sent as it stands, with the first of
its choices made; where that is taken, the page that it leads to is opened before the database is put back.
"""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.config import ROOT, Config
from portfolio.decisions.models import Award
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.rules import YearStatus
from portfolio.mail.models import Message
from portfolio.mail.rules import MessageState
from portfolio.measures.models import Indicator
from portfolio.measures.rules import IndicatorKind
from portfolio.people import calendars, joining
from portfolio.people.models import Person, SecondFactor
from portfolio.people.rules import Holding, Role
from portfolio.proposals.models import Proposal
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear, Quarter
from portfolio.returns import actions as returning
from portfolio.returns.models import Return
from portfolio.returns.points import SORTS
from portfolio.returns.rules import ReturnKind
from portfolio.spend.models import Claim
from portfolio.spend.rules import ClaimStatus
from portfolio.story.actions import load
from portfolio.web import mail
from tests import make
from tests.conftest import NOW, Visitor
from tests.house.walking import Page, Sent, Walk
from tests.ledgers import ledger_of

STORY = ROOT / "portfolio" / "story" / "dorset_2025_26.json"
Q1, Q2 = FinancialYear(2025).quarters[:2]


def test_a_page_is_read_as_a_browser_reads_it() -> None:
    page = Page(
        '<a href="/a">A</a><form method="post" action="/b"><input name="c" value="d"><textarea name="e">f</textarea>'
        '<input type="radio" name="g" value="1"><input type="radio" name="g" value="2" checked>'
        '<select name="h"><option value="">None</option><option value="i">I</option></select>'
        '<button name="do" value="save">S</button><button name="do" value="send">T</button></form>'
    )
    fields = [("c", "d"), ("e", "f"), ("g", "2"), ("h", "i")]
    assert page.links == ["/a"]
    assert page.forms == [Sent("post", "/b", fields, [("do", "save"), ("do", "send")])]
    assert page.forms[0].ways() == [[*fields, ("do", "save")], [*fields, ("do", "send")]]


@pytest.fixture
def everybody(session: Session, config: Config) -> dict[str, Person | None]:
    """Who walks, in a site where there is something in each state."""
    load(session, STORY, by="the Dorset story", now=NOW)
    year = session.scalars(select(FundingYear).where(FundingYear.year == FinancialYear(2025))).one()
    csp, bcp = make.csp(session), make.csp(session, "bcp")
    people = {role: make.person(session, role, csp=csp, password_hash="kept") for role in Role}
    several = make.person(session, *Role, csp=csp, password_hash="kept", name="Holds every role")
    _lead(session, people[Role.LEAD])
    _work(session, year, people[Role.LEAD])
    _issue(session, year, [(ReturnKind.CSP, csp), (ReturnKind.CSP, bcp), (ReturnKind.OPCC, None)], people)
    _accounts(session, csp, config)
    _ledger(session, year, people)
    calendars.make_address(session, several.id, NOW, partial(config.derived_key, calendars.PURPOSE))
    return {
        "signed out": None,
        "no role": make.person(session),
        **{role.value: person for role, person in people.items()},
        "every role": several,
    }


def _lead(session: Session, lead: Person) -> None:
    """Everything that Dorset Council does for Dorset is theirs."""
    for award in session.scalars(select(Award).join(Award.csp).where(CSP.key == "dorset")):
        if award.proposal.lead_organisation.name == "Dorset Council":
            award.lead_person_id = award.proposal.lead_person_id = lead.id
    session.commit()


def _issue(
    session: Session, year: FundingYear, wanted: list[tuple[ReturnKind, CSP | None]], people: dict[Role, Person]
) -> None:
    """Q1 is issued, its first return forwarded and its last queried; of Q2, Dorset's is prepared, BCP's certified."""
    finance, certifier, opcc = people[Role.FINANCE], people[Role.CERTIFIER], people[Role.OPCC]

    def prepared(quarter: Quarter, kind: ReturnKind, csp: CSP | None, *, certified: bool) -> Return:
        row = returning.prepare_return(session, year, quarter, kind, csp, by=finance, at=NOW)
        if certified:
            name, role = certifier.name, "section 151 officer"
            returning.check_return(session, row, by=certifier, at=NOW, accepted=dict.fromkeys(SORTS, "Known."))
            returning.certify_return(session, row, by=certifier, name=name, role=role, on=NOW.date(), at=NOW)
        return row

    for kind, csp in wanted:
        returning.issue_return(session, prepared(Q1, kind, csp, certified=True), by=finance, at=NOW)
    first, *_, last = session.scalars(select(Return).order_by(Return.id))
    returning.forward_return(session, first, by=opcc, at=NOW)
    returning.query_return(session, last, "Why is so little spent?", by=opcc, at=NOW)
    for (kind, csp), certified in zip(wanted[:2], (False, True), strict=True):
        prepared(Q2, kind, csp, certified=certified)
    award = session.scalars(select(Award).where(Award.lead_person_id == people[Role.LEAD].id)).first()
    assert award is not None
    for asker in (people[Role.LEAD], finance):
        make.correction_request(session, award, Decimal("-1.00"), stream="non-labour", category="training", by=asker)


def _work(session: Session, year: FundingYear, lead: Person) -> None:
    """Claims in each state, proposals that are not decided, and what is measured."""
    theirs = select(Claim).join(Claim.award).where(Award.lead_person_id == lead.id, Claim.quarter == Q2)
    states = (ClaimStatus.DRAFT, ClaimStatus.QUERIED, ClaimStatus.SUBMITTED)
    for claim, state in zip(session.scalars(theirs.order_by(Claim.id)), states, strict=True):
        claim.status, claim.submitted_by_id = state, lead.id
        make.evidence(session, claim, f"%PDF-1.7 {claim.id} %%EOF".encode())
        award = claim.award
    neighbours = select(Claim).join(Claim.award).join(Award.csp).where(CSP.key == "bcp", Claim.quarter == Q2)
    for claim in session.scalars(neighbours):
        claim.status = ClaimStatus.SUBMITTED
    session.add(Indicator(award=award, kind=IndicatorKind.OUTPUT, name="Young people met", unit="people"))
    make.proposal(session, "SVD-25-90", funding_year=year, status=ProposalStatus.DRAFT, submitted_at=None)
    make.proposal(session, "SVD-25-91", funding_year=year, csps=("dorset", "bcp"))
    deferred = make.proposal(session, "SVD-25-92", funding_year=year)
    make.decision(session, deferred, outcome=Outcome.DEFERRED)
    make.funding_year(session, FinancialYear(2026), programme=year.programme, status=YearStatus.PROVISIONAL)
    session.commit()


def _ledger(session: Session, year: FundingYear, people: dict[Role, Person]) -> None:
    """Of Q2: what was booked on a cost centre of the lead's and on one that is nobody's; another ledger waits."""
    theirs = select(Award).join(Award.proposal).where(Award.lead_person_id == people[Role.LEAD].id)
    award = session.scalars(theirs.where(Proposal.funding_year_id == year.id)).first()
    assert award is not None
    ledger_of(session, award, people[Role.FINANCE])
    session.commit()


def _accounts(session: Session, csp: CSP, config: Config) -> None:
    """Accounts in each state, and messages that did not arrive."""

    def invited(email: str, days: int) -> Person:
        holding, at = Holding(Role.CSP_MEMBER, csp.id), NOW - timedelta(days=days)
        return joining.invite(
            session, email, email, holding, by=None, now=at, key_of=lambda nonce: config.derived_key("link", nonce)
        )

    invited("invited@example.org", 0)
    invited("too-late@example.org", 9)
    invited("disabled@example.org", 9).disabled_at = NOW
    by_directory = make.person(session, Role.CSP_MEMBER, csp=csp)
    by_directory.roles[0].directory_group = "members"
    with_app = make.person(session, Role.LEAD, csp=csp, password_hash="kept")
    session.add(SecondFactor(person_id=with_app.id, nonce="0" * 64, confirmed_at=NOW))
    for state in (MessageState.UNCERTAIN, MessageState.GIVEN_UP):
        session.add(
            Message(
                recipient="invited@example.org", subject="Your invitation", text="…", message_id=f"<{state}@localhost>",
                state=state, queued_at=NOW, due_at=NOW, tries=1, taken_at=NOW, ended_at=NOW, fault="No answer",
            )
        )  # fmt: skip


@pytest.mark.only_sqlite  # the database is put back by copying it
def test_nobody_is_shown_a_link_or_a_form_that_is_refused(
    app: Flask,
    config: Config,
    session: Session,
    everybody: dict[str, Person | None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(mail, "_deliver", lambda *_: None)
    app.test_client_class = Visitor
    wrong, opened, answers = [], Counter[str](), Counter[str]()
    for who, person in everybody.items():
        browser = app.test_client()
        assert isinstance(browser, Visitor)
        if person is not None:
            browser.sign_in_as(person)
            browser.sign_in_as(person)  # there is another session of theirs, to be ended
        session.commit()
        walk = Walk(app, who, browser)
        walk.go()
        kept, cookie = _copy_of(config.sqlite_file), browser.get_cookie("portfolio_session")
        for form in walk.alike():
            for way in form.ways():
                answers[walk.send(form, way)] += 1
                _put_back(config.sqlite_file, kept)
                session.expire_all()
                if person is not None and cookie is not None:
                    browser.set_cookie(cookie.key, cookie.value)
        kept.close()
        opened += walk.opened
        wrong += [f"{fault}, as {who}" for fault in walk.wrong]
    assert not wrong, "\n".join(wrong)
    assert len(opened) > 70
    assert len(answers) > 50
    with capsys.disabled():
        said = f"{opened.total()} links opened and {answers.total()} forms sent as {len(everybody)} kinds of people"
        print(f"\n{said}")  # noqa: T201


def _copy_of(file: Path | None) -> sqlite3.Connection:
    """What a database holds."""
    kept = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(str(file))) as there:
        there.backup(kept)
    return kept


def _put_back(file: Path | None, kept: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(str(file))) as there:
        kept.backup(there)
