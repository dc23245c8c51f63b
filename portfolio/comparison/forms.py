"""What a comparison can be narrowed to, by its address alone."""

from portfolio.decisions.forms import Filter
from portfolio.web.forms import OneOf


class CompareFilter(Filter):
    """Says what is compared."""

    stream = OneOf("Stream", blank="All streams")
    programme = OneOf("Programme", blank="All programmes")
