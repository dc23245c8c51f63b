"""The words that are signed under a return, and whose signature its level asks for.

A claim is certified by the Chief Finance Officer of whoever claims: the authority that holds a partnership's grant, the
one that leads for the area, and the commissioner's own towards the Home Office (source: published grant agreements of
the Serious Violence Duty: no virement, no carry-over, early word of underspend, an outturn statement at the end).
"""

from dataclasses import dataclass

from portfolio.returns.rules import ReturnKind

COMMON = (
    "I certify that the expenditure in this return was incurred for the purposes of the grant and in the period "
    "stated, that it is eligible under the grant's conditions, that it was not met from any other source, and that "
    "the figures agree with the authority's accounting records."
)
COMBINED = "They are those of the partnerships, each counted once."
TO_THE_FUNDER = (
    "Nothing was moved between the grant's streams, to another grant or to another year without the funder's consent. "
    "Match funding is shown apart and is not claimed. The forecast is the best estimate of the year's outturn, and "
    "every underspend that is foreseen is in it. The records behind the figures are kept and open to inspection."
)
AT_THE_END = "It is the final account of the year: what was received and not spent is shown as due back."
COUNCIL = "Chief Finance Officer (section 151 officer) of the authority that {whose}, or their deputy"


@dataclass(frozen=True)
class Certificate:
    """What is signed, and by whom."""

    text: str
    signatory: str


CERTIFICATES: dict[str, Certificate] = {
    ReturnKind.CSP: Certificate(COMMON, COUNCIL.format(whose="holds the partnership's grant")),
    ReturnKind.OPCC: Certificate(f"{COMMON} {COMBINED}", COUNCIL.format(whose="leads for the police area")),
    ReturnKind.HOME_OFFICE: Certificate(
        f"{COMMON} {COMBINED} {TO_THE_FUNDER}",
        "Chief Finance Officer of the Police and Crime Commissioner, or their deputy",
    ),
}


def certificate_of(kind: str) -> Certificate:
    """The certificate of a return's level; the statement's is the Home Office's, and says that it is the last."""
    if kind in CERTIFICATES:
        return CERTIFICATES[kind]
    last = CERTIFICATES[ReturnKind.HOME_OFFICE]
    return Certificate(f"{last.text} {AT_THE_END}", last.signatory)
