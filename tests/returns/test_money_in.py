"""Money in: what is due by return, stream and year, how old it is, what was recovered, and what is withheld."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portfolio.errors import Refused
from portfolio.people.rules import Role, Within
from portfolio.quarters import FinancialYear
from portfolio.returns import actions, money_in, paying
from portfolio.returns.dues import Age
from portfolio.returns.models import Payment, Return, Withholding
from portfolio.returns.money_in import Chosen
from portfolio.returns.rules import ReturnKind, ReturnStatus
from tests.conftest import NOW, SignedIn
from tests.pages import read
from tests.returns.conftest import Scene

Q1, Q2, _, _ = FinancialYear(2025).quarters
TODAY = NOW.date()
ALL = Within(everything=True)


@pytest.fixture
def forwarded(scene: Scene) -> Return:
    """Q1's combined return, issued 45 days ago and sent on since."""
    row = scene.issued(Q1, at=NOW - timedelta(days=45))
    actions.forward_return(scene.session, row, by=scene.opcc, at=NOW)
    scene.session.commit()
    return row


def pay(scene: Scene, row: Return, place: int, amount: str, **changes: str) -> None:
    """Something comes of a stream, or goes."""
    stream = row.funding_year.programme.streams[place]
    paying.record_payment(
        scene.session, row, stream, Decimal(amount), TODAY, None, by=scene.opcc, at=NOW, because=changes.get("because")
    )
    scene.session.commit()


def hold(scene: Scene, row: Return, place: int, amount: str) -> None:
    """The funder withholds something of a stream, or lets go of it."""
    stream = row.funding_year.programme.streams[place]
    paying.withhold(
        scene.session, row, stream, Decimal(amount), TODAY, "No receipts.", None, by=scene.opcc, at=NOW
    )  # fmt: skip
    scene.session.commit()


def text_of(answer: TestResponse) -> str:
    """A page's words."""
    return read(answer.text)


def state(row: Return) -> ReturnStatus:
    """Where a return stands."""
    return row.status


def test_what_is_withheld_is_not_waited_for_and_what_is_let_go_of_is_again(scene: Scene, forwarded: Return) -> None:
    pay(scene, forwarded, 0, "27668.78")
    pay(scene, forwarded, 1, "30000.00")
    with pytest.raises(Refused, match=r"Only £5,545\.18 is outstanding"):
        hold(scene, forwarded, 1, "5545.19")
    hold(scene, forwarded, 1, "5545.18")
    assert state(forwarded) is ReturnStatus.PAID
    with pytest.raises(Refused, match="The very same amount is recorded already"):
        hold(scene, forwarded, 1, "5545.18")
    hold(scene, forwarded, 1, "-545.18")
    assert state(forwarded) is ReturnStatus.FORWARDED
    money = money_in.of_return(scene.session, forwarded, TODAY)
    assert (money.total.received, money.total.withheld, money.total.outstanding) == (
        Decimal("57668.78"), Decimal("5000.00"), Decimal("545.18"),
    )  # fmt: skip
    assert (money.age, len(money.withholdings)) == (Age.TWO_MONTHS, 2)
    assert money.age_in_words == "Outstanding for 45 days, since the return was first issued on 5 September 2025."
    assert "since today" in money_in.of_return(scene.session, forwarded, money.issued_on).age_in_words


def test_what_is_recovered_is_due_again_unless_the_funder_keeps_it(scene: Scene, forwarded: Return) -> None:
    stream = forwarded.funding_year.programme.streams[0]

    def recover(amount: str, *, is_kept: bool) -> None:
        paying.recover(
            scene.session, forwarded, stream, Decimal(amount), TODAY, "A post was funded twice.", "L 4",
            is_kept=is_kept, by=scene.opcc, at=NOW,
        )  # fmt: skip
        scene.session.commit()

    pay(scene, forwarded, 0, "1000.00")
    with pytest.raises(Refused, match="without a minus"):
        recover("-1.00", is_kept=True)
    recover("300.00", is_kept=True)
    recover("200.00", is_kept=False)
    due = money_in.of_return(scene.session, forwarded, TODAY).of(stream)
    assert (due.paid, due.recovered, due.withheld) == (Decimal("1000.00"), Decimal("-500.00"), Decimal("300.00"))
    assert due.outstanding == due.claimed - Decimal("500.00") - Decimal("300.00")
    taken = [one for one in scene.session.query(Payment) if one.amount < 0]
    assert {one.because for one in taken} == {"A post was funded twice."}
    assert scene.session.query(Withholding).one().reference == "L 4"
    pay(scene, forwarded, 0, str(due.outstanding + 50))  # £50 too much
    recover("80.00", is_kept=True)
    due = money_in.of_return(scene.session, forwarded, TODAY).of(stream)
    assert (due.withheld, due.outstanding) == (Decimal("330.00"), Decimal(0))


def test_what_is_withheld_of_a_queried_return_settles_it_once_it_is_answered(scene: Scene, forwarded: Return) -> None:
    pay(scene, forwarded, 0, "27668.78")
    actions.query_return(scene.session, forwarded, "Why?", by=scene.opcc, at=NOW)
    hold(scene, forwarded, 1, "35545.18")
    assert state(forwarded) is ReturnStatus.QUERIED
    actions.answer_return(scene.session, forwarded, "Invoices are attached.", by=scene.finance, at=NOW)
    assert state(forwarded) is ReturnStatus.PAID


def test_nothing_is_withheld_of_what_the_funder_has_not_seen(scene: Scene) -> None:
    row = scene.issued(Q1)
    with pytest.raises(Refused, match="Forward it first"):
        hold(scene, row, 0, "1.00")


def test_a_new_version_does_not_make_an_old_debt_young(scene: Scene, forwarded: Return) -> None:
    pay(scene, forwarded, 0, "668.78")
    second = scene.issued(Q1, reason="A measure came in late.")
    (labour, _) = money_in.lines(scene.session, Chosen(ALL), TODAY)
    assert (labour.number, labour.version, labour.days, labour.age) == (second.id, 2, 45, Age.TWO_MONTHS)
    assert labour.due.outstanding == Decimal("27000.00")


def test_what_is_due_adds_up_at_each_level_by_stream_year_and_age(scene: Scene, forwarded: Return) -> None:
    scene.issued(Q1, ReturnKind.CSP, scene.csp("bcp"), at=NOW - timedelta(days=91))
    scene.issued(Q2)
    pay(scene, forwarded, 0, "27668.78")
    found = money_in.lines(scene.session, Chosen(ALL), TODAY)
    assert [(line.kind, line.quarter.number, line.days) for line in found] == [
        (ReturnKind.CSP, 1, 91), (ReturnKind.CSP, 1, 91), (ReturnKind.OPCC, 1, 45),
        (ReturnKind.OPCC, 2, 0), (ReturnKind.OPCC, 2, 0),
    ]  # fmt: skip
    aged = money_in.aged(scene.session, Chosen(ALL), TODAY)
    for one in aged:
        assert sum(one.ages) == one.due.outstanding
        assert one.due.outstanding == sum(
            line.due.outstanding
            for line in found
            if line.kind is one.kind and (one.year is None or line.stream == one.due.about)
        )
    whole = next(one.due for one in aged if one.kind is ReturnKind.OPCC and one.year is None)
    assert (whole.claimed, whole.received) == (Decimal("136071.10"), Decimal("27668.78")), "what is settled counts too"
    assert [(one.kind, one.due.about) for one in aged] == [
        (kind, about) for kind in (ReturnKind.OPCC, ReturnKind.CSP) for about in ("labour", "non-labour", "Total")
    ]
    old = Chosen(ALL, year_id=scene.year.id, kind=ReturnKind.CSP, stream="labour", age=Age.OLDER)
    assert [line.name for line in money_in.lines(scene.session, old, TODAY)] == [scene.csp("bcp").name]
    assert money_in.count_of(scene.session, Chosen(ALL, settled=True), TODAY) == 6
    own = Within(csps=frozenset({scene.csp("bcp").id}))
    assert {line.kind for line in money_in.lines(scene.session, Chosen(own), TODAY)} == {ReturnKind.CSP}
    assert money_in.aged(scene.session, Chosen(own, kind=ReturnKind.OPCC), TODAY) == []


def test_recording_and_looking(scene: Scene, forwarded: Return, signed_in: SignedIn) -> None:
    opcc: FlaskClient = signed_in(Role.OPCC, area=scene.year.police_area)
    page, stream = f"/returns/{forwarded.id}", forwarded.funding_year.programme.streams[1].id
    day = [str(TODAY.day), str(TODAY.month), str(TODAY.year)]
    sent = {"stream": stream, "amount": "400", "received_on": day, "reference": "BACS 9"}
    assert "is recorded as recovered" in text_of(opcc.post(f"{page}/payment", data={**sent, "amount": "-1"}))
    assert opcc.post(f"{page}/payment", data=sent).location == page
    assert "Is it still due?" in text_of(opcc.get(f"{page}/recovery"))
    taken = {**sent, "amount": "150", "because": "Paid twice.", "kept": "due"}
    assert "Say why the funder" in text_of(opcc.post(f"{page}/recovery", data={**taken, "because": ""}))
    assert opcc.post(f"{page}/recovery", data=taken).location == page
    assert "Recovered: Paid twice." in text_of(opcc.get(page))
    told = {"stream": stream, "amount": "35000", "told_on": day, "because": "Underspend.", "said": "withholds"}
    assert "It will not pay this amount" in text_of(opcc.get(f"{page}/withholding"))
    assert "without a minus" in text_of(opcc.post(f"{page}/withholding", data={**told, "amount": "-5"}))
    assert opcc.post(f"{page}/withholding", data=told).location == page
    back = {**told, "amount": "100", "because": "Agreed.", "said": "lets-go"}
    assert opcc.post(f"{page}/withholding", data=back).location == page
    words = text_of(opcc.get(page))
    for said in ("−£150.00", "Paid twice.", "£34,900.00", "Underspend.", "−£100.00", "Outstanding for 45 days"):
        assert said in words
    listed = text_of(opcc.get("/returns/money-in?kind=OPCC&year=nonsense"))
    assert "Claimed from the OPCC" in listed
    assert "£395.18" in listed
    assert "Nothing is outstanding here" in text_of(opcc.get("/returns/money-in?age=Over+90+days"))
    other = forwarded.funding_year.programme.streams[0].name
    assert "£395.18" not in text_of(opcc.get(f"/returns/money-in?kind=OPCC&stream={other}"))
    assert "£395.18" in text_of(opcc.get("/returns/money-in?kind=OPCC&age=31+to+60+days"))
    csv = opcc.get("/returns/money-in/file.csv?show=all").get_data(as_text=True)
    assert "35545.18,400.00,-150.00,34900.00,395.18,45,31 to 60 days" in csv
    book = openpyxl.load_workbook(BytesIO(opcc.get("/returns/money-in/file.xlsx").get_data()), data_only=True)
    assert [cell.value for cell in book["Returns"][6]][7:12] == [35545.18, 400, -150, 34900, 395.18]
