"""Grants in the shape of the 360Giving Data Standard 1.4: as JSON, and flat for its spreadsheet.

Source: standard.threesixtygiving.org, version 1.4 (required fields, titles of columns, package metadata).
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from portfolio.clock import day_of
from portfolio.funding_years.models import FundingYear
from portfolio.open_data.rules import LICENCE, STANDARD, Area, Grant, Publisher, geo_type, grant_id, published_text
from reports.cells import as_text
from reports.open_data import Cell, Path, grants_workbook

PATHS: tuple[tuple[str, Path], ...] = (
    ("Identifier", ("id",)),
    ("Title", ("title",)),
    ("Description", ("description",)),
    ("Currency", ("currency",)),
    ("Amount Applied For", ("amountAppliedFor",)),
    ("Amount Awarded", ("amountAwarded",)),
    ("Amount Disbursed", ("amountDisbursed",)),
    ("Award Date", ("awardDate",)),
    ("Planned Dates:Start Date", ("plannedDates", 0, "startDate")),
    ("Planned Dates:End Date", ("plannedDates", 0, "endDate")),
    ("Recipient Org:Identifier", ("recipientOrganization", 0, "id")),
    ("Recipient Org:Name", ("recipientOrganization", 0, "name")),
    ("Recipient Org:Charity Number", ("recipientOrganization", 0, "charityNumber")),
    ("Recipient Org:Company Number", ("recipientOrganization", 0, "companyNumber")),
    ("Funding Org:Identifier", ("fundingOrganization", 0, "id")),
    ("Funding Org:Name", ("fundingOrganization", 0, "name")),
    ("Funding Org:Department", ("fundingOrganization", 0, "department")),
    ("Grant Programme:Code", ("grantProgramme", 0, "code")),
    ("Grant Programme:Title", ("grantProgramme", 0, "title")),
    ("Beneficiary Location:0:Name", ("beneficiaryLocation", 0, "name")),
    ("Beneficiary Location:0:Country Code", ("beneficiaryLocation", 0, "countryCode")),
    ("Beneficiary Location:0:Geographic Code", ("beneficiaryLocation", 0, "geoCode")),
    ("Beneficiary Location:0:Geographic Code Type", ("beneficiaryLocation", 0, "geoCodeType")),
    ("Beneficiary Location:1:Name", ("beneficiaryLocation", 1, "name")),
    ("Beneficiary Location:1:Country Code", ("beneficiaryLocation", 1, "countryCode")),
    ("Beneficiary Location:1:Geographic Code", ("beneficiaryLocation", 1, "geoCode")),
    ("Beneficiary Location:1:Geographic Code Type", ("beneficiaryLocation", 1, "geoCodeType")),
    ("For Regrant Type", ("regrantType",)),
    ("Last Modified", ("dateModified",)),
)
"""The columns of the spreadsheet by the standard's own titles, and where each stands in the JSON."""
META: tuple[tuple[str, Path], ...] = (
    ("Version", ("version",)),
    ("Title", ("title",)),
    ("Description", ("description",)),
    ("Issued", ("issued",)),
    ("Identifier", ("identifier",)),
    ("Publisher:Identifier", ("publisher", "identifier")),
    ("Publisher:Name", ("publisher", "name")),
    ("License", ("license",)),
)
"""The lines of the spreadsheet's sheet Meta."""


def as_grant(grant: Grant, prefix: str) -> dict[str, Any]:
    """One grant of which nothing required is missing."""
    made: dict[str, Any] = {
        "id": grant_id(prefix, grant.reference, grant.csp_key),
        "title": _text(grant.title),
        "description": _text(grant.purpose),
        "currency": "GBP",
        "amountAppliedFor": None if grant.applied_for is None else _number(grant.applied_for),
        "amountAwarded": _number(grant.awarded),
        "amountDisbursed": _number(grant.disbursed),
        "awardDate": None if grant.awarded_on is None else grant.awarded_on.isoformat(),
        "plannedDates": [{"startDate": grant.starts_on.isoformat(), "endDate": grant.ends_on.isoformat()}],
        "recipientOrganization": [
            {
                "id": grant.recipient.org_id,
                "name": _text(grant.recipient.name or ""),
                **_numbers(grant.recipient.org_id),
            }
        ],
        "fundingOrganization": [
            {"id": grant.funder.org_id, "name": _text(grant.funder.name or ""), "department": _text(grant.department)}
        ],
        "grantProgramme": [{"code": _text(grant.programme_code), "title": _text(grant.programme)}],
        "beneficiaryLocation": [_location(area) for area in grant.areas],
        "regrantType": grant.regrant_type,
        "dateModified": grant.issued_at.astimezone(UTC).replace(microsecond=0).isoformat(),
    }
    return {name: value for name, value in made.items() if value is not None}


def _text(typed: str) -> str:
    """A text that JSON and a spreadsheet's cell hold alike, in which no count of one to four people stands."""
    return as_text(published_text(typed))


def _number(amount: Decimal) -> int | float:
    """Pounds as JSON has them; every amount of pence that a return holds is its own double."""
    return int(amount) if amount == int(amount) else float(amount)


def _numbers(org_id: str | None) -> dict[str, str]:
    """A charity's or a company's number, beside the identifier that begins with its register."""
    fields = {"GB-CHC-": "charityNumber", "GB-COH-": "companyNumber"}
    return {
        field: org_id.removeprefix(register)
        for register, field in fields.items()
        if org_id is not None and org_id.startswith(register)
    }


def _location(area: Area) -> dict[str, str]:
    """Where those live who benefit; a code of a kind that the standard has no word for is left out."""
    kind = geo_type(area.code)
    coded = {} if kind is None or area.code is None else {"geoCode": area.code, "geoCodeType": kind}
    return {"name": _text(area.name), "countryCode": "GB", **coded}


def package(
    year: FundingYear, grants: Sequence[Grant], publisher: Publisher, version: int, now: datetime
) -> dict[str, Any]:
    """A whole publication: what it is, who publishes it, and its grants."""
    name = f"{year.programme.name} grants in {year.police_area.name}, {year.year}"
    issued: date = day_of(now)
    prefix = publisher.prefix or ""
    identifier = {"identifier": publisher.org_id} if publisher.org_id else {}
    return {
        "version": STANDARD,
        "title": as_text(name),
        "description": as_text(
            f"Grants awarded by the community safety partnerships of {year.police_area.name} from the "
            f"{year.programme.name} of the {year.programme.funder}, as the returns issued so far have them. "
            "Amount disbursed is what the recipient has claimed and finance has approved. Version "
            f"{version} of this file."
        ),
        "issued": issued.isoformat(),
        "identifier": f"{prefix}-{year.programme.code}-{year.police_area.code}-{year.year.slug}",
        "publisher": {"name": as_text(publisher.name or ""), **identifier},
        "license": LICENCE,
        "grants": [as_grant(grant, prefix) for grant in grants],
    }


def as_json(told: dict[str, Any]) -> bytes:
    """A package as a file that people can read too."""
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def as_workbook(told: dict[str, Any], now: datetime) -> bytes:
    """The very same package as a spreadsheet, read back before anybody gets it; raises NotReconciled."""
    grants = told["grants"]
    columns = [(title, path) for title, path in PATHS if any(value_at(grant, path) is not None for grant in grants)]
    return grants_workbook(
        title=told["title"],
        headings=[title for title, _ in columns],
        rows=[[value_at(grant, path) for _, path in columns] for grant in grants],
        meta=[(title, str(value)) for title, path in META if (value := value_at(told, path)) is not None],
        created=now,
    )


def value_at(told: Any, path: Path) -> Cell:
    """What stands at a place of the JSON; None where there is nothing."""
    for step in path:
        if isinstance(step, int):
            told = told[step] if isinstance(told, list) and len(told) > step else None
        else:
            told = told.get(step) if isinstance(told, dict) else None
    return told if isinstance(told, str | int | float) else None
