"""What of a ledger stands for which project, and that matched, timing and unexplained always come to it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.errors import PortfolioError, Refused
from portfolio.ledger import rules
from portfolio.ledger.columns import Columns, Holds, NoHeadings, find_headings, key_of, refuse_bad_columns, suggested
from portfolio.ledger.reading import amount_of, read_rows
from portfolio.ledger.rules import Line, Place, Posted, Project, Reason, Sorting, Taken, code_of, compare
from portfolio.money import ZERO, from_pence
from portfolio.quarters import FinancialYear, Quarter

YEAR = FinancialYear(2025)
Q1, Q2, Q3, Q4 = YEAR.quarters
PROJECTS = [Project(1, 10, "4512"), Project(2, 10, "4513"), Project(3, 20, "4513"), Project(4, 20, "")]
SORTING = Sorting(PROJECTS, {"1000": 7, "2000": None})


def posted(code: str, account: str = "1000", amount: str = "1.00", csp_id: int | None = None) -> Posted:
    return Posted(csp_id, Q2, code, account, Decimal(amount))


def placed(ledger: list[Posted]) -> list[tuple[Posted, Place]]:
    return [(each, SORTING.place_of(each)) for each in ledger]


@pytest.mark.parametrize(
    ("transactions", "place"),
    [
        (posted("4512", "01000"), Place(Q2, 10, 1, 7)),
        (posted("4512", "2000"), Place(Q2, 10, 1, None, Reason.NOT_SPEND)),
        (posted("4512", "3000"), Place(Q2, 10, 1, None, Reason.NOT_MAPPED)),
        (posted("4513"), Place(Q2, None, reason=Reason.SEVERAL_AWARDS)),
        (posted("4513", csp_id=20), Place(Q2, 20, 3, 7)),
        (posted("4512", csp_id=20), Place(Q2, 20, reason=Reason.NO_AWARD)),
        (posted(""), Place(Q2, None, reason=Reason.NO_AWARD)),
    ],
)
def test_where_transactions_stand(transactions: Posted, place: Place) -> None:
    assert SORTING.place_of(transactions) == place


def test_codes_are_the_same_however_they_are_written() -> None:
    assert code_of(" 00 45\t12a ") == code_of("4512A") == "4512A"


PENCE = st.integers(-10_000_000, 10_000_000).map(from_pence)
QUARTERS = st.sampled_from(YEAR.quarters)
AMOUNTS = st.lists(st.tuples(QUARTERS, st.sampled_from([1, 2, 3, 4]), st.sampled_from([7, 8]), PENCE), max_size=8)
LEDGERS = st.lists(
    st.builds(
        Posted,
        st.sampled_from([None, 10, 20]),
        QUARTERS,
        st.sampled_from(["4512", "4513", "9999", ""]),
        st.sampled_from(["1000", "2000", "3000"]),
        PENCE,
        st.just(1),
    ),
    max_size=12,
)


@given(LEDGERS, AMOUNTS, AMOUNTS, st.sets(st.tuples(QUARTERS, st.sampled_from([10, 20]))))
def test_matched_timing_and_unexplained_come_to_the_ledger(
    ledger: list[Posted],
    claimed: list[tuple[Quarter, int, int, Decimal]],
    timing: list[tuple[Quarter, int, int, Decimal]],
    covered: set[tuple[Quarter, int]],
) -> None:
    csp_of = {project.award_id: project.csp_id for project in PROJECTS}
    lines = compare(placed(ledger), claimed, timing, csp_of, covered)
    whole = rules.together(lines.values())
    for line in [*lines.values(), whole]:
        assert line.matched + line.timing + line.unexplained == line.ledger
        assert line.difference == line.timing + line.unexplained
    # Nothing is lost on the way and nothing is added: not of the ledger, nor of claims that it is held against.
    assert whole.ledger == sum((each.amount for each in ledger), ZERO)
    assert whole.transactions == len(ledger)
    for amounts, total in ((claimed, whole.claimed), (timing, whole.timing)):
        held = [amount for quarter, award_id, _, amount in amounts if (quarter, csp_of[award_id]) in covered]
        assert total == sum(held, ZERO)


def test_what_is_claimed_beyond_the_ledger_is_below_zero_and_hides_in_no_other_project() -> None:
    ledger = [posted("4512", amount="80.00"), posted("9999", amount="20.00")]
    lines = compare(placed(ledger), [(Q2, 1, 7, Decimal("100.00"))], [], {1: 10}, {(Q2, 10)})
    assert lines[Place(Q2, 10, 1, 7)].unexplained == Decimal("-20.00")
    assert rules.in_words(rules.together(lines.values())) == "Nothing is left unexplained"
    assert rules.in_words(Line(ledger=Decimal("1.00"))).startswith("£1.00 is in the ledger and neither claimed")
    assert rules.in_words(Line(claimed=Decimal("1.00"))).startswith("£1.00 is claimed and neither in the ledger")


def test_the_newest_extract_counts_for_each_quarter_that_it_covers() -> None:
    stands = rules.standing([Taken(2, None, Q2, Q3), Taken(1, None, Q1, Q2), Taken(3, 10, Q4, Q4)])
    assert stands == {(None, Q1): 1, (None, Q2): 2, (None, Q3): 2, (10, Q4): 3}
    assert rules.coverage(stands, [10, 20]) == {(q, csp) for q in (Q1, Q2, Q3) for csp in (10, 20)} | {(Q4, 10)}
    assert rules.counts_twice(Taken(0, None, Q1, Q3), stands) is None
    for new, sentence in (
        (Taken(0, 20, Q2, Q3), "of all partnerships together is here already for Q2 2025/26 and Q3 2025/26"),
        (Taken(0, None, Q3, Q4), "of one partnership alone is here already for Q4 2025/26"),
    ):
        refused = rules.counts_twice(new, stands)
        assert refused is not None
        assert sentence in refused.sentence


def test_an_extract_covers_the_quarters_of_its_year_alone() -> None:
    days = [date(2025, 3, 31), date(2025, 4, 1), date(2025, 12, 31), date(2026, 4, 1)]
    assert rules.period_of(YEAR, days) == (Q1, Q3)
    with pytest.raises(rules.NothingOfTheYear, match="from 31/03/2025 to 31/03/2025"):
        rules.period_of(YEAR, days[:1])
    with pytest.raises(rules.NoTransactions):
        rules.period_of(YEAR, [])


def test_a_timing_difference_is_an_amount_between_two_quarters() -> None:
    assert rules.bad_note(Decimal("-1.00"), Q2, Q3) == []
    assert [error.field for error in rules.bad_note(ZERO, Q2, Q2)] == ["amount", "belongs_to"]
    assert rules.Withdrawn("extract").sentence == "This extract is withdrawn already"


@pytest.mark.parametrize(
    ("written", "pounds"),
    [
        ("1,017.26", "1017.26"), ("(73.11)", "-73.11"), ("73.11-", "-73.11"), ("£73.11 CR", "-73.11"),
        ("-0.00", "0.00"),
        ("73.11DR", "73.11"), ("-73.11", "-73.11"), ("12", "12.00"), ("0.00-", "0.00"), ("(73.11) DR", "-73.11"),
    ],
)  # fmt: skip
def test_amounts_as_ledgers_write_them(written: str, pounds: str) -> None:
    assert str(amount_of(written)) == pounds


@pytest.mark.parametrize(
    "written", ["x", "1.234", "12 EUR", "--1.00", "1.00--", "(1.00) CR", "-1.00-", "=1+1", "1e5", "nan"]
)
def test_amounts_that_are_none(written: str) -> None:
    with pytest.raises(PortfolioError):
        amount_of(written)


HEADINGS = ["Trans Date", "CC", "Subjective", "Narrative", "Debit", "Credit"]
SIDES = Columns(date=1, centre=2, account=3, description=4, debit=5, credit=6)


def read(*rows: list[str]) -> tuple[list[tuple[str, str]], list[tuple[int, str, str]]]:
    found = read_rows(list(enumerate(rows, start=2)), HEADINGS, SIDES)
    return (
        [(str(one.on), str(one.amount)) for one in found.transactions],
        [(fault.row, fault.column, fault.sentence) for fault in found.faults],
    )


def test_debits_and_credits_are_one_signed_amount() -> None:
    days = ["31/07/2025", "2025-07-31", "31-Jul-25", "2025-07-31 00:00:00", "45869", "31.07.2025", "31 July 2025"]
    transactions, faults = read(*([day, "1", "2", "", "10.00", "0.50"] for day in days))
    assert transactions == [("2025-07-31", "9.50")] * len(days)
    assert faults == []
    assert read(["31/07/2025", "1", "2", "", "", "3.00"]) == ([("2025-07-31", "-3.00")], [])


def test_every_fault_of_a_file_is_said_by_row_and_column() -> None:
    _, faults = read(
        ["07/31/2025", "1", "2", "", "x", "y"],
        ["31/07/2025", "1", "2", "No amount", "", ""],
        ["", "1", "2", "No day", "3.00"],
        ["31/07/1889", "1", "2", "", "1.00"],
        ["", "Page 2"],
    )
    assert [(row, column) for row, column, _ in faults] == [
        (2, "A, Trans Date"), (2, "E, Debit"), (2, "F, Credit"), (3, "E, Debit"), (4, "A, Trans Date"),
        (5, "A, Trans Date"),
    ]  # fmt: skip
    assert faults[0][2] == "“07/31/2025” is not a date. Enter day, month and year, like 31/07/2025"


def test_what_columns_seem_to_hold() -> None:
    assert suggested(HEADINGS) == {
        Holds.DATE: 1, Holds.CENTRE: 2, Holds.ACCOUNT: 3, Holds.DESCRIPTION: 4, Holds.DEBIT: 5, Holds.CREDIT: 6,
    }  # fmt: skip
    assert suggested(["Net Amount (£)", "Cr", "Posting Date", "GL date"])[Holds.AMOUNT] == 1
    rows = [(1, ["Dorset Council"]), (2, ["Ledger", "Page"]), (4, HEADINGS), (5, ["31/07/2025", "1"])]
    assert find_headings(rows, {}) == 2
    assert find_headings(rows, {key_of(["dorset  council", ""])}) == 0
    with pytest.raises(NoHeadings):
        find_headings(rows[:2], {})


@pytest.mark.parametrize(
    ("columns", "fields"),
    [
        (Columns(1, 2, 3), ["amount"]),
        (Columns(1, 2, 3, amount=4, debit=5), ["amount"]),
        (Columns(1, 2, 3, debit=5), ["credit"]),
        (Columns(1, 2, 3, credit=5), ["debit"]),
        (Columns(1, 1, 3, amount=3), ["centre", "amount"]),
    ],
)
def test_columns_that_do_not_do(columns: Columns, fields: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        refuse_bad_columns(columns)
    assert [error.field for error in refused.value.errors] == fields
