"""The schema's history: every database, embedded or PostgreSQL, is brought up to date by these steps."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from portfolio.db import Database

FOLDER = Path(__file__).parent


def _alembic() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def upgrade(database: Database) -> None:
    """Bring a database to the newest schema: all steps in one transaction, or none."""
    config = _alembic()
    with database.engine.execution_options(writing=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether a database has the newest schema."""
    newest = ScriptDirectory.from_config(_alembic()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest
