"""The command that writes a year's audit pack."""

import argparse
import json
from pathlib import Path

from portfolio.audit_pack.packing import EVERYBODY, pack, title
from portfolio.audit_pack.rules import file_name
from portfolio.commands.ground import ground, progress, say, writing_file
from portfolio.commands.returns import find_funding_year
from portfolio.errors import NotAllowed
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear


def write(given: argparse.Namespace) -> int:
    """Write the pack, and say where it is and how many files it holds."""
    asked = FinancialYear.parse(given.year)
    with ground(Act.TAKE_PACK, given.acting_as) as here, here.database.reading() as session:
        within = here.within(Act.TAKE_PACK)
        year = find_funding_year(session, asked, given, within)
        if not within.holds_area(year.police_area_id):
            raise NotAllowed("A pack holds the whole police area, which is beyond your roles")
        name = file_name(year.programme.code, year.police_area.code, year.year.slug, with_evidence=given.evidence)
        file = given.out or Path(name)
        here.note_reading(f"{title(year)}, by a command", [EVERYBODY])
        progress("Writing the pack …")
        with writing_file(file) as out:
            files = pack(session, year, out, with_evidence=given.evidence)
    say(json.dumps({"file": str(file), "files": files}) if given.json else str(file))
    return 0
