"""Made-up stories in the file format that `portfolio load` reads: as large, or as odd, as a test wants them."""

import json
from pathlib import Path
from typing import Any

CATEGORIES = ("pay and on-costs", "training", "travel and subsistence", "commissioned services")


def story(*, csps: int, awards: int, quarters: int = 2, year: int = 2025) -> dict[str, Any]:
    """One police area's year: so many partnerships with so many awards each in turn, and claims of some quarters.

    Every amount follows from its place in the story, so the same numbers come out each time; none divides evenly.
    """
    told = _frame(csps, year)
    allocated = {key: {"labour": 0, "non-labour": 0} for key in _keys(csps)}
    for number in range(awards):
        key, stream = _keys(csps)[number % csps], ("labour", "non-labour")[number % 2]
        reference, amount = f"SVD-{year % 100}-{number + 1:04d}", 1_000_000 + 7_919 * (number % 997)
        allocated[key][stream] += amount
        told["proposals"].append(_proposal(reference, key, stream, amount, year, number))
        told["decisions"].append(_decision(reference, key, stream, amount))
        told["claims"] += [_claim(reference, key, stream, amount, year, quarter) for quarter in range(1, quarters + 1)]
    told["years"][0]["csp"] = allocated
    told["years"][0]["allocation"] = {
        stream: sum(share[stream] for share in allocated.values()) for stream in ("labour", "non-labour")
    }
    return told


def write(folder: Path, told: dict[str, Any]) -> Path:
    """A story as a file."""
    file = folder / "story.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def _keys(csps: int) -> list[str]:
    return [f"csp-{number:03d}" for number in range(1, csps + 1)]


def _frame(csps: int, year: int) -> dict[str, Any]:
    return {
        "programme": {
            "name": "Serious Violence Duty",
            "code": "SVD",
            "funder": "Home Office",
            "administering_body": "Office of the Police and Crime Commissioner for Wessex",
            "streams": ["labour", "non-labour"],
            "in_arrears": True,
            "carry_over": False,
            "variance_rule": {"percent": 10, "floor_pence": 50000},
        },
        "police_area": {"name": "Wessex", "code": "E23000099"},
        "csps": [
            {
                "key": key,
                "name": f"Partnership {key[4:]}",
                "authority": f"Council {key[4:]}",
                "org_id": None,
                "gss": None,
            }
            for key in _keys(csps)
        ],
        "years": [{"year": year, "status": "confirmed", "confirmed_on": f"{year}-03-27"}],
        "organisations": [{"key": "council", "name": "A Council", "type": "council", "org_id": "GB-COH-01234567"}],
        "proposals": [],
        "decisions": [],
        "claims": [],
    }


def _proposal(reference: str, key: str, stream: str, amount: int, year: int, number: int) -> dict[str, Any]:
    return {
        "year": year,
        "ref": reference,
        "title": f"Intervention {number + 1}",
        "lead": "council",
        "kind": ("new", "continuation", "extension")[number % 3],
        "levels": [["universal"], ["targeted", "focused"], []][number % 3],
        "summary": "Work with young people at risk.",
        "requested": {stream: amount},
        "asked_of": [key],
        "continues": None,
        "match_offered": [],
    }


def _decision(reference: str, key: str, stream: str, amount: int) -> dict[str, Any]:
    return {
        "proposal": reference,
        "csp": key,
        "outcome": "funded",
        "awarded": {stream: amount},
        "reason": None,
        "meeting": {"body": f"Partnership {key[4:]}", "date": "2025-03-13", "minute": "6"},
        "conditions": None,
    }


def _claim(reference: str, key: str, stream: str, amount: int, year: int, quarter: int) -> dict[str, Any]:
    spent = amount // 4 - 101 * quarter
    return {
        "proposal": reference,
        "csp": key,
        "year": year,
        "quarter": quarter,
        "lines": [
            {"stream": stream, "category": CATEGORIES[quarter % 4], "amount": spent - spent // 3},
            {"stream": stream, "category": CATEGORIES[(quarter + 1) % 4], "amount": spent // 3},
        ],
        "narrative": "On track.",
        "delivery_rag": "Green",
        "variance_explanation": None,
        "match_spent": 0,
    }
