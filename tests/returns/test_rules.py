"""What a return must satisfy: order, signatures, figures that agree, payments; and how returns are named."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import BadStep
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear
from portfolio.returns import dues, rules
from portfolio.returns.dues import Age, Due
from portfolio.returns.rules import Pair, ReturnKind, ReturnStatus

YEAR = FinancialYear(2025)
Q1, Q2, Q3, Q4 = YEAR.quarters
SIGNED: dict[str, Any] = {
    "name": "Ann Hill",
    "role": "Chief Finance Officer",
    "on": date(2025, 10, 21),
    "today": date(2025, 10, 21),
    "checked_on": date(2025, 10, 20),
    "same_person": False,
}


def sentences(errors: list[PortfolioError]) -> list[str]:
    """What the errors say."""
    return [error.sentence for error in errors]


def test_e8_asks_for_every_earlier_quarter_of_the_year() -> None:
    assert rules.earlier_quarter_open(Q1, set()) is None
    assert rules.earlier_quarter_open(Q3, {Q1, Q2}) is None
    refused = rules.earlier_quarter_open(Q3, {Q3})
    assert refused is not None
    assert refused.code == "E8"
    assert refused.sentence == "Q1 2025/26, Q2 2025/26 is not issued yet. Issue the earlier quarter first"


def test_a_quarter_is_returned_when_it_is_over() -> None:
    assert rules.quarter_not_over(Q2, date(2025, 10, 1)) is None
    refused = rules.quarter_not_over(Q2, date(2025, 9, 30))
    assert refused is not None
    assert refused.sentence.startswith("Q2 2025/26 ends on 30 September 2025.")


def test_e9_lets_a_good_signature_pass() -> None:
    assert rules.bad_certificate(**SIGNED) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"role": ""}, "role"),
        ({"same_person": True}, "name"),
        ({"on": date(2025, 10, 22)}, "on"),
        ({"on": date(2025, 10, 19)}, "on"),
    ],
)
def test_e9_refuses(changed: dict[str, Any], field: str) -> None:
    [error] = rules.bad_certificate(**{**SIGNED, **changed})
    assert (error.code, error.field) == ("E9", field)


def test_e10_names_what_differs_by_how_much() -> None:
    pairs = [Pair("the same", Decimal("1.00"), Decimal("1.00")), Pair("Dorset", Decimal("1.00"), Decimal("1.01"))]
    [error] = rules.differences(pairs)
    assert error.code == "E10"
    assert error.sentence == "Dorset: £1.00 against £1.01, difference −£0.01"


STEPS = {
    ("prepared", "prepared"), ("checked", "prepared"), ("certified", "prepared"),
    ("prepared", "checked"), ("checked", "certified"), ("certified", "issued"),
    ("issued", "queried"), ("issued", "forwarded"), ("queried", "issued"), ("queried", "forwarded"),
    ("forwarded", "paid"), ("forwarded", "queried"), ("paid", "forwarded"),
}  # fmt: skip


@pytest.mark.parametrize("present", ReturnStatus)
@pytest.mark.parametrize("wanted", ReturnStatus)
def test_a_return_goes_these_ways_and_no_others(present: ReturnStatus, wanted: ReturnStatus) -> None:
    if (present.value, wanted.value) in STEPS:
        assert rules.next_status(present, wanted) is wanted
    else:
        with pytest.raises(BadStep, match="return"):
            rules.next_status(present, wanted)


def test_what_was_issued_has_left() -> None:
    assert [status.value for status in ReturnStatus if not status.has_left] == ["prepared", "checked", "certified"]


def test_a_new_version_says_why() -> None:
    assert rules.needs_reason(1, None) is None
    assert rules.needs_reason(2, "A measure came in late.") is None
    assert [rules.needs_reason(2, reason) is not None for reason in (None, "  ")] == [True, True]


def test_only_the_latest_version_is_acted_on() -> None:
    assert rules.superseded(2, 2) is None
    refused = rules.superseded(1, 2)
    assert refused is not None
    assert "replaced by version 2" in refused.sentence


def test_w10_an_overdue_return() -> None:
    assert rules.overdue("OPCC return", date(2025, 10, 31), date(2025, 10, 31)) is None
    warning = rules.overdue("OPCC return", date(2025, 10, 31), date(2025, 11, 1))
    assert warning is not None
    assert (warning.code, warning.sentence) == ("W10", "Overdue since 31 October 2025")


def test_a_statement_is_made_for_the_last_quarter() -> None:
    assert rules.wrong_quarter(Q4) is None
    refused = rules.wrong_quarter(Q2)
    assert refused is not None
    assert refused.sentence.endswith("so it is made for Q4, not Q2")


def test_queries_and_answers_are_words() -> None:
    assert rules.says_nothing("Why?", "question") is None
    refused = rules.says_nothing(" \n", "answer")
    assert refused is not None
    assert (refused.sentence, refused.field) == ("Enter the answer", "answer")


def payment(
    amount: str, received_on: date = date(2025, 11, 3), received: str = "0.00", because: str | None = None
) -> list[PortfolioError]:
    """What is wrong with a payment for a return issued on 21 October, seen on 5 November."""
    return dues.bad_payment(
        Decimal(amount),
        received_on,
        today=date(2025, 11, 5),
        issued_on=date(2025, 10, 21),
        received=Decimal(received),
        because=because,
    )


def test_payments_that_can_have_come() -> None:
    assert payment("100.00") == []
    assert payment("-40.00", received="100.00", because="Claimed twice.") == []


def test_payments_that_cannot() -> None:
    assert [error.field for error in payment("0.00")] == ["amount"]
    assert sentences(payment("-0.01", because=" ")) == [
        "Only £0.00 was received of this stream. No more than that can be recovered",
        "Say why the funder recovered it",
    ]
    assert [error.field for error in payment("1.00", date(2025, 11, 6))] == ["received_on"]
    assert [error.field for error in payment("1.00", date(2025, 10, 20))] == ["received_on"]


def due(claimed: str, paid: str = "0.00", recovered: str = "0.00", withheld: str = "0.00") -> Due:
    """What is due of a stream."""
    return Due("labour", *map(Decimal, (claimed, paid, recovered, withheld)))


def withheld(amount: str, on: date = date(2025, 11, 3), because: str = "Late.", of: Due | None = None) -> list[str]:
    """The fields that are wrong with what a funder withholds of £100, £40 of it paid and £10 withheld before."""
    of = due("100.00", "40.00", withheld="10.00") if of is None else of
    days = {"today": date(2025, 11, 5), "issued_on": date(2025, 10, 21)}
    return [str(error.field) for error in dues.bad_withholding(Decimal(amount), on, because, due=of, **days)]


def test_what_a_funder_can_withhold_and_let_go_of() -> None:
    assert withheld("50.00") == withheld("-10.00") == []
    assert withheld("50.01") == withheld("-10.01") == withheld("0.00") == ["amount"]
    assert withheld("0.01", of=due("10.00", "12.00")) == ["amount"], "nothing is outstanding where too much came"
    assert withheld("1.00", date(2025, 11, 6), " ") == ["because", "told_on"]
    assert withheld("1.00", date(2025, 10, 20)) == ["told_on"]
    assert "Forward it first" in dues.NotForwarded().sentence


def test_what_is_outstanding_and_for_how_long() -> None:
    one, other = due("100.00", "60.00", "-20.00", "5.00"), due("-5.00")
    assert (one.received, one.outstanding, other.outstanding) == (Decimal("40.00"), Decimal("55.00"), Decimal("-5.00"))
    assert dues.together("All", [one, other]).outstanding == Decimal("50.00")
    days = {0: "0 to 30 days", 30: "0 to 30 days", 31: "31 to 60 days", 90: "61 to 90 days", 91: "Over 90 days"}
    assert {number: dues.age_of(number).value for number in days} == days
    assert [dues.began(age, date(2025, 10, 31)) for age in Age] == [
        date(2025, 10, 1), date(2025, 9, 1), date(2025, 8, 2), None,
    ]  # fmt: skip


def test_a_return_is_paid_when_nothing_more_of_any_stream_is_to_come() -> None:
    refund = due("-5.00")
    assert not dues.is_paid([due("10.00"), refund])
    assert not dues.is_paid([due("10.00", "9.99"), refund])
    assert dues.is_paid([due("10.00", "10.00"), refund])
    assert dues.is_paid([due("10.00", "4.00", withheld="6.00")])
    assert not dues.is_paid([due("10.00", withheld="10.00")]), "nothing was ever paid"


def test_names_of_files() -> None:
    assert rules.file_name(ReturnKind.OPCC, Q2) == "OPCC_2025-26_Q2.xlsx"
    assert rules.file_name(ReturnKind.OPCC, Q2, 2) == "OPCC_2025-26_Q2_v2.xlsx"
    assert rules.file_name(ReturnKind.HOME_OFFICE, Q2) == "HomeOffice_2025-26_Q2.xlsx"
    assert rules.file_name(ReturnKind.CSP, Q1, 3, "dorset") == "CSP-dorset_2025-26_Q1_v3.xlsx"
    assert rules.statement_name(YEAR) == "Statement_2025-26.xlsx"


@pytest.mark.parametrize(
    ("kind", "csp", "slug"),
    [
        (ReturnKind.OPCC, None, "opcc"),
        (ReturnKind.HOME_OFFICE, None, "home-office"),
        (ReturnKind.CSP, "west-dorset", "csp-west-dorset"),
    ],
)
def test_addresses_are_read_as_they_are_written(kind: ReturnKind, csp: str | None, slug: str) -> None:
    assert rules.slug_of(kind, csp) == slug
    assert rules.read_slug(slug) == (kind, csp)


def test_other_addresses_name_nothing() -> None:
    assert rules.read_slug("csp") is None
    assert rules.read_slug("OPCC") is None


def test_the_quarter_in_hand_is_the_last_that_is_over() -> None:
    assert rules.quarter_to_return(YEAR, date(2025, 10, 1)) == Q2
    assert rules.quarter_to_return(YEAR, date(2025, 6, 30)) == Q1
    assert rules.quarter_to_return(YEAR, date(2026, 7, 1)) == Q4


def test_changed_figures_are_prepared_again() -> None:
    assert "Prepare it again" in rules.FiguresChanged().sentence


def test_a_name_is_the_same_however_it_is_spaced_and_capitalised() -> None:
    assert rules.same_name(" Ann  HILL ", "ann hill")
    assert not rules.same_name("Ann Hill", "Ann Hall")


def test_the_office_makes_the_home_office_s_return_alone() -> None:
    own, others = ReturnKind.HOME_OFFICE, ReturnKind.OPCC
    assert rules.acts_for(Act.CHECK_RETURN, own) == (Act.CHECK_RETURN, Act.MAKE_HOME_OFFICE_RETURN)
    assert rules.acts_for(Act.CHECK_RETURN, others) == (Act.CHECK_RETURN,)
    assert rules.acts_for(Act.CERTIFY_RETURN, own) == (Act.CERTIFY_RETURN,)
    for error in (rules.OthersWork(), rules.OwnWork()):
        assert error.sentence.endswith(("for the Home Office's", "Somebody else must go through it"))


def test_an_open_point_is_accepted_with_a_reason() -> None:
    error = rules.NotAccepted("SVD-25-01 (Dorset)", "claim-1")
    assert (error.field, error.sentence[:34]) == ("claim-1", "SVD-25-01 (Dorset): say why it is ")


@pytest.mark.parametrize(
    ("to", "on", "fields"),
    [
        ("Home Office", date(2025, 10, 20), []),
        (" ", date(2025, 10, 21), ["to"]),
        ("Home Office", date(2025, 10, 22), ["on"]),
        ("Home Office", date(2025, 10, 19), ["on"]),
    ],
)
def test_a_return_is_sent_to_somebody_after_it_was_issued(to: str, on: date, fields: list[str]) -> None:
    errors = rules.bad_forwarding(to, on, today=date(2025, 10, 21), issued_on=date(2025, 10, 20))
    assert [error.field for error in errors] == fields


def test_what_was_issued_leaves_three_names() -> None:
    assert rules.frozen_names("OPCC_2025-26_Q1.xlsx") == (
        "OPCC_2025-26_Q1.xlsx",
        "OPCC_2025-26_Q1.json",
        "OPCC_2025-26_Q1.sha256",
    )


def test_a_deed_starts_only_where_it_may() -> None:
    prepared, certified = ReturnStatus.PREPARED, ReturnStatus.CERTIFIED
    with pytest.raises(PortfolioError, match="This return is prepared; it cannot become issued"):
        rules.next_status(prepared, ReturnStatus.ISSUED, certified)
    assert "Nothing was done" in rules.ChangedMeanwhile().sentence
