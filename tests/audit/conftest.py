"""Who looks at the audit trail."""

import pytest

from portfolio.people.rules import Role
from tests.conftest import SignedIn, Visitor


@pytest.fixture
def administrator(signed_in: SignedIn) -> Visitor:
    """An administrator, Ada Minster."""
    return signed_in(Role.ADMINISTRATOR, name="Ada Minster")
