"""The directory spoken to over HTTP: a real provider, which does everything wrong that a provider could."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from authlib.integrations.flask_client import OAuth
from flask import Flask

from portfolio.config import Directory
from portfolio.people import openid
from portfolio.people.directory import Account, DirectorySilent, NotBelieved
from portfolio.people.openid import OpenIDProvider
from tests import openid_provider
from tests.openid_provider import (
    ABSENT,
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    Provider,
    Twist,
    ec_key,
    in_json,
    rsa_key,
    signed_with_what_all_know,
    unsigned,
)

BACK = "http://127.0.0.1:9/sign-in/directory/back"
NONCE, VERIFIER = "a nonce", "v" * 43
NOW = timedelta()
ANN = {"sub": "ann-1", "name": "Ann Other", "email": "ann@example.org", "email_verified": True}


@pytest.fixture
def directory() -> Iterator[Provider]:
    """A directory that knows Ann."""
    with openid_provider.running() as provider:
        provider.back = BACK
        provider.accounts["ann"] = dict(ANN)
        yield provider


@pytest.fixture
def client(directory: Provider) -> OpenIDProvider:
    """The site's side of it."""
    return OpenIDProvider(Directory(directory.issuer, CLIENT_ID, CLIENT_SECRET), BACK)


def log_in(address: str) -> dict[str, str]:
    """What Ann brings back from the directory, sent there by an address."""
    form = requests.get(address, timeout=5).text
    hidden = {part.split('"')[0]: unescape(part.split('"')[2]) for part in form.split('type="hidden" name="')[1:]}
    door = form.partition('action="')[2].partition('"')[0]
    typed = {**hidden, "username": "ann", "password": PASSWORD}
    answer = requests.post(door, typed, timeout=5, allow_redirects=False)
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def come_back(client: OpenIDProvider, later: timedelta = NOW, **changed: Any) -> Account:
    """Ann's whole way there and back."""
    now = datetime.now(UTC) + later
    brought = log_in(client.way_in("a state", NONCE, VERIFIER, now))
    assert brought["state"] == "a state"
    told = {"code": brought["code"], "answered_by": brought["iss"], "nonce": NONCE, "verifier": VERIFIER, "now": now}
    return client.who_came(**{**told, **changed})


def test_who_came_is_who_the_directory_says(client: OpenIDProvider, directory: Provider) -> None:
    account = come_back(client)
    assert account == Account(directory.issuer, "ann-1", "Ann Other", "ann@example.org", True, frozenset())


@pytest.mark.parametrize("key", [rsa_key("pss", "PS256"), ec_key("curve")], ids=["PS256", "ES256"])
def test_other_signatures_with_a_key_of_its_own_are_taken(
    client: OpenIDProvider, directory: Provider, key: openid_provider.Key
) -> None:
    directory.key, directory.published = key, [rsa_key("first"), key]
    assert come_back(client).subject == "ann-1"


def test_a_directory_may_ask_for_the_secret_among_what_is_typed(client: OpenIDProvider, directory: Provider) -> None:
    directory.description["token_endpoint_auth_methods_supported"] = ["private_key_jwt", "client_secret_post"]
    assert come_back(client).subject == "ann-1"


LATER = 10**6
WRONG: dict[str, tuple[Callable[[], Twist], str]] = {
    "a foreign audience": (lambda: Twist({"aud": "another"}), "another site (aud)"),
    "a foreign audience, with our azp": (lambda: Twist({"aud": "another", "azp": CLIENT_ID}), "another site (aud)"),
    "us among others": (lambda: Twist({"aud": [CLIENT_ID, "another"]}), "another site (aud)"),
    "us among others, with our azp": (lambda: Twist({"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}), "(aud)"),
    "an empty audience": (lambda: Twist({"aud": []}), "(aud)"),
    "no audience": (lambda: Twist({"aud": ABSENT}), "(aud)"),
    "our audience given to another": (lambda: Twist({"azp": "another"}), "another site (azp)"),
    "another issuer": (lambda: Twist({"iss": "https://elsewhere.example"}), "another directory made it (iss)"),
    "our issuer with a stroke": (lambda: Twist({"iss": "http://localhost/"}), "(iss)"),
    "no issuer": (lambda: Twist({"iss": ABSENT}), "(iss)"),
    "another nonce": (lambda: Twist({"nonce": "another"}), "another sign-in (nonce)"),
    "no nonce": (lambda: Twist({"nonce": ABSENT}), "(nonce)"),
    "a nonce that is a list": (lambda: Twist({"nonce": [NONCE]}), "(nonce)"),
    "expired": (lambda: Twist({"exp": 1}), "expired (exp)"),
    "never expiring": (lambda: Twist({"exp": float("nan")}), "(exp)"),
    "without an end": (lambda: Twist({"exp": ABSENT}), "(exp)"),
    "an end in words": (lambda: Twist({"exp": "tomorrow"}), "(exp)"),
    "made in the future": (lambda: Twist({"iat": LATER * LATER}), "clocks differ (iat)"),
    "made at no time": (lambda: Twist({"iat": True}), "(iat)"),
    "not yet valid": (lambda: Twist({"nbf": LATER * LATER}), "not valid yet (nbf)"),
    "no subject": (lambda: Twist({"sub": ABSENT}), "whose it is (sub)"),
    "an empty subject": (lambda: Twist({"sub": ""}), "(sub)"),
    "a subject that is a number": (lambda: Twist({"sub": 7}), "(sub)"),
    "a subject with what no database takes": (lambda: Twist({"sub": "ann\0"}), "(sub)"),
    "another token's hash": (lambda: Twist({"at_hash": "AAAA"}), "belong together (at_hash)"),
    "a hash of no token": (lambda: Twist(reply={"access_token": ABSENT}), "(at_hash)"),
    "unsigned": (unsigned, "proves nothing (alg)"),
    "unsigned, in capitals": (lambda: Twist(header={"alg": "NONE"}, sign=lambda _: b""), "(alg)"),
    "signed with what all know": (lambda: signed_with_what_all_know(rsa_key("first")), "(alg)"),
    "no algorithm": (lambda: Twist(header={"alg": ABSENT}), "did not sign it"),
    "an algorithm that is a list": (lambda: Twist(header={"alg": ["RS256"]}), "did not sign it"),
    "an unknown key": (lambda: Twist(key=rsa_key("unknown")), "not the directory's (kid)"),
    "another's key under the right number": (lambda: Twist(header={"kid": "first"}, key=rsa_key("other")), "not sign"),
    "a changed signature": (lambda: Twist(sign=lambda said: b"\0" * 256), "did not sign it"),
    "an extension that must be understood": (lambda: Twist(header={"crit": ["b64"], "b64": False}), "did not sign it"),
    "a token that is none": (lambda: Twist(reply={"id_token": "a.b.c"}), "did not sign it"),
    "a token that is a list": (lambda: Twist(reply={"id_token": []}), "did not sign it"),
    "no token": (lambda: Twist(reply={"id_token": ABSENT}), "did not sign it"),
    "another tenant's": (lambda: Twist({"oid": "1", "tid": "other"}), "another organisation's directory (tid)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_was_not_made_for_this_sign_in_is_refused(client: OpenIDProvider, directory: Provider, name: str) -> None:
    make, why = WRONG[name]
    directory.twist = make()
    with pytest.raises(NotBelieved) as refused:
        come_back(client)
    assert why in refused.value.sentence
    assert come_back(client).subject == "ann-1"


def stock(directory: Provider) -> Any:
    """Authlib as its documentation sets it up."""
    app = Flask("stock")
    return OAuth(app).register(
        "directory",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        server_metadata_url=f"{directory.issuer}/.well-known/openid-configuration",
    )


def test_authlib_by_itself_takes_a_token_made_for_another_site(client: OpenIDProvider, directory: Provider) -> None:
    def reply() -> dict[str, Any]:
        brought = log_in(client.way_in("a state", NONCE, VERIFIER, datetime.now(UTC)))
        typed = {"code": brought["code"], "redirect_uri": BACK, "code_verifier": VERIFIER}
        return dict(
            requests.post(f"{directory.issuer}/token", typed, timeout=5, auth=(CLIENT_ID, CLIENT_SECRET)).json()
        )

    directory.twist = Twist({"aud": "another", "azp": CLIENT_ID})
    taken = stock(directory).parse_id_token(reply(), NONCE)
    assert (taken["sub"], taken["aud"]) == ("ann-1", "another")
    directory.twist = Twist({"aud": "another", "azp": CLIENT_ID})
    with pytest.raises(NotBelieved, match=r"made for another site \(aud\)"):
        come_back(client)


def test_a_code_is_good_once_and_with_its_verifier(client: OpenIDProvider) -> None:
    with pytest.raises(NotBelieved, match=r"does not know this sign-in, or not any more \(code\)"):
        come_back(client, verifier="w" * 43)
    with pytest.raises(NotBelieved, match=r"\(code\)"):
        come_back(client, code="made up")
    now = datetime.now(UTC)
    code = log_in(client.way_in("a state", NONCE, VERIFIER, now))["code"]
    assert client.who_came(code, None, NONCE, VERIFIER, now).subject == "ann-1"
    with pytest.raises(NotBelieved, match=r"\(code\)"):
        client.who_came(code, None, NONCE, VERIFIER, now)


def test_another_directorys_answer_is_refused_before_anything_is_asked(
    client: OpenIDProvider, directory: Provider
) -> None:
    with pytest.raises(NotBelieved, match=r"another directory sent you back \(iss\)"):
        client.who_came("a code", "https://elsewhere.example", NONCE, VERIFIER, datetime.now(UTC))
    assert directory.asked == []


def test_keys_may_change(client: OpenIDProvider, directory: Provider) -> None:
    come_back(client)
    directory.key = rsa_key("second")
    directory.published = [rsa_key("first"), rsa_key("second")]
    come_back(client)
    assert directory.asked.count("/keys") == 2
    come_back(client)
    assert directory.asked.count("/keys") == 2


def test_nobody_keeps_the_site_asking_for_keys(client: OpenIDProvider, directory: Provider) -> None:
    for _ in range(3):
        directory.twist = Twist(key=rsa_key("unknown"))
        with pytest.raises(NotBelieved):
            come_back(client)
    assert directory.asked.count("/keys") == 2
    directory.twist = Twist(key=rsa_key("unknown"))
    with pytest.raises(NotBelieved):
        come_back(client, timedelta(minutes=1))
    assert directory.asked.count("/keys") == 3


def test_the_description_is_kept_for_an_hour(client: OpenIDProvider, directory: Provider) -> None:
    described = "/.well-known/openid-configuration"
    for later, times in ((0, 1), (4, 1), (61, 2)):
        client.way_in("a state", NONCE, VERIFIER, datetime.now(UTC) + timedelta(minutes=later))
        assert directory.asked.count(described) == times


@pytest.mark.parametrize(
    "keys",
    [
        {"keys": "none"},
        {},
        {"keys": ["text", {"kty": "RSA"}, {"kty": "oct", "kid": "first", "k": "AAAA"}]},
        {"keys": [{**rsa_key("first").public, "kid": "first", "use": "enc"}]},
        {"keys": [{**rsa_key("first").public, "kid": "first", "alg": "PS256"}]},
        {"keys": [{**rsa_key("short", size=1024).public, "kid": "first"}]},
        {"keys": [{**rsa_key("first").public, "kid": "first"}, {**rsa_key("second").public, "kid": "first"}]},
        {"keys": [{"kty": "RSA", "kid": "first", "e": "AQAB", "n": "!" * 400}]},
        {"keys": [{"kty": "RSA", "kid": "first", "n": rsa_key("first").public["n"]}]},
    ],
)
def test_keys_that_are_none_check_nothing(client: OpenIDProvider, directory: Provider, keys: Any) -> None:
    directory.instead["/keys"] = in_json(keys)
    with pytest.raises(NotBelieved):
        come_back(client)


def test_a_token_without_a_number_is_taken_where_there_is_one_key(client: OpenIDProvider, directory: Provider) -> None:
    directory.twist = Twist(header={"kid": ABSENT})
    assert come_back(client).subject == "ann-1"
    directory.published.append(rsa_key("second"))
    directory.twist = Twist(header={"kid": ABSENT})
    with pytest.raises(NotBelieved):
        come_back(client, timedelta(hours=1))


SILENT: dict[str, Callable[[Provider], None]] = {
    "another issuer's": lambda them: them.description.update(issuer="https://elsewhere.example"),
    "no issuer": lambda them: them.description.update(issuer=ABSENT),
    "no door": lambda them: them.description.update(authorization_endpoint=ABSENT),
    "a door that is unsafe": lambda them: them.description.update(authorization_endpoint="http://elsewhere.example/"),
    "a door that is none": lambda them: them.description.update(authorization_endpoint="javascript:alert(1)"),
    "a door that cannot be read": lambda them: them.description.update(authorization_endpoint="https://[::1"),
    "a door with a line break": lambda them: them.description.update(
        authorization_endpoint="https://a.example/\r\nA: b"
    ),
    "not there": lambda them: them.instead.update({DESCRIBED: (404, {}, b"")}),
    "not JSON": lambda them: them.instead.update({DESCRIBED: (200, {}, b"<html>")}),
    "no object": lambda them: them.instead.update({DESCRIBED: in_json([])}),
    "too deep": lambda them: them.instead.update({DESCRIBED: (200, {}, b"[" * 200_000)}),
    "too long": lambda them: them.instead.update({DESCRIBED: in_json("x" * openid.MOST_SAID)}),
    "shorter than it says": lambda them: them.instead.update({DESCRIBED: (200, {"Content-Length": "9"}, b"{}")}),
    "sending elsewhere": lambda them: them.instead.update({DESCRIBED: (302, {"Location": f"{them.issuer}/x"}, b"")}),
}
DESCRIBED = "/.well-known/openid-configuration"


@pytest.mark.parametrize("name", SILENT)
def test_a_directory_that_does_not_answer_as_one_is_told_in_a_sentence(
    client: OpenIDProvider, directory: Provider, name: str
) -> None:
    SILENT[name](directory)
    with pytest.raises(DirectorySilent, match="The directory does not answer as it should"):
        client.way_in("a state", NONCE, VERIFIER, datetime.now(UTC))
    assert directory.asked == [DESCRIBED]


def test_an_answer_that_takes_too_long_is_not_waited_for(
    client: OpenIDProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "WHOLE", 0)
    with pytest.raises(DirectorySilent):
        client.way_in("a state", NONCE, VERIFIER, datetime.now(UTC))


def test_a_directory_that_is_not_there_is_told_in_a_sentence() -> None:
    gone = OpenIDProvider(Directory("http://localhost:1", CLIENT_ID, CLIENT_SECRET), BACK)
    with pytest.raises(DirectorySilent, match="ConnectionError"):
        gone.way_in("a state", NONCE, VERIFIER, datetime.now(UTC))


def test_a_directory_that_keeps_silent_is_not_asked_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = OpenIDProvider(Directory("http://localhost:1", CLIENT_ID, CLIENT_SECRET), BACK)

    def ask() -> str:
        with pytest.raises(DirectorySilent) as refused:
            gone.way_in("a state", NONCE, VERIFIER, datetime.now(UTC))
        return refused.value.sentence

    assert ["ConnectionError" in ask() for _ in range(2)] == [True, True]  # it was quick to refuse
    monkeypatch.setattr(openid, "WAIT", 1)  # everything takes longer than that without a second
    assert ["ConnectionError" in ask() for _ in range(2)] == [True, False]
    assert "it kept silent a moment ago" in ask()
    monkeypatch.setattr(gone, "_silent_until", 0.0)
    assert "ConnectionError" in ask()


@pytest.mark.parametrize("reply", [b"[]", b"<html>", json.dumps({"expires_in": [1]}).encode()])
def test_a_token_that_cannot_be_read_is_told_in_a_sentence(
    client: OpenIDProvider, directory: Provider, reply: bytes
) -> None:
    directory.instead["/token"] = (200, {}, reply)
    with pytest.raises(DirectorySilent):
        come_back(client)


def test_an_address_may_come_from_userinfo(client: OpenIDProvider, directory: Provider) -> None:
    directory.accounts["ann"] = {"sub": "ann-1", "name": "Ann", "email_verified": True, "more": {**ANN, "name": "No"}}
    account = come_back(client)
    assert (account.name, account.address, account.address_is_proven) == ("Ann", "ann@example.org", True)


def test_an_address_is_proven_where_it_is_said_and_nowhere_else(client: OpenIDProvider, directory: Provider) -> None:
    more = {"sub": "ann-1", "email": "ann@example.org"}
    directory.accounts["ann"] = {"sub": "ann-1", "email_verified": True, "more": more}
    assert not come_back(client).address_is_proven


def test_userinfo_of_somebody_else_is_refused(client: OpenIDProvider, directory: Provider) -> None:
    directory.accounts["ann"] = {"sub": "ann-1", "more": {**ANN, "sub": "bob-1"}}
    with pytest.raises(NotBelieved, match="somebody else"):
        come_back(client)


def test_a_directory_without_userinfo_tells_no_address(client: OpenIDProvider, directory: Provider) -> None:
    directory.description["userinfo_endpoint"] = ABSENT
    directory.accounts["ann"] = {"sub": "ann-1"}
    assert come_back(client).address is None


def test_what_the_provider_of_these_tests_refuses(client: OpenIDProvider, directory: Provider) -> None:
    """That the tests above would fail with a client that forgets its part."""
    address = client.way_in("a state", NONCE, VERIFIER, datetime.now(UTC))
    assert requests.get(address.replace("S256", "plain"), timeout=5).status_code == 400
    assert requests.get(address.replace(CLIENT_ID, "another"), timeout=5).status_code == 400
    stranger = OpenIDProvider(Directory(directory.issuer, CLIENT_ID, "wrong"), BACK)
    with pytest.raises(NotBelieved):
        come_back(stranger)
