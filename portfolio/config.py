"""Where the data is and how the site runs: read once, from the environment, with defaults that work."""

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from portfolio.errors import PortfolioError

ROOT = Path(__file__).resolve().parent.parent
HERE = "http://127.0.0.1:8000"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
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


@dataclass(frozen=True)
class Config:
    """The settings; each is described in the README."""

    instance: Path
    database_url: str
    url: str = HERE
    more_hosts: tuple[str, ...] = ()
    proxies: int = 0
    hsts_days: int = 0
    given_key: str | None = field(default=None, repr=False)
    mail_server: MailServer | None = None
    mail_from: str = "portfolio@localhost"
    directory: Directory | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Config":
        """Read the settings; raises BadSetting with the name of one that cannot be used."""
        values = os.environ if environment is None else environment
        instance = Path(values.get("PORTFOLIO_INSTANCE") or ROOT / "instance").absolute()
        url = values.get("PORTFOLIO_URL") or HERE
        return cls(
            instance,
            _database_url(values.get("DATABASE_URL") or f"sqlite:///{instance / 'portfolio.db'}"),
            url=_site_url(url),
            more_hosts=tuple(host.strip() for host in values.get("PORTFOLIO_HOSTS", "").split(",") if host.strip()),
            proxies=_number(values, "PORTFOLIO_PROXIES", most=5),
            hsts_days=_number(values, "PORTFOLIO_HSTS_DAYS", most=3650),
            given_key=_given_key(values.get("PORTFOLIO_SECRET_KEY")),
            mail_server=_mail_server(values.get("PORTFOLIO_SMTP")),
            mail_from=values.get("PORTFOLIO_MAIL_FROM") or f"portfolio@{urlsplit(url).hostname}",
            directory=_directory(values),
        )

    @property
    def sqlite_file(self) -> Path | None:
        """The embedded database's file; None on PostgreSQL."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None

    @property
    def is_https(self) -> bool:
        """Whether people reach the site through TLS: its cookie then never travels without."""
        return self.url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """The names that the site answers to: its own, those added, and this machine's."""
        return list(dict.fromkeys((urlsplit(self.url).hostname or "", *self.more_hosts, *LOCAL_HOSTS)))

    @property
    def outbox(self) -> Path:
        """The folder that messages are written to where no mail server is set."""
        return self.instance / "outbox"

    def secret_key(self) -> str:
        """The key that signs cookies: the one that is set, or one made once and kept in the instance folder.

        Raises BadSetting where others may read the file, or where what stands in it is no key.
        """
        if self.given_key is not None:
            return self.given_key
        file = self.instance / "secret_key"
        if not file.exists():
            self.instance.mkdir(parents=True, exist_ok=True)
            # Linked into place whole: of two processes that start at once, neither reads half a key, and both read one.
            beside = file.with_name(f".secret_key.{secrets.token_hex(8)}")
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
                made.write(secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):
                os.link(beside, file)
            beside.unlink()
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise BadSetting(f"Others than its owner may read {file}. Run: chmod 600 {file}")
        return _sound_key(file.read_text(encoding="utf-8", errors="replace").strip(), str(file))

    def derived_key(self, purpose: str, nonce: str) -> str:
        """A secret that need not be kept: 43 letters that only whoever has the secret key can make of a nonce."""
        told = hmac.new(self.secret_key().encode(), f"{purpose}:{nonce}".encode(), hashlib.sha256)
        return urlsafe_b64encode(told.digest()).decode().rstrip("=")


def _database_url(url: str) -> str:
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


def _site_url(url: str) -> str:
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or parts.path.strip("/") or parts.query or parts.username:
        raise BadSetting(
            "PORTFOLIO_URL is no site's address. Set it to what people type, like https://grants.example.org"
        )
    return url.rstrip("/")


def _number(values: Mapping[str, str], name: str, *, most: int) -> int:
    given = values.get(name) or "0"
    if not given.isascii() or not given.isdigit() or int(given) > most:
        raise BadSetting(f"{name} is not a number from 0 to {most}. Correct it, or leave it out")
    return int(given)


def _given_key(key: str | None) -> str | None:
    return _sound_key(key, "PORTFOLIO_SECRET_KEY") if key else None


def _sound_key(key: str, where: str) -> str:
    """A key that nobody guesses; raises BadSetting for one that is short, repeats itself or is known."""
    bare = "".join(letter for letter in key.lower() if letter.isalpha())
    if len(key) < SHORTEST_KEY or len(set(key)) < SHORTEST_KEY // 4 or bare in KNOWN_KEYS:
        raise BadSetting(
            f"{where} holds a key that can be guessed. Set at least {SHORTEST_KEY} random characters, for instance "
            "what this prints: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return key


def _mail_server(url: str | None) -> MailServer | None:
    if not url:
        return None
    parts = _split(url)
    if parts is None or parts.scheme not in ("smtp", "smtps") or parts.path.strip("/"):
        raise BadSetting(
            "PORTFOLIO_SMTP is no mail server. Set it to smtp://user:password@host:587 (STARTTLS), "
            "smtps://user:password@host (TLS) or smtp://localhost:25"
        )
    tls = parts.scheme == "smtps"
    is_local = f"{parts.hostname}" in ("localhost", "127.0.0.1", "::1")
    return MailServer(
        host=str(parts.hostname),
        port=parts.port or (465 if tls else 587),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
        starttls=not tls and not is_local,
    )


def _directory(values: Mapping[str, str]) -> Directory | None:
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
