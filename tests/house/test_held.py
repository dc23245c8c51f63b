"""Whatever is somebody's own stands in the table of what is held, and nothing stands there that is not."""

from portfolio.db import Base
from portfolio.personal import Personal
from portfolio.privacy.held import HELD
from portfolio.privacy.rules import PERIODS, Kind

PLACES = {place for each in HELD for place in each.places}


def test_every_personal_column_is_told_of() -> None:
    personal = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.info.get("personal")
    }
    assert personal == {"person.email", "person.name", "interest.nature", "identity.subject"}
    assert personal <= PLACES


def test_every_table_that_may_lose_rows_is_told_of() -> None:
    passing = {table.name for table in Base.metadata.sorted_tables if table.info.get("passing")}
    assert passing - PLACES == {"directory_visit"}, "it names nobody: the digest of a number, for ten minutes"


def test_every_row_of_a_person_is_told_of() -> None:
    """A table that names a person holds something about them."""
    tables = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    told = {place.partition(".")[0] for place in PLACES}
    assert tables - told <= {"award", "proposal"}, "who leads a project is told of with the name"


def test_every_place_is_there() -> None:
    for place in PLACES:
        table, _, column = place.partition(".")
        assert table in Base.metadata.tables
        assert not column or column in Base.metadata.tables[table].columns


def test_every_kind_that_goes_is_told_of() -> None:
    assert {each.goes for each in HELD if isinstance(each.goes, Kind)} == set(Kind) == {*PERIODS, Kind.PEOPLE}


def test_what_is_personal_has_a_salt() -> None:
    for mapper in Base.registry.mappers:
        names = {column.name for column in mapper.local_table.columns if column.info.get("personal")}
        assert bool(names) == issubclass(mapper.class_, Personal)
        assert not names or mapper.class_.whose in mapper.local_table.columns
