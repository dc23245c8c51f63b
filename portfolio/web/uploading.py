"""Files that people send: which views take one, how large it may be, and the field that it arrives in.

A view that takes files says so beside who may open it:

    @room.post("/…")
    @allow(Act.CLAIM, deed="Attached evidence")
    @takes_files(10 * MEGABYTE)

It is asked before anything reads the form. A form with a file is read up to what the server lets in, so that a file
that is too large is told of on its own page, beside its field, with everything else that was typed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from flask import Flask, current_app, request

from portfolio.web.arrival import MOST_SENT
from portfolio.web.forms import Said
from portfolio.words import file_size

MOST_OF_NAME = 120
"""Letters of a file's name that are kept, from its end, where its kind stands."""
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Sent:
    """A file as somebody sent it, under its own name without the folders before it."""

    name: str
    content: bytes

    def attached_as(self, name: str) -> str:
        """That it is attached, and under which name, where its own did not say what is in it."""
        renamed = "" if name == self.name else f" as {name}: its name now says what is in it"
        return f"{self.name} is attached{renamed}."


class TakesNoFiles(RuntimeError):
    """A view reads a file that it did not say it takes, or that its form does not ask for: our mistake."""


def takes_files(most_bytes: int) -> Callable[[View], View]:
    """Let files of at most so many bytes in; a larger one is refused on the form's field."""
    if most_bytes >= MOST_SENT:
        raise ValueError("the server does not let in a file as large as that")

    def declare(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]  # as in `access`: functions carry attributes
        return view

    return declare


def find_most_bytes() -> int | None:
    """How large a file this request's view takes; None where it takes none."""
    return getattr(current_app.view_functions.get(request.endpoint or ""), "most_bytes", None)


class OneFile(Said):
    """One file of at most the bytes that its view takes; None where none was chosen."""

    data: Sent | None

    def __init__(self, label: str, *, missing: str | None = None, hint: str = "", **rest: Any) -> None:
        super().__init__(label, description=hint, **rest)
        self._settle(missing)

    @property
    def sent(self) -> Sent:
        """The file of a form that asks for one and was validated."""
        if self.data is None:
            raise TakesNoFiles(f"{self.name} has no file: ask for one with `missing`, or look at `data`")
        return self.data

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the file that was chosen, or say why it cannot be taken."""
        most = find_most_bytes()
        if most is None:
            raise TakesNoFiles(f"{request.endpoint} does not say which files it takes: takes_files(…)")
        self.data = None
        chosen = [file for file in request.files.getlist(self.name) if file.filename]
        if not chosen:
            return
        if len(chosen) > 1:
            raise ValueError("Send one file at a time")
        size = chosen[0].stream.seek(0, 2)
        chosen[0].stream.seek(0)
        if size > most:
            raise ValueError(f"This file is {file_size(size)}. Send one of at most {file_size(most)}")
        if not size:
            raise ValueError("This file is empty. Check it, and choose it again")
        self.data = Sent(clean_name(cast(str, chosen[0].filename)), chosen[0].stream.read())


def clean_name(name: str) -> str:
    """A file's own name: no folders, nothing that cannot be seen, nothing that turns its letters round."""
    visible = "".join(letter if letter.isprintable() else " " for letter in re.split(r"[/\\]", name)[-1])
    return re.sub(r" +", " ", visible).strip(" .")[-MOST_OF_NAME:].lstrip(" .") or "file"


def _let_files_in() -> None:
    if request.mimetype == "multipart/form-data" and find_most_bytes() is not None:
        request.max_content_length = MOST_SENT


def register(app: Flask) -> None:
    """Ask each request's view whether it takes files, before its form is read."""
    app.before_request(_let_files_in)
