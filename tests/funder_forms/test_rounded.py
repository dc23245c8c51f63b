"""A form in whole pounds says what the return itself says in whole pounds."""

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from portfolio.funder_forms.bindings import Address
from portfolio.funder_forms.figures import ALL, Source
from portfolio.funder_forms.rounded import in_units
from reports.content import Rounded, RoundedRow
from reports.totals import summary_totals
from tests.reports.content_samples import dorset


def test_what_the_return_shows_rounded_is_filled_in_so() -> None:
    exact = summary_totals(dorset()).streams
    far = {True: ROUND_FLOOR, False: ROUND_CEILING}  # the other way than the nearest, as an earlier return may have it
    rows = []
    for line in exact:
        first, second, *rest = line.quarters
        up = first % 1 >= Decimal("0.5")
        rows.append(RoundedRow(line.stream, (first.quantize(Decimal(1), far[up]), second, rest[0], rest[1])))
    content = replace(dorset(), rounded=Rounded(1, "so", tuple(rows)))
    addresses = [Address("Summary", (ALL, line.stream), "Q1") for line in exact]

    def filled(from_: Source, unit: str) -> list[Decimal]:
        return list(in_units(from_, map(from_.find, addresses), Decimal(unit)).values())

    assert filled(Source(content), "1") == [row.quarters[0] for row in rows]
    assert filled(Source(dorset()), "1") != filled(Source(content), "1")
    assert filled(Source(content), "1000") == filled(Source(dorset()), "1000"), "in another unit it shows nothing"
