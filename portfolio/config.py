"""Where the data is and how the site runs: read once, from the environment, with defaults that work."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portfolio.errors import PortfolioError

ROOT = Path(__file__).resolve().parent.parent


class BadSetting(PortfolioError):
    """A setting of the environment that cannot be used."""


@dataclass(frozen=True)
class Config:
    """The settings: the folder of local files, and the database's address."""

    instance: Path
    database_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Config":
        """Read PORTFOLIO_INSTANCE and DATABASE_URL; raises BadSetting for a database that is not supported."""
        values = os.environ if environment is None else environment
        instance = Path(values.get("PORTFOLIO_INSTANCE") or ROOT / "instance").absolute()
        url = values.get("DATABASE_URL") or f"sqlite:///{instance / 'portfolio.db'}"
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
        return cls(instance, url)

    @property
    def sqlite_file(self) -> Path | None:
        """The embedded database's file; None on PostgreSQL."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None

    def secret_key(self) -> str:
        """The key that signs sessions: made once, kept in the instance folder, readable by its owner alone."""
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
        return file.read_text(encoding="ascii")
