"""A claim as pages show it: every figure ready, so that templates only write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.money import ZERO
from portfolio.quarters import Quarter
from portfolio.spend.checks import Contents, Variance, variances
from portfolio.spend.claiming import contents_of
from portfolio.spend.forms import ClaimForm, ForecastForm, LineForm
from portfolio.spend.models import Correction
from portfolio.spend.queries import Sheet


@dataclass(frozen=True)
class BoxRow:
    """One category's box, and what was spent on it in the quarter before."""

    category: str
    before: Decimal | None
    line: LineForm


@dataclass(frozen=True)
class StreamBoxes:
    """The boxes of one stream: its categories now, its later quarters, and what they come to as typed so far."""

    key: str
    """Names the stream's totals on the page."""
    name: str
    rows: Sequence[BoxRow]
    forecasts: Sequence[ForecastForm]
    profile: Decimal
    award: Decimal
    left: Decimal
    """Of the award, before this claim."""
    before: Decimal
    spent: Decimal
    forecast: Decimal

    @property
    def left_after(self) -> Decimal:
        """Of the award, after this claim."""
        return self.left - self.spent

    @property
    def unused(self) -> Decimal:
        """Of the award, after this claim and the forecast: positive is an underspend."""
        return self.left_after - self.forecast


def boxes(form: ClaimForm, sheet: Sheet) -> list[StreamBoxes]:
    """The form's boxes by stream."""
    ground, before = sheet.ground, sheet.spent_before()
    blocks = []
    for place, stream in enumerate(ground.award, 1):
        lines = [entry.form for entry in form.lines if entry.form.stream.data == stream]
        forecasts = [entry.form for entry in form.forecasts if entry.form.stream.data == stream]
        blocks.append(
            StreamBoxes(
                key=f"s{place}",
                name=stream,
                rows=[BoxRow(line.category.data, before.get((stream, line.category.data)), line) for line in lines],
                forecasts=forecasts,
                profile=ground.profile.get(stream, ZERO),
                award=ground.award[stream],
                left=ground.left(stream),
                before=sum((amount for (of, _), amount in before.items() if of == stream), ZERO),
                spent=_total(line.amount.data for line in lines),
                forecast=_total(forecast.amount.data for forecast in forecasts),
            )
        )
    return blocks


def _total(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), ZERO)


@dataclass(frozen=True)
class CategoryRow:
    """What was claimed of a stream on a category, before and now, and what for."""

    category: str
    before: Decimal | None
    amount: Decimal
    description: str | None
    transaction: str | None


@dataclass(frozen=True)
class ForecastCell:
    """What a stream is expected to spend in a later quarter."""

    quarter: Quarter
    amount: Decimal | None
    profile: Decimal


@dataclass(frozen=True)
class StreamFigures:
    """A stream of a claim to read: lines, variance of the quarter and to date, forecast and what is left."""

    name: str
    rows: Sequence[CategoryRow]
    variance: Variance
    to_date: Variance
    before: Decimal | None
    """The quarter before, or None where nothing was claimed in it."""
    foreseen: Decimal | None
    """What the quarter before forecast for this one."""
    corrected: Decimal
    """Corrections of earlier quarters that count in this one."""
    forecasts: Sequence[ForecastCell]
    award: Decimal
    left: Decimal
    outturn: Decimal

    @property
    def counted(self) -> Decimal:
        """What the quarter comes to in returns: claimed now, and corrections entered now."""
        return self.variance.actual + self.corrected

    @property
    def unused(self) -> Decimal:
        """Award less outturn: positive is an underspend."""
        return self.award - self.outturn


def figures_of(sheet: Sheet, contents: Contents) -> list[StreamFigures]:
    """A claim's figures by stream."""
    ground, before, foreseen = sheet.ground, sheet.spent_before(), sheet.forecast_before()
    blocks = []
    for variance in variances(contents.spent, ground):
        stream, position = variance.stream, sheet.positions[variance.stream]
        to_date = ground.claimed_before.get(stream, ZERO) + variance.actual
        last = [amount for (of, _), amount in before.items() if of == stream]
        blocks.append(
            StreamFigures(
                name=stream,
                rows=[
                    CategoryRow(
                        line.category,
                        before.get((stream, line.category)),
                        line.amount,
                        line.description,
                        line.transaction,
                    )
                    for line in contents.lines
                    if line.stream == stream
                ],
                variance=variance,
                to_date=Variance(stream, to_date, position.profile_to_date, must_be_explained=False),
                before=_total(last) if last else None,
                foreseen=foreseen.get(stream),
                corrected=_total(row.amount for row in sheet.corrected_here if row.stream.name == stream),
                forecasts=[
                    ForecastCell(
                        quarter, contents.forecasts.get((stream, quarter)), position.profile[quarter.number - 1]
                    )
                    for quarter in ground.to_forecast
                ],
                award=ground.award[stream],
                left=ground.left(stream) - variance.actual,
                outturn=ground.outturn(stream, contents),
            )
        )
    return blocks


@dataclass(frozen=True)
class CorrectedLine:
    """What a quarter said of a stream and category when it was returned, what was put right since, and what it is now."""

    stream: str
    category: str
    claimed: Decimal
    corrections: Sequence[Correction]

    @property
    def now(self) -> Decimal:
        """As known now, in pounds."""
        return self.claimed + sum((row.amount for row in self.corrections), ZERO)


def corrected_lines(sheet: Sheet) -> list[CorrectedLine]:
    """The lines of a quarter that were corrected later: both figures stay in sight."""
    contents = contents_of(sheet.claim) if sheet.claim is not None and sheet.claim.status.counts else Contents()
    found: dict[tuple[str, str], list[Correction]] = {}
    for row in sheet.corrected_since:
        found.setdefault((row.stream.name, row.category.name), []).append(row)
    return [
        CorrectedLine(
            stream,
            category,
            _total(line.amount for line in contents.lines if (line.stream, line.category) == (stream, category)),
            rows,
        )
        for (stream, category), rows in found.items()
    ]
