"""The same figures come to the same rows, whether a lead types them into the site's pages or into a workbook."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.funding_years.rules import DEFAULT_CATEGORIES
from portfolio.money import format_plain, format_pounds
from portfolio.spend.checks import Part
from portfolio.spend.models import Claim
from portfolio.spend.rules import RAG
from portfolio.spend.workbooks.layout import MOST
from portfolio.web.forms import MOST_LINE
from reports import claim_content as headings
from tests.spend.level_up import Q2_PAGE, claim_now, save
from tests.spend.test_workbook_views import REFERENCE, cells, confirm, download, filled, upload

EXAMPLES = int(os.environ.get("PORTFOLIO_EXAMPLES", "3"))
"""How many claims are entered both ways; forty were tried."""
LETTERS = "aZé£–'&<>\"🦔 7,.\n-"
words = st.builds("a{}".format, st.text(LETTERS, max_size=40))
pence = st.integers(-90_000, 90_000).map(lambda number: Decimal(number).scaleb(-2))


@dataclass(frozen=True)
class Entry:
    """What a lead means to enter of a quarter."""

    lines: Mapping[str, tuple[Decimal, str]]
    forecasts: tuple[Decimal | None, Decimal | None]
    match: Decimal | None
    texts: tuple[str, str, str, str]
    rags: tuple[RAG | None, RAG | None]
    as_text: bool
    """Whether amounts are typed into the workbook as text, as from a mail, not as numbers."""


maybe = st.none() | pence.map(abs)
entries = st.builds(
    Entry,
    st.dictionaries(st.sampled_from(DEFAULT_CATEGORIES), st.tuples(pence, words), max_size=4),
    st.tuples(maybe, maybe),
    maybe,
    st.tuples(*[st.just("") | words] * 4),
    st.tuples(*[st.none() | st.sampled_from(RAG)] * 2),
    st.booleans(),
)


def _on_the_web(browser: FlaskClient, entry: Entry) -> None:
    narrative, outputs, risks, explanation = (text.replace("\n", "\r\n") for text in entry.texts)
    spend = {"variance_explanation": explanation}
    for place, category in enumerate(DEFAULT_CATEGORIES):
        amount, what = entry.lines.get(category, (None, ""))
        spend[f"lines__{place}__amount"] = "" if amount is None else format_pounds(amount)
        spend[f"lines__{place}__description"] = what.replace("\n", "\r\n")
    given = ["" if amount is None else format_plain(amount) for amount in entry.forecasts]
    said: Mapping[Part, Mapping[str, str]] = {
        Part.SPEND: spend,
        Part.MATCH: {"match_spent": "" if entry.match is None else f" {entry.match:,} "},
        Part.FORECAST: {f"forecasts__{place}__amount": amount for place, amount in enumerate(given)},
        Part.PROGRESS: {
            "narrative": narrative,
            "delivery_rag": entry.rags[0] or "",
            "spend_rag": entry.rags[1] or "",
        },
        Part.OUTPUTS: {"outputs": outputs},
        Part.RISKS: {"risks": risks},
    }
    for part, changes in said.items():
        assert save(browser, part, **changes).status_code == 302, part


def _in_excel(browser: FlaskClient, form: bytes, entry: Entry) -> None:
    def shown(amount: Decimal | None) -> Any:
        return amount if amount is None else f" £{amount:,} " if entry.as_text else float(amount)

    spend: dict[tuple[str, str, str], Any] = {}
    for category, (amount, what) in entry.lines.items():
        spend[headings.AMOUNT, REFERENCE, category] = shown(amount)
        spend[headings.WHAT, REFERENCE, category] = what
    later = {
        (headings.FORECAST, REFERENCE, quarter): shown(amount)
        for quarter, amount in zip(("Q3", "Q4"), entry.forecasts, strict=True)
    }
    narrative, outputs, risks, explanation = entry.texts
    progress = {
        (headings.MATCH, REFERENCE): shown(entry.match),
        (headings.NARRATIVE, REFERENCE): narrative or None,
        (headings.OUTPUTS, REFERENCE): outputs or None,
        (headings.RISKS, REFERENCE): risks or None,
        (headings.EXPLANATION, REFERENCE): explanation or None,
        (headings.DELIVERY, REFERENCE): entry.rags[0],
        (headings.SPENDING, REFERENCE): entry.rags[1],
    }
    fills = (cells("Spend", spend), cells("Forecast", later), cells("Progress", progress))
    assert confirm(browser, upload(browser, filled(form, *fills))).location == f"{Q2_PAGE}/check"


def _rows(claim: Claim) -> tuple[object, ...]:
    """Everything that the database keeps of a claim's contents."""
    return (
        claim.match_spent, claim.narrative, claim.outputs, claim.risks, claim.variance_explanation,
        claim.delivery_rag, claim.spend_rag, claim.status,
        [(row.stream_id, row.category_id, row.amount, row.description, row.transaction) for row in claim.lines],
        [(row.stream_id, row.quarter, row.amount) for row in claim.forecasts],
    )  # fmt: skip


def test_web_and_workbook_give_the_same_rows(session: Session, leading: FlaskClient, award: Award) -> None:
    form = download(leading)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(entries)
    def same(entry: Entry) -> None:
        found = []
        for in_excel in (False, True):
            if in_excel:
                _in_excel(leading, form, entry)
            else:
                _on_the_web(leading, entry)
            claim = claim_now(session, award)
            found.append(_rows(claim))
            session.delete(claim)
            session.commit()
        assert found[0] == found[1]

    same()


def test_a_description_may_be_as_long_here_as_there() -> None:
    assert MOST[headings.WHAT] == MOST_LINE
