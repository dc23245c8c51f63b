"""A file that somebody sent, as it is kept: under a name that says what it is, and known again by its SHA-256."""

import hashlib
from dataclasses import dataclass
from typing import Any

from portfolio.uploads.kinds import fitting_name, kind_of


@dataclass(frozen=True)
class Kept:
    """What is kept of a file; `size` is in bytes."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: bytes

    @property
    def columns(self) -> dict[str, Any]:
        """The same by the names of the columns that keep it."""
        return dict(vars(self))


def as_kept(name: str, content: bytes) -> Kept:
    """A file as it will be kept; raises NotTaken for kinds that are not taken."""
    kind = kind_of(name, content)
    return Kept(fitting_name(name, kind), kind.media_type, len(content), digest_of(content), content)


def digest_of(content: bytes) -> str:
    """A file's SHA-256, by which the same file is known again."""
    return hashlib.sha256(content).hexdigest()


def find_altered(what: str, content: bytes, size: int, sha256: str) -> str | None:
    """A sentence where what is kept is not what was sent, by its size in bytes and its SHA-256."""
    if len(content) == size and digest_of(content) == sha256:
        return None
    return f"{what}, is not the file that was sent. Bring it back from a backup"
