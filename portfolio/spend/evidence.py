"""The rules of evidence: how much of it a claim may have, and that one file proves one claim (E7).

Plain values in and out, as in `checks`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from portfolio.errors import PortfolioError
from portfolio.words import MEGABYTE, file_size

FIELD = "file"
MOST_BYTES = 10 * MEGABYTE
MOST_FILES = 30
MOST_TOGETHER = 100 * MEGABYTE
"""All files of a claim; they live in the database, and every backup holds them."""
SHARED = "If one bill is shared between claims, attach to each a statement of its own part"


@dataclass(frozen=True)
class Elsewhere:
    """The very same file in another claim: which one, where whoever asks may see it, and whether that was sent."""

    sha256: str
    claim: str | None
    was_sent: bool


class TooManyFiles(PortfolioError):
    """A claim has as many files as it may."""

    def __init__(self) -> None:
        super().__init__(
            f"A claim can have {MOST_FILES} files, and this one has them. "
            "Put several into one PDF, or remove one that is not needed",
            FIELD,
        )


class TooMuchTogether(PortfolioError):
    """A claim's files would come to more bytes than it may have."""

    def __init__(self, left: int) -> None:
        super().__init__(
            f"All files of a claim may come to {file_size(MOST_TOGETHER)}, and {file_size(left)} is left. "
            "Send a smaller file, or remove one that is not needed",
            FIELD,
        )


class AttachedAlready(PortfolioError):
    """E7: the very same file is attached to this claim."""

    code = "E7"

    def __init__(self, name: str) -> None:
        super().__init__(f"This very file is attached to this claim already, as {name}. Choose another one", FIELD)


class ClaimedElsewhere(PortfolioError):
    """E7: the very same file proves another claim, which was sent."""

    code = "E7"

    def __init__(self, name: str, claim: str | None, field: str = FIELD) -> None:
        which = claim or "another project’s claim"
        super().__init__(f"{name} is evidence of {which}, which was sent. {SHARED}", field)


def no_room(sizes: Sequence[int], size: int) -> list[PortfolioError]:
    """What stands in the way of one more file of so many bytes, beside those that a claim has."""
    errors: list[PortfolioError] = []
    if len(sizes) >= MOST_FILES:
        errors.append(TooManyFiles())
    left = MOST_TOGETHER - sum(sizes)
    if size > left:
        errors.append(TooMuchTogether(max(left, 0)))
    return errors


def claimed_elsewhere(names: Mapping[str, str], found: Iterable[Elsewhere], field: str = FIELD) -> list[PortfolioError]:
    """E7: a refusal for each file that proves another claim which was sent; `names` are the files' own, by digest."""
    first: dict[str, Elsewhere] = {}
    for each in found:
        if each.was_sent:
            first.setdefault(each.sha256, each)
    return [ClaimedElsewhere(names[sha256], each.claim, field) for sha256, each in first.items()]


def also_in_drafts(found: Iterable[Elsewhere]) -> str | None:
    """What is worth knowing of a file that is also attached to drafts which whoever attaches it may see."""
    drafts = [each.claim for each in found if each.claim and not each.was_sent]
    if not drafts:
        return None
    named = " and of ".join(drafts)
    return f"This very file is also attached to the draft of {named}. Only one of them can be sent with it"
