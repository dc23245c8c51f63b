"""No wording claims that a project caused what happened: figures stand side by side, and that is all they do."""

import re

from portfolio.config import ROOT

CLAIMS = re.compile(
    r"thanks to|\bled to\b|resulted in|as a result of the (?:project|intervention|grant|award)"
    r"|(?:reduced|cut|prevented|lowered) (?:violence|crime|harm|homicides?|admissions)"
    r"|impact of (?:the |this |a )?(?:project|intervention|grant|award)s?\b|proved? effective|\bsaved lives",
    re.IGNORECASE,
)


def test_no_page_document_or_return_claims_a_cause() -> None:
    files = [
        *(ROOT / "templates").rglob("*.html"),
        *(path for folder in ("portfolio", "reports") for path in (ROOT / folder).rglob("*.py")),
    ]
    claimed = [(path.name, found[0]) for path in files if (found := CLAIMS.search(path.read_text(encoding="utf-8")))]
    assert len(files) > 100
    assert claimed == []
