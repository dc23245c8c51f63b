"""Programs that some tests need: found on PATH, or the test says why it skips; where CI is set, a skip is a failure."""

import os
import shutil

import pytest


def find(what: str, *names: str) -> str:
    """Where the first of a program's names is."""
    for name in names:
        program = shutil.which(name)
        if program is not None:
            return program
    reason = f"{what} ({', '.join(names)}) is not on PATH"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
