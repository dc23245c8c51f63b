"""Opens a story's file: JSON as plain values, exact and unambiguous, or one sentence why it is none."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from portfolio.errors import PortfolioError

_PAIR = r"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rf"\\(?:{_PAIR}|u(?P<single>[0-9a-fA-F]{{4}})|.)", re.DOTALL)


class NotAStory(PortfolioError):
    """A file that is no story at all."""


def open_story(file: Path) -> Any:
    """The file's content as plain values; numbers with a decimal point are exact. Raises NotAStory."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NotAStory(f"{file} cannot be read: {error.strerror}. Check the path") from error
    except UnicodeDecodeError as error:
        raise NotAStory(f"{file} is not UTF-8 text. Save it as JSON in UTF-8") from error
    try:
        _refuse_broken_characters(text)
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as error:
        raise NotAStory(
            f"{file} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}. Put it right there"
        ) from error
    except RecursionError as error:
        raise NotAStory(f"{file} cannot be read as a story: it is nested too deeply") from error
    except ValueError as error:
        raise NotAStory(f"{file} cannot be read as a story: {error}") from error


def _refuse_broken_characters(text: str) -> None:
    """JSON can say NUL and half of a pair (\\ud83d); no database keeps them and no file can be written with them."""
    for escape in _ESCAPE.finditer(text):
        code = (escape["single"] or "").lower()
        if code == "0000" or "d800" <= code <= "dfff":
            line = text.count("\n", 0, escape.start()) + 1
            raise ValueError(f"\\u{code} in line {line} is no character. Take it out")


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number. Enter one, or null where there is none")


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for place, (key, _) in enumerate(pairs) if key in dict(pairs[:place]))
        raise ValueError(f"the key “{twice}” stands twice in one object, so one of its values would be lost")
    return found
