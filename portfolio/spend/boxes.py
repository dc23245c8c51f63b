"""What stands beside the boxes in which a lead enters figures: the profile, last quarter, and what is left.

Totals are those of what stands in the boxes as the page was made; the page's script goes on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.money import ZERO
from portfolio.spend.checks import Variance, variances
from portfolio.spend.entering import ExpectedForm, ForecastForm, LineForm, SpendForm
from portfolio.spend.queries import Sheet
from portfolio.spend.showing import Column, of_stream, total_of


@dataclass(frozen=True)
class BoxRow:
    """One category's box, what is planned for it, and what was spent on it in the quarter before."""

    category: str
    planned: Decimal | None
    before: Decimal | None
    line: LineForm


@dataclass(frozen=True)
class StreamBoxes:
    """The boxes of one stream's categories, and what they come to as typed so far."""

    key: str
    """Names the stream's totals on the page."""
    name: str
    has_plan: bool
    """Whether the quarter's profile goes down to categories."""
    columns: Sequence[str | Column]
    rows: Sequence[BoxRow]
    variance: Variance
    award: Decimal
    left: Decimal
    """Of the award, before this claim."""
    before: Decimal | None

    @property
    def must_be_explained(self) -> bool:
        """Whether the rule asks for a word on what was typed; of nothing there is nothing to explain yet."""
        return self.variance.must_be_explained and any(row.line.amount.data is not None for row in self.rows)

    @property
    def left_after(self) -> Decimal:
        """Of the award, after this claim."""
        return self.left - self.variance.actual


def spend_boxes(form: SpendForm, sheet: Sheet, planned: Mapping[tuple[str, str], Decimal]) -> list[StreamBoxes]:
    """The boxes of every awarded stream; `planned` is the quarter's profile by category, where there is one."""
    ground, before = sheet.ground, sheet.spent_before()
    lines = [entry.form for entry in form.lines]
    typed = {
        stream: total_of(line.amount.data for line in lines if line.stream.data == stream) for stream in ground.award
    }
    has_plan = bool(planned)
    return [
        StreamBoxes(
            key=f"s{place}",
            name=found.stream,
            has_plan=has_plan,
            columns=_spend_columns(sheet, has_plan=has_plan),
            rows=[
                BoxRow(
                    line.category.data,
                    planned.get((found.stream, line.category.data)),
                    before.get((found.stream, line.category.data)),
                    line,
                )
                for line in lines
                if line.stream.data == found.stream
            ],
            variance=found,
            award=ground.award[found.stream],
            left=ground.left(found.stream),
            before=of_stream(before, found.stream),
        )
        for place, found in enumerate(variances(typed, ground), 1)
    ]


def _spend_columns(sheet: Sheet, *, has_plan: bool) -> list[str | Column]:
    now, before = sheet.quarter.name, sheet.quarter.previous.name
    planned: list[Column] = [["Profile", "number", f"Profile of {now}"]] if has_plan else []
    spent: list[Column] = [] if sheet.is_first else [[before, "number", f"{before} actual"]]
    return ["Cost category", *planned, *spent, [now, "entry", f"{now} actual"], "What it was for"]


@dataclass(frozen=True)
class ForecastRow:
    """A stream's boxes for the later quarters, the award they are held against, and last quarter's forecast."""

    key: str
    name: str
    boxes: Sequence[ExpectedForm]
    award: Decimal
    left: Decimal
    """Of the award, after everything claimed and this claim."""
    foreseen: Decimal | None
    """What the quarter before forecast for this one."""
    came: Decimal

    @property
    def claimed(self) -> Decimal:
        """With this claim."""
        return self.award - self.left

    @property
    def unused(self) -> Decimal:
        """Of the award, after this claim and the forecast: positive is an underspend."""
        return self.left - total_of(box.amount.data for box in self.boxes)

    @property
    def missed(self) -> Decimal | None:
        """What came less what was forecast; None without a forecast."""
        return None if self.foreseen is None else self.came - self.foreseen


def forecast_rows(form: ForecastForm, sheet: Sheet) -> list[ForecastRow]:
    """The forecast of every awarded stream, beside what the claim says was spent."""
    foreseen, spent = sheet.forecasts_before(), sheet.contents.spent
    boxes = [entry.form for entry in form.forecasts]
    return [
        ForecastRow(
            key=f"f{place}",
            name=stream,
            boxes=[box for box in boxes if box.stream.data == stream],
            award=award,
            left=sheet.ground.left(stream) - spent.get(stream, ZERO),
            foreseen=foreseen.get((stream, sheet.quarter)),
            came=spent.get(stream, ZERO),
        )
        for place, (stream, award) in enumerate(sheet.ground.award.items(), 1)
    ]


def entry_columns(sheet: Sheet) -> list[str | Column]:
    """The columns of the forecast's boxes."""
    later: list[Column] = [[quarter.name, "entry", f"{quarter.name} forecast"] for quarter in sheet.ground.to_forecast]
    held: list[Column] = [["Award", "number"], ["Claimed", "number", "Claimed with this claim"]]
    return ["Stream", *held, *later, ["Not used", "number", "Not used of the award"]]
