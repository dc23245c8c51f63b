"""A chart of each kind, with what is hard to draw: gaps, breaks, nothing, refunds, long names, many series."""

from decimal import Decimal

from portfolio.quarters import FinancialYear
from reports.charts import (
    PER_CENT,
    POUNDS,
    AgainstTargets,
    Break,
    Columns,
    Lines,
    Matrix,
    Series,
    Target,
)

YEARS = FinancialYear(2024).quarters + FinancialYear(2025).quarters
QUARTERS = FinancialYear(2025).quarters
NAMES = tuple(quarter.short for quarter in QUARTERS)
LONG = "Bournemouth, Christchurch and Poole Community Safety Partnership"
RATINGS = ("Green", "Amber/Green", "Amber", "Amber/Red", "Red", "Not given")


def figures(*values: str | int | None) -> tuple[Decimal | None, ...]:
    """Figures, with None where there is none."""
    return tuple(None if value is None else Decimal(value) for value in values)


GROUPED = Columns(
    "Spend by quarter",
    NAMES,
    (
        Series("planned", figures("9400.12", "12000.00", "20750.50", "1000.00")),
        Series("spent", figures("9301.00", "0.00", None, "-250.00"), ("", "", "Not due yet", "")),
    ),
    POUNDS,
    of="Quarter",
)
SINGLE = Columns("Reached", ("Dorset", LONG), (Series("share", figures("52.5", "100")),), PER_CENT)
STACKED = Columns(
    "Projects by rating",
    NAMES,
    tuple(Series(name, figures(2, 1, place, None if place else 4)) for place, name in enumerate(RATINGS)),
    "projects",
    stacked=True,
)
SERIES = Lines(
    "Knife-enabled serious violence",
    YEARS,
    (Series("Figure", figures(41, 38, None, 44, 52, 50, None, None)),),
    "crimes",
    (Break(QUARTERS[0], "Counted by month."), Break(YEARS[0], "As first defined")),
)
SEVERAL = Lines(
    "Match",
    YEARS,
    (
        Series("pledged", figures(1000, 2000, 2500, 4000, 4200, 4200, 5000, 6000)),
        Series("secured", figures(500, 1500, 2500, 2600, 3000, 3500, 3500, 5000)),
        Series("received", figures(0, 500, 2500, None, 2000, 2600, 2700, 2800)),
    ),
    POUNDS,
)
RATES = Lines("Change", YEARS[:3], (Series("per 1,000", figures("-0.5", "0.25", "1.75")),), "")
GRID = Matrix(
    "Where the money went",
    ("Universal", "Targeted", "No level given, which is a long name"),
    ("Dorset", "BCP"),
    (figures("28413.75", "0.00"), figures("12000.00", None), figures("0.00", "100.50")),
    POUNDS,
    "awarded",
    (figures("58413.75", "3000.00"), figures("12000.00", None), figures("1000.00", "100.50")),
    "asked",
    of="Level",
)
CROWDED = Matrix(
    "Six areas",
    ("Universal",),
    ("North", "East", "South", "West", "Centre", "Others"),
    (figures("9349.70", "0.00", None, "12.00", "4.00", "1.00"),),
    POUNDS,
    "awarded",
    (figures("39349.70", "5.00", None, "12.00", "4.00", "1.00"),),
    "asked",
    nothing="Nobody asked",
)
COUNTED = Matrix("Projects", ("Universal", "Focused"), ("Dorset", LONG), (figures(2, 1), figures(0, 12)), "projects")
TARGETS = AgainstTargets(
    "Promised and done",
    (
        Target("Young people mentored", "people", Decimal(60), Decimal(39)),
        Target("Schools reached", "schools", Decimal(12), Decimal(14)),
        Target("Still in school after a year", "pupils", None, Decimal("8.5")),
        Target("Sessions", "sessions", Decimal(1200), None),
        Target("Families", "families", Decimal(9), None, "fewer than 5"),
        Target("In work", "per cent of all those who were supported in a quarter", Decimal(40), None),
    ),
)
LONG_NAMES = Columns(
    "By partnership", (LONG,), (Series(LONG, figures("9999999999.99")), Series("b" * 90, figures("1.00"))), POUNDS
)
EVERY = (LONG_NAMES, GROUPED, SINGLE, STACKED, SERIES, SEVERAL, RATES, GRID, CROWDED, COUNTED, TARGETS)
NOTHING = (
    Columns("Nothing", (), (), POUNDS),
    Columns("Nothing", (), (Series("none", ()),), POUNDS, stacked=True),
    Columns("Nothing", ("Dorset",), (Series("none", (Decimal(0),)),), POUNDS),
    Columns("Nothing", ("Dorset",), (Series(LONG, (Decimal(0),)), Series("b", (None,))), POUNDS, stacked=True),
    Lines("Nothing", (), (Series("none", ()),), "people"),
    Lines("Nothing", QUARTERS, (Series("none", (None,) * 4),), "people"),
    Matrix("Nothing", (), (), (), POUNDS),
    Matrix("Nothing", ("Universal",), ("Dorset",), ((None,),), POUNDS),
    AgainstTargets("Nothing", ()),
)
