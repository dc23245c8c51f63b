"""A site with a directory and one without: what its settings say at the start, and what its pages show."""

import sys
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from portfolio.app import create_app
from portfolio.config import BadSetting, Config, Directory
from tests.conftest import SignedIn

DORSET = Directory("https://login.example", "portfolio", "secret", name="Dorset Council")


def test_without_a_directory_nothing_speaks_of_one(client: FlaskClient, signed_in: SignedIn) -> None:
    assert "Sign in with your" not in client.get("/sign-in").text
    assert client.post("/sign-in/directory").status_code == 404
    assert client.get("/sign-in/directory/back?code=1&state=1").status_code == 404
    assert client.post("/sign-in/directory/back").status_code == 404
    assert "Single sign-on" not in signed_in().get("/account").text


def test_with_a_directory_the_sign_in_page_has_its_button_and_the_account_its_place(
    config: Config, signed_in: SignedIn
) -> None:
    site = create_app(replace(config, directory=DORSET))
    page = site.test_client().get("/sign-in?next=/years")
    assert "Sign in with your Dorset Council account" in page.text
    assert 'action="/sign-in/directory?next=/years"' in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    site.extensions["portfolio_database"].close()


def test_somebody_without_an_account_there_is_told_how_to_link_one(config: Config, signed_in: SignedIn) -> None:
    visitor = signed_in()
    visitor.application.extensions["portfolio_config"] = replace(config, directory=DORSET)
    visitor.application.jinja_env.globals["directory_name"] = DORSET.name
    words = visitor.get("/account").text
    assert f"if it has the address {visitor.person.email}" in words


def test_without_what_speaks_openid_connect_the_site_says_what_to_install(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "portfolio.people.openid", raising=False)
    monkeypatch.setitem(sys.modules, "authlib.integrations.requests_client", None)
    create_app(config).extensions["portfolio_database"].close()
    with pytest.raises(BadSetting, match=r"not installed\. Run: pip install -e \.\[oidc\]"):
        create_app(replace(config, directory=DORSET))


def test_a_group_without_a_role_is_said_at_the_start(config: Config) -> None:
    wrong = replace(DORSET, groups={"money": {"role": "treasurer"}})
    with pytest.raises(BadSetting, match="“treasurer” is no role"):
        create_app(replace(config, directory=wrong))
