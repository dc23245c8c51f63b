"""A workbook of two awards' claims with every kind of row, and one of a single award in the last quarter."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from portfolio.money import ZERO
from reports.claim_content import (
    AwardOnForm,
    CheckRow,
    ClaimForm,
    ForecastRow,
    ProgressRow,
    QuestionRow,
    SpendRow,
)

LEVEL_UP = AwardOnForm("SVD-25-03", "Dorset Community Safety Partnership", "Level-Up Project")
NURSE = AwardOnForm("SVD-25-01", "BCP Community Safety Partnership", "=Specialist & Nurse")


def _spend(
    award: AwardOnForm, stream: str, category: str, amount: str | None, what: str = "", transaction: str = ""
) -> SpendRow:
    entered = None if amount is None else Decimal(amount)
    return SpendRow(award, stream, category, 1, ZERO, None, entered, what, transaction, category == "other")


def form() -> ClaimForm:
    """Rows that are in order, and rows that Spend and Checks ask something of."""
    spend = [
        _spend(LEVEL_UP, "labour", "training", "1200.10"),
        _spend(LEVEL_UP, "labour", "other", "0.20"),
        _spend(LEVEL_UP, "non-labour", "training", None, "=1+1"),
        _spend(LEVEL_UP, "non-labour", "other", None),
        _spend(NURSE, "labour", "training", "-20.00"),
        _spend(NURSE, "labour", "other", "9000.00", "Room hire", "INV-7"),
        _spend(NURSE, "non-labour", "training", "0.00"),
        _spend(NURSE, "non-labour", "other", "99.99", "Post"),
    ]
    return ClaimForm(
        quarter="Q2",
        year="2025/26",
        period="Jul 2025 - Sep 2025",
        programmes=["Serious Violence Duty"],
        areas=["Dorset"],
        partnerships=[LEVEL_UP.partnership, NURSE.partnership],
        awards=[LEVEL_UP, NURSE],
        made_at=datetime(2025, 10, 20, 9, tzinfo=UTC),
        made_for="Lena Marsh",
        rags={"Green": "On track", "Red": "In trouble"},
        most=dict.fromkeys(
            (
                "What it was for",
                "Ledger or invoice reference",
                "What was done",
                "Outputs and outcomes",
                "Risks",
                "Why spend differs from the profile",
                "Your answer",
            ),
            120,
        ),
        spend=spend,
        forecasts=[
            ForecastRow(LEVEL_UP, "labour", "Q3", Decimal("500.00"), None, Decimal("500.00")),
            ForecastRow(LEVEL_UP, "labour", "Q4", Decimal("500.00"), Decimal("450.00"), None),
            ForecastRow(LEVEL_UP, "non-labour", "Q3", ZERO, ZERO, ZERO),
            ForecastRow(NURSE, "labour", "Q3", Decimal("0.10"), None, Decimal("0.10")),
        ],
        progress=[
            ProgressRow(LEVEL_UP, 0, None, "", "", "", "", "", ""),
            ProgressRow(NURSE, 3, ZERO, "Two\ngroups", "Green", "Red", "31 mentors", "Few", "Began late"),
        ],
        questions=[QuestionRow(NURSE, 12, "Labour, other", "What was hired?", "")],
        checks=[
            CheckRow(LEVEL_UP, "labour", Decimal("1200.30"), Decimal("500.00"), Decimal(10), Decimal("500.00")),
            CheckRow(LEVEL_UP, "non-labour", Decimal("100.00"), ZERO, Decimal(10), Decimal("500.00")),
            CheckRow(NURSE, "labour", Decimal("8000.00"), Decimal("8000.00"), Decimal(10), Decimal("500.00")),
            CheckRow(NURSE, "non-labour", Decimal("800.00"), Decimal("99.99"), Decimal("12.5"), Decimal("500.00")),
        ],
    )


def last_quarter() -> ClaimForm:
    """One award, of which nothing is left to be forecast or asked."""
    several = form()
    return replace(
        several,
        quarter="Q4",
        awards=[LEVEL_UP],
        partnerships=[LEVEL_UP.partnership],
        spend=[replace(row, profile=None) for row in several.spend if row.award == LEVEL_UP],
        forecasts=[],
        progress=several.progress[:1],
        questions=[],
        checks=several.checks[:2],
    )
