"""The schema's history: every database, embedded or PostgreSQL, is brought up to date by these steps."""

from pathlib import Path

from sqlalchemy import text

from portfolio.db import Database

FOLDER = Path(__file__).parent


def upgrade(database: Database) -> None:
    """Bring a database to the newest schema: all steps in one transaction, or none."""
    # Alembic takes longer to import than most commands take to run, and only this needs it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with database.engine.execution_options(writing=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest() -> str:
    """The newest step's number: the files of `versions` begin with theirs."""
    return max(file.name for file in (FOLDER / "versions").glob("[0-9]*.py"))[:4]


def is_current(database: Database) -> bool:
    """Whether a database has the newest schema."""
    with database.engine.connect() as connection:
        if not database.engine.dialect.has_table(connection, "alembic_version"):
            return False
        return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest())
