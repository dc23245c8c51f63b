"""LibreOffice opens every marked workbook of the corpus: `python -m tests.benchmarks.marked_workbooks`.

Prints those whose input, comments, marks or list are others after LibreOffice opened and saved them, and what marking
them took; exits 1 where there are any.
"""

import sys
import tempfile
import time
from pathlib import Path

from portfolio.db import Database
from portfolio.history import Author
from portfolio.migrations import upgrade
from portfolio.spend.workbooks.marking import marked
from tests.libreoffice import LibreOffice, find
from tests.spend.corpus import CASES
from tests.spend.corpus_world import NOW, world
from tests.spend.marks import marks_of, values_of
from tests.spend.returned import made

AS_FORMULA = "yes in an amount"
"""LibreOffice saves TRUE in a cell of pounds as =TRUE()."""


def main() -> int:
    """Makes, marks, opens and compares them; gives 1 where one differs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'portfolio.db'}")
        upgrade(database)
        office = LibreOffice(find(), folder / "libreoffice")
        with database.session(writing=True) as session:
            Author("a benchmark", NOW, "Set the scene")(session)
            corpus = made(world(session), office, folder)
        database.close()
        names = [case.name for case in CASES]
        files = [folder / f"marked-{number}.xlsx" for number in range(len(names))]
        began = time.process_time()
        for name, file in zip(names, files, strict=True):
            file.write_bytes(marked(corpus[name].content, corpus[name].faults))
        seconds = (time.process_time() - began) / len(names)
        differ = []
        for name, file in zip(names, office.convert(files), strict=True):
            saved, returned = file.read_bytes(), corpus[name]
            same = values_of(saved, formulas=False) == values_of(returned.content, formulas=False)
            if not (same or name == AS_FORMULA) or marks_of(saved) != marks_of(returned.marked):
                differ.append(name)
    print(f"{len(names)} workbooks, each marked in {seconds * 1000:.0f} ms")
    print(f"Not as they were: {', '.join(differ) or 'none'}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
