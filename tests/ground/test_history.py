"""The append-only record: who, when, what, before and after, each entry sealed to the one before it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import column, delete, insert, select, table, text, update
from sqlalchemy.orm import Session

from portfolio import history
from portfolio.db import BulkWriteRefused, Database
from portfolio.funding_years.models import PoliceArea
from portfolio.history import START, Author, HistoryEntry, NoAuthor, broken_seals, rows_behind_its_back, seal_of
from portfolio.people.rules import Role
from portfolio.spend.models import ClaimLine
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import NOW
from tests.tampering import by_hand


def entries(session: Session, record: str) -> list[tuple[str, Any, Any]]:
    """What happened to the rows of a table: change, before, after."""
    found = session.scalars(select(HistoryEntry).where(HistoryEntry.record == record).order_by(HistoryEntry.id))
    return [(entry.change, json.loads(entry.before), json.loads(entry.after)) for entry in found]


def is_proved(session: Session) -> bool:
    """Whether the chain is whole, and every row is what it says."""
    return [*broken_seals(session), *rows_behind_its_back(session)] == []


def test_an_entry_says_who_when_what_before_and_after(session: Session) -> None:
    area = make.area(session)
    session.commit()
    area.name = "Dorset and Wiltshire"
    Author("finance@example.org", NOW + timedelta(hours=1), "Renamed the area")(session)
    session.commit()
    session.delete(area)
    session.commit()
    everything = {"id": area.id, "code": "E23000039", "name": "Dorset"}
    assert entries(session, "police_area") == [
        ("added", {}, everything),
        ("changed", {"name": "Dorset"}, {"name": "Dorset and Wiltshire"}),
        ("removed", everything | {"name": "Dorset and Wiltshire"}, {}),
    ]
    first, second, third = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id))
    assert (first.author, first.at, first.deed) == ("a test", NOW, "Set the scene")
    assert (second.author, second.deed) == ("finance@example.org", "Renamed the area")
    assert second.at == NOW + timedelta(hours=1)
    assert first.previous_seal == START
    assert (second.previous_seal, third.previous_seal) == (first.seal, second.seal)
    assert is_proved(session)


def test_values_are_kept_as_the_database_keeps_them(session: Session) -> None:
    make.funding_year(session)
    claim = make.claim(session, status=ClaimStatus.DRAFT, match_spent=None)
    session.commit()
    [(_, _, allocation)] = entries(session, "stream_allocation")[:1]
    assert allocation["amount"] == 7000000
    [(_, _, year)] = entries(session, "funding_year")
    assert (year["year"], year["status"], year["confirmed_on"]) == (2025, "confirmed", "2025-03-14")
    [(_, _, grant)] = entries(session, "programme")
    assert (grant["carry_over"], grant["variance_percent"], grant["variance_floor"]) == (False, "10", 50000)
    [(_, _, kept)] = entries(session, "claim")
    assert (kept["id"], kept["quarter"], kept["status"]) == (claim.id, 20251, "draft")
    assert "match_spent" not in kept
    assert is_proved(session)


def test_moments_are_kept_in_utc() -> None:
    assert history.plain(datetime(2025, 7, 1, 9, tzinfo=UTC)) == "2025-07-01T09:00:00+00:00"
    assert history.plain(date(2025, 7, 1)) == "2025-07-01"
    assert history.plain(b"file") == "sha256:" + hashlib.sha256(b"file").hexdigest()


def test_secrets_are_named_by_their_digest(session: Session) -> None:
    person = make.person(session, password_hash="scrypt:secret")
    session.commit()
    person.password_hash = None
    session.commit()
    digest = "sha256:" + hashlib.sha256(b"scrypt:secret").hexdigest()
    added, changed = entries(session, "person")
    assert added[2]["password_hash"] == digest
    assert changed == ("changed", {"password_hash": digest}, {"password_hash": None})
    assert is_proved(session)


def test_what_was_before_is_known_also_where_it_was_not_read(session: Session) -> None:
    area = make.area(session)
    session.commit()
    session.expire_all()
    area.name = "Wessex"
    session.commit()
    assert entries(session, "police_area")[1] == ("changed", {"name": "Dorset"}, {"name": "Wessex"})


def test_setting_what_is_already_so_is_no_change(session: Session) -> None:
    area = make.area(session)
    session.commit()
    area.name = str(area.name)
    session.commit()
    area.name = "Wessex"
    area.name = "Dorset"
    session.commit()
    assert len(entries(session, "police_area")) == 1


def test_rows_that_go_with_their_parent_leave_history(session: Session) -> None:
    claim = make.claim(session, status=ClaimStatus.DRAFT)
    session.commit()
    claim.lines = []
    session.commit()
    added, removed = entries(session, "claim_line")
    assert (removed[0], removed[1], removed[2]) == ("removed", added[2], {})
    assert make.count_of(session, ClaimLine) == 0
    assert is_proved(session)


def test_a_row_changed_and_removed_at_once_is_removed_as_it_was(session: Session) -> None:
    area = make.area(session)
    session.commit()
    area.name = "Wessex"
    session.delete(area)
    session.commit()
    assert entries(session, "police_area")[1][:2] == (
        "removed",
        {"id": area.id, "code": "E23000039", "name": "Dorset"},
    )
    assert is_proved(session)


def test_a_number_that_is_used_again_is_another_row(session: Session) -> None:
    area = make.area(session)
    session.commit()
    session.delete(area)
    session.commit()
    session.add(PoliceArea(id=area.id, code="E23000040", name="Wiltshire"))
    session.commit()
    assert [change for change, _, _ in entries(session, "police_area")] == ["added", "removed", "added"]
    assert is_proved(session)


def test_history_is_written_in_the_same_order_each_time(session: Session) -> None:
    areas = [make.area(session, f"E2300000{number}", f"Area {number}") for number in range(1, 9)]
    session.commit()
    for area in reversed(areas):
        area.name += "!"
    session.commit()
    of_changes = select(HistoryEntry.record_id).where(HistoryEntry.change == "changed")
    changed = session.scalars(of_changes.order_by(HistoryEntry.id))
    assert list(changed) == sorted(area.id for area in areas)


def test_a_rollback_leaves_nothing(session: Session) -> None:
    make.area(session)
    session.rollback()
    make.area(session, "E23000001", "Avon and Somerset")
    session.commit()
    assert [after["code"] for _, _, after in entries(session, "police_area")] == ["E23000001"]
    assert is_proved(session)


def test_a_session_closed_without_a_commit_leaves_nothing(session: Session, author: Author) -> None:
    make.area(session)
    session.close()
    make.area(session, "E23000001", "Avon and Somerset")
    session.commit()
    assert [after["code"] for _, _, after in entries(session, "police_area")] == ["E23000001"]
    assert is_proved(session)


def test_only_what_a_savepoint_took_back_is_forgotten(session: Session) -> None:
    make.area(session, "E23000001", "Kept")
    with session.begin_nested():
        make.area(session, "E23000002", "Kept too")
    outer = session.begin_nested()
    make.area(session, "E23000003", "Taken back")
    with session.begin_nested():
        make.area(session, "E23000004", "Taken back with it")
    outer.rollback()
    session.begin_nested().rollback()
    make.area(session, "E23000005", "Kept at last")
    session.commit()
    kept = [after["code"] for _, _, after in entries(session, "police_area")]
    assert kept == ["E23000001", "E23000002", "E23000005"]
    assert is_proved(session)


def test_a_savepoint_taken_back_before_anything_changed_forgets_nothing(session: Session) -> None:
    session.begin_nested().rollback()
    make.area(session)
    session.commit()
    assert len(entries(session, "police_area")) == 1


def test_nothing_is_written_without_saying_who_writes(database: Database) -> None:
    with database.session(writing=True) as nobodys:
        make.area(nobodys)
        with pytest.raises(NoAuthor):
            nobodys.commit()
    with database.reading() as session:
        assert make.count_of(session, PoliceArea) == 0


def test_a_commit_that_changed_nothing_leaves_no_entry(session: Session) -> None:
    session.commit()
    session.scalars(select(PoliceArea)).all()
    session.commit()
    assert make.count_of(session, HistoryEntry) == 0


BULK: dict[str, Callable[[Session], Any]] = {
    "update": lambda s: s.execute(update(PoliceArea).values(name="x")),
    "update of the table": lambda s: s.execute(update(table("police_area", column("name"))).values(name="x")),
    "delete": lambda s: s.execute(delete(PoliceArea)),
    "insert": lambda s: s.execute(insert(PoliceArea), [{"code": "x", "name": "x"}]),
    "insert and return": lambda s: s.scalars(insert(PoliceArea).returning(PoliceArea), [{"code": "x", "name": "x"}]),
    "query.update": lambda s: s.query(PoliceArea).update({"name": "x"}),
    "query.delete": lambda s: s.query(PoliceArea).delete(),
    "bulk_save_objects": lambda s: s.bulk_save_objects([PoliceArea(code="x", name="x")]),
    "bulk_insert_mappings": lambda s: s.bulk_insert_mappings(PoliceArea, [{"code": "x", "name": "x"}]),
    "bulk_update_mappings": lambda s: s.bulk_update_mappings(PoliceArea, [{"id": 1, "name": "x"}]),
    "text": lambda s: s.execute(text("UPDATE police_area SET name = 'x'")),
    "text in small letters": lambda s: s.execute(text("\n delete from police_area")),
}


@pytest.mark.parametrize("way", BULK)
def test_bulk_writes_are_refused(session: Session, way: str) -> None:
    make.area(session)
    session.commit()
    with pytest.raises(BulkWriteRefused):
        BULK[way](session)
    assert session.scalars(select(PoliceArea.name)).all() == ["Dorset"]


def test_the_chain_goes_on_from_session_to_session(database: Database, author: Author) -> None:
    for number in range(3):
        with database.writing(replace(author, deed=f"Deed {number}")) as session:
            make.area(session, f"E2300000{number}", "An area")
    with database.reading() as session:
        found = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)).all()
        assert [(entry.id, entry.deed) for entry in found] == [(1, "Deed 0"), (2, "Deed 1"), (3, "Deed 2")]
        assert is_proved(session)


def test_a_long_list_of_changes_is_one_chain(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "AT_ONCE", 3)
    for number in range(10):
        session.add(PoliceArea(code=f"E2300000{number}", name="An area"))
    session.commit()
    assert make.count_of(session, HistoryEntry) == 10
    assert is_proved(session)


@pytest.fixture
def told(session: Session) -> Session:
    """A record of some length: an area that was renamed twice, and a year with its allocations."""
    area = make.area(session)
    make.funding_year(session)
    for name in ("Wessex", "Dorset again"):
        area.name = name
        session.commit()
    assert is_proved(session)
    return session


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("author = 'somebody else'", "history entry 2 ({record}) was altered"),
        ("deed = deed || '.'", "history entry 2 ({record}) was altered"),
        ("at = '2020-01-01 00:00:00.000000'", "history entry 2 ({record}) was altered"),
        ("after = '{}'", "history entry 2 ({record}) was altered"),
        ("after = 'no JSON'", "history entry 2 ({record}) was altered"),
        ("after = '[]'", "history entry 2 ({record}) was altered"),
        ("before = 'x'", "history entry 2 ({record}) was altered"),
        ("record_id = record_id + 1", "history entry 2 ("),
        ("seal = 'x'", "history entry 2 ({record}) was altered"),
        ("previous_seal = 'x'", "history entry 2 is not sealed to the entry before it"),
    ],
)
def test_an_altered_entry_is_found(told: Session, change: str, fault: str) -> None:
    entry = told.get_one(HistoryEntry, 2)
    record = f"{entry.record} {entry.record_id}"
    by_hand(told, f"UPDATE history_entry SET {change} WHERE id = 2")
    assert next(broken_seals(told)).startswith(fault.replace("{record}", record))
    list(rows_behind_its_back(told))


@pytest.mark.only_sqlite  # PostgreSQL's columns hold nothing of another type
@pytest.mark.parametrize("change", ["at = 'yesterday'", "at = x'00ff'", "author = x'00ff'", "after = x'00ff'"])
def test_an_entry_damaged_beyond_reading_is_found(told: Session, change: str) -> None:
    by_hand(told, f"UPDATE history_entry SET {change} WHERE id = 2")
    assert "history entry 2 (" in next(broken_seals(told))
    list(rows_behind_its_back(told))


def test_an_entry_sealed_anew_breaks_the_chain_after_it(told: Session) -> None:
    entry = told.get_one(HistoryEntry, 2)
    forged = {name: getattr(entry, name) for name in (*history.SEALED, "at")} | {"author": "somebody else"}
    by_hand(
        told,
        f"UPDATE history_entry SET author = 'somebody else', seal = '{seal_of(forged)}' WHERE id = 2",
    )
    assert list(broken_seals(told)) == ["history entry 3 is not sealed to the entry before it"]


def test_an_entry_deleted_in_the_middle_is_found(told: Session) -> None:
    by_hand(told, "DELETE FROM history_entry WHERE id = 3")
    assert list(broken_seals(told)) == ["history entry 3 is missing"]


def test_an_entry_deleted_at_the_beginning_is_found(told: Session) -> None:
    by_hand(told, "DELETE FROM history_entry WHERE id = 1")
    assert list(broken_seals(told)) == ["history entry 1 is missing"]


def test_entries_deleted_at_the_end_are_found_by_what_they_told(told: Session) -> None:
    by_hand(told, "DELETE FROM history_entry WHERE id = (SELECT max(id) FROM history_entry)")
    assert list(broken_seals(told)) == []
    assert list(rows_behind_its_back(told)) == ["police_area 1: name is Dorset again, history says Wessex"]


def test_a_record_deleted_whole_is_found_by_every_row(told: Session) -> None:
    by_hand(told, "DELETE FROM history_entry")
    assert list(broken_seals(told)) == []
    assert "police_area 1 is there, but history never recorded it" in list(rows_behind_its_back(told))


def test_a_figure_changed_behind_its_back_is_found(told: Session) -> None:
    by_hand(told, "UPDATE stream_allocation SET amount = amount + 1 WHERE id = 1")
    assert list(rows_behind_its_back(told)) == ["stream_allocation 1: amount is 7000001, history says 7000000"]


def test_a_row_added_or_removed_behind_its_back_is_found(told: Session) -> None:
    by_hand(
        told,
        "DELETE FROM csp_allocation WHERE id = 2",
        "INSERT INTO police_area (id, code, name) VALUES (77, 'E23000077', 'Nowhere')",
    )
    assert list(rows_behind_its_back(told)) == [
        "police_area 77 is there, but history never recorded it",
        "csp_allocation 2 is gone, but history never recorded that it was removed",
    ]


@pytest.mark.only_sqlite  # PostgreSQL's columns hold nothing of another type
def test_what_a_column_cannot_hold_is_found_where_it_stands(told: Session) -> None:
    by_hand(
        told,
        "PRAGMA ignore_check_constraints = ON",
        "UPDATE funding_year SET confirmed_on = 'soon'",
        "UPDATE funding_year SET status = 'agreed'",
        "UPDATE funding_year SET year = 'next'",
        "UPDATE stream_allocation SET amount = 7000000.5 WHERE id = 1",
        "UPDATE csp_allocation SET amount = 'much' WHERE id = 1",
    )
    assert list(rows_behind_its_back(told)) == [
        "funding_year 1: year is next, history says 2025",
        "funding_year 1: status is “agreed” (unreadable), history says confirmed",
        "funding_year 1: confirmed_on is “soon” (unreadable), history says 2025-03-14",
        "stream_allocation 1: amount is “7000000.5” (unreadable), history says 7000000",
        "csp_allocation 1: amount is “much” (unreadable), history says 3000000",
    ]


@pytest.mark.only_sqlite  # PostgreSQL's columns hold nothing of another type
def test_a_table_damaged_beyond_reading_hides_no_other(told: Session) -> None:
    by_hand(
        told,
        "UPDATE police_area SET name = CAST(x'ff00fe' AS TEXT)",
        "UPDATE csp_allocation SET amount = 1 WHERE id = 1",
    )
    assert list(rows_behind_its_back(told)) == [
        "police_area cannot be read: Could not decode to UTF-8 column 'name'",
        "csp_allocation 1: amount is 1, history says 3000000",
    ]


def test_what_came_of_the_same_person_at_the_same_time_is_one_deed(session: Session) -> None:
    make.person(session, Role.FINANCE)
    session.commit()
    found = session.scalars(select(HistoryEntry)).all()
    assert {(entry.author, entry.deed) for entry in found} == {("a test", "Set the scene")}
    assert {"person", "role_held", "police_area"} <= {entry.record for entry in found}
