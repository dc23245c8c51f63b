"""The schema's history: every database, embedded or PostgreSQL, is brought up to date by these steps."""

from pathlib import Path

from sqlalchemy import Connection, text

from portfolio.db import Database
from portfolio.errors import PortfolioError

FOLDER = Path(__file__).parent


class TooNew(PortfolioError):
    """A database of a version that is not known here."""

    def __init__(self) -> None:
        super().__init__(
            "The database was made by a newer version of this product. Install that version, or use an older backup"
        )


def upgrade(database: Database) -> None:
    """Bring a database to the newest schema: all steps in one transaction, or none; raises TooNew."""
    # Alembic takes longer to import than most commands take to run, and only this needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with database.engine.execution_options(writing=True).begin() as connection:
        version = _version(connection)
        if version is not None and not is_known(version):
            raise TooNew
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest() -> str:
    """The newest step's number: the files of `versions` begin with theirs."""
    return max(file.name for file in (FOLDER / "versions").glob("[0-9]*.py"))[:4]


def is_known(version: str) -> bool:
    """Whether a step of that number is among ours."""
    return any(file.name.startswith(f"{version}_") for file in (FOLDER / "versions").glob("[0-9]*.py"))


def is_current(database: Database) -> bool:
    """Whether a database has the newest schema."""
    with database.engine.connect() as connection:
        return _version(connection) == newest()


def _version(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version
