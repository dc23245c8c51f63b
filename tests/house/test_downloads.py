"""What is no page leaves the site as a file to be saved, under a name that nobody can bend, or is a picture of ours."""

from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from portfolio.people.rules import Role
from portfolio.returns.models import Return
from portfolio.web.downloads import safe_name
from tests import make
from tests.house.conftest import Enter
from tests.house.test_attacks_on_forms import everybody, everything, pages

PICTURES = frozenset({"image/svg+xml", "image/png"})
PLAIN = frozenset({"/healthz"})


def test_what_is_no_page_is_a_file_to_be_saved_or_a_picture(site: Flask, session: Session, enter: Enter) -> None:
    where, browser = everything(session), enter(everybody(session))
    files = 0
    for address in pages(site, where):
        answer = browser.get(address)
        kind, disposition = answer.headers.get_content_type(), answer.headers.get("Content-Disposition", "")
        if kind == "text/html":
            assert disposition == "", address
        elif address not in PLAIN:
            is_file = disposition.startswith("attachment; filename=") and kind not in PICTURES
            assert is_file or (kind in PICTURES and "<script" not in answer.text), (address, kind, disposition)
            files += is_file
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store" or kind in PICTURES, address
    assert files >= 4


HOSTILE = {
    "OPCC_2025-26_Q2.xlsx": "OPCC_2025-26_Q2.xlsx",
    'a"; filename="evil.html': "a_filename_evil.html",
    "a\r\nX-Planted: yes\r\n\r\n<script>.xlsx": "a_X-Planted_yes_script_.xlsx",
    "a\x01\x0b\u2028b.xlsx": "a_b.xlsx",
    "../../etc/passwd": "etc_passwd",
    "..\\..\\autoexec.bat": "autoexec.bat",
    "/absolute": "absolute",
    ".htaccess": "htaccess",
    "": "file",
    "...": "file",
    "a;b,c=d%0d%0a'e.xlsx": "a_b_c_d_0d_0a_e.xlsx",
    "\u202excod.exe": "xcod.exe",
    "Dŵr Cymru – Ynys Môn.xlsx": "Dŵr_Cymru_Ynys_Môn.xlsx",
    "x" * 300 + ".xlsx": "x" * 115 + ".xlsx",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_files_name_is_no_path_and_no_header(name: str) -> None:
    assert safe_name(name) == HOSTILE[name]


def test_a_hostile_name_plants_nothing_in_the_answer(session: Session, enter: Enter) -> None:
    row = session.get_one(Return, everything(session).named["returns"])
    same = {column.key: getattr(row, column.key) for column in inspect(Return).columns if column.key != "id"}
    browser = enter(make.person(session, Role.FINANCE))
    for version, (name, kept) in enumerate(HOSTILE.items(), 2):
        hostile = Return(**same | {"version": version, "file_name": name})
        session.add(hostile)
        session.commit()
        answer = browser.get(f"/returns/{hostile.id}/file")
        assert (answer.status, answer.body) == (200, b"file")
        said = answer.headers.get_all("Content-Disposition") or []
        plain, _, encoded = said[0].removeprefix("attachment; filename=").partition("; filename*=UTF-8''")
        assert (len(said), unquote(encoded) or plain) == (1, kept)
        assert answer.headers["X-Planted"] is None
