"""What the 360Giving Data Standard 1.4 asks of grants, stated for these tests as far as they are about it.

Source: standard.threesixtygiving.org, version 1.4 (the reference of the grant and the package schema, and the closed
codelists). Only structure stands here: what is required, of which type, in which form. With PORTFOLIO_360GIVING_SCHEMA
naming a folder that holds the two schemas as they are published, those are asked instead.
"""

import json
import os
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

GRANT_AT = "https://example.org/360giving/1.4/grant.json"
DAY = "^[0-9]{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$"
DATE = {"type": "string", "oneOf": [{"format": "date-time"}, {"pattern": DAY}]}
ORGANISATION = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"title": "Identifier", "type": "string", "minLength": 1},
        "name": {"title": "Name", "type": "string", "minLength": 1},
        "department": {"title": "Department", "type": "string"},
        "charityNumber": {"title": "Charity Number", "type": "string"},
        "companyNumber": {"title": "Company Number", "type": "string"},
    },
    "additionalProperties": False,
}
LOCATION = {
    "type": "object",
    "properties": {
        "name": {"title": "Name", "type": "string"},
        "countryCode": {"title": "Country Code", "enum": ["GB"], "type": "string"},
        "geoCode": {"title": "Geographic Code", "type": "string", "pattern": r"^[EWNS]\d{8}$"},
        "geoCodeType": {
            "title": "Geographic Code Type",
            "type": "string",
            "enum": ["UA", "NMD", "MD", "LONB", "CTY", "CSP", "CDRP", "PFA"],
        },
    },
    "dependentRequired": {"geoCode": ["geoCodeType"], "geoCodeType": ["geoCode"]},
    "additionalProperties": False,
}
EVENT = {
    "type": "object",
    "properties": {"startDate": {"title": "Start Date", **DATE}, "endDate": {"title": "End Date", **DATE}},
    "additionalProperties": False,
}


def _several(title: str, items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "type": "array", "minItems": 1, "items": items, "rollUp": list(items["properties"])}


GRANT: dict[str, Any] = {
    "$id": GRANT_AT,
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": [
        "id",
        "title",
        "description",
        "currency",
        "amountAwarded",
        "awardDate",
        "fundingOrganization",
        "recipientOrganization",
    ],
    "properties": {
        "id": {"title": "Identifier", "type": "string", "pattern": "^360G-"},
        "title": {"title": "Title", "type": "string", "minLength": 1},
        "description": {"title": "Description", "type": "string", "minLength": 1},
        "currency": {"title": "Currency", "type": "string", "enum": ["GBP"]},
        "amountAppliedFor": {"title": "Amount Applied For", "type": "number"},
        "amountAwarded": {"title": "Amount Awarded", "type": "number"},
        "amountDisbursed": {"title": "Amount Disbursed", "type": "number"},
        "awardDate": {"title": "Award Date", **DATE},
        "plannedDates": _several("Planned Dates", EVENT),
        "recipientOrganization": _several("Recipient Org", ORGANISATION),
        "fundingOrganization": _several("Funding Org", ORGANISATION),
        "grantProgramme": _several(
            "Grant Programme",
            {
                "type": "object",
                "properties": {
                    "code": {"title": "Code", "type": "string"},
                    "title": {"title": "Title", "type": "string"},
                },
                "additionalProperties": False,
            },
        ),
        "beneficiaryLocation": _several("Beneficiary Location", LOCATION),
        "regrantType": {
            "title": "For Regrant Type",
            "type": "string",
            "enum": ["FRG010", "FRG020", "FRG030", "FRG040", "FRG050", "FRG060", "FRG070"],
        },
        "dateModified": {"title": "Last Modified", "type": "string", "format": "date-time"},
    },
    "additionalProperties": False,
}
PACKAGE: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["grants"],
    "properties": {
        "grants": {
            "title": "Grants",
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"$ref": GRANT_AT},
        },
        "version": {"title": "Version", "type": "string", "pattern": r"^(\d+\.)(\d+)$"},
        "title": {"title": "Title", "type": "string"},
        "description": {"title": "Description", "type": "string"},
        "issued": {"title": "Issued", **DATE},
        "identifier": {"title": "Identifier", "type": "string"},
        "publisher": {
            "title": "Publisher",
            "type": "object",
            "required": ["name"],
            "properties": {
                "identifier": {"title": "Identifier", "type": "string"},
                "name": {"title": "Name", "type": "string"},
            },
            "additionalProperties": False,
        },
        "license": {"title": "License", "type": "string", "format": "uri"},
    },
    "additionalProperties": False,
}


def schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """The package's schema and the grant's."""
    folder = os.environ.get("PORTFOLIO_360GIVING_SCHEMA")
    if not folder:
        return PACKAGE, GRANT
    read = (Path(folder) / name for name in ("360-giving-package-schema.json", "360-giving-schema.json"))
    package, grant = (json.loads(one.read_text()) for one in read)
    return package, grant


def faults(told: Any) -> list[str]:
    """What is not as the standard has it; nothing is fetched: what a schema refers to is at hand, or not found."""
    package, grant = schemas()
    address = package["properties"]["grants"]["items"]["$ref"]
    kept = Registry().with_resource(address, Resource.from_contents(grant, default_specification=DRAFT4))
    checker = FormatChecker()
    assert {"date-time", "uri"} <= set(checker.checkers), "without its helpers a format checker lets everything pass"
    found = Draft202012Validator(package, registry=kept, format_checker=checker).iter_errors(told)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]
