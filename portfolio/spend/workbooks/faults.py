"""What is wrong in a claim's workbook, and where."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether something stands in the way of the upload."""

    MUST = "must be put right"
    SHOULD = "worth a look"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a workbook: in a cell (`C12`) of a sheet, in a whole row, or in the file as such."""

    sheet: str | None
    cell: str | None
    sentence: str
    severity: Severity = Severity.MUST
    code: str | None = None
