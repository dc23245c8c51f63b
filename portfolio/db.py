"""The database: typed columns, names for every constraint, and one way to read and one way to write.

SQLite is the embedded default, PostgreSQL serves several machines; the rows are the same in both. Money is
kept as whole pence, quarters as year and number in one integer (20252 is Q2 2025/26), moments in UTC.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, cast

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Index,
    Integer,
    MetaData,
    SQLColumnExpression,
    String,
    UpdateBase,
    create_engine,
    event,
    func,
    text,
    type_coerce,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from portfolio.money import from_pence, to_pence
from portfolio.quarters import FinancialYear, Quarter

BUSY_SECONDS = 60
"""How long a writer waits for its turn on SQLite before it gives up."""
SYNCHRONOUS = "FULL"
"""How SQLite keeps what is committed: it waits until the disk has it, so that no power cut takes it away."""
LAST_ROW = 2**31 - 1
"""The highest number that a row can have; a database cannot even be asked for one with many more digits."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every row that is kept: has an id, and leaves history when it changes."""

    metadata = MetaData(naming_convention=NAMES)
    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)


class Pence(TypeDecorator[Decimal]):
    """Pounds in Python (`Decimal`, two places), whole pence in the database; refuses everything else."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Pounds to pence; a float or a fraction of a penny is a programming error."""
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"money is a Decimal of pounds, not {value!r}")
        return to_pence(value)

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> Decimal | None:
        """Pence to pounds; PostgreSQL gives sums of pence as whole decimals; a fraction was never written."""
        if value is None:
            return None
        if int(value) != value:
            raise ValueError(f"{value!r} is not a whole number of pence")
        return from_pence(int(value))


def total(amount: SQLColumnExpression[Any]) -> ColumnElement[Decimal]:
    """A sum of pence, read as pounds; NULL over nothing."""
    return type_coerce(func.sum(amount), Pence)


class Year(TypeDecorator[FinancialYear]):
    """A financial year, kept as its start year."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: FinancialYear | None, dialect: Dialect) -> int | None:
        """2025/26 to 2025."""
        return None if value is None else value.start

    def process_result_value(self, value: int | None, dialect: Dialect) -> FinancialYear | None:
        """2025 to 2025/26."""
        return None if value is None else FinancialYear(value)


class QuarterOfYear(TypeDecorator[Quarter]):
    """A quarter, kept as one integer that sorts: 20252 is Q2 2025/26."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Quarter | None, dialect: Dialect) -> int | None:
        """Q2 2025/26 to 20252."""
        return None if value is None else value.year.start * 10 + value.number

    def process_result_value(self, value: int | None, dialect: Dialect) -> Quarter | None:
        """20252 to Q2 2025/26."""
        return None if value is None else _quarter(value)


@cache
def _quarter(value: int) -> Quarter:
    return Quarter(FinancialYear(value // 10), value % 10)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; refuses a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"a moment knows its time zone; {value!r} does not")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone; it is always UTC."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A count or rate that is no money (41, 12.5), kept as text so that no database rounds it."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """To text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """From text."""
        return None if value is None else Decimal(value)


class Percent(TypeDecorator[Decimal]):
    """Per cent to two places (62.50), kept as whole hundredths, so that a database can order and compare it."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To hundredths; a finer figure is a programming error."""
        if value is None:
            return None
        hundredths = value * 100
        if hundredths != int(hundredths):
            raise ValueError(f"{value} is finer than a hundredth of a per cent")
        return int(hundredths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """From hundredths."""
        return None if value is None else Decimal(value) / 100


def one_of(choices: type[StrEnum], name: str) -> Enum:
    """A column that holds one of an enum's values, kept by value and held by a named CHECK."""
    return Enum(
        choices,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def is_quarter(column: str = "quarter") -> CheckConstraint:
    """The CHECK that a column of quarters holds quarters."""
    return CheckConstraint(f"{column} % 10 BETWEEN 1 AND 4", name=f"{column}_is_a_quarter")


def unique_where(name: str, *columns: str, where: str) -> Index:
    """What is unique among the rows that a condition, in SQL, leaves: a constraint takes NULLs for distinct."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


class ReadingOnly(RuntimeError):
    """A reading session was asked to write: our mistake."""


class BulkWriteRefused(RuntimeError):
    """A bulk write would slip past history: our mistake."""


class RowByRow(Session):
    """A session that writes rows one by one, so that each leaves history."""

    def _refuse(self, *_rows: Any, **_options: Any) -> NoReturn:
        raise BulkWriteRefused("a bulk write would leave no history; add or change the rows one by one")

    bulk_save_objects = bulk_insert_mappings = bulk_update_mappings = _refuse


def rows_changed(session: Session, statement: UpdateBase) -> int:
    """Carry out an UPDATE or DELETE of a passing table; how many rows it met."""
    return cast(CursorResult[Any], session.execute(statement)).rowcount


class Database:
    """One database: its engine, and sessions that either read or write.

    Its errors say which statement failed, and none of the values in it: they are logged, and hold what is secret.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = (
            _sqlite_engine(url) if self.is_sqlite else create_engine(url, pool_pre_ping=True, hide_parameters=True)
        )

    def session(self, *, writing: bool) -> Session:
        """A session; on SQLite a writing one takes its turn as the only writer from its first statement."""
        options: dict[str, Any] = {"writing": writing}
        if not self.is_sqlite and not writing:
            options |= {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        session = RowByRow(self.engine.execution_options(**options), expire_on_commit=False)
        session.info["writing"] = writing
        return session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading; what it sees does not change while it is open."""
        with self.session(writing=False) as session:
            yield session

    @contextmanager
    def writing(self, session_is_by: Callable[[Session], None]) -> Iterator[Session]:
        """One transaction: committed whole at the end, or not at all. The author is told to history first."""
        with self.session(writing=True) as session:
            session_is_by(session)
            yield session
            session.commit()

    def rewrite(self) -> None:
        """Write SQLite's file anew, so that it has no bytes left of what was removed; others wait meanwhile."""
        connection = self.engine.raw_connection()
        try:
            for statement in ("PRAGMA query_only = OFF", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                connection.cursor().execute(statement).fetchall()
        finally:
            connection.close()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def remove_sqlite(file: Path) -> None:
    """Take a SQLite database away, with the files that it keeps beside itself while it is in use."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)


def _sqlite_engine(url: str) -> Engine:
    file = url.removeprefix("sqlite:///")
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Left to itself the driver begins late and lets two writers read the same figure before either writes.
        connection.isolation_level = None
        for pragma in (
            "foreign_keys = ON",
            "journal_mode = WAL",
            f"synchronous = {SYNCHRONOUS}",
            f"busy_timeout = {BUSY_SECONDS * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@event.listens_for(Session, "before_flush")
def _refuse_to_write_when_reading(session: Session, _context: Any, _instances: Any) -> None:
    if not session.info.get("writing") and (session.new or session.dirty or session.deleted):
        raise ReadingOnly("a reading session cannot write")
