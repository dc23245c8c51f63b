"""What hostile and damaged files cost whoever opens them: `python -m tests.benchmarks.hostile_workbooks`.

Each is made, and opened, read whole and marked in a process of its own, which may take 2 s of CPU and 200 MB. Prints
seconds, megabytes and the sentence; exits 1 above a bar.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.uploads.hostile import HOSTILE

MOST_SECONDS, MOST_MEGABYTES = 2.0, 200


def main() -> int:
    """Measures every hostile file; gives 1 where one costs too much or is not refused as it should be."""
    too_dear = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (make, words) in HOSTILE.items():
            file = Path(folder) / "file.xlsx"
            file.write_bytes(make())
            child = [sys.executable, "-m", "tests.benchmarks.hostile_workbooks", str(file)]
            done = subprocess.run(child, capture_output=True, text=True, check=False, env={**os.environ})
            seconds, megabytes, sentence = [*done.stdout.strip().split("\t"), "", "", done.stderr[-300:]][:3]
            print(f"{name:32} {file.stat().st_size / 1024:9,.0f} kB {seconds:>6} s {megabytes:>5} MB  {sentence}")
            if not seconds or float(seconds) > MOST_SECONDS or int(megabytes) > MOST_MEGABYTES or words not in sentence:
                too_dear.append(name)
    print(f"Too dear, or refused otherwise: {', '.join(too_dear) or 'none'}")
    return 1 if too_dear else 0


def measure(file: Path) -> None:
    """Opens, reads and marks one file, and prints what that took: CPU seconds, peak megabytes, the refusal."""
    from portfolio.spend.workbooks.layout import MOST_COLUMNS, MOST_ROWS
    from portfolio.spend.workbooks.marking import marked
    from portfolio.uploads.opening import NotAWorkbook, opened

    before = resource.getrusage(resource.RUSAGE_SELF)
    sentence = "takes nothing"
    content = file.read_bytes()
    try:
        with opened(content, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS) as book:
            for sheet in book.sheets:
                for _ in sheet.rows():
                    pass
        marked(content, [])
    except NotAWorkbook as refused:
        sentence = refused.sentence
    after = resource.getrusage(resource.RUSAGE_SELF)
    # The kernel counts a parent's memory as its child's in the other place, so the child's own account is read.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) // 1024
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{seconds:.2f}\t{peak}\t{sentence}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]))
    else:
        sys.exit(main())
