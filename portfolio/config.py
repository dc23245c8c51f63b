"""Where the data is and how the site runs: read once, from the environment, with defaults that work."""

import contextlib
import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from portfolio import configuring
from portfolio.configuring import LOCAL_HOSTS, BadSetting, Directory, MailServer, sound_key

__all__ = ["HERE", "ROOT", "BadSetting", "Config", "Directory", "MailServer"]

ROOT = Path(__file__).resolve().parent.parent
HERE = "http://127.0.0.1:8000"
"""Where the site is unless PORTFOLIO_URL says otherwise: on this machine, for this machine."""


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
        url = configuring.site_url(values.get("PORTFOLIO_URL") or HERE)
        key = values.get("PORTFOLIO_SECRET_KEY")
        return cls(
            instance,
            configuring.database_url(values.get("DATABASE_URL") or f"sqlite:///{instance / 'portfolio.db'}"),
            url=url,
            more_hosts=configuring.hosts(values.get("PORTFOLIO_HOSTS", "")),
            proxies=configuring.number(values, "PORTFOLIO_PROXIES", most=5),
            hsts_days=configuring.number(values, "PORTFOLIO_HSTS_DAYS", most=3650),
            given_key=sound_key(key, "PORTFOLIO_SECRET_KEY") if key else None,
            mail_server=configuring.mail_server(values.get("PORTFOLIO_SMTP")),
            mail_from=configuring.mail_from(values.get("PORTFOLIO_MAIL_FROM"), url),
            directory=configuring.directory(values),
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
    def hosts(self) -> frozenset[str]:
        """The names that the site answers to, without ports: its own, those added, and this machine's."""
        return frozenset((urlsplit(self.url).hostname or "", *self.more_hosts, *LOCAL_HOSTS))

    @property
    def outbox(self) -> Path:
        """The folder that messages are written to where no mail server is set."""
        return self.instance / "outbox"

    def secret_key(self) -> str:
        """The key that signs cookies: the one that is set, or one made once and kept in the instance folder.

        Raises BadSetting where others may read the file, where what stands in it is no key, or where there can be none.
        """
        if self.given_key is not None:
            return self.given_key
        file = self.instance / "secret_key"
        try:
            if not file.exists():
                _make_key(file)
            if os.name == "posix" and file.stat().st_mode & 0o077:
                raise BadSetting(f"Others than its owner may read {file}. Run: chmod 600 {file}")
            return sound_key(file.read_text(encoding="utf-8", errors="replace").strip(), str(file))
        except OSError as error:
            raise BadSetting(
                f"The key of this site cannot be kept in {file}: {error.strerror}. "
                "Set PORTFOLIO_INSTANCE to a folder that you may write to"
            ) from error

    def derived_key(self, purpose: str, nonce: str) -> str:
        """A secret that need not be kept: 43 letters that only whoever has the secret key can make of a nonce."""
        told = hmac.new(self.secret_key().encode(), f"{purpose}:{nonce}".encode(), hashlib.sha256)
        return urlsafe_b64encode(told.digest()).decode().rstrip("=")


def _make_key(file: Path) -> None:
    """Linked into place whole: of two processes that start at once, neither reads half a key, and both read one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".secret_key.{secrets.token_hex(8)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
        made.write(secrets.token_hex(32))
    try:
        with contextlib.suppress(FileExistsError):
            os.link(beside, file)
    finally:
        beside.unlink()
