"""How a migration step is run: on the connection that `upgrade` hands in, with our own column types."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import portfolio.tables  # noqa: F401 - every table must be known
from portfolio.db import Base


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Write our column types by their own names."""
    if kind == "type" and type(item).__module__ == "portfolio.db":
        autogen_context.imports.add("from portfolio import db")
        return f"db.{type(item).__name__}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
