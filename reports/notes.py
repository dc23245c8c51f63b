"""What every reader of a return needs to be told: notes that headings refer to by number, here by key."""

PERCENTAGES, CORRECTIONS, FORECASTS = "percentages", "corrections", "forecasts"
VARIANCE, UNDERSPEND, BALANCE = "variance", "underspend", "balance"
ACCRUED, WITHHELD = "accrued", "withheld"
MATCH_APART, CASH_ONLY = "match", "in kind"
UNAVAILABLE, ONCE_PER_CSP = "unavailable", "once per CSP"
STANDING_NOTES = {
    VARIANCE: (
        "Variance",
        "Variance is actual less profile. A negative variance, shown with a minus sign, is an underspend.",
    ),
    PERCENTAGES: (
        "Percentages",
        "A percentage is of the profile of the same period. Where nothing was profiled there is nothing to compare "
        "with, and the cell says n/a.",
    ),
    CORRECTIONS: (
        "Corrections",
        "A quarter that has been returned never changes. A mistake in it is put right by a signed correction in the "
        "actual of this quarter. The amounts of these corrections are shown apart, and are part of the actual.",
    ),
    FORECASTS: (
        "Actual and forecast",
        "Quarters up to the quarter of this return are actual: what was claimed, corrections included. Later quarters "
        "are a forecast.",
    ),
    UNDERSPEND: (
        "Outturn against award",
        "Outturn is actual to date plus forecast. Outturn less award: a negative amount is a forecast underspend.",
    ),
    MATCH_APART: (
        "Match funding",
        "Match funding is shown apart from grant, and is part of no figure of grant in this return.",
    ),
    CASH_ONLY: ("Match in kind", "Support in kind is recorded at its stated value. It is never claimed."),
    UNAVAILABLE: (
        "Measures not available",
        "A measure that could not be obtained says Not available, with the reason. It is not zero.",
    ),
    ONCE_PER_CSP: (
        "Requested",
        "A proposal that was put to several CSPs stands once for each of them, and counts in the requests to each.",
    ),
    BALANCE: (
        "Balance",
        "Eligible expenditure less grant received: a positive amount is due from the funder, a negative amount is due "
        "to the funder.",
    ),
    ACCRUED: (
        "Accrued",
        "Of which accrued: goods and services that were received in the quarter and not yet paid for when it ended. "
        "The amount is part of the quarter's actual.",
    ),
    WITHHELD: (
        "Withheld",
        "What the funder said that it will not pay of what was claimed. The amount is shown apart; it is not taken off "
        "the balance.",
    ),
}
"""What every reader needs to be told, by key: what the note is about, and its text."""
