"""The pages of open data: what would be published, publishing, leaving out, and what everybody sees."""

import re

import pytest
from flask.testing import FlaskClient

from portfolio.open_data.actions import parcel_of
from tests.conftest import SignedIn
from tests.returns.conftest import Scene
from tests.returns.test_views import text_of


@pytest.fixture
def finance(issued: Scene, signed_in: SignedIn) -> FlaskClient:
    """The finance officer's browser."""
    return signed_in(person=issued.finance)


def test_publishing_shows_everybody_what_was_looked_at(
    issued: Scene, finance: FlaskClient, client: FlaskClient
) -> None:
    here = f"/open-data/years/{issued.year.id}"
    page = finance.get(here)
    assert "Level-Up" in text_of(page)
    assert "Nothing is published yet" in text_of(client.get("/open-data"))
    seen = re.search(r'name="seen" value="(\w+)"', page.get_data(as_text=True))
    assert seen is not None
    assert seen[1] == parcel_of(issued.session, issued.year).digest
    assert finance.post(here, data={"seen": "0"}).status_code == 422
    done = finance.post(here, data={"seen": seen[1]}, follow_redirects=True)
    assert "Version 1 is published" in done.get_data(as_text=True)
    assert "nothing new to publish" in text_of(done)
    everybody = client.get("/open-data")
    assert "Serious Violence Duty" in text_of(everybody)
    for name in re.findall(r'href="(/open-data/\d+/[^"]+)"', everybody.get_data(as_text=True)):
        assert client.get(name).status_code == 200
