"""Three processes entering claims at once for a minute: `python -m tests.benchmarks.three_processes [SECONDS]`.

On the embedded database, or on the one that DATABASE_URL names, which must be empty. Prints what
they did and what came of it; exits 1 where a penny was lost or somebody was shown an error.
"""

import sys
import tempfile
from pathlib import Path

import portfolio.tables  # noqa: F401 - every table is known
from portfolio.config import Config
from portfolio.db import Database
from portfolio.migrations import upgrade
from portfolio.money import format_pounds, from_pence
from tests.journeys import claiming
from tests.journeys.test_three_processes import race

AWARDS = 900


def main() -> int:
    """Let them race, and hold what they were told to what is there."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        configured = Config.from_environment()
        url = f"sqlite:///{folder / 'portfolio.db'}" if configured.sqlite_file else configured.database_url
        database = Database(url)
        upgrade(database)
        journals = race(database, folder, seconds, AWARDS)
        deeds = ", ".join(f"{len(journal.lines())} deeds" for journal in journals)
        confirmed = [one for journal in journals for one in journal.confirmed()]
        errors = [line["error"] for journal in journals for line in journal.lines() if "error" in line]
        with database.reading() as session:
            there = claiming.sent_total(session)
            faults = [*errors, *claiming.lost(session, confirmed), *claiming.proofs(session)]
        database.close()
    told = from_pence(sum(one.pence for one in confirmed if one.sent))
    print(f"{seconds:g} s: {deeds}")
    print(f"sent as confirmed {format_pounds(told)}, in the database {format_pounds(there)}")
    print("\n".join(faults) or "Not a penny lost, no error shown")
    return 1 if faults or told != there else 0


if __name__ == "__main__":
    sys.exit(main())
