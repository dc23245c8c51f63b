"""Codes beside a passphrase: an authenticator app's, good for its half minute, and recovery codes, good once.

An app's codes follow RFC 6238 (TOTP: six digits, a new code every 30 seconds).
"""

import hashlib
import hmac
import secrets
from base64 import b32encode, urlsafe_b64decode
from datetime import datetime

import pyotp

from portfolio.errors import PortfolioError

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
HOW_MANY = 10
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""What recovery codes are made of: no letter that is mistaken for a digit."""
LENGTH = 16
"""Of a recovery code: 80 random bits, so that its plain digest tells nobody the code."""
_MEANT = str.maketrans("oil", "011", " -\t\u00a0\u2013")


class NotACode(PortfolioError):
    """A text that is neither an app's code nor a recovery code."""


def secret_of(key: str) -> str:
    """An app's secret, 32 letters of base32, from a key that was derived for it."""
    return b32encode(urlsafe_b64decode(f"{key}=")[:SECRET_BYTES]).decode()


def in_groups(text: str, joined_by: str = " ") -> str:
    """A long text as people type it, in groups of four."""
    return joined_by.join(text[start : start + 4] for start in range(0, len(text), 4))


def app_link(secret: str, email: str, site: str) -> str:
    """What a QR code tells an app: the secret, and by which names of site and person the app shows it."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site)


def read_code(typed: str, *, of_the_app: bool = False) -> str:
    """A code as it is compared: six digits, or a recovery code's sixteen letters; raises NotACode.

    `of_the_app`: no recovery code will do, because the app is only being set up. Spaces and dashes mean nothing; the
    letters that recovery codes do without are read as the digits they look like.
    """
    code = typed.lower().translate(_MEANT)
    is_of_app = len(code) == DIGITS and code.isascii() and code.isdigit()
    if not is_of_app and (of_the_app or not is_recovery_code(code)):
        otherwise = "" if of_the_app else f", or a recovery code of {LENGTH} letters and digits"
        raise NotACode(f"Enter the {DIGITS} digits that your app shows now{otherwise}", "code")
    return code


def is_recovery_code(code: str) -> bool:
    """Whether a code is written like a recovery code."""
    return len(code) == LENGTH and set(code) <= set(LETTERS)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute that an app's code is of: this one, the one before or the one after; None for a wrong code."""
    present = int(now.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    near = (present, present - 1, present + 1)
    return next((step for step in near if hmac.compare_digest(app.generate_otp(step), code)), None)


def new_recovery_codes() -> list[str]:
    """A new set of recovery codes, as they are compared."""
    return ["".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(HOW_MANY)]


def digest_of(code: str) -> str:
    """What is kept of a recovery code."""
    return hashlib.sha256(code.encode()).hexdigest()
