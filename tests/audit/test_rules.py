"""Moments as they are typed; and that everything which is kept has its words."""

from datetime import UTC, datetime

import pytest

import portfolio.tables  # noqa: F401 - every table is known before they are asked for
from portfolio.audit.queries import target_of
from portfolio.audit.rules import (
    COLUMNS,
    RECORDS,
    EndsBeforeItStarts,
    NoKind,
    NoSuchRecord,
    NotAMoment,
    Stretch,
    column_words,
    kind_of,
    read_stretch,
)
from portfolio.db import Base
from portfolio.history import HistoryEntry

KEPT = {
    table.name: table
    for table in Base.metadata.sorted_tables
    if table is not HistoryEntry.__table__ and not table.info.get("passing")
}


def test_every_table_that_is_kept_has_its_words_and_no_other() -> None:
    assert set(RECORDS) == set(KEPT)


def test_every_column_that_is_kept_has_its_words_and_no_other() -> None:
    told = {
        (table.name, column.name)
        for table in KEPT.values()
        for column in table.columns
        if column.name != "id" and not column.info.get("unsealed")
    }
    nameless = [pair for pair in told if pair[1] not in COLUMNS and ".".join(pair) not in COLUMNS]
    assert [".".join(pair) for pair in sorted(nameless)] == []
    known = {column for _, column in told} | {f"{table}.{column}" for table, column in told}
    assert set(COLUMNS) - known == set()


@pytest.mark.parametrize("record", RECORDS)
def test_what_names_a_record_are_columns_of_it(record: str) -> None:
    kind, columns = RECORDS[record], KEPT[record].columns
    assert set(kind.named_by) <= set(columns.keys())
    assert kind.named_by, "its number alone says nothing to anybody"
    assert kind.found_by is None or kind.found_by in columns
    assert kind.part_of is None or target_of(record, kind.part_of) in RECORDS


def test_a_column_may_mean_something_of_its_own() -> None:
    assert column_words("award_line", "amount") == "award"
    assert column_words("claim_line", "amount") == "amount"


def test_what_is_long_gone_has_its_old_name() -> None:
    assert (kind_of("abacus").words, column_words("abacus", "beads")) == ("abacus", "beads")


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2025, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed", ["20 10 2025", " 20/10/2025 ", "20.10.2025", "20 October 2025", "20 oct 2025", "2025-10-20"]
)
def test_a_day_alone_is_meant_whole_in_london(typed: str) -> None:
    assert read_stretch(typed, typed) == Stretch(at(10, 19, 23), at(10, 20, 23))


@pytest.mark.parametrize("typed", ["20 10 2025 14:30", "20 October 2025, 2:30pm", "2025-10-20  14:30"])
def test_a_time_is_meant_to_the_minute(typed: str) -> None:
    assert read_stretch(typed, typed) == Stretch(at(10, 20, 13, 30), at(10, 20, 13, 31))


def test_either_side_may_be_open() -> None:
    assert read_stretch("", " ") == Stretch()
    assert read_stretch("20 12 2025 2pm", "") == Stretch(start=at(12, 20, 14))
    assert read_stretch("", "20 12 2025 2pm") == Stretch(end=at(12, 20, 14, 1))


@pytest.mark.parametrize("typed", ["yesterday", "31 2 2025", "20 10", "20 10 2025 25:00", "31 12 9999", "1 1 -5"])
def test_what_is_no_moment_is_refused_at_its_field(typed: str) -> None:
    for field, typed_in in (("start", (typed, "")), ("end", ("", typed))):
        with pytest.raises(NotAMoment, match="Enter a day, like 20 10 2025") as refused:
            read_stretch(*typed_in)
        assert refused.value.field == field


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(EndsBeforeItStarts, match="not before the one you typed under From") as refused:
        read_stretch("20 10 2025", "19 10 2025")
    assert refused.value.field == "end"


def test_a_record_is_asked_for_by_its_kind_and_what_finds_it() -> None:
    assert NoKind().field == "record"
    assert NoSuchRecord("person", "ann").sentence == "There is no person “ann”. Check what you typed"
