"""What a refused deed says: each error's sentence, code or field."""

from collections.abc import Callable

import pytest

from portfolio.errors import PortfolioError

Deed = Callable[[], object]


def errors_of(deed: Deed) -> tuple[PortfolioError, ...]:
    """Every error that a deed is refused for."""
    with pytest.raises(PortfolioError) as refused:
        deed()
    return refused.value.each()


def sentences(deed: Deed) -> list[str]:
    """What they say."""
    return [error.sentence for error in errors_of(deed)]


def codes(deed: Deed) -> list[str | None]:
    """The rules they are of."""
    return [error.code for error in errors_of(deed)]


def fields(deed: Deed) -> list[str | None]:
    """What they concern."""
    return [error.field for error in errors_of(deed)]
