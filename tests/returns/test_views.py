"""The pages of returns: who sees what, what each role may do next, and that the pages show the workbook's figures."""

import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.people.rules import Role
from portfolio.returns import actions
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.web.database import database as database_of
from tests import make
from tests.conftest import NOW, SignedIn, title_of
from tests.make import Q1, Q2
from tests.pages import lines, value_of
from tests.returns.conftest import Scene
from tests.tampering import by_hand

NOW_PAGE = "/returns/{}/2025-26/{}/{}"
CERTIFICATE = {"name": "Cliff Ames", "role": "Chief Finance Officer", "on": ["20", "10", "2025"]}
SENT = {"to": "Home Office", "on": ["20", "10", "2025"]}


def text_of(answer: Any) -> str:
    """A page's words, with one space between them."""
    main = answer.get_data(as_text=True).partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).replace("&nbsp;", " ").replace("\xa0", " ").split())


def only_row(session: Session) -> Return:
    """The one return that there is."""
    session.expire_all()
    return session.scalars(select(Return)).one()


@pytest.fixture
def finance(scene: Scene, signed_in: SignedIn) -> FlaskClient:
    """The finance officer's browser."""
    return signed_in(person=scene.finance)


@pytest.fixture
def certifier(scene: Scene, signed_in: SignedIn) -> FlaskClient:
    """The certifier's browser."""
    return signed_in(person=scene.certifier)


@pytest.fixture
def opcc(scene: Scene, signed_in: SignedIn) -> FlaskClient:
    """The OPCC officer's browser."""
    return signed_in(person=scene.opcc)


def test_the_list_shows_the_quarter_in_hand_and_how_far_each_return_is(scene: Scene, finance: FlaskClient) -> None:
    scene.issued(Q1)
    answer = finance.get("/returns")
    assert (answer.status_code, title_of(answer)) == (200, "Returns for Q2 2025/26")
    words = text_of(answer)
    assert "OPCC return" in words
    assert "Home Office return" in words
    assert "BCP Community Safety Partnership" in words
    assert "8 of 8" in words
    first = text_of(finance.get(f"/returns?year={scene.year.id}&quarter=q1"))
    assert "Issued" in first
    assert "Fay Lund 20 October 2025" in first
    assert "Cliff Ames 20 October 2025" in first
    assert "7 of 8" in first
    assert "Overdue" in first


def test_the_list_of_a_year_and_quarter_that_are_not_there(scene: Scene, finance: FlaskClient) -> None:
    assert finance.get("/returns?year=999").status_code == 404
    assert finance.get(f"/returns?year={scene.year.id}&quarter=q5").status_code == 422
    assert "Statement of Grant Expenditure" in text_of(finance.get(f"/returns?year={scene.year.id}&quarter=q4"))


def test_without_a_funding_year_the_list_says_so(signed_in: SignedIn) -> None:
    assert "No funding year yet" in text_of(signed_in(Role.FINANCE).get("/returns"))


def test_a_partnership_s_officer_sees_its_own_return_alone(scene: Scene, signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER, csp=scene.csp("bcp"))
    words = text_of(officer.get("/returns"))
    assert "BCP Community Safety Partnership" in words
    assert "OPCC return" not in words
    assert "Dorset Community Safety Partnership" not in words
    for slug, status in (("csp-bcp", 200), ("csp-dorset", 404), ("opcc", 404), ("home-office", 404)):
        assert officer.get(NOW_PAGE.format(scene.year.id, "q2", slug)).status_code == status
        assert officer.get(NOW_PAGE.format(scene.year.id, "q2", slug) + "/file").status_code == status
    assert officer.get(f"/returns/{scene.year.id}/statement").status_code == 404
    whole, own = scene.prepare(Q1), scene.prepare(Q1, ReturnKind.CSP, scene.csp("bcp"))
    assert officer.get(f"/returns/{whole.id}").status_code == 404
    answer = officer.get(f"/returns/{own.id}")
    assert answer.status_code == 200
    assert "Prepare again" not in text_of(answer)


def test_another_area_s_returns_are_nobody_else_s(scene: Scene, signed_in: SignedIn) -> None:
    elsewhere = make.area(scene.session, "E23000001", "Elsewhere")
    stranger = signed_in(Role.FINANCE, area=elsewhere)
    row = scene.prepare(Q1)
    assert stranger.get(f"/returns/{row.id}").status_code == 404
    assert stranger.get(NOW_PAGE.format(scene.year.id, "q1", "opcc")).status_code == 404
    assert stranger.post(NOW_PAGE.format(scene.year.id, "q1", "opcc")).status_code == 404


@pytest.mark.parametrize("address", ["2024-25/q2/opcc", "2025-26/q2/csp-nowhere", "2025-26/q2/other"])
def test_addresses_that_name_no_return(scene: Scene, finance: FlaskClient, address: str) -> None:
    assert finance.get(f"/returns/{scene.year.id}/{address}").status_code == 404


def test_what_stands_in_the_way_is_said_before_one_prepares(scene: Scene, finance: FlaskClient) -> None:
    answer = finance.get(NOW_PAGE.format(scene.year.id, "q2", "opcc"))
    words = text_of(answer)
    assert title_of(answer) == "OPCC return, Q2 2025/26 as it stands now"
    assert "Q1 2025/26 is not issued yet" in words
    assert "Prepare the return" not in words
    words = text_of(finance.get(NOW_PAGE.format(scene.year.id, "q1", "opcc")))
    assert "Claims not in the figures: not submitted: SVD-25-04" in words
    assert "Prepare the return" in words
    words = text_of(finance.get(NOW_PAGE.format(scene.year.id, "q3", "opcc")))
    assert "Q3 2025/26 ends on 31 December 2025" in words


def test_nothing_stands_in_the_way(scene: Scene, finance: FlaskClient) -> None:
    scene.issued(Q1)
    assert "Nothing stands in the way" in text_of(finance.get(NOW_PAGE.format(scene.year.id, "q2", "opcc")))


def test_the_page_shows_the_workbook_s_figures(scene: Scene, finance: FlaskClient) -> None:
    scene.issued(Q1)
    words = text_of(finance.get(NOW_PAGE.format(scene.year.id, "q2", "opcc")))
    book = load_workbook(io.BytesIO(finance.get(NOW_PAGE.format(scene.year.id, "q2", "opcc") + "/file").data))
    rows = list(book["Summary"].iter_rows(values_only=True))
    assert rows
    for figure in ("£72,857.14", "£136,071.10", "£28,016.54", "£44,840.60", "£292,000.00", "£24,535.08"):
        assert figure in words


def test_files_are_handed_out_as_workbooks(scene: Scene, finance: FlaskClient) -> None:
    row = scene.issued(Q1)
    issued = finance.get(f"/returns/{row.id}/file")
    assert issued.data == row.file
    assert issued.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert issued.headers["Content-Disposition"] == "attachment; filename=OPCC_2025-26_Q1.xlsx"
    assert finance.get(NOW_PAGE.format(scene.year.id, "q1", "opcc") + "/file").data == row.file
    statement = finance.get(f"/returns/{scene.year.id}/statement")
    assert statement.headers["Content-Disposition"] == "attachment; filename=Statement_2025-26.xlsx"
    assert finance.get(f"/returns/{scene.prepare(Q2).id}/file").status_code == 404


def test_the_whole_life_on_the_pages(
    scene: Scene, finance: FlaskClient, certifier: FlaskClient, opcc: FlaskClient
) -> None:
    prepared = finance.post(NOW_PAGE.format(scene.year.id, "q1", "opcc"))
    row = only_row(scene.session)
    page = f"/returns/{row.id}"
    assert (prepared.status_code, prepared.location) == (302, page)
    assert "Prepare again" in text_of(finance.get(page))
    scene.check(row)
    assert "Sign the certificate" in text_of(certifier.get(f"{page}/certify"))
    assert certifier.post(f"{page}/certify", data=CERTIFICATE).location == page
    assert "This cannot be undone" in text_of(finance.get(f"{page}/issue"))
    assert finance.post(f"{page}/issue").location == page
    words = text_of(opcc.get(page))
    assert only_row(scene.session).file_sha256 is not None
    assert str(only_row(scene.session).file_sha256) in words
    assert "All 26 sums agree" in words
    assert "I certify that the expenditure" in words
    assert opcc.post(f"{page}/query", data={"question": "Why so little?"}).location == page
    assert "Why so little?" in text_of(finance.get(f"{page}/answer"))
    assert finance.post(f"{page}/answer", data={"answer": "A late start."}).location == page
    assert "This return claims £63,213.96" in text_of(opcc.get(f"{page}/forward"))
    assert opcc.post(f"{page}/forward", data=SENT).location == page
    labour, non_labour = scene.year.programme.streams
    assert "£27,668.78" in text_of(opcc.get(f"{page}/payment"))
    for stream, amount in ((labour, "27,668.78"), (non_labour, "£35,545.18")):
        paid = {"stream": stream.id, "amount": amount, "received_on": ["20", "10", "2025"], "reference": "BACS 7"}
        assert opcc.post(f"{page}/payment", data=paid).location == page
    words = text_of(opcc.get(page))
    assert only_row(scene.session).status is ReturnStatus.PAID
    for said in ("BACS 7", "Answered", "A late start.", "Forwarded", "Certified", "£0.00"):
        assert said in words


def test_what_is_refused_is_said_and_what_was_typed_is_kept(
    scene: Scene, finance: FlaskClient, certifier: FlaskClient, opcc: FlaskClient
) -> None:
    refused = finance.post(NOW_PAGE.format(scene.year.id, "q2", "opcc"))
    assert (refused.status_code, title_of(refused)[:6]) == (422, "Error:")
    assert "Q1 2025/26 is not issued yet" in text_of(refused)
    row = scene.check(scene.prepare(Q1))
    future = {**CERTIFICATE, "on": ["21", "10", "2025"]}
    answer = certifier.post(f"/returns/{row.id}/certify", data=future)
    assert answer.status_code == 422
    assert "The date is in the future" in text_of(answer)
    assert "Cliff Ames" in answer.get_data(as_text=True)
    blank = certifier.post(f"/returns/{row.id}/certify", data={})
    assert "Enter the certifier" in text_of(blank)
    assert finance.post(f"/returns/{row.id}/issue").status_code == 422
    assert opcc.post(f"/returns/{row.id}/forward", data=SENT).status_code == 422
    assert opcc.post(f"/returns/{row.id}/query", data={"question": ""}).status_code == 422


def test_a_payment_that_cannot_be_is_refused_on_its_field(scene: Scene, opcc: FlaskClient) -> None:
    row = scene.issued(Q1)
    opcc.post(f"/returns/{row.id}/forward", data=SENT)
    labour = scene.year.programme.streams[0].id
    paid = {"stream": labour, "amount": "1", "received_on": ["19", "10", "2025"]}
    words = text_of(opcc.post(f"/returns/{row.id}/payment", data=paid))
    assert "The date is before the return was issued" in words
    assert "Choose the stream" in text_of(opcc.post(f"/returns/{row.id}/payment", data={"amount": "1"}))


def test_who_prepared_it_is_told_that_somebody_else_certifies(scene: Scene, signed_in: SignedIn) -> None:
    both = signed_in(Role.FINANCE, Role.CERTIFIER)
    both.post(NOW_PAGE.format(scene.year.id, "q1", "opcc"))
    row = scene.check(only_row(scene.session))
    words = text_of(both.get(f"/returns/{row.id}"))
    assert "You prepared this return, so somebody else must certify it" in words
    answer = both.post(f"/returns/{row.id}/certify", data=CERTIFICATE)
    assert answer.status_code == 422
    assert "Who prepared a return cannot certify it" in text_of(answer)


def test_who_prepared_and_who_certified_both_stand_in_the_history(
    scene: Scene, finance: FlaskClient, certifier: FlaskClient, signed_in: SignedIn
) -> None:
    finance.post(NOW_PAGE.format(scene.year.id, "q1", "opcc"))
    row = scene.check(only_row(scene.session))
    assert certifier.post(f"/returns/{row.id}/certify", data=CERTIFICATE).status_code == 302
    told = lines(signed_in(Role.ADMINISTRATOR).get(f"/history/return/{row.id}").text)
    assert any("Fay Lund Prepared" in line and "prepared by: Fay Lund" in line for line in told)
    assert any("Cliff Ames Certified" in line and "certified by: nothing → Cliff Ames" in line for line in told)


def test_only_what_was_looked_at_is_signed_issued_or_answered(
    scene: Scene, finance: FlaskClient, certifier: FlaskClient
) -> None:
    session, row = scene.session, scene.check(scene.prepare(Q1))
    page = f"/returns/{row.id}"
    stale = {**CERTIFICATE, "seen": value_of(certifier.get(f"{page}/certify"), "seen")}
    _give_more(scene)
    scene.check(scene.prepare(Q1))  # other figures than those on the certifier's screen
    refused = certifier.post(f"{page}/certify", data=stale)
    assert (refused.status_code, only_row(session).status) == (422, ReturnStatus.CHECKED)
    assert "since you opened the page" in text_of(refused)
    now = {**CERTIFICATE, "seen": value_of(refused, "seen")}
    assert certifier.post(f"{page}/certify", data=now).location == page
    issued = scene.issue(only_row(session))
    actions.query_return(session, issued, "Why so little?", by=scene.opcc, at=NOW)
    session.commit()
    other = {"answer": "A late start.", "seen": value_of(finance.get(f"{page}/answer"), "seen")}
    actions.answer_return(session, issued, "It began late.", by=scene.finance, at=NOW)
    actions.query_return(session, issued, "And who paid?", by=scene.opcc, at=NOW)
    session.commit()
    assert "since you opened the page" in text_of(finance.post(f"{page}/answer", data=other))
    assert [query.answer for query in only_row(session).queries] == ["It began late.", None]


def test_pages_of_steps_that_are_past_lead_to_the_return(scene: Scene, finance: FlaskClient, opcc: FlaskClient) -> None:
    row = scene.issued(Q1)
    assert finance.get(f"/returns/{row.id}/issue").location == f"/returns/{row.id}"
    assert finance.get(f"/returns/{row.id}/answer").location == f"/returns/{row.id}"
    assert opcc.get(f"/returns/{row.id}/payment").location == f"/returns/{row.id}"
    assert "What do you want to know?" in text_of(opcc.get(f"/returns/{row.id}/query"))


def test_changed_figures_are_said_and_cannot_be_signed(
    scene: Scene, finance: FlaskClient, certifier: FlaskClient
) -> None:
    row = scene.check(scene.prepare(Q1))
    _give_more(scene)
    make.claim(scene.session, make.award(scene.session, make.proposal(scene.session, "SVD-25-99")), Q1)
    words = text_of(certifier.get(f"/returns/{row.id}"))
    assert "The figures have changed since this return was prepared" in words
    answer = certifier.post(f"/returns/{row.id}/certify", data=CERTIFICATE)
    assert answer.status_code == 422
    assert "Prepare it again" in text_of(answer)
    assert "The figures have changed" in text_of(certifier.get(f"/returns/{row.id}/certify"))
    assert "Version 1 is checked" in text_of(finance.get(NOW_PAGE.format(scene.year.id, "q1", "opcc")))


def test_versions_lead_to_each_other(scene: Scene, finance: FlaskClient) -> None:
    first = scene.issued(Q1)
    now = NOW_PAGE.format(scene.year.id, "q1", "opcc")
    assert "Why is a new version needed?" in text_of(finance.get(now))
    assert "Say why a new version is needed" in text_of(finance.post(now, data={"reason": " "}))
    assert finance.post(now, data={"reason": "A measure came in late."}).status_code == 302
    second = scene.session.scalars(select(Return).where(Return.version == 2)).one()
    scene.issue(scene.certify(second))
    words = text_of(finance.get(f"/returns/{first.id}"))
    assert "Version 2 replaced this version" in words
    assert "Prepare a new version" not in words
    words = text_of(finance.get(f"/returns/{second.id}"))
    assert "A measure came in late." in words
    assert "Version 1" in words


def _give_more(scene: Scene) -> None:
    """The story's partnerships have awarded all that they have; here is room for one award more."""
    by_hand(scene.session, "UPDATE csp_allocation SET amount = amount + 10000000")


def test_a_fault_in_the_sums_is_shown(scene: Scene, finance: FlaskClient) -> None:
    _give_more(scene)
    award = make.award(scene.session, make.proposal(scene.session, "SVD-25-98"))
    make.claim(scene.session, award, Q1, lines={("labour", "pay and on-costs"): award.lines[0].amount * 2})
    row = scene.prepare(Q1)
    words = text_of(finance.get(f"/returns/{row.id}"))
    assert "Checks that fail" in words
    assert "Claims within awards" in words or "Awards within allocation" in words


def test_a_page_with_many_partnerships_shows_the_streams(session: Session, signed_in: SignedIn) -> None:
    shares = {f"csp-{number:02d}": Decimal("100.00") for number in range(60)}
    year = make.funding_year(session, allocations={"labour": shares, "non-labour": {}})
    for key in shares:
        make.award(
            session, make.proposal(session, f"SVD-{key}", csps=(key,), asks={"labour": Decimal("9.00")}), csp=key
        )
    viewer = signed_in(Role.FINANCE, area=year.police_area)
    words = text_of(viewer.get(NOW_PAGE.format(year.id, "q1", "opcc")))
    assert "There are too many partnerships for this page" in words
    assert "£6,000.00" in words
    assert "and 20 more" in words
    listed = text_of(viewer.get("/returns"))
    assert "Showing 1 to 50 of 61" in listed
    assert "Csp-59 Community" in text_of(viewer.get("/returns?page=2"))


def test_more_warnings_than_a_page_holds(session: Session, signed_in: SignedIn) -> None:
    for number in range(60):
        award = make.award(session, make.proposal(session, f"SVD-25-{number:02d}", asks={"labour": Decimal("9.00")}))
        make.claim(session, award, lines={("labour", "training"): Decimal("-0.01")})
    year = make.funding_year(session)
    words = text_of(signed_in(Role.FINANCE).get(NOW_PAGE.format(year.id, "q1", "opcc")))
    assert "more warnings stand on the workbook" in words


def test_the_administrator_sees_everything_and_does_nothing(scene: Scene, signed_in: SignedIn) -> None:
    row = scene.issued(Q1)
    visitor = signed_in(Role.ADMINISTRATOR)
    assert "OPCC return" in text_of(visitor.get("/returns"))
    words = text_of(visitor.get(f"/returns/{row.id}"))
    assert "£63,213.96" in words
    for deed in ("Forward", "Query", "Prepare a new version"):
        assert deed not in words


def test_an_open_query_is_shown_and_a_reason_too_long_is_refused(
    scene: Scene, finance: FlaskClient, opcc: FlaskClient
) -> None:
    row = scene.issued(Q1)
    opcc.post(f"/returns/{row.id}/query", data={"question": "Why so little?"})
    words = text_of(finance.get(f"/returns/{row.id}"))
    assert "Queried" in words
    assert "Answer the query" in words
    answer = finance.post(NOW_PAGE.format(scene.year.id, "q1", "opcc"), data={"reason": "x" * 10_001})
    assert "Shorten this to 10,000 characters or fewer" in text_of(answer)


Counting = Callable[[], int]


@pytest.fixture
def statements(app: Any) -> Counting:
    """Counts what the site asks of its database since the last time it was asked."""
    with app.app_context():
        site: Database = database_of()
    asked: list[str] = []
    event.listen(site.engine, "before_cursor_execute", lambda _c, _u, statement, *_: asked.append(statement))

    def count() -> int:
        number = len(asked)
        asked.clear()
        return number

    return count


def test_the_list_asks_no_more_for_more_returns(scene: Scene, finance: FlaskClient, statements: Counting) -> None:
    finance.get("/returns?quarter=q1")
    statements()
    finance.get("/returns?quarter=q1")
    before = statements()
    scene.issued(Q1)
    scene.issued(Q1, ReturnKind.HOME_OFFICE)
    scene.issued(Q1, ReturnKind.CSP, scene.csp("bcp"))
    finance.get("/returns?quarter=q1")  # what is missing is worked out once after each change
    statements()
    finance.get("/returns?quarter=q1")
    assert statements() == before
    assert scene.prepare(Q2).quarter == Q2
