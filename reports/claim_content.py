"""What a workbook of claims says and asks: its headings, by which it is known when it comes back, and its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

FORM = "Quarterly claim"
VERSION = "1"
"""Of the workbook's layout; another one is refused when it comes back."""

ITEM, DETAIL = "Item", "Detail"
KIND, FORM_VERSION, YEAR, QUARTER = "Form", "Form version", "Financial year", "Quarter"
PROGRAMME, AREA, PARTNERSHIP, AWARDS = "Programme", "Police area", "Partnership", "Awards"
REFERENCE, PROJECT, STREAM, CATEGORY, LINE = "Reference", "Project", "Stream", "Cost category", "Line"
AMOUNT, WHAT, TRANSACTION = "Amount", "What it was for", "Ledger or invoice reference"
FORECAST, SAVES = "Forecast", "Saved so far"
MATCH, NARRATIVE, DELIVERY, SPENDING = (
    "Match spent",
    "What was done",
    "How delivery is going",
    "How spending is going",
)
OUTPUTS, RISKS, EXPLANATION = "Outputs and outcomes", "Risks", "Why spend differs from the profile"
NUMBER, QUESTION, ANSWER = "Question number", "Question", "Your answer"
NONE = "None"


@dataclass(frozen=True)
class AwardOnForm:
    """An award, as every sheet names it."""

    reference: str
    partnership: str
    project: str


@dataclass(frozen=True)
class SpendRow:
    """What was spent of a stream on a category: pounds, None where nothing was entered or there is nothing to show."""

    award: AwardOnForm
    stream: str
    category: str
    line: int
    profile: Decimal | None
    last: Decimal | None
    amount: Decimal | None
    what: str
    transaction: str
    needs_text: bool


@dataclass(frozen=True)
class ForecastRow:
    """What is expected of a stream in a later quarter, in pounds."""

    award: AwardOnForm
    stream: str
    quarter: str
    profile: Decimal
    last: Decimal | None
    forecast: Decimal | None


@dataclass(frozen=True)
class ProgressRow:
    """How an award's quarter went, and how often its claim was saved when the workbook was made."""

    award: AwardOnForm
    saves: int
    match: Decimal | None
    narrative: str
    delivery: str
    spending: str
    outputs: str
    risks: str
    explanation: str


@dataclass(frozen=True)
class QuestionRow:
    """A question of finance's that waits for an answer."""

    award: AwardOnForm
    number: int
    about: str
    question: str
    answer: str


@dataclass(frozen=True)
class CheckRow:
    """A stream of an award: what its claim is held against, in pounds, and when a variance is to be explained."""

    award: AwardOnForm
    stream: str
    left: Decimal
    """Of the award, before this claim."""
    profile: Decimal
    percent: Decimal
    floor: Decimal


@dataclass(frozen=True)
class ClaimForm:
    """Everything that a workbook of claims says; the awards' rows stand together, stream by stream."""

    quarter: str
    """`Q2`"""
    year: str
    """`2025/26`"""
    period: str
    programmes: Sequence[str]
    areas: Sequence[str]
    partnerships: Sequence[str]
    awards: Sequence[AwardOnForm]
    made_at: datetime
    """In the United Kingdom's time."""
    made_for: str
    rags: Mapping[str, str]
    """Each colour, and what it means."""
    most: Mapping[str, int]
    """The longest text that each heading takes."""
    spend: Sequence[SpendRow]
    forecasts: Sequence[ForecastRow]
    progress: Sequence[ProgressRow]
    questions: Sequence[QuestionRow]
    checks: Sequence[CheckRow]
