"""What an audit pack holds, how it names its files, and what it tells its reader in plain words."""

import re
from dataclasses import dataclass

MANIFEST = "SHA256SUMS"
README = "README.txt"
TRAIL = "history/history.jsonl"
VERIFY = "history/verify.py"
MOST_OF_NAME = 80
"""Letters of a file's own name that are kept in its name in the pack."""


def plain_name(name: str) -> str:
    """A name of plain letters, from its end, where its kind stands: every program that opens a pack can write it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-MOST_OF_NAME:].lstrip("._") or "file"


def manifest_line(sha256: str, name: str) -> str:
    """One line as `sha256sum -c` reads it."""
    return f"{sha256}  {name}\n"


@dataclass(frozen=True)
class Held:
    """How many of each kind stand in a pack."""

    returns: int
    claims: int
    files: int
    """Pieces of evidence."""
    bytes: int
    """Of all evidence together."""


def file_name(code: str, area: str, year: str, *, with_evidence: bool) -> str:
    """`audit-pack_SVD_E23000039_2025-26.zip`."""
    return plain_name(f"audit-pack_{code}_{area}_{year}{'_with-evidence' if with_evidence else ''}.zip")


def readme(about: str, *, with_evidence: bool) -> str:
    """What a pack holds and how each part of it is proved."""
    evidence = (
        "  evidence/             the evidence of the claims; index.csv says which claim and line each file is for\n"
        if with_evidence
        else "  evidence/index.csv    the evidence of the claims: name, size and SHA-256 of each file. The files\n"
        "                        themselves were not asked for; take the pack again with them to have them\n"
    )
    return f"""Audit pack: {about}

What it holds
  returns/              every return that was issued, byte for byte as it was issued, with its index
  snapshots/            the figures of each of them, frozen when it was issued
  returns/*.csv         what was accepted when a return was checked; questions and answers
  filled_forms/         the funder's own forms as they were filled, if any
  claims/               claims, their lines with what was accrued, questions, and corrections of earlier quarters
{evidence}  decisions/            decisions, awards and variations
  money/                payments received or recovered, and what the funder withholds
  year_end/             assets bought with the grant, and the independent assurance
  {TRAIL} every change of these records: who, when, what it said before and after
  {MANIFEST}            the SHA-256 of every file here

How to prove it
  1. That no file was changed since the pack was made: open a terminal in this folder and run
         sha256sum -c {MANIFEST}
     (on macOS: shasum -a 256 -c {MANIFEST}). Each line must end in OK.
  2. That a return is the one that was issued: compare the SHA-256 of its file, which stands in returns/index.csv and
     in {MANIFEST}, with the one on the return's own page, or with the file that the funder holds.
  3. That the frozen figures are those of the return: the SHA-256 of its file in snapshots/ is the "SHA-256 of the
     figures" in returns/index.csv and on its page.
  4. That no entry of the history was altered: run
         python3 {VERIFY}
     Each entry is sealed: its seal is the SHA-256 of everything it says and of the seal of the entry before it. This
     pack holds the entries of its own records, so between two of them others may be left out; the whole chain, without
     a gap, is proved where the records are kept, by the command: portfolio check

How to read it
  CSV files are tables in UTF-8. Amounts are in pounds; a minus sign is money that went back. Days are written
  year-month-day, moments in Coordinated Universal Time. In the history amounts are whole pence.
  A cell that begins with an apostrophe would otherwise be taken for a formula by spreadsheet programs.
"""


VERIFIER = '''"""Prove that every entry of history.jsonl says what it was sealed with."""
import hashlib
import json
import pathlib

PARTS = ("id", "author", "deed", "record", "record_id", "change", "before", "after", "previous_seal", "at")
wrong = good = 0
history = pathlib.Path(__file__).with_name("history.jsonl")
if not history.exists():
    raise SystemExit("history.jsonl is not here: this program proves the file that it was packed beside")
with history.open(encoding="utf-8", errors="replace") as lines:
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line)
            told = json.dumps([entry[part] for part in PARTS], ensure_ascii=False)
            is_good = hashlib.sha256(told.encode(errors="replace")).hexdigest() == entry["seal"]
        except (ValueError, KeyError, TypeError):
            is_good = False
        good, wrong = good + is_good, wrong + (not is_good)
        if not is_good:
            print("The entry in line", number, "was altered")
print(good, "entries are as they were sealed,", wrong, "are not")
raise SystemExit(1 if wrong else 0)
'''
"""A program of a few lines that needs nothing but Python, for whoever opens the pack."""
