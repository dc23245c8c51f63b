"""What the text of a setting means: an address, a number, a key, a mail server, a directory; or why it is refused.

Each setting of the environment is read in one place here, and refused with one sentence that names it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from portfolio.errors import PortfolioError

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
HOST = r"[a-z0-9.-]+|\[[0-9a-f:.]+\]"
"""A host as it stands in an address: a name or number, or an IPv6 number in brackets."""
SHORTEST_KEY = 32
KNOWN_KEYS = frozenset(
    {"secret", "secretkey", "changeme", "change", "default", "dev", "development", "test", "password"}
)
"""Keys that stand in tutorials and templates, without their spaces, dashes and digits."""


class BadSetting(PortfolioError):
    """A setting of the environment that cannot be used."""


@dataclass(frozen=True)
class MailServer:
    """The SMTP server that takes the messages; TLS from the first byte for smtps, by STARTTLS where `starttls`."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    tls: bool
    starttls: bool


@dataclass(frozen=True)
class Directory:
    """The council's OpenID Connect provider, and which of its groups give which roles.

    `groups` has for each group's name or number the role's name and, where it needs one, its place: the
    partnership's key or the police area's code. `name` is whose account the button speaks of. With `trusted_email`,
    an address that the provider tells is believed also where it does not say that it was verified.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    name: str = "council"
    trusted_email: bool = False


def database_url(url: str) -> str:
    """DATABASE_URL, as the driver reads it."""
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise BadSetting(
            "DATABASE_URL is neither PostgreSQL nor SQLite. "
            "Set it to postgresql://user:password@host/name, or leave it out for the built-in database"
        )
    if url in ("sqlite:///", "sqlite:///:memory:"):
        raise BadSetting("DATABASE_URL names a database that is kept nowhere. Set it to sqlite:////path/of/a/file")
    return url


def _split(url: str) -> SplitResult | None:
    """An address in its parts; None where it has no host, or a port that is none."""
    try:
        parts = urlsplit(url)
        has_host = parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        return None
    return parts if has_host else None


def site_url(url: str) -> str:
    """PORTFOLIO_URL: the scheme and the host, with nothing behind them."""
    parts = _split(url)
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or not re.fullmatch(rf"({HOST})(:\d+)?", parts.netloc.lower())
    ):
        raise BadSetting(
            "PORTFOLIO_URL is no site's address. Set it to what people type, like https://grants.example.org"
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def hosts(text: str) -> tuple[str, ...]:
    """PORTFOLIO_HOSTS: names between commas, as they stand in an address, without a port."""
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    for name in names:
        if not re.fullmatch(HOST, name):
            raise BadSetting(
                f"PORTFOLIO_HOSTS holds “{name}”, which is no host's name. "
                "Write names without https:// and without a port, with commas between them"
            )
    return tuple(name.strip("[]") for name in names)


def number(values: Mapping[str, str], name: str, *, most: int) -> int:
    """A setting that counts something; 0 where it is left out."""
    given = values.get(name) or "0"
    if not given.isascii() or not given.isdigit() or int(given) > most:
        raise BadSetting(f"{name} is not a number from 0 to {most}. Correct it, or leave it out")
    return int(given)


def sound_key(key: str, where: str) -> str:
    """A key that nobody guesses: refused where it is short, repeats itself or is known."""
    bare = "".join(letter for letter in key.lower() if letter.isalpha())
    if len(key) < SHORTEST_KEY or len(set(key)) < SHORTEST_KEY // 4 or bare in KNOWN_KEYS:
        raise BadSetting(
            f"{where} holds a key that can be guessed. Set at least {SHORTEST_KEY} random characters, for instance "
            "what this prints: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return key


def mail_server(url: str | None) -> MailServer | None:
    """PORTFOLIO_SMTP; None where it is left out."""
    if not url:
        return None
    parts = _split(url)
    if (
        parts is None
        or parts.scheme not in ("smtp", "smtps")
        or parts.path.strip("/")
        or bool(parts.username) != bool(parts.password)
    ):
        raise BadSetting(
            "PORTFOLIO_SMTP is no mail server. Set it to smtp://user:password@host:587 (STARTTLS), "
            "smtps://user:password@host (TLS) or smtp://localhost:25"
        )
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    if not f"{user}{password}".isascii():
        raise BadSetting(
            "PORTFOLIO_SMTP holds a user or a password with letters that cannot be sent to a mail server. "
            "Choose one without accents and signs like £"
        )
    tls = parts.scheme == "smtps"
    return MailServer(
        host=str(parts.hostname),
        port=parts.port or (465 if tls else 587),
        user=user,
        password=password,
        tls=tls,
        starttls=not tls and parts.hostname not in LOCAL_HOSTS,
    )


def mail_from(sender: str | None, site: str) -> str:
    """PORTFOLIO_MAIL_FROM: an address, or a name with its address; without it, one of the site's own host."""
    if not sender:
        return f"portfolio@{urlsplit(site).hostname}"
    if not re.fullmatch("[!-~]+@[!-~]+", parseaddr(sender)[1]) or not sender.isprintable():
        raise BadSetting(
            "PORTFOLIO_MAIL_FROM is no e-mail address. Set it like grants@example.org or Grants <grants@example.org>"
        )
    return sender


def directory(values: Mapping[str, str]) -> Directory | None:
    """PORTFOLIO_OIDC_…; None where none of the needed ones is set."""
    names = ("PORTFOLIO_OIDC_ISSUER", "PORTFOLIO_OIDC_CLIENT_ID", "PORTFOLIO_OIDC_CLIENT_SECRET")
    given = [values.get(name, "") for name in names]
    if not any(given):
        return None
    for name, value in zip(names, given, strict=True):
        if not value:
            raise BadSetting(f"{name} is missing. Single sign-on needs {', '.join(names[:-1])} and {names[-1]}")
    issuer = _split(given[0])
    schemes = ("https", "http") if issuer and issuer.hostname in LOCAL_HOSTS else ("https",)
    if issuer is None or issuer.scheme not in schemes:
        raise BadSetting(f"{names[0]} is no https address. Set it to the issuer as your directory writes it")
    return Directory(
        given[0],
        given[1],
        given[2],
        _groups(values.get("PORTFOLIO_OIDC_GROUPS") or "{}"),
        name=values.get("PORTFOLIO_OIDC_NAME") or "council",
        trusted_email=_yes_or_no(values, "PORTFOLIO_OIDC_TRUSTED_EMAIL"),
    )


def _yes_or_no(values: Mapping[str, str], name: str) -> bool:
    given = values.get(name) or "no"
    if given not in ("yes", "no"):
        raise BadSetting(f"{name} is neither yes nor no. Correct it, or leave it out")
    return given == "yes"


def _groups(text: str) -> Mapping[str, Mapping[str, str]]:
    try:
        groups = json.loads(text)
        is_right = all(
            isinstance(role, dict)
            and set(role) <= {"role", "csp", "area"}
            and all(isinstance(word, str) for word in role.values())
            for role in groups.values()
        )
    except (ValueError, AttributeError):
        is_right = False
    if not is_right:
        raise BadSetting(
            "PORTFOLIO_OIDC_GROUPS is no JSON object of groups. "
            'Write it like {"grants-finance": {"role": "finance officer", "area": "dorset"}}'
        )
    return dict(groups)
