"""A council's directory on this machine: a real OpenID provider over HTTP, that does wrong when a test asks it to.

It signs with `cryptography` and knows nothing of the libraries that the site reads its tokens with.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CLIENT_ID = "portfolio-of-dorset"
CLIENT_SECRET = "a secret of this test & its provider"
PASSWORD = "the directory's own password"
ABSENT = object()
"""As a claim's value: leave it out."""


def b64(content: bytes) -> str:
    """Base64 as tokens write it."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _number(value: int, size: int) -> str:
    return b64(value.to_bytes(size, "big"))


@dataclass(frozen=True)
class Key:
    """A signing key: how it signs, and how it is published."""

    kid: str
    algorithm: str
    sign: Callable[[bytes], bytes]
    public: Mapping[str, str]
    pem: bytes


@cache
def rsa_key(kid: str, algorithm: str = "RS256", size: int = 2048) -> Key:
    """An RSA key, made once for the whole run."""
    private = rsa.generate_private_key(65537, size)
    pss = padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)
    numbers = private.public_key().public_numbers()
    return Key(
        kid,
        algorithm,
        lambda said: private.sign(said, padding.PKCS1v15() if algorithm == "RS256" else pss, SHA256()),
        {"kty": "RSA", "n": _number(numbers.n, size // 8), "e": _number(numbers.e, 3)},
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


@cache
def ec_key(kid: str) -> Key:
    """A P-256 key, made once for the whole run."""
    private = ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()

    def sign(said: bytes) -> bytes:
        pair = decode_dss_signature(private.sign(said, ec.ECDSA(SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in pair)

    return Key(
        kid,
        "ES256",
        sign,
        {"kty": "EC", "crv": "P-256", "x": _number(numbers.x, 32), "y": _number(numbers.y, 32)},
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


@dataclass
class Twist:
    """What is different about the next token: claims and header fields that are set or left out, the key, the reply."""

    claims: Mapping[str, Any] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)
    key: Key | None = None
    sign: Callable[[bytes], bytes] | None = None
    reply: Mapping[str, Any] = field(default_factory=dict)


def unsigned() -> Twist:
    """A token that says that nobody signed it."""
    return Twist(header={"alg": "none"}, sign=lambda _: b"")


def signed_with_what_all_know(key: Key) -> Twist:
    """A token whose shared secret is the public key."""
    return Twist(header={"alg": "HS256"}, sign=lambda said: hmac.digest(key.pem, said, "sha256"))


@dataclass
class _Given:
    """A code that was given out, and what for."""

    account: Mapping[str, Any]
    redirect_uri: str
    challenge: str
    nonce: str


Answer = tuple[int, Mapping[str, str], bytes]


def in_json(said: Any, status: int = 200) -> Answer:
    """An answer in JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(said).encode()


@dataclass
class Provider:
    """The directory: its accounts by user name, its keys, and what it is asked."""

    issuer: str
    back: str = ""
    """The one address that it sends people back to."""
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    key: Key = field(default_factory=lambda: rsa_key("first"))
    published: list[Key] = field(default_factory=lambda: [rsa_key("first")])
    twist: Twist = field(default_factory=Twist)
    description: dict[str, Any] = field(default_factory=dict)
    """What its description says otherwise than usual."""
    instead: dict[str, Answer] = field(default_factory=dict)
    """What it answers at a path instead of what is right."""
    asked: list[str] = field(default_factory=list)
    sends_on_to: str | None = None
    """Another host, to which people are sent on to type their password, as a federated directory does."""
    _codes: dict[str, _Given] = field(default_factory=dict)
    _tokens: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def describe(self) -> Answer:
        """The discovery document."""
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return in_json({name: value for name, value in {**said, **self.description}.items() if value is not ABSENT})

    def list_keys(self) -> Answer:
        """The keys that tokens are checked with."""
        return in_json({"keys": [{**key.public, "kid": key.kid, "use": "sig"} for key in self.published]})

    def ask_who(self, asked: Mapping[str, str]) -> Answer:
        """The login form; a request that is not as registered is refused here, and sent back nowhere."""
        right = {
            "client_id": CLIENT_ID,
            "redirect_uri": self.back,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        wrong = [name for name, value in right.items() if asked.get(name) != value]
        if wrong or "openid" not in asked.get("scope", "").split() or not asked.get("nonce"):
            return in_json({"error": "invalid_request", "about": wrong}, 400)
        if self.sends_on_to is not None:
            return 302, {"Location": f"{self.sends_on_to}/elsewhere?{urlencode(asked)}"}, b""
        return self.show_form(asked)

    def show_form(self, asked: Mapping[str, str]) -> Answer:
        """User name and password, and what was asked for as hidden fields."""
        kept = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in asked.items())
        form = f"""<!doctype html><html lang="en"><title>The directory</title><h1>The directory</h1>
            <form method="post" action="{self.issuer}/authorize">{kept}
            <label>User name <input name="username"></label>
            <label>Password <input name="password" type="password"></label><button>Log in</button></form>"""
        return 200, {"Content-Type": "text/html"}, form.encode()

    def log_in(self, typed: Mapping[str, str]) -> Answer:
        """A code for somebody who knows their password; nothing but an error for others."""
        account = self.accounts.get(typed["username"])
        if account is None or typed["password"] != PASSWORD:
            said = {"error": "access_denied", "state": typed["state"]}
        else:
            code = secrets.token_urlsafe(48)
            self._codes[code] = _Given(account, typed["redirect_uri"], typed["code_challenge"], typed["nonce"])
            said = {"code": code, "state": typed["state"], "iss": self.issuer}
        return 302, {"Location": f"{typed['redirect_uri']}?{urlencode(said)}"}, b""

    def give_token(self, typed: Mapping[str, str], authorization: str) -> Answer:
        """Tokens for a code: once, to the site that proves that it asked."""
        if not self._is_client(typed, authorization):
            return in_json({"error": "invalid_client"}, 401)
        given = self._codes.pop(typed.get("code", ""), None)
        challenge = b64(hashlib.sha256(typed.get("code_verifier", "").encode()).digest())
        if given is None or (given.challenge, given.redirect_uri) != (challenge, typed.get("redirect_uri")):
            return in_json({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(32)
        self._tokens[access_token] = given.account
        reply = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self._sign_token(given, access_token),
            **self.twist.reply,
        }
        self.twist = Twist()
        return in_json({name: value for name, value in reply.items() if value is not ABSENT})

    def _is_client(self, typed: Mapping[str, str], authorization: str) -> bool:
        if authorization.startswith("Basic "):
            client, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
            return (unquote(client), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)
        return (typed.get("client_id"), typed.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)

    def _sign_token(self, given: _Given, access_token: str) -> str:
        now, twist = int(time.time()), self.twist
        key = twist.key or self.key
        header = {"typ": "JWT", "alg": key.algorithm, "kid": key.kid, **twist.header}
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": given.nonce,
            "at_hash": b64(hashlib.sha256(access_token.encode()).digest()[:16]),
            **given.account,
            **twist.claims,
        }
        parts = [
            b64(json.dumps({name: value for name, value in part.items() if value is not ABSENT}).encode())
            for part in (header, claims)
        ]
        said = ".".join(parts)
        return f"{said}.{b64((twist.sign or key.sign)(said.encode()))}"

    def tell_who(self, authorization: str) -> Answer:
        """What is known of whoever an access token is of."""
        account = self._tokens.get(authorization.removeprefix("Bearer "))
        return in_json({"error": "invalid_token"}, 401) if account is None else in_json(account.get("more", account))


def _doors(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer(dict(parse_qsl(content.decode())))

        def _answer(self, typed: Mapping[str, str]) -> None:
            parts = urlsplit(self.path)
            asked, authorization = dict(parse_qsl(parts.query)), self.headers.get("Authorization", "")
            provider.asked.append(parts.path)
            answers: dict[tuple[str, str], Callable[[], Answer]] = {
                ("GET", "/.well-known/openid-configuration"): provider.describe,
                ("GET", "/keys"): provider.list_keys,
                ("GET", "/authorize"): lambda: provider.ask_who(asked),
                ("GET", "/elsewhere"): lambda: provider.show_form(asked),
                ("POST", "/authorize"): lambda: provider.log_in(typed),
                ("POST", "/token"): lambda: provider.give_token(typed, authorization),
                ("GET", "/userinfo"): lambda: provider.tell_who(authorization),
            }
            wrong = provider.instead.get(parts.path)
            right = answers.get((self.command, parts.path))
            status, headers, content = wrong or (right() if right else (404, {}, b""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
            """Say nothing."""

    return Door


@contextmanager
def running(host: str = "localhost") -> Iterator[Provider]:
    """The directory, while the context is open. By another name than the site's, it is another site to browsers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = Provider(f"http://{host}:{server.server_address[1]}")
    server.RequestHandlerClass = _doors(provider)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
