"""LibreOffice for tests: found on PATH, with a profile of its own that recalculates every file it opens.

LibreOffice's own default keeps the values that a foreign file carries: a test with it could not fail.
"""

import subprocess
from pathlib import Path

from tests import programs

ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""  # noqa: E501 - the file's own form


def find() -> str:
    """Where soffice is."""
    return programs.find("LibreOffice", "soffice")


class LibreOffice:
    """One profile for a test session: the first start makes it, and takes a few seconds."""

    def __init__(self, program: str, home: Path) -> None:
        self._program = program
        self._home = home
        settings = home / "profile" / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(ALWAYS_RECALCULATE, encoding="utf-8")

    def convert(self, files: list[Path], to: str = "xlsx") -> list[Path]:
        """Open the files, recalculate them, and save them in another form; gives the new files' paths."""
        out = self._home / "converted" / to
        out.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                self._program,
                f"-env:UserInstallation={(self._home / 'profile').as_uri()}",
                "--headless",
                "--norestore",
                "--convert-to",
                to,
                "--outdir",
                str(out),
                *map(str, files),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
        return [out / file.with_suffix(f".{to}").name for file in files]
