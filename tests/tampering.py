"""Changing what is kept behind the product's back."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from portfolio.migrations.guards import GUARDS
from tests.conftest import ON_POSTGRESQL


def by_hand(session: Session, *statements: str, **values: object) -> None:
    """Change the database as somebody with its password could: its guards are down, and history is told nothing."""
    connection = session.connection()
    on_sqlite = [f"DROP TRIGGER IF EXISTS {guard.name}" for guard in GUARDS]
    for down in ["SET LOCAL session_replication_role = replica"] if ON_POSTGRESQL else on_sqlite:
        connection.exec_driver_sql(down)
    for statement in statements:
        connection.execute(text(statement), values)
    session.commit()
    session.expire_all()
