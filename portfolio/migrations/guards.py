"""The database's own guards as they are today: all that `check` looks for."""

from portfolio.migrations.guards_0008 import GUARDS

__all__ = ["GUARDS"]
