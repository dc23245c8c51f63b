"""A claim form's blank bound as its labels suggest, and the return that fills it."""

from functools import cache

from portfolio.funder_forms import showing
from portfolio.funder_forms.bindings import Address, Binding, BoundCell
from portfolio.funder_forms.figures import ALL, Source
from portfolio.uploads.layout import Outline
from portfolio.uploads.outline import outline
from tests.reports.content_samples import dorset
from tests.year_ends import claim_blank


@cache
def source() -> Source:
    """What Dorset's second quarter says."""
    return Source(dorset())


@cache
def blank() -> Outline:
    """What the blank looks like."""
    return outline(claim_blank())


@cache
def by_labels() -> Binding:
    """All that the labels name clearly, and what they may mean by the explanation."""
    reason = Address("ClaimSummary", (ALL,), "Reason for the difference")
    return showing.by_labels(blank(), source(), Binding()).with_cell(BoundCell("Claim", "B13", reason))
