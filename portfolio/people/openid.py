"""The council's directory, spoken to over OpenID Connect: the way there, and who came back. No database, no pages.

Authlib carries the protocol's requests; what a token says is checked here and in `directory`, claim by claim, because
Authlib takes a token that was made for another site where its `azp` names this one.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from portfolio.config import Directory
from portfolio.people.directory import Account, Claims, DirectorySilent, NotBelieved, account_of, believe

SCOPE = "openid profile email"
KEY_KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
"""The signatures that are taken, with their keys: made with a key that the directory alone has, never with a shared
secret, never with none."""
SHORTEST_MODULUS = 342
"""The characters of a 2048-bit RSA modulus."""
KEPT = timedelta(hours=1)
"""For how long the directory's description and keys are not asked for again."""
ASKED_AGAIN = timedelta(minutes=1)
"""A token with an unknown key has the keys fetched anew, but not more often: nobody may keep the site asking."""
WAIT = 5
"""Seconds to wait for the directory's next word."""
WHOLE = 15
"""Seconds for a whole answer."""
QUIET = 30
"""For how many seconds a directory that keeps silent is not asked again: whoever waits for it keeps a thread of the
site from everybody else, and anybody can ask."""
MOST_SAID = 512 * 1024
FROM_USERINFO = ("email", "email_verified", "preferred_username", "name", "groups")


class _Careful(HTTPAdapter):
    """Carries a request, waits only so long for its answer, and reads only so much of it."""

    def send(self, request: PreparedRequest, *_: Any, **options: Any) -> Response:
        """Carry one request; raises RequestException for an answer that is too slow or too long."""
        until = time.monotonic() + WHOLE
        answer = super().send(request, **{**options, "stream": True, "timeout": WAIT})
        said = b""
        try:
            while some := answer.raw.read1(65536, decode_content=False):
                said += some
                if len(said) > MOST_SAID or time.monotonic() > until:
                    raise RequestException("the answer is too long, or takes too long")
        except HTTPError as error:
            raise RequestException("the answer broke off") from error
        finally:
            answer.close()
        answer.raw = BytesIO(said)
        return answer


@dataclass(frozen=True)
class _Heard:
    """Something that the directory said of itself, and when."""

    said: dict[str, Any]
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return timedelta() <= now - self.at < KEPT


class OpenIDProvider:
    """One directory, as this process knows it; `back` is the address that it sends people back to."""

    def __init__(self, directory: Directory, back: str) -> None:
        self.directory = directory
        self.back = back
        self._heard: dict[str, _Heard] = {}
        self._asked_again: datetime | None = None
        self._silent_until = 0.0

    def way_in(self, state: str, nonce: str, verifier: str, now: datetime) -> str:
        """Where somebody proves to the directory who they are; raises DirectorySilent."""
        with self._line() as line:
            endpoint = self._endpoint("authorization_endpoint", now)
            address, _ = line.create_authorization_url(endpoint, state, verifier, nonce=nonce)
        return str(address)

    def who_came(self, code: str, answered_by: str | None, nonce: str, verifier: str, now: datetime) -> Account:
        """Whose sign-in a code stands for. `answered_by` is the `iss` that came with the code, if any.

        Raises DirectorySilent, and NotBelieved for everything that was not made for this sign-in.
        """
        if answered_by is not None and answered_by != self.directory.issuer:
            raise NotBelieved("another directory sent you back (iss)")
        with self._line() as line:
            tokens = self._exchange(line, code, verifier, now)
            access_token = tokens.get("access_token")
            claims = self._read(str(tokens.get("id_token")), now)
            believe(
                claims,
                directory=self.directory,
                nonce=nonce,
                access_token=access_token if isinstance(access_token, str) else None,
                now=now,
            )
            account = account_of(claims, self.directory)
            if account.address is None and "userinfo_endpoint" in self._description(now):
                account = account_of(self._with_userinfo(line, claims, now), self.directory)
        return account

    @contextmanager
    def _line(self) -> Iterator[Any]:
        """A connection to the directory. It follows no redirects: what the directory says, it says itself."""
        began = time.monotonic()
        if began < self._silent_until:
            raise DirectorySilent("it kept silent a moment ago")
        with OAuth2Session(
            self.directory.client_id,
            self.directory.client_secret,
            scope=SCOPE,
            redirect_uri=self.back,
            code_challenge_method="S256",
        ) as line:
            line.max_redirects = 0
            line.headers["Accept-Encoding"] = "identity"
            for scheme in ("https://", "http://"):
                line.mount(scheme, _Careful())
            try:
                yield line
            except OAuthError as error:
                raise NotBelieved("it does not know this sign-in, or not any more (code)") from error
            except (RequestException, ValueError, RecursionError) as error:
                ended = time.monotonic()
                if ended - began > WAIT - 1:
                    self._silent_until = ended + QUIET
                raise DirectorySilent(type(error).__name__) from error

    def _exchange(self, line: Any, code: str, verifier: str, now: datetime) -> Mapping[str, Any]:
        ways = self._description(now).get("token_endpoint_auth_methods_supported")
        if isinstance(ways, list) and "client_secret_post" in ways:
            line.token_endpoint_auth_method = "client_secret_post"  # noqa: S105  # a way's name
        endpoint = self._endpoint("token_endpoint", now)
        try:
            return {**line.fetch_token(endpoint, code=code, code_verifier=verifier, grant_type="authorization_code")}
        except TypeError as error:
            raise DirectorySilent("its token is unreadable") from error

    def _with_userinfo(self, line: Any, claims: Claims, now: datetime) -> Claims:
        """A token that names no address, with what the directory adds; raises NotBelieved where that is of others."""
        said = _json(line.get(self._endpoint("userinfo_endpoint", now)))
        if said.get("sub") != claims["sub"]:
            raise NotBelieved("it speaks of somebody else (userinfo)")
        # An address and whether it is verified are one statement: neither is taken from elsewhere.
        token = {name: claims[name] for name in claims if name not in ("email", "email_verified")}
        return {**{name: said[name] for name in FROM_USERINFO if name in said}, **token}

    def _description(self, now: datetime) -> dict[str, Any]:
        issuer = self.directory.issuer
        said = self._hear(f"{issuer.rstrip('/')}/.well-known/openid-configuration", now)
        if said.get("issuer") != issuer:
            raise DirectorySilent("it is not the one that PORTFOLIO_OIDC_ISSUER names (issuer)")
        return said

    def _endpoint(self, name: str, now: datetime) -> str:
        """One of the directory's addresses, as safe as its own; raises DirectorySilent."""
        address = self._description(now).get(name)
        own = urlsplit(self.directory.issuer)
        if isinstance(address, str) and address.isprintable() and " " not in address:
            parts = urlsplit(address)
            if parts.scheme == "https" or (parts.scheme, parts.hostname) == (own.scheme, own.hostname):
                return address
        raise DirectorySilent(f"it does not say where its {name} is")

    def _hear(self, address: str, now: datetime, *, anew: bool = False) -> dict[str, Any]:
        known = self._heard.get(address)
        if known is None or anew or not known.is_fresh(now):
            with self._line() as line:
                known = self._heard[address] = _Heard(_json(line.get(address, withhold_token=True)), now)
        return known.said

    def _read(self, token: str, now: datetime) -> Claims:
        """What a token says, once its signature is the directory's; raises NotBelieved."""
        try:
            header = jws.extract_compact(token.encode()).headers()
            key = self._key(header.get("alg"), header.get("kid"), now)
            rules = jws.JWSRegistry(algorithms=list(KEY_KINDS), strict_check_header=False)
            return jwt.decode(token, key, registry=rules).claims
        except (JoseError, LookupError, TypeError, ValueError) as error:
            raise NotBelieved("the directory did not sign it") from error

    def _key(self, algorithm: Any, number: Any, now: datetime) -> RSAKey | ECKey:
        """The directory's key of a number; for an unknown one the keys are fetched anew: they are changed at times."""
        if algorithm not in KEY_KINDS:
            raise NotBelieved("it is signed in a way that proves nothing (alg)")
        address = self._endpoint("jwks_uri", now)
        found = _find_key(self._hear(address, now), algorithm, number)
        if found is None and (self._asked_again is None or now - self._asked_again >= ASKED_AGAIN):
            self._asked_again = now
            found = _find_key(self._hear(address, now, anew=True), algorithm, number)
        if found is None:
            raise NotBelieved("it is signed with a key that is not the directory's (kid)")
        return found


def _json(answer: Response) -> dict[str, Any]:
    """An answer's JSON object; raises RequestException where it is none, or no success."""
    answer.raise_for_status()
    said = answer.json()
    if not isinstance(said, dict):
        raise RequestException("not an object")
    return said


def _find_key(keys: Mapping[str, Any], algorithm: str, number: Any) -> RSAKey | ECKey | None:
    """The one key that fits a token; a token without a number is taken where no other key could be meant."""
    listed = keys.get("keys")
    fitting = [
        key
        for key in (listed if isinstance(listed, list) else ())
        if isinstance(key, dict)
        and key.get("kty") == KEY_KINDS[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (number is None or key.get("kid") == number)
        and (key["kty"] == "EC" or len(str(key.get("n"))) >= SHORTEST_MODULUS)
    ]
    if len(fitting) != 1:
        return None
    kind: type[RSAKey] | type[ECKey] = RSAKey if KEY_KINDS[algorithm] == "RSA" else ECKey
    return kind.import_key(fitting[0])
