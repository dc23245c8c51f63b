"""A pack is written file by file into one ZIP: nothing but the file in hand is in memory, and its bytes are known."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy.orm import Session

from portfolio.audit_pack.parts import Part, parts
from portfolio.audit_pack.rules import MANIFEST, manifest_line
from portfolio.funding_years.models import FundingYear
from portfolio.history import last_moment

PLAIN = (".csv", ".json", ".jsonl", ".txt", ".py", MANIFEST)
"""What becomes smaller; workbooks and pictures are small already."""
READABLE = 0o644 << 16
EVERYBODY = "everybody in it"
"""Whom it names: taking one is a reading of personal data."""


def title(year: FundingYear) -> str:
    """`Audit pack of Serious Violence Duty, Dorset, 2025/26`."""
    return f"Audit pack of {year.programme.name}, {year.police_area.name}, {year.year}"


def pack(session: Session, year: FundingYear, out: IO[bytes], *, with_evidence: bool) -> int:
    """Write a year's audit pack, and say how many files it holds; the same data gives the same bytes.

    Every file bears the moment of the last change on record, and the last file is the manifest of all others.
    """
    when = last_moment(session).astimezone(UTC)
    manifest: list[str] = []
    with ZipFile(out, "w") as bundle:
        for part in parts(session, year, with_evidence=with_evidence):
            manifest.append(manifest_line(_write(bundle, part, when), part.name))
        _write(bundle, Part(MANIFEST, [line.encode() for line in manifest]), when)
    return len(manifest) + 1


def _write(bundle: ZipFile, part: Part, when: datetime) -> str:
    """Write one file; returns its SHA-256."""
    about = ZipInfo(part.name, (when.year, when.month, when.day, when.hour, when.minute, when.second))
    about.compress_type = ZIP_DEFLATED if part.name.endswith(PLAIN) else ZIP_STORED
    about.external_attr = READABLE
    about.create_system = 3  # Unix, whatever it is made on
    digest = hashlib.sha256()
    with bundle.open(about, "w", force_zip64=True) as file:
        for piece in _gathered(part.pieces):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _gathered(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """Small pieces in larger ones: each write has its price."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > 65_536:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)
