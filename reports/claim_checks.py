"""Checks: what somebody typed into a workbook of claims, added up and held against the award while they type."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portfolio.money import ZERO
from reports.cells import as_text
from reports.claim_content import (
    AMOUNT,
    EXPLANATION,
    FORECAST,
    PARTNERSHIP,
    PROJECT,
    REFERENCE,
    STREAM,
    AwardOnForm,
    CheckRow,
    ClaimForm,
    ForecastRow,
    SpendRow,
)
from reports.sheets import Column, Shape, Sheet, Table, money, text

EXPLAIN, EXPLAINED = "Explain why on Progress", "Yes, and explained"
NOTHING_YET, TOO_MUCH, OK = "Enter an amount, even if it is 0", "More than is left: claim less", "OK"


def heading(form: ClaimForm) -> str:
    """`Q2 2025/26, Level-Up Project (SVD-25-03)`, or how many awards it is for."""
    one = form.awards[0]
    of = f"{one.project} ({one.reference})" if len(form.awards) == 1 else f"{len(form.awards)} awards"
    return f"{form.quarter} {form.year}, {of}"


def naming(stream: bool = False) -> list[Column[Any]]:
    """The columns that a row begins with: which award it is of and, where it is of one, which stream."""
    streams: list[Column[Any]] = [text(STREAM, lambda row: row.stream, 15)] if stream else []
    return [
        text(REFERENCE, lambda row: row.award.reference, 14),
        text(PROJECT, lambda row: row.award.project, 26),
        *streams,
    ]


def partnership() -> Column[Any]:
    """Whose award it is: the last column, because it is read least, and few have awards of several."""
    return text(PARTNERSHIP, lambda row: row.award.partnership, 40)


@dataclass(frozen=True)
class _Checked:
    """A row of Checks: which cells it adds up, and what they come to as the workbook is made."""

    row: CheckRow
    award: AwardOnForm
    stream: str
    amounts: str
    forecasts: str | None
    explanation: str
    spent: Decimal
    entered: int
    forecast: Decimal
    explained: bool

    @property
    def variance(self) -> Decimal:
        """Spent less profile."""
        return self.spent - self.row.profile

    @property
    def explain(self) -> str:
        """Whether the variance is to be explained, as the formula says it."""
        size = abs(self.variance)
        if not (size > self.row.floor and size * 100 > abs(self.row.profile) * self.row.percent):
            return "No"
        return EXPLAINED if self.explained else EXPLAIN

    @property
    def left(self) -> Decimal:
        """Of the award, after this claim."""
        return self.row.left - self.spent

    @property
    def result(self) -> str:
        """What stands in the way, as the formula says it."""
        if not self.entered:
            return NOTHING_YET
        return TOO_MUCH if self.spent > 0 and self.left < 0 else OK


def checks_sheet(form: ClaimForm, spend: Sheet, forecast: Sheet, progress: Sheet) -> Sheet:
    """A row for each stream of each award, which adds up what stands on the other sheets."""
    columns: list[Column[_Checked]] = [
        *naming(stream=True),
        money("Profile", lambda line: line.row.profile, total=False),
        money("Spent", lambda line: line.spent, lambda line: f"ROUND(SUM({line.amounts}),2)", total=False),
        money("Variance", lambda line: line.variance, "ROUND({Spent}-{Profile},2)", total=False),
        Column("Explain?", lambda line: line.explain, Shape.TEXT, 24, _explain_formula),
        money("Left before", lambda line: line.row.left, total=False),
        money("Left after", lambda line: line.left, "ROUND({Left before}-{Spent},2)", total=False),
        money("Forecast", lambda line: line.forecast, _forecast_formula, total=False),
        money("Not expected to be spent", lambda line: line.left - line.forecast, "ROUND({Left after}-{Forecast},2)",
              total=False),
        Column("Result", lambda line: line.result, Shape.TEXT, 32, _result_formula),
        partnership(),
    ]  # fmt: skip
    return Sheet(
        "Checks",
        as_text(f"Checks of {heading(form)}"),
        ("What you typed, in pounds, added up by award and stream and held against the award. Nothing to fill in.",),
        Table("Checks", columns, _checked(form, spend, forecast, progress), sortable=False),
    )


def _checked(form: ClaimForm, spend: Sheet, forecast: Sheet, progress: Sheet) -> list[_Checked]:
    amounts, forecasts = _places(form.spend), _places(form.forecasts)
    said = {row.award: place for place, row in enumerate(form.progress)}
    found = []
    for row in form.checks:
        key = (row.award, row.stream)
        typed = [form.spend[place].amount for place in amounts[key]]
        given = [form.forecasts[place].forecast for place in forecasts.get(key, ())]
        found.append(
            _Checked(
                row,
                row.award,
                row.stream,
                _range(spend, AMOUNT, amounts[key]),
                _range(forecast, FORECAST, forecasts[key]) if key in forecasts else None,
                progress.cell(EXPLANATION, said[row.award]),
                sum((amount for amount in typed if amount is not None), ZERO),
                sum(amount is not None for amount in typed),
                sum((amount for amount in given if amount is not None), ZERO),
                bool(form.progress[said[row.award]].explanation),
            )
        )
    return found


def _places(rows: Sequence[SpendRow | ForecastRow]) -> dict[tuple[AwardOnForm, str], range]:
    """The rows of each award's stream, which stand together."""
    places: dict[tuple[AwardOnForm, str], range] = {}
    for place, row in enumerate(rows):
        key = (row.award, row.stream)
        places[key] = range(places[key].start if key in places else place, place + 1)
    return places


def _range(sheet: Sheet, heading: str, places: range) -> str:
    """A column's cells from one row to another, as another sheet's formula names them."""
    letter = sheet.letter(heading)
    return f"{sheet.name}!${letter}${sheet.first_row + places.start}:${letter}${sheet.first_row + places.stop - 1}"


def _explain_formula(line: _Checked) -> str:
    row = line.row
    limits = f"ABS({{Variance}})>{row.floor},ABS({{Variance}})*100>ABS({{Profile}})*{row.percent}"
    return f'IF(AND({limits}),IF(LEN(TRIM({line.explanation}))>0,"{EXPLAINED}","{EXPLAIN}"),"No")'


def _forecast_formula(line: _Checked) -> str | None:
    return None if line.forecasts is None else f"ROUND(SUM({line.forecasts}),2)"


def _result_formula(line: _Checked) -> str:
    return f'IF(COUNT({line.amounts})=0,"{NOTHING_YET}",IF(AND({{Spent}}>0,{{Left after}}<0),"{TOO_MUCH}","{OK}"))'
