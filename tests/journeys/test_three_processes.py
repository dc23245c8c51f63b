"""Three processes enter claims at once: not a penny is lost, no ceiling is passed, and nobody is shown an error."""

from pathlib import Path

from portfolio.db import Database
from portfolio.money import from_pence
from tests.journeys import claiming
from tests.journeys.claiming import Journal

PROCESSES, AWARDS, AT_MOST = 3, 30, 60.0


def race(database: Database, folder: Path, seconds: float = AT_MOST, awards: int = AWARDS) -> list[Journal]:
    """Let the processes enter claims, each of its own awards, all of the same partnerships; their journals."""
    person_id = claiming.set_the_scene(database, folder, awards)
    context = claiming.processes()
    journals = [Journal(folder / f"journal-{number}") for number in range(PROCESSES)]
    every = [
        context.Process(target=claiming.enter, args=(database.url, person_id, number, PROCESSES, seconds, journal.file))
        for number, journal in enumerate(journals)
    ]
    for process in every:
        process.start()
    for process in every:
        process.join(seconds + 60)
        assert process.exitcode == 0
    return journals


def test_three_processes_at_once_lose_not_a_penny(database: Database, tmp_path: Path) -> None:
    journals = race(database, tmp_path)
    lines = [line for journal in journals for line in journal.lines()]
    assert [line for line in lines if "error" in line] == []
    refused = [code for line in lines for code in line.get("refused", [])]
    assert set(refused) == {"E2"}, "the partnerships' last pounds were asked for twice, and given once"
    confirmed = [one for journal in journals for one in journal.confirmed()]
    with database.reading() as session:
        assert claiming.lost(session, confirmed) == []
        assert claiming.sent_total(session) == from_pence(sum(one.pence for one in confirmed if one.sent))
        assert claiming.proofs(session) == []
    assert len(confirmed) >= 2 * 3 * AWARDS, "every claim was saved twice"
