"""The step of the money: for every stream a box for each category and quarter, and for what is not broken down."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from portfolio.funding_years.models import CostCategory, FundingYear, Stream
from portfolio.money import ZERO
from portfolio.proposals.actions import Asked, Contents
from portfolio.proposals.forms.offering import Offer, StepForm
from portfolio.quarters import Quarter
from portfolio.web.errors import put_on
from portfolio.web.forms import PoundsField

NOT_BY_CATEGORY, NOT_BY_QUARTER = "Not by category", "Not by quarter"


@dataclass(frozen=True)
class Boxes:
    """Which box holds which amount, by the numbers of stream, category and quarter; 0 where it is not broken down."""

    year: FundingYear

    @property
    def streams(self) -> list[Stream]:
        """The programme's streams, a table each."""
        return self.year.programme.streams

    @property
    def categories(self) -> list[CostCategory | None]:
        """The lines of a table; None is what is asked for in no category."""
        return [*self.year.programme.categories, None]

    @property
    def quarters(self) -> list[Quarter | None]:
        """The columns of a table; None is what is asked for in no quarter."""
        return [*self.year.year.quarters, None]

    @staticmethod
    def name(stream: Stream, category: CostCategory | None, quarter: Quarter | None) -> str:
        """The box's own name."""
        return f"ask-{stream.id}-{category.id if category else 0}-{quarter.number if quarter else 0}"

    def every(self) -> Iterator[tuple[Stream, CostCategory | None, Quarter | None]]:
        """Each box, in the order of the page."""
        for stream in self.streams:
            for category in self.categories:
                for quarter in self.quarters:
                    yield stream, category, quarter


@dataclass(frozen=True)
class BoxLine:
    """A category's boxes, and what they come to as typed so far, in pounds."""

    words: str
    key: str
    boxes: tuple[tuple[str, PoundsField], ...]
    """Each with the sums that it goes into."""
    total: Decimal


@dataclass(frozen=True)
class BoxTable:
    """A stream's boxes, with what each column and all of them come to as typed so far, in pounds."""

    stream: Stream
    key: str
    lines: tuple[BoxLine, ...]
    totals: tuple[tuple[str, Decimal], ...]
    total: Decimal


class MoneyForm(StepForm):
    """What is asked for, box by box."""

    boxes: Boxes

    def into(self, contents: Contents) -> Contents:
        """With what was entered; an empty box and a zero ask for nothing."""
        asks = [
            Asked(stream, amount, category, quarter)
            for stream, category, quarter in self.boxes.every()
            if (amount := self._amount(stream, category, quarter))
        ]
        return replace(contents, asks=asks)

    def places(self) -> dict[str, str]:
        """What is wrong with a stream's request is said at its first box."""
        first = {f"requested.{stream.name}": self._first(stream) for stream in self.boxes.streams}
        return {**first, "requested": next(iter(first.values()), "")}

    def _first(self, stream: Stream) -> str:
        return self.boxes.name(stream, self.boxes.categories[0], self.boxes.quarters[0])

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Money is asked for, not given: a negative amount is said at its own box."""
        is_right: bool = super().validate(extra_validators)
        for stream, category, quarter in self.boxes.every():
            if self._amount(stream, category, quarter) < ZERO:
                sentence = "A request cannot be negative. Enter an amount of zero or more"
                put_on(self, sentence, self.boxes.name(stream, category, quarter))
                is_right = False
        return is_right

    def _amount(self, stream: Stream, category: CostCategory | None, quarter: Quarter | None) -> Decimal:
        return self[self.boxes.name(stream, category, quarter)].data or ZERO

    def tables(self) -> list[BoxTable]:
        """The boxes as the page has them."""
        return [self._table(stream) for stream in self.boxes.streams]

    def _table(self, stream: Stream) -> BoxTable:
        key = f"s{stream.id}"
        columns = [f"{key}q{quarter.number if quarter else 0}" for quarter in self.boxes.quarters]
        lines = [self._line(stream, category, columns) for category in self.boxes.categories]
        by_column = [
            sum((self._amount(stream, category, quarter) for category in self.boxes.categories), ZERO)
            for quarter in self.boxes.quarters
        ]
        totals = tuple(zip(columns, by_column, strict=True))
        return BoxTable(stream, key, tuple(lines), totals, sum(by_column, ZERO))

    def _line(self, stream: Stream, category: CostCategory | None, columns: Iterable[str]) -> BoxLine:
        key = f"s{stream.id}c{category.id if category else 0}"
        boxes = tuple(
            (f"{key} {column} s{stream.id} asked", self[self.boxes.name(stream, category, quarter)])
            for quarter, column in zip(self.boxes.quarters, columns, strict=True)
        )
        total = sum((self._amount(stream, category, quarter) for quarter in self.boxes.quarters), ZERO)
        return BoxLine(category.name if category else NOT_BY_CATEGORY, key, boxes, total)

    def total(self) -> Decimal:
        """What all the boxes come to, in pounds, as far as they can be read."""
        return sum((self._amount(*box) for box in self.boxes.every()), ZERO)


def money_form(offer: Offer, contents: Contents, *, as_kept: bool = False) -> MoneyForm:
    """The form of a year's streams; it begins with what the proposal asks for, and `as_kept` reads nothing typed."""
    boxes, kept = Boxes(offer.year), dict[str, Decimal]()
    for ask in contents.asks:
        name = boxes.name(ask.stream, ask.category, ask.quarter)
        kept[name] = kept.get(name, ZERO) + ask.amount
    fields: dict[str, Any] = {"boxes": boxes}
    for stream, category, quarter in boxes.every():
        name = boxes.name(stream, category, quarter)
        words = f"{stream.name}, {category.name if category else NOT_BY_CATEGORY}"
        fields[name] = PoundsField(f"{words}, {quarter or NOT_BY_QUARTER}", missing=None, default=kept.get(name))
    made = type("MoneyForm", (MoneyForm,), fields)
    form: MoneyForm = made(formdata=None) if as_kept else made()
    form.show(offer)
    return form
