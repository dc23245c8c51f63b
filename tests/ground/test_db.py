"""The database: typed columns, one way to read and one way to write, on SQLite and on PostgreSQL."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text, type_coerce
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from portfolio import db
from portfolio.db import Database, Exact, Moment, Pence, Percent, QuarterOfYear, ReadingOnly, Year
from portfolio.funding_years.models import PoliceArea, StreamAllocation
from portfolio.history import Author, HistoryEntry
from portfolio.people.models import Person
from portfolio.quarters import FinancialYear, Quarter
from portfolio.settings import Setting, find_setting, set_setting, story_day
from tests import make
from tests.conftest import NOW, PRODUCTS_SYNCHRONOUS

DIALECT = sqlite.dialect()
only_sqlite = pytest.mark.only_sqlite  # its own settings
quarters = st.builds(Quarter, st.integers(1990, 2100).map(FinancialYear), st.integers(1, 4))


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12))
def test_pounds_are_kept_as_pence_and_come_back(pence: int) -> None:
    pounds = Decimal(pence).scaleb(-2)
    assert Pence().process_bind_param(pounds, DIALECT) == pence
    assert Pence().process_result_value(pence, DIALECT) == pounds
    assert Pence().process_result_value(Decimal(pence), DIALECT) == pounds


@pytest.mark.parametrize("value", [12.5, 12, "12.50", True, 0])
def test_money_is_pounds_as_decimal_and_nothing_else(value: Any) -> None:
    with pytest.raises(TypeError, match="money is a Decimal of pounds"):
        Pence().process_bind_param(value, DIALECT)


def test_money_is_whole_pence_both_ways() -> None:
    with pytest.raises(ValueError, match="not a whole number of pence"):
        Pence().process_bind_param(Decimal("0.005"), DIALECT)
    with pytest.raises(ValueError, match="not a whole number of pence"):
        Pence().process_result_value(Decimal("0.5"), DIALECT)


def test_nothing_stays_nothing() -> None:
    for kind in (Pence(), Year(), QuarterOfYear(), Moment(), Exact(), Percent()):
        assert kind.process_bind_param(None, DIALECT) is None
        assert kind.process_result_value(None, DIALECT) is None


@only_sqlite
def test_what_went_wrong_is_said_without_the_values_which_may_be_secret(database: Database) -> None:
    with database.reading() as session, pytest.raises(DBAPIError) as refused:
        session.execute(text("SELECT :kept FROM nowhere"), {"kept": "scrypt:a hash"})
    assert "FROM nowhere" in str(refused.value)
    assert "scrypt" not in str(refused.value)
    assert Database("postgresql+psycopg://portfolio@nowhere.invalid/portfolio").engine.hide_parameters


def test_sums_of_money_are_sums_of_pence(session: Session) -> None:
    make.funding_year(session)
    assert session.scalar(select(type_coerce(func.sum(StreamAllocation.amount), Pence))) == Decimal("280000.00")


def test_a_float_never_reaches_the_database(session: Session) -> None:
    allocation = make.funding_year(session).allocations[0]
    allocation.amount = 0.1 + 0.2  # type: ignore[assignment]  # what is refused
    with pytest.raises(StatementError, match="money is a Decimal of pounds"):
        session.flush()


@settings(deadline=None)
@given(quarters, quarters)
def test_quarters_are_kept_as_numbers_that_sort_as_they_do(one: Quarter, other: Quarter) -> None:
    kept = [QuarterOfYear().process_bind_param(quarter, DIALECT) for quarter in (one, other)]
    assert kept[0] is not None
    assert kept[1] is not None
    assert QuarterOfYear().process_result_value(kept[0], DIALECT) == one
    assert (kept[0] < kept[1]) == (one < other)
    assert QuarterOfYear().process_bind_param(make.Q2, DIALECT) == 20252


def test_financial_years_are_kept_as_their_start() -> None:
    assert Year().process_bind_param(make.YEAR, DIALECT) == 2025
    assert Year().process_result_value(2025, DIALECT) == make.YEAR


def test_a_moment_knows_its_zone() -> None:
    with pytest.raises(TypeError, match="a moment knows its time zone"):
        Moment().process_bind_param(datetime(2025, 10, 20, 9), DIALECT)  # noqa: DTZ001 - what is refused
    in_tokyo = datetime(2025, 10, 20, 18, tzinfo=timezone(timedelta(hours=9)))
    assert Moment().process_bind_param(in_tokyo, DIALECT) == NOW
    assert Moment().process_result_value(NOW.replace(tzinfo=None), DIALECT) == NOW
    assert Moment().process_result_value(in_tokyo, DIALECT) == NOW


def test_moments_come_back_in_utc(session: Session) -> None:
    person = make.person(session)
    person.disabled_at = datetime(2025, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    session.commit()
    session.expire_all()
    assert session.get_one(Person, person.id).disabled_at == datetime(2025, 6, 30, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("number", ["41", "12.50", "0.1", "-3"])
def test_a_count_or_rate_is_kept_to_the_last_digit(number: str) -> None:
    assert Exact().process_bind_param(Decimal(number), DIALECT) == number
    assert str(Exact().process_result_value(number, DIALECT)) == number


def test_per_cent_is_kept_in_hundredths_and_never_rounded() -> None:
    assert Percent().process_bind_param(Decimal("62.5"), DIALECT) == 6250
    assert Percent().process_result_value(6250, DIALECT) == Decimal("62.5")
    with pytest.raises(ValueError, match="finer than a hundredth"):
        Percent().process_bind_param(Decimal("62.501"), DIALECT)


def test_an_enum_is_kept_by_value_and_held_by_the_database(session: Session) -> None:
    make.funding_year(session)
    session.commit()
    connection = session.connection()
    assert connection.scalar(text("SELECT status FROM funding_year")) == "confirmed"
    with pytest.raises(IntegrityError, match="ck_funding_year_status"):
        connection.execute(text("UPDATE funding_year SET status = 'approved'"))


def test_references_are_held_by_the_database(session: Session) -> None:
    make.csp(session)
    with pytest.raises(IntegrityError):
        session.connection().execute(text("UPDATE csp SET police_area_id = 99"))


@only_sqlite
@pytest.mark.parametrize("writing", [True, False])
def test_sqlite_is_set_up_to_keep_what_it_was_given(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, writing: bool
) -> None:
    monkeypatch.setattr(db, "SYNCHRONOUS", PRODUCTS_SYNCHRONOUS)
    expected = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": db.BUSY_SECONDS * 1000}
    with database.session(writing=writing) as session:
        for pragma, value in expected.items():
            assert session.scalar(text(f"PRAGMA {pragma}")) == value
        assert session.scalar(text("PRAGMA query_only")) == (0 if writing else 1)


def test_a_reading_session_refuses_to_write(database: Database) -> None:
    with database.reading() as session:
        session.add(PoliceArea(code="E23000001", name="Avon and Somerset"))
        with pytest.raises(ReadingOnly):
            session.flush()


@pytest.mark.parametrize("change", ["add", "change", "remove"])
def test_a_reading_session_refuses_every_change(database: Database, session: Session, change: str) -> None:
    make.area(session)
    session.commit()
    with database.reading() as reader:
        area = reader.scalars(select(PoliceArea)).one()
        if change == "change":
            area.name = "Another"
        elif change == "remove":
            reader.delete(area)
        else:
            set_setting(reader, "story_day", "2025-10-20")
        with pytest.raises(ReadingOnly):
            reader.commit()


def test_the_database_itself_refuses_to_write_in_a_reading_session(database: Database, session: Session) -> None:
    make.area(session)
    session.commit()
    with database.reading() as reader, pytest.raises(DBAPIError, match=r"read.?only"):
        reader.connection().execute(text("UPDATE police_area SET name = 'Another'"))
    with database.writing(Author("a test", NOW, "Rename")) as writer:
        writer.scalars(select(PoliceArea)).one().name = "Another"
    with database.reading() as reader:
        assert reader.scalars(select(PoliceArea.name)).one() == "Another"


def test_what_a_reader_sees_does_not_change_while_it_looks(database: Database, author: Author) -> None:
    with database.reading() as reader:
        assert find_setting(reader, "a") is None
        with database.writing(author) as writer:
            set_setting(writer, "a", "1")
        assert find_setting(reader, "a") is None
    with database.reading() as reader:
        assert find_setting(reader, "a") == "1"


def test_a_transaction_is_kept_whole_or_not_at_all(database: Database, author: Author) -> None:
    def write_half() -> None:
        with database.writing(author) as writer:
            set_setting(writer, "a", "1")
            writer.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    with database.reading() as reader:
        assert make.count_of(reader, Setting) == make.count_of(reader, HistoryEntry) == 0


def test_writers_at_once_lose_nothing(database: Database, session: Session) -> None:
    allocation = make.funding_year(session).allocations[0]
    allocation.amount = Decimal("0.00")
    session.commit()
    failed: list[BaseException] = []

    def add(pence: str) -> None:
        for number in range(15):
            with database.writing(Author(f"writer of {pence}", NOW, f"Added number {number}")) as writer:
                mine = select(StreamAllocation).where(StreamAllocation.id == allocation.id).with_for_update()
                writer.scalars(mine).one().amount += Decimal(pence)

    writers = [threading.Thread(target=_noting(failed, add), args=(pence,)) for pence in ("1.01", "0.10", "0.03")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert failed == []
    session.expire_all()
    assert allocation.amount == 15 * Decimal("1.14")


def _noting(failed: list[BaseException], deed: Any) -> Any:
    def run(*given: Any) -> None:
        try:
            deed(*given)
        except BaseException as error:  # whatever went wrong in the thread is told to the test
            failed.append(error)

    return run


@only_sqlite
def test_a_writer_that_never_gets_its_turn_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_SECONDS", 0)
    database = Database(f"sqlite:///{tmp_path / 'some' / 'folder' / 'new.db'}")
    with database.session(writing=True) as one, database.session(writing=True) as other:
        one.connection()
        with pytest.raises(DBAPIError, match="locked"):
            other.connection()
    database.close()


def test_a_setting_is_set_for_the_first_time_or_anew(session: Session) -> None:
    assert story_day(session) is None
    set_setting(session, "story_day", "2025-10-19")
    session.flush()
    set_setting(session, "story_day", "2025-10-20")
    session.commit()
    day = story_day(session)
    assert day is not None
    assert day.isoformat() == find_setting(session, "story_day") == "2025-10-20"
