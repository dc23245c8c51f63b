"""The pages of the audit trail: each change in words with its figures, narrowed, one record's life, and as a file."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.audit.rules import RECORDS
from portfolio.decisions.models import Award
from portfolio.history import Author
from portfolio.people.rules import Role
from portfolio.proposals.models import ProposalLevel
from portfolio.proposals.rules import Level, ProposalStatus
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.settings import set_setting
from portfolio.spend.models import ClaimLine
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import NOW, SignedIn, Visitor, title_of
from tests.pages import lines, read
from tests.tampering import by_hand
from tests.web.test_reading import readings

PAGES = ("/history", "/history/file", "/history/sign-ins", "/history/readings", "/history/messages")


@pytest.fixture
def award(session: Session) -> Award:
    """£28,000.00 of labour alone, awarded by Dorset."""
    proposal = make.proposal(session, "SVD-25-03", asks={"labour": Decimal("28000.00")})
    made = make.award(session, proposal)
    session.commit()
    return made


def acting(session: Session, name: str, deed: str, **later: int) -> None:
    """Have somebody do what follows, so much later than the other tests' moment."""
    session.commit()
    Author(name, NOW + timedelta(**later), deed)(session)


def test_a_change_is_told_in_words_with_what_was_before_and_after(
    administrator: Visitor, session: Session, award: Award
) -> None:
    fiona = make.person(session, Role.FINANCE, name="Fiona Nance")
    acting(session, fiona.mark, "Changed an award", hours=1)
    award.lines[0].amount = Decimal("28413.75")
    award.lead_person = fiona
    award.agreement_signed_on = date(2025, 4, 1)
    award.provisional = True
    page = administrator.get("/history")
    by_stream, whole = sorted(lines(page.text)[:2], key=lambda line: "labour" not in line)
    begins = "20 October 2025, 11:00am Fiona Nance Changed an award award SVD-25-03, Dorset CSP"
    assert by_stream == (
        f"{begins}, labour changed History of award SVD-25-03, Dorset CSP, labour award: £28,000.00 → £28,413.75"
    )
    assert whole.startswith(f"{begins} changed ")
    assert "lead person: nothing → Fiona Nance agreement signed on: 30 June 2025 → 1 April 2025" in whole
    assert whole.endswith("provisional: no → yes")
    assert 'href="/awards/SVD-25-03/dorset"' in page.text


def test_quarters_states_and_secrets_are_told_as_people_say_them(
    administrator: Visitor, session: Session, award: Award
) -> None:
    claim = make.claim(session, award, make.Q2, status=ClaimStatus.DRAFT)
    person = make.person(session, name="Nell Other")
    acting(session, "command line", "Did much")
    claim.status = ClaimStatus.SUBMITTED
    claim.submitted_at, claim.submitted_by_id = NOW, person.id
    claim.match_spent = Decimal("-73.11")
    person.password_hash = "scrypt:one"
    session.flush()
    acting(session, "command line", "Reset a passphrase")
    person.password_hash = "scrypt:two"
    session.flush()
    person.password_hash = None
    told = "\n".join(lines(administrator.get("/history").text))
    assert "claim SVD-25-03, Dorset CSP, Q2 2025/26 changed" in told
    assert "status: draft → submitted match spent: £0.00 → −£73.11 submitted by: nothing → Nell Other" in told
    assert "submitted at: nothing → 20 October 2025, 10:00am" in told
    assert "passphrase: set" in told
    assert "passphrase: changed" in told
    assert "passphrase: removed" in told
    assert "scrypt" not in told
    assert "sha256" not in told
    added = "\n".join(lines(administrator.get(f"/history/claim/{claim.id}").text))
    assert "award: SVD-25-03, Dorset CSP quarter: Q2 2025/26 status: draft" in added


def test_what_is_long_is_shortened_in_the_list_and_whole_on_the_records_page(
    administrator: Visitor, session: Session, award: Award
) -> None:
    claim = make.claim(session, award, narrative="word " * 200 + "the end")
    assert "the end" not in administrator.get("/history").text
    assert "the end" in administrator.get(f"/history/claim/{claim.id}").text


@pytest.fixture
def story(session: Session, administrator: Visitor) -> None:
    """Three days: a setting by the command line, then another and an organisation by Fiona Nance."""
    fiona = make.person(session, name="Fiona Nance")
    acting(session, "command line", "Set something up", days=-1)
    set_setting(session, "one", "1")
    acting(session, fiona.mark, "Changed a setting")
    set_setting(session, "two", "2")
    acting(session, fiona.mark, "Added an organisation", days=1, minutes=30)
    make.organisation(session, "Mind Dorset", name="Mind Dorset")
    session.commit()


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("record=setting", ["two", "one"]),
        ("record=setting&which=one", ["one"]),
        ("record=setting&which=1", ["one"]),
        ("record=setting&author=command+line", ["one"]),
        ("deed=Changed+a+setting", ["two"]),
        ("deed=Added+an+organisation", ["Mind Dorset"]),
        ("record=setting&start=20+10+2025", ["two"]),
        ("record=setting&end=19+10+2025", ["one"]),
        ("start=21+10+2025&end=21+October+2025,+10:30am", ["Mind Dorset"]),
        ("start=21+10+2025+10:31", []),
        ("record=setting&author=command+line&deed=Changed+a+setting", []),
    ],
)
def test_the_history_is_narrowed_by_its_address(administrator: Visitor, asked: str, expected: list[str]) -> None:
    page = administrator.get(f"/history?{asked}")
    assert page.status_code == 200
    found = [re.search(r"(?:setting|organisation) (one|two|Mind Dorset) added", line) for line in lines(page.text)]
    assert [each[1] for each in found if each] == expected
    assert len(found) == len(expected)
    assert ("No such changes" in page.text) == (not expected)


def test_a_person_is_chosen_by_name_and_found_by_e_mail_address(administrator: Visitor, session: Session) -> None:
    fiona = make.person(session, name="Fiona Nance", email="fiona@example.org")
    acting(session, fiona.mark, "Changed a setting")
    set_setting(session, "two", "2")
    page = administrator.get(f"/history?author={fiona.mark}")
    assert f'<option value="{fiona.mark}" selected>Fiona Nance</option>' in page.text
    assert len(lines(page.text)) == 1
    for typed in ("fiona@example.org", " Fiona@Example.org"):
        assert len(lines(administrator.get(f"/history?record=person&which={typed}").text)) == 1


def test_of_records_that_differ_in_capital_letters_alone_the_one_typed_is_found(
    administrator: Visitor, session: Session
) -> None:
    for name in ("Mind", "MIND"):
        make.organisation(session, name, name=name)
        session.flush()
    for typed in ("Mind", "MIND"):
        [found] = lines(administrator.get(f"/history?record=organisation&which={typed}").text)
        assert f"organisation {typed} added" in found


@pytest.mark.parametrize(
    ("asked", "sentence", "field"),
    [
        ({"start": "yesterday"}, "Enter a day, like 20 10 2025", "start"),
        ({"end": "31 2 2025"}, "Enter a day, like 20 10 2025", "end"),
        ({"start": "20 10 2025", "end": "1 10 2025"}, "not before the one you typed under From", "end"),
        ({"which": "SVD-25-03"}, "Select what kind of record it is", "record"),
        ({"which": "SVD-99-99", "record": "proposal"}, "There is no proposal “SVD-99-99”", "which"),
        ({"which": "9" * 30, "record": "claim"}, "There is no claim", "which"),
        ({"record": "history_entry"}, "Choose one of those offered", "record"),
        ({"author": "nobody"}, "Choose one of those offered", "author"),
        ({"which": "x" * 300, "record": "person"}, "Shorten this to 254 characters", "which"),
    ],
)
def test_what_cannot_be_asked_for_is_said_at_its_field_and_kept(
    administrator: Visitor, asked: dict[str, str], sentence: str, field: str
) -> None:
    page = administrator.get("/history", query_string=asked)
    assert page.status_code == 422
    assert title_of(page) == "Error: History"
    assert re.search(rf'<a href="#{field}">[^<]*{re.escape(sentence)}', page.text)
    for name in {"start", "end", "which"}.intersection(asked):
        assert f'value="{asked[name]}"' in page.text
    file = administrator.get("/history/file", query_string=asked)
    assert file.status_code == 302
    assert administrator.get(file.location).status_code == 422


def test_a_long_history_comes_in_pages_of_fifty(administrator: Visitor, session: Session) -> None:
    session.commit()
    for number in range(1, 121):
        set_setting(session, f"number {number:03}", "x")
    session.commit()
    seen, addresses, here = [], [], "/history?record=setting"
    while here:
        page = administrator.get(here).text
        seen.append([line.partition("number ")[2][:3] for line in lines(page)])
        older = re.search(r'href="([^"]*)" rel="next"', page)
        addresses.append(here)
        here = older[1].replace("&amp;", "&") if older else ""
    assert [number for page_ in seen for number in page_] == [f"{number:03}" for number in range(120, 0, -1)]
    assert [len(page_) for page_ in seen] == [50, 50, 20]
    for place in (1, 0):
        newer = re.search(r'href="([^"]*)" rel="prev"', page)
        assert newer
        page = administrator.get(newer[1].replace("&amp;", "&")).text
        assert [line.partition("number ")[2][:3] for line in lines(page)] == seen[place]
    assert 'rel="prev"' not in page
    for strange in (
        "before=x",
        "before=99999999999999",
        f"after=-{'9' * 30}",
        "before=1&after=1",
        "endpoint=x&_external=1",
    ):
        assert administrator.get(f"/history?{strange}").status_code == 200


def test_the_pages_ask_the_database_no_more_when_they_grow(
    administrator: Visitor, session: Session, award: Award, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    claim = make.claim(session, award)
    pages = ("/history?record=claim_line", f"/history/claim/{claim.id}")
    few = [queries_of(administrator, page) for page in pages]
    for kind in make.CATEGORIES[1:]:
        claim.lines.append(
            ClaimLine(
                stream=award.lines[0].stream,
                category=make.category(award.proposal.funding_year.programme, kind),
                amount=Decimal("1.00"),
            )
        )
    session.commit()
    assert [queries_of(administrator, page) for page in pages] == few
    assert max(few) <= 25


def test_one_records_life_is_told_from_its_beginning_with_its_parts_also_the_removed_ones(
    administrator: Visitor, session: Session, award: Award
) -> None:
    claim = make.claim(session, award, status=ClaimStatus.DRAFT)
    other = make.claim(session, award, make.Q2)
    acting(session, "person 1", "Saved a claim", hours=1)
    claim.lines.clear()
    session.flush()
    acting(session, "person 1", "Submitted a claim", hours=2)
    claim.status = ClaimStatus.SUBMITTED
    page = administrator.get(f"/history/claim/{claim.id}")
    assert title_of(page) == "History of claim SVD-25-03, Dorset CSP, Q1 2025/26"
    told = lines(page.text)
    assert [line.split(" history")[0].split("Dorset CSP, Q1 2025/26")[0].split("am ")[-1] for line in told] == [
        "a test Set the scene claim SVD-25-03, ",
        "a test Set the scene spend SVD-25-03, ",
        "Ada Minster Saved a claim spend SVD-25-03, ",
        "20 October 2025, 12:00pm Ada Minster Submitted a claim claim SVD-25-03, ",
    ]
    assert "labour, pay and on-costs removed" in told[2]
    assert "amount: £1,900.00" in told[2]
    assert "Q2 2025/26" not in page.text
    assert "Q2 2025/26" in administrator.get(f"/history/claim/{other.id}").text
    assert 'href="/spend/SVD-25-03/dorset/2025-26/q1"' in page.text


def test_an_issued_returns_file_is_named_by_its_digest(administrator: Visitor, session: Session, award: Award) -> None:
    row = Return(
        funding_year_id=award.proposal.funding_year_id, kind=ReturnKind.OPCC, quarter=make.Q1, version=2,
        status=ReturnStatus.ISSUED, prepared_by="person 1", prepared_by_id=administrator.person.id, prepared_at=NOW,
        figures="sha256:" + "ab" * 32, file=b"file", file_sha256="cd" * 32, snapshot="{}",
    )  # fmt: skip
    session.add(row)
    session.commit()
    told = read(administrator.get(f"/history/return/{row.id}").text)
    assert "History of return OPCC, Q1 2025/26, version 2" in told
    assert "file: SHA-256 3b9c358f36f0… digest of the file: SHA-256 cdcdcdcdcdcd…" in told
    assert "digest of the figures: SHA-256 abababababab…" in told
    assert "prepared by: Ada Minster" in told
    assert "content: set" in told


def test_an_awards_life_holds_its_streams_and_profile_and_not_its_claims(
    administrator: Visitor, session: Session, award: Award
) -> None:
    make.claim(session, award)
    told = " ".join(lines(administrator.get(f"/history/award/{award.id}").text))
    assert "award SVD-25-03, Dorset CSP, labour added" in told
    assert told.count("profile SVD-25-03, Dorset CSP, labour, Q1 2025/26 added") == 1
    assert "amount: £7,000.00" in told
    assert "£1,900.00" not in told


def test_a_part_that_was_removed_is_found_wherever_its_whole_stands_among_its_values(
    administrator: Visitor, session: Session
) -> None:
    proposal = make.proposal(session)
    row = ProposalLevel(proposal_id=proposal.id, level=Level.FOCUSED)
    session.add(row)
    session.commit()
    session.delete(row)
    told = lines(administrator.get(f"/history/proposal/{proposal.id}").text)
    assert [line for line in told if ", focused removed" in line] != []


def test_what_is_not_there_is_not_found(administrator: Visitor) -> None:
    for address in ("/history/award/999", "/history/abacus/1", "/history/history_entry/1", "/history/message/1"):
        assert administrator.get(address).status_code == 404


def test_every_link_of_the_history_opens(administrator: Visitor, session: Session, award: Award) -> None:
    make.claim(session, award)
    make.match(session, award)
    make.measure(session)
    make.proposal(session, "SVD-25-09", status=ProposalStatus.DRAFT)
    make.funding_year(session)
    session.add(Interest(proposal=award.proposal, person=administrator.person, nature="x", declared_on=NOW.date()))
    followed: set[str] = set()
    for record in RECORDS:
        page = administrator.get(f"/history?record={record}")
        for address in set(re.findall(r"<(?:td|th)[^>]*>.*?</(?:td|th)>", page.text, re.DOTALL)):
            followed |= set(re.findall(r'href="([^"]+)"', address))
    assert {"/awards/SVD-25-03/dorset", "/proposals/SVD-25-03", "/measures/1"} <= followed
    assert "/proposals/SVD-25-09" not in followed
    assert [address for address in sorted(followed) if administrator.get(address).status_code != 200] == []


def test_pages_of_records_lead_to_their_history_for_those_who_may_see_it(
    administrator: Visitor, signed_in: SignedIn, session: Session, award: Award
) -> None:
    claim = make.claim(session, award)
    measure = make.measure(session)
    expected = {
        "/awards/SVD-25-03/dorset": f"/history/award/{award.id}",
        "/proposals/SVD-25-03": f"/history/proposal/{award.proposal_id}",
        "/spend/SVD-25-03/dorset": f"/history/award/{award.id}",
        "/spend/SVD-25-03/dorset/2025-26/q1": f"/history/claim/{claim.id}",
        f"/measures/{measure.id}": f"/history/measure/{measure.id}",
        f"/years/{award.proposal.funding_year_id}/settings": f"/history/funding_year/{award.proposal.funding_year_id}",
        f"/people/{administrator.person.id}": f"/history/person/{administrator.person.id}",
    }
    finance = signed_in(Role.FINANCE)
    for address, history in expected.items():
        assert f'<a href="{history}">History of this ' in administrator.get(address).text, address
        assert administrator.get(history).status_code == 200
        assert "/history/" not in finance.get(address).text


def test_only_administrators_see_any_of_it(signed_in: SignedIn) -> None:
    for role in Role:
        visitor = signed_in(role)
        opened = {visitor.get(address).status_code for address in (*PAGES, "/history/award/1")}
        assert opened == ({200, 404} if role is Role.ADMINISTRATOR else {403}), role
        assert ('<a href="/history"' in visitor.get("/").text) == (role is Role.ADMINISTRATOR)


def rows_of(file: Any) -> list[list[str]]:
    """A CSV file's rows, without the headings."""
    assert file.text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"), newline="")))[1:]


def test_the_file_holds_all_that_is_chosen_and_no_formula(administrator: Visitor, session: Session) -> None:
    session.commit()
    evil = [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        '=HYPERLINK("https://evil.example")',
        'a "quoted", text\nof two',
    ]
    for number, value in enumerate(evil):
        set_setting(session, f"evil {number}", value)
    for number in range(60):
        set_setting(session, f"number {number}", "x")
    session.commit()
    file = administrator.get("/history/file?record=setting")
    assert file.content_type == "text/csv; charset=utf-8"
    assert file.headers["Content-Disposition"] == "attachment; filename=history-2025-10-20.csv"
    assert file.headers["Cache-Control"] == "no-store"
    rows = rows_of(file)
    assert len(rows) == 2 * (len(evil) + 60)
    cells = {row[3]: row[7] for row in rows if row[5] == "value"}
    assert [cells[f"setting evil {number}"] for number in range(len(evil))] == [
        *(f"'{value}" for value in evil[:-1]),
        evil[-1],
    ]
    assert rows[0] == [
        "2025-10-20 10:00:00", "a test", "Set the scene", "setting number 59", "added", "name", "", "number 59",
    ]  # fmt: skip
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_long_file_is_sent_in_pieces_and_is_whole(administrator: Visitor, session: Session) -> None:
    session.commit()
    for number in range(20):
        set_setting(session, f"number {number}", f"{number}" * 5_000)
    session.commit()
    file = administrator.get("/history/file?record=setting", buffered=False)
    pieces = list(file.iter_encoded())
    assert len(pieces) > 3
    assert len(b"".join(pieces)) > 20 * 5_000
    assert [row[7] for row in rows_of(administrator.get("/history/file?record=setting"))][1] == "19" * 5_000


def test_the_file_tells_before_and_after(administrator: Visitor, session: Session, award: Award) -> None:
    acting(session, "person 1", "Changed an award")
    award.lines[0].amount = Decimal("28413.75")
    [row, *_] = rows_of(administrator.get("/history/file?record=award_line"))
    assert row[1:] == [
        "Ada Minster", "Changed an award", "award SVD-25-03, Dorset CSP, labour", "changed", "award", "£28,000.00",
        "£28,413.75",
    ]  # fmt: skip


def test_reading_what_is_personal_in_the_history_is_recorded(
    administrator: Visitor, session: Session, award: Award
) -> None:
    member = make.person(session, Role.CSP_MEMBER, name="Moira Field")
    session.add(Interest(proposal=award.proposal, person=member, nature="Trustee", declared_on=NOW.date()))
    me = administrator.person.id
    assert "what the interest is: Trustee" in read(administrator.get("/history?record=interest").text)
    administrator.get("/history?record=setting")
    administrator.get(f"/history/person/{me}")
    administrator.get("/history/file")
    assert readings(session) == [(me, "History", member.mark), (me, "History as a file", "everybody in it")]
    page = administrator.get("/history/readings")
    assert lines(page.text) == [
        "20 October 2025, 10:00am Ada Minster History as a file everybody in it",
        "20 October 2025, 10:00am Ada Minster History Moira Field",
    ]
    assert lines(administrator.get("/history/readings?start=21+10+2025").text) == []
    assert administrator.get("/history/readings?start=x").status_code == 422
    assert "reading of personal data" not in administrator.get("/history").text


def test_damage_does_not_hide_the_history(administrator: Visitor, session: Session, award: Award) -> None:
    acting(session, "person 1", "Changed an award")
    award.lines[0].amount = Decimal("28413.75")
    session.commit()
    by_hand(
        session,
        "UPDATE history_entry SET after = 'not JSON' WHERE record = 'award'",
        'UPDATE history_entry SET after = \'{"amount": "much", "beads": 3}\' WHERE deed = \'Changed an award\'',
        "UPDATE history_entry SET record = 'abacus' WHERE record IN ('csp', 'person')",
    )
    told = "\n".join(lines(administrator.get("/history").text))
    assert "award: £28,000.00 → much" in told
    assert "beads: nothing → 3" in told
    assert "abacus 1" in told


@pytest.mark.parametrize("said", ["[1]", '"x"', '{"a": 1}', "9" * 30, "-1", "true", "null"])
def test_no_number_that_somebody_wrote_into_the_history_breaks_its_pages(
    administrator: Visitor, session: Session, award: Award, said: str
) -> None:
    make.claim(session, award)
    session.commit()
    altered = f'{{"award_id": {said}, "claim_id": {said}, "person_id": {said}, "quarter": {said}}}'
    by_hand(
        session,
        "UPDATE history_entry SET after = :altered, record_id = record_id + 90 "
        "WHERE record IN ('claim', 'claim_line', 'role_held', 'proposal')",
        altered=altered,
    )
    for address in (
        "/history",
        "/history?record=proposal",
        "/history/file",
        "/history/claim/91",
        "/history/role_held/91",
    ):
        assert administrator.get(address).status_code == 200, address
