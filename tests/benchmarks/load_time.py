"""What loading a large year costs: `python -m tests.benchmarks.load_time`.

Prints CPU seconds, wall seconds and peak memory of `portfolio load` for 6,000 awards over 300 CSPs with two quarters of
claims, in a process of its own; exits 1 above the bar.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import stories

CSPS, AWARDS = 300, 6_000
MOST_SECONDS = 60


def main() -> int:
    """Make the story, load it, and hold what it cost to the bar."""
    with tempfile.TemporaryDirectory() as folder:
        file = stories.write(Path(folder), stories.story(csps=CSPS, awards=AWARDS))
        environment = {**os.environ, "PORTFOLIO_INSTANCE": f"{folder}/instance"}
        environment.pop("DATABASE_URL", None)
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "portfolio", "load", str(file)], env=environment, check=True)
        wall = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    print(f"{AWARDS:,} awards over {CSPS} CSPs loaded")
    print(f"CPU   {cpu:6.1f} s  (bar: {MOST_SECONDS} s)")
    print(f"wall  {wall:6.1f} s")
    print(f"peak  {used.ru_maxrss / 1024:6.0f} MB")
    return 0 if max(cpu, wall) <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
