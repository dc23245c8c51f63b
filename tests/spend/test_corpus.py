"""Broken workbooks: each fault is said in its cell and marked there, and nothing else of the workbook changes.

All are judged and marked. LibreOffice takes a quarter of a second to open one, so it opens every eighth of the marked
ones here; `python -m tests.benchmarks.marked_workbooks` has it open all of them.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from portfolio.db import Database
from portfolio.history import Author
from portfolio.spend.workbooks.faults import Severity
from tests.conftest import NOW, FreshUrl
from tests.libreoffice import LibreOffice, find
from tests.spend.corpus import CASES, TAKEN
from tests.spend.corpus_world import world
from tests.spend.marks import marks_of, values_of
from tests.spend.returned import AGAIN, SAVED_ODDLY, Returned, made

SAMPLE = 8
_TOLD = Path(__file__).with_name("broken_workbooks.txt").read_text(encoding="utf-8")
EXPECTED = {name: lines.splitlines() for name, _, lines in (part.partition("\n") for part in _TOLD.split("\n\n"))}
"""What is said of each, by name: sheet, cell, severity, sentence."""

Corpus = Mapping[str, Returned]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> LibreOffice:
    return LibreOffice(find(), tmp_path_factory.mktemp("libreoffice"))


@pytest.fixture(scope="module")
def corpus(fresh_url: FreshUrl, office: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Every workbook, made by its program and handed back."""
    folder = tmp_path_factory.mktemp("corpus")
    database = Database(fresh_url(folder))
    try:
        with database.session(writing=True) as session:
            Author("a test", NOW, "Set the scene")(session)
            return made(world(session), office, folder)
    finally:
        database.close()


@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_a_fault_is_said_of_its_cell_and_marked_there(corpus: Corpus, name: str) -> None:
    returned = corpus[name]
    assert returned.told == EXPECTED[name]
    assert values_of(returned.marked) == values_of(returned.content)
    wrong = {f"{fault.sheet}!{fault.cell}": fault for fault in returned.faults if fault.cell}
    marks = marks_of(returned.marked)
    assert marks.painted == wrong.keys()
    assert marks.comments == {place: f"To put right:\n{fault.sentence}" for place, fault in wrong.items()}
    assert [row[2] for row in marks.listed] == [fault.sentence for fault in returned.faults]


def test_sixty_workbooks_and_more_have_one_fault_each() -> None:
    single = [name for name, lines in EXPECTED.items() if len(lines) == 1]
    assert len(single) >= 60
    assert EXPECTED.keys() == {case.name for case in CASES}


@pytest.mark.parametrize("name", [*TAKEN, *SAVED_ODDLY])
def test_an_odd_workbook_is_taken_as_it_is_meant(corpus: Corpus, name: str) -> None:
    assert corpus[name].told == []
    assert corpus[name].claims == corpus["as it is"].claims


@pytest.mark.parametrize("name", AGAIN)
def test_marks_are_read_over_when_a_workbook_comes_back(corpus: Corpus, name: str) -> None:
    again = corpus[f"{name}, sent as it was marked"]
    assert again.told == corpus[name].told
    assert marks_of(again.marked) == marks_of(corpus[name].marked)


def test_libreoffice_opens_marked_workbooks_with_the_input_intact(
    corpus: Corpus, office: LibreOffice, tmp_path: Path
) -> None:
    names = [case.name for case in CASES][::SAMPLE]
    files = [tmp_path / f"{number}.xlsx" for number in range(len(names))]
    for name, file in zip(names, files, strict=True):
        file.write_bytes(corpus[name].marked)
    for name, file in zip(names, office.convert(files), strict=True):
        saved = file.read_bytes()
        assert values_of(saved, formulas=False) == values_of(corpus[name].content, formulas=False), name
        assert marks_of(saved) == marks_of(corpus[name].marked), name


def test_severities_are_two(corpus: Corpus) -> None:
    assert {fault.severity for name in corpus for fault in corpus[name].faults} == set(Severity)
