"""The pages of open data: what would be published, publishing, leaving out, and what everybody sees."""

import json
import re

import pytest
from flask.testing import FlaskClient

from portfolio.open_data.actions import parcel_of
from portfolio.people.rules import Role
from tests import make
from tests.conftest import SignedIn
from tests.open_data.conftest import published
from tests.returns.conftest import Scene
from tests.returns.test_views import text_of

PUBLIC = re.compile(r'href="(/open-data/\d+/[^"]+)"')
AWARD = "/open-data/awards/SVD-25-03/dorset"


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
    assert "Dorset Police has no organisation identifier" in text_of(page)
    assert "/open-data/awards/SVD-25-04/dorset/recipient" in page.get_data(as_text=True)
    assert "Nothing is published yet" in text_of(client.get("/open-data"))
    seen = re.search(r'name="seen" value="(\w+)"', page.get_data(as_text=True))
    assert seen is not None
    assert seen[1] == parcel_of(issued.session, issued.year).digest
    stale = finance.post(here, data={"seen": "0"})
    assert (stale.status_code, "Something has changed since" in text_of(stale)) == (422, True)
    done = finance.post(here, data={"seen": seen[1]}, follow_redirects=True)
    assert "Version 1 is published" in done.get_data(as_text=True)
    assert "nothing new to publish" in text_of(done)
    everybody = client.get("/open-data")
    assert "Serious Violence Duty" in text_of(everybody)
    files = PUBLIC.findall(everybody.get_data(as_text=True))
    assert [client.get(name).status_code for name in files] == [200, 200, 200]
    assert client.get(f"{files[0]}x").status_code == 404
    kept = finance.get(f"{here}/1/{files[0].rpartition('/')[2]}")
    assert kept.data == client.get(files[0]).data
    assert "Version 1" in text_of(finance.get("/open-data/years"))


def test_the_draft_of_a_file_can_be_looked_at_first(issued: Scene, finance: FlaskClient) -> None:
    here = f"/open-data/years/{issued.year.id}"
    draft = finance.get(f"{here}/draft/SVD_Dorset_2025-26_360giving.json")
    assert len(json.loads(draft.data)["grants"]) == len(parcel_of(issued.session, issued.year).complete)
    assert finance.get(f"{here}/draft/other.json").location == here
    assert "Level-Up" not in text_of(finance.get(f"{here}?show=held"))
    assert "Level-Up" in text_of(finance.get(f"{here}?show=nonsense"))


def test_a_partnerships_officer_leaves_an_award_out_and_sees_no_other_partnerships(
    issued: Scene, signed_in: SignedIn, client: FlaskClient
) -> None:
    officer = make.person(issued.session, Role.CSP_OFFICER, csp=issued.csp("dorset"))
    published(issued)
    visitor, here = signed_in(person=officer), f"/open-data/years/{issued.year.id}"
    assert "BCP" not in text_of(visitor.get(here)).partition("Awards")[2]
    assert visitor.post(here, data={"seen": "0"}).status_code == 403
    assert visitor.get("/open-data/awards/SVD-25-21/bcp").status_code == 404
    assert "/returns/" not in re.findall(r"Amounts are those of [^.]+", visitor.get(AWARD).get_data(as_text=True))[0]
    wrong = visitor.post(AWARD, data={"because": "no 💷"})
    assert (wrong.status_code, "Say in at least 10 characters" in text_of(wrong)) == (422, True)
    told = visitor.post(AWARD, data={"because": "It would point to the pupils\x00"}, follow_redirects=True)
    assert "Publish this award again" in text_of(told)
    assert "point to the pupils" in text_of(visitor.get(here))
    end = re.search(r'action="(/open-data/exemptions/\d+/end)"', told.get_data(as_text=True))
    assert end is not None
    assert "Leave this award out" in text_of(visitor.post(end[1], follow_redirects=True))
    assert visitor.post(end[1]).status_code == 422
    assert visitor.post(f"/open-data/exemptions/{10**30}/end").status_code == 404


@pytest.mark.parametrize(
    ("page", "typed", "said"),
    [
        ("recipient", {"org_id": "GB-CHC-💷"}, "is not an organisation identifier"),
        ("funder", {"authority": "Dorset", "org_id": "", "gss": "E1"}, "is not an official code"),
        ("given-on", {"regrants_to": "x" * 3_000}, "Shorten this to 2,000 characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_is_right_is_kept(
    finance: FlaskClient, page: str, typed: dict[str, str], said: str
) -> None:
    here = f"{AWARD}/{page}"
    wrong = finance.post(here, data=typed)
    assert (wrong.status_code, said in text_of(wrong)) == (422, True)
    right = dict.fromkeys(typed, "") | {"org_id": "GB-LAE-DST", "gss": "E06000059"}
    assert finance.post(here, data=right).status_code == 302
    assert finance.get(here).status_code == 200


def test_who_publishes_is_set_for_the_police_area(issued: Scene, finance: FlaskClient) -> None:
    here = f"/open-data/years/{issued.year.id}/publisher"
    assert "360G-dorsetopcc" in finance.get(here).get_data(as_text=True)
    assert finance.post(here, data={"prefix": "\x00", "name": ""}).status_code == 422
    answer = finance.post(here, data={"prefix": "360G-dst", "name": "Dorset Council"}, follow_redirects=True)
    assert "360G-dst" in text_of(answer)


def test_an_award_of_no_issued_return_says_so(scene: Scene, signed_in: SignedIn) -> None:
    visitor = signed_in(person=scene.finance)
    assert "No issued return holds this award" in text_of(visitor.get(AWARD))
    assert "No award stands in an issued return" in text_of(visitor.get(f"/open-data/years/{scene.year.id}"))
