"""The schema: the migrations give exactly the models' tables, and the database's own guards refuse what they must."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portfolio import migrations
from portfolio.db import Base, Database
from portfolio.decisions.models import Award, Decider, Variation, VariationShare
from portfolio.mail.models import SentAgain
from portfolio.mail.rules import MessageState
from portfolio.measures.models import Measure, MeasureDefinition, Observation
from portfolio.migrations import guards_0003
from portfolio.migrations.guards import GUARDS
from portfolio.migrations.guards_0003 import Guard
from portfolio.migrations.guards_0008 import FROZEN, PLACE
from portfolio.people.models import Person, PersonalReading
from portfolio.people.rules import Role
from portfolio.returns.models import Payment, Return, ReturnAmount, ReturnPoint
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.spend.models import Forecast
from portfolio.spend.rules import ClaimStatus
from tests import make, rounds, year_ends
from tests.conftest import NOW
from tests.kept import kept

Guarded = dict[str, dict[str, int]]
TOO_MUCH = 10**9
"""Pence that no partnership of the builders has."""


def test_the_migrations_give_exactly_the_models_schema(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_give_exactly_the_models_checks(database: Database, tmp_path: Path) -> None:
    with database.engine.connect() as connection:
        migrated = _checks(connection)
    assert {name for _, name in migrated} == {
        str(constraint.name)
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if type(constraint).__name__ == "CheckConstraint"
    }
    if database.is_sqlite:
        modelled = Database(f"sqlite:///{tmp_path / 'modelled.db'}")
        with modelled.session(writing=True) as session:
            Base.metadata.create_all(session.connection())
            assert _checks(session.connection()) == migrated
        modelled.close()


def _checks(connection: Connection) -> dict[tuple[str, str], str]:
    found = inspect(connection)
    return {
        (table, str(check["name"])): str(check["sqltext"])
        for table in found.get_table_names()
        for check in found.get_check_constraints(table)
    }


def test_every_constraint_has_a_name(database: Database) -> None:
    found = inspect(database.engine)
    for table in Base.metadata.tables:
        assert found.get_pk_constraint(table)["name"] == f"pk_{table}"
        rules = [*found.get_unique_constraints(table), *found.get_check_constraints(table)]
        assert all(rule["name"] for rule in rules), table
        unread = [key for key in found.get_foreign_keys(table) if not key["name"]]
        # SQLAlchemy does not read the name of a key that SQLite's ADD COLUMN brought; the table's own words have it.
        written = _words_of(database, table) if unread else ""
        assert all(f"CONSTRAINT fk_{table}_{key['constrained_columns'][0]} " in written for key in unread), table


def _words_of(database: Database, table: str) -> str:
    with database.engine.connect() as connection:
        words = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
        return str(connection.scalar(words, {"table": table}))


def test_upgrading_what_is_new_changes_nothing(database: Database) -> None:
    assert migrations.is_current(database)
    migrations.upgrade(database)
    assert migrations.is_current(database)
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == migrations.newest() == "0008"


def test_a_step_that_fails_leaves_nothing_of_any_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    monkeypatch.setattr(guards_0003, "statements", lambda _dialect: ["CREATE NONSENSE"])
    with pytest.raises(DBAPIError):
        migrations.upgrade(database)
    assert inspect(database.engine).get_table_names() == []
    assert not migrations.is_current(database)
    monkeypatch.undo()
    migrations.upgrade(database)
    assert migrations.is_current(database)
    database.close()


_NUMBERS: Guarded = {}


@pytest.fixture
def guarded(session: Session) -> Guarded:
    """A row in every guarded table, and by table the numbers of what is closed and what is open."""
    kept(session, "a row in every guarded table", lambda: _NUMBERS.update(_guarded(session)))
    return _NUMBERS


def _guarded(session: Session) -> Guarded:
    award = make.award(session)
    officer = make.person(session, Role.CSP_OFFICER)
    decision = make.decision(session, make.proposal(session, "SVD-25-02"))
    returned = make.claim(session, award, make.Q1)
    draft = make.claim(session, award, make.Q2, status=ClaimStatus.DRAFT)
    stream = award.lines[0].stream
    files = [make.evidence(session, claim) for claim in (returned, draft)]
    for claim in (returned, draft):
        claim.forecasts.append(Forecast(stream=stream, quarter=make.Q3, amount=Decimal("1.00")))
    variation = Variation(
        reference="V1", to_line=award.lines[0], amount=Decimal("1.00"), approved_on=date(2025, 7, 1),
        approved_by="Cora Finch", reason="More sessions",
        shares=[VariationShare(award_line_id=award.lines[0].id, quarter=make.Q3, amount=Decimal("1.00"))],
    )  # fmt: skip
    measure = Measure(
        programme=award.proposal.funding_year.programme,
        police_area=award.csp.police_area,
        code="SVD-C",
        name="Homicides",
        definitions=[MeasureDefinition(version=1, text="Homicides recorded by police", geography="police area")],
    )
    seen = Observation(
        definition=measure.definitions[0], quarter=make.Q1, value=Decimal(1), recorded_by="a test", recorded_at=NOW
    )
    issued = _return(award, officer, status=ReturnStatus.PREPARED, version=1)
    prepared = _return(award, officer, status=ReturnStatus.PREPARED, version=2)
    read = PersonalReading(reader_id=officer.id, what="people", about="person 1")
    again = SentAgain(message_number=1, was=MessageState.UNCERTAIN)
    decider = Decider(decision=decision, person=officer)
    session.add_all([decider, variation, measure, seen, issued, prepared, read, again])
    session.flush()
    session.add(ReturnAmount(of=issued, stream=stream, amount=Decimal("1900.00")))
    session.add(
        Payment(paid_for=issued, stream=stream, amount=Decimal("1900.00"), received_on=NOW.date(), recorded_by="x")
    )
    session.flush()
    make.lock(session, award, make.Q1)
    counted = make.correction(session, award, Decimal("-1.00"))
    waiting = make.correction_request(session, award, Decimal("-1.00"), by=officer)
    make.correction_request(
        session,
        award,
        Decimal("-1.00"),
        by=make.person(session),
        decided_by_id=officer.id,
        decided_at=NOW,
        correction=counted,
    )
    make.timing(session, award, Decimal("1.00"), by=officer)
    rounds.one_of_each(session, award, decision.proposal, by=officer)
    year_ends.one_of_each(session, award, issued, prepared, by=officer)
    session.add(ReturnPoint(of=issued, position=1, about="Measures", found="None", accepted_because="Told"))
    session.flush()
    issued.status = ReturnStatus.ISSUED
    make.extract(session, award.proposal.funding_year, [("4512", "1000", Decimal("1.00"))], by=officer)
    session.commit()
    return {
        "claim_line": {"claim": returned.id, "open": draft.id},
        "forecast": {"claim": returned.id, "open": draft.id},
        "evidence": {"claim": returned.id, "open": draft.id},
        "evidence_line": {"evidence": files[0].id},
        "claim": {"id": returned.id, "open": draft.id},
        "correction_request": {"open": waiting.id},
        "return_point": {"return": issued.id},
        "return": {"id": issued.id, "open": prepared.id},
        "award_line": {"id": award.lines[0].id, "award": award.id, "stream": stream.id},
        "variation_share": {"variation": variation.id, "line": award.lines[0].id},
    }


def _return(award: Award, person: Person, **values: Any) -> Return:
    return Return(
        funding_year_id=award.proposal.funding_year_id, kind=ReturnKind.OPCC, quarter=make.Q1, reason="The first",
        prepared_by="Frank", prepared_by_id=person.id, prepared_at=NOW, figures="sha256:1", certified_by="Cora",
        checked_by="Fay", checked_by_id=person.id, checked_at=NOW,
        certified_by_id=person.id, certified_role="section 151 officer", certified_on=NOW.date(),
        certificate="I certify", issued_by="Frank", issued_at=NOW, file_name="a.xlsx", snapshot="{}",
        snapshot_sha256="2", file=b"file", file_sha256="3", **values,
    )  # fmt: skip


def _forbidden(guard: Guard, guarded: Guarded) -> str:
    """A statement that a guard refuses."""
    numbers = guarded.get(guard.table, {})
    match guard.table, guard.deed:
        case "claim_line", "INSERT":
            columns, values = "claim_id, stream_id, category_id, amount", (numbers["claim"], 1, 1, 1)
            return f"INSERT INTO claim_line ({columns}) VALUES {values}"
        case "forecast", "INSERT":
            columns, values = "claim_id, stream_id, quarter, amount", (numbers["claim"], 1, 20254, 1)
            return f"INSERT INTO forecast ({columns}) VALUES {values}"
        case "evidence", "INSERT":
            columns = "claim_id, name, media_type, size, sha256, content, attached_by_id, attached_at"
            return (
                f"INSERT INTO evidence ({columns}) VALUES ({numbers['claim']}, 'a', 'b', 1, 'c', 'd', 1, '2025-10-14')"
            )
        case "evidence_line", "INSERT":
            columns, number = "evidence_id, stream_id, category_id", numbers["evidence"]
            return f"INSERT INTO evidence_line ({columns}) VALUES ({number}, 2, 2)"
        case "award_line", "INSERT":
            line = numbers["award"], numbers["stream"], TOO_MUCH
            return f"INSERT INTO award_line (award_id, stream_id, amount) VALUES {line}"
        case "award_line", "UPDATE":
            return f"UPDATE award_line SET amount = {TOO_MUCH} WHERE id = {numbers['id']}"
        case "variation_share", "INSERT":
            columns = "variation_id, award_line_id, quarter, amount"
            values = (numbers["variation"], numbers["line"], 20254, TOO_MUCH)
            return f"INSERT INTO variation_share ({columns}) VALUES {values}"
        case "csp_allocation", "UPDATE":
            return "UPDATE csp_allocation SET amount = 1"
        case "claim_line" | "forecast", "UPDATE":
            return f"UPDATE {guard.table} SET amount = 1 WHERE claim_id = {numbers['claim']}"
        case "claim_line" | "forecast", "DELETE":
            return f"DELETE FROM {guard.table} WHERE claim_id = {numbers['claim']}"
        case "claim", "UPDATE":
            return f"UPDATE claim SET status = 'approved' WHERE id = {numbers['id']}"
        case "return", "UPDATE":
            return f"UPDATE \"return\" SET file_name = 'other.xlsx' WHERE id = {numbers['id']}"
        case "return_point", "INSERT":
            columns = "return_id, position, about, found, accepted_because"
            return f"INSERT INTO return_point ({columns}) VALUES ({numbers['return']}, 9, 'a', 'b', 'c')"
        case "return_point", "UPDATE":
            return f"UPDATE return_point SET found = 'x' WHERE return_id = {numbers['return']}"
        case "return_point", "DELETE":
            return f"DELETE FROM return_point WHERE return_id = {numbers['return']}"
        case "claim" | "return", "DELETE":
            return f'DELETE FROM "{guard.table}" WHERE id = {numbers["id"]}'
        case "return", "INSERT":
            return f'INSERT INTO "return" SELECT * FROM "return" WHERE id = {numbers["id"]}'
        case _, "INSERT":
            return f'INSERT INTO "{guard.table}" SELECT * FROM "{guard.table}"'
        case _, "UPDATE":
            return f"UPDATE {guard.table} SET id = id + 1000"
        case _:
            return f"DELETE FROM {guard.table}"


def _refused(session: Session, statement: str) -> str:
    with pytest.raises(DBAPIError) as refused:
        session.connection().execute(text(statement))
    session.rollback()
    return str(refused.value.orig)


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_refuses_what_it_must(session: Session, guarded: Guarded, guard: Guard) -> None:
    assert guard.says in _refused(session, _forbidden(guard, guarded))


@pytest.mark.only_postgresql  # it alone empties a table past its rows' triggers
@pytest.mark.parametrize("table", sorted({guard.table for guard in GUARDS if not guard.condition}))
def test_no_record_is_emptied(session: Session, table: str) -> None:
    refused = _refused(session, f"TRUNCATE {table} CASCADE")
    assert any(guard.says in refused for guard in GUARDS if guard.table == table)


@pytest.mark.parametrize("column", FROZEN)
def test_nothing_of_an_issued_return_changes(session: Session, guarded: Guarded, column: str) -> None:
    number = guarded["return"]["id"]
    changed = {"csp_id": "1", "id": "99", "kind": "'Home Office'", "quarter": "20252", "version": "9"}
    statement = f'UPDATE "return" SET {column} = {changed.get(column, "NULL")} WHERE id = {number}'
    assert "an issued return is never changed" in _refused(session, statement)


@pytest.mark.only_sqlite  # it alone replaces a row past the guards of the row in its way
@pytest.mark.parametrize("replace", ["INSERT OR REPLACE", "UPDATE OR REPLACE"])
def test_no_issued_return_is_replaced(session: Session, guarded: Guarded, replace: str) -> None:
    numbers, place = guarded["return"], ", ".join(PLACE)
    rest = "status, prepared_by, prepared_at, figures"
    taken = f"SELECT {place}, 'prepared', prepared_by, prepared_at, figures FROM \"return\" WHERE id = {numbers['id']}"
    statement = (
        f'{replace} INTO "return" ({place}, {rest}) {taken}'
        if replace.startswith("INSERT")
        else f'{replace} "return" SET id = {numbers["id"]} WHERE id = {numbers["open"]}'
    )
    assert "an issued return is never" in _refused(session, statement)


@pytest.mark.parametrize("status", ["prepared", "checked", "certified"])
def test_an_issued_return_is_never_a_draft_again(session: Session, guarded: Guarded, status: str) -> None:
    statement = f"UPDATE \"return\" SET status = '{status}' WHERE id = {guarded['return']['id']}"
    assert "an issued return is never changed" in _refused(session, statement)


@pytest.mark.parametrize("table", ["claim_line", "forecast", "evidence"])
def test_nothing_is_moved_into_a_returned_claim(session: Session, guarded: Guarded, table: str) -> None:
    numbers = guarded[table]
    statement = f"UPDATE {table} SET claim_id = {numbers['claim']} WHERE claim_id = {numbers['open']}"
    assert "a claim in an issued return is locked" in _refused(session, statement)


def test_what_is_still_open_may_change(session: Session, guarded: Guarded) -> None:
    connection = session.connection()
    claim, returned = guarded["claim"]["open"], guarded["return"]
    for statement in (
        f"UPDATE claim SET narrative = 'More' WHERE id = {claim}",
        f"UPDATE claim_line SET amount = 1 WHERE claim_id = {claim}",
        f"DELETE FROM claim_line WHERE claim_id = {claim}",
        f"DELETE FROM forecast WHERE claim_id = {claim}",
        f"DELETE FROM evidence_line WHERE evidence_id IN (SELECT id FROM evidence WHERE claim_id = {claim})",
        f"DELETE FROM evidence WHERE claim_id = {claim}",
        f"DELETE FROM claim WHERE id = {claim}",
        f"UPDATE correction_request SET entered_in = 20253 WHERE id = {guarded['correction_request']['open']}",
        f"UPDATE \"return\" SET status = 'forwarded', forwarded_by = 'Owen' WHERE id = {returned['id']}",
        f"UPDATE \"return\" SET status = 'issued', file_name = 'b.xlsx' WHERE id = {returned['open']}",
    ):
        assert connection.execute(text(statement)).rowcount == 1, statement
    assert connection.execute(text('DELETE FROM "return" WHERE version = 3')).rowcount == 0
