"""A claim form's blank bound as its labels suggest, and the return that fills it."""

from functools import cache

from portfolio.funder_forms import showing
from portfolio.funder_forms.bindings import Binding, BoundCell, BoundTable
from portfolio.funder_forms.figures import Source
from portfolio.funder_forms.suggesting import Suggesting, suggested
from portfolio.uploads.cells import letters
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
    """All that the labels suggest, and the list of projects."""
    binding = Binding()
    for sheet in blank().sheets:
        for place, _, best in suggested(sheet, source(), binding, frozenset()):
            binding = binding.with_cell(BoundCell(place[0], place[1], best.address))
    projects = blank().sheets[1]
    found = Suggesting(source()).table(showing.heading_texts(projects, 4))
    assert found is not None
    view, columns = found
    taken = tuple((letters(column), of) for column, of in columns.items())
    return binding.with_table(BoundTable("Projects", 4, showing.room_for(projects, 4, list(columns)), view.name, taken))
