"""The second factor in the database: set up, used once, lost, reset; and nothing kept that opens anything."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pyotp
import pytest
from sqlalchemy import LargeBinary, String, cast, select
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.db import Base, Database
from portfolio.history import Author, HistoryEntry
from portfolio.mail.models import Message
from portfolio.people.codes import STEP_SECONDS, NotACode, in_groups
from portfolio.people.models import Person, RecoveryCode, SecondFactor, UsedCode, WebSession
from portfolio.people.rules import GUARDED_ROLES, Role
from portfolio.people.second_factor import (
    HasNone,
    MustHaveOne,
    Need,
    NoPassphrase,
    SetUpMeanwhile,
    WrongCode,
    app_secret,
    need_of,
    offer_app,
    renew_recovery_codes,
    reset_second_factor,
    set_rule,
    set_up,
    standing_of,
    turn_off,
    use_code,
    without_one,
)
from portfolio.people.sessions import list_sessions, start
from portfolio.settings import SECOND_FACTOR_REQUIRED, second_factor_is_required, set_setting
from tests import make
from tests.conftest import NOW

TODAY = date(2025, 10, 20)
LATER = NOW + timedelta(minutes=5)


def shown(config: Config, nonce: str, at: datetime) -> str:
    """The code that an app shows at a moment."""
    return pyotp.TOTP(app_secret(config, nonce)).at(at)


def signing_in(session: Session, *roles: Role) -> Person:
    """Somebody with a passphrase."""
    return make.person(session, *roles, password_hash="a hash")


class Enrolled:
    """Somebody with an app and recovery codes."""

    def __init__(self, session: Session, config: Config, person: Person, now: datetime = NOW) -> None:
        offer = offer_app(session, person)
        self.config, self.person, self.nonce = config, person, offer.nonce
        self.recovery_codes = set_up(session, config, person, offer, shown(config, offer.nonce, now), now)
        session.commit()

    def code(self, at: datetime) -> str:
        """What their app shows."""
        return shown(self.config, self.nonce, at)


@pytest.fixture
def frank(session: Session, config: Config) -> Enrolled:
    """A finance officer with an app."""
    return Enrolled(session, config, signing_in(session, Role.FINANCE))


def require(session: Session, value: str = "yes") -> None:
    """Set that guarded roles sign in with a code."""
    set_setting(session, SECOND_FACTOR_REQUIRED, value)
    session.flush()


def subjects(session: Session) -> list[str]:
    """What people were told by mail, in order."""
    return list(session.scalars(select(Message.subject).order_by(Message.id)))


@pytest.mark.parametrize("role", Role)
def test_it_is_asked_of_guarded_roles_where_the_setting_says_so(session: Session, role: Role) -> None:
    person = make.person(session, role)
    assert not second_factor_is_required(session)
    assert need_of(session, person, TODAY) is Need.NONE
    require(session)
    assert need_of(session, person, TODAY) is (Need.ENROL if role in GUARDED_ROLES else Need.NONE)
    require(session, "no")
    assert need_of(session, person, TODAY) is Need.NONE


def test_the_guarded_roles_are_those_that_move_or_certify_money_or_say_who_may() -> None:
    assert {Role.FINANCE, Role.CERTIFIER, Role.OPCC, Role.ADMINISTRATOR} == GUARDED_ROLES


def test_a_role_that_has_ended_asks_for_nothing(session: Session) -> None:
    require(session)
    person = make.person(session, Role.FINANCE, Role.LEAD)
    person.roles[0].ends_on = date(2025, 10, 19)
    assert need_of(session, person, date(2025, 10, 19)) is Need.ENROL
    assert need_of(session, person, TODAY) is Need.NONE


def test_whoever_has_an_app_is_asked_for_its_code_whatever_the_setting(session: Session, frank: Enrolled) -> None:
    assert need_of(session, frank.person, TODAY) is Need.CODE
    require(session)
    assert need_of(session, frank.person, TODAY) is Need.CODE


def test_setting_up_takes_a_code_of_the_secret_just_shown(session: Session, config: Config) -> None:
    person = signing_in(session)
    offer, other = offer_app(session, person), offer_app(session, person)
    with pytest.raises(WrongCode) as refused:
        set_up(session, config, person, offer, shown(config, other.nonce, NOW), NOW)
    assert refused.value.field == "code"
    with pytest.raises(NotACode):
        set_up(session, config, person, offer, "abcd-efgh-jkmn-pqrs", NOW)
    assert need_of(session, person, TODAY) is Need.NONE
    assert len(set_up(session, config, person, offer, shown(config, offer.nonce, NOW), NOW)) == 10
    standing = standing_of(session, person, TODAY)
    assert (standing.since, standing.required, standing.codes_left) == (NOW, False, 10)
    assert subjects(session) == ["An authenticator app was set up"]


def test_an_offer_that_lay_in_wait_replaces_nothing(session: Session, config: Config) -> None:
    person = signing_in(session)
    waiting = offer_app(session, person)
    enrolled = Enrolled(session, config, person)
    with pytest.raises(SetUpMeanwhile):
        set_up(session, config, person, waiting, shown(config, waiting.nonce, LATER), LATER)
    use_code(session, config, person, enrolled.code(LATER), LATER)


def test_a_new_app_replaces_the_old_one_and_its_recovery_codes(
    session: Session, config: Config, frank: Enrolled
) -> None:
    new = Enrolled(session, config, frank.person)
    assert make.count_of(session, SecondFactor) == 1
    for old in (frank.code(LATER), frank.recovery_codes[0]):
        with pytest.raises(WrongCode):
            use_code(session, config, frank.person, old, LATER)
    use_code(session, config, frank.person, new.code(LATER), LATER)
    use_code(session, config, frank.person, new.recovery_codes[0], LATER)


def test_an_apps_code_is_good_once(session: Session, config: Config, frank: Enrolled) -> None:
    with pytest.raises(WrongCode, match="used already"):  # the very code that set the app up
        use_code(session, config, frank.person, frank.code(NOW), NOW)
    use_code(session, config, frank.person, frank.code(LATER), LATER)
    with pytest.raises(WrongCode, match=r"used already\. Wait until your app shows the next one"):
        use_code(session, config, frank.person, frank.code(LATER), LATER)
    with pytest.raises(WrongCode, match="used already"):
        use_code(session, config, frank.person, frank.code(LATER), LATER + timedelta(seconds=STEP_SECONDS))
    next_one = LATER + timedelta(seconds=STEP_SECONDS)
    use_code(session, config, frank.person, frank.code(next_one), next_one)


def test_used_codes_are_forgotten_once_they_are_good_for_nothing(
    session: Session, config: Config, frank: Enrolled
) -> None:
    for minutes in range(5, 60, 5):
        now = NOW + timedelta(minutes=minutes)
        use_code(session, config, frank.person, frank.code(now), now)
    assert make.count_of(session, UsedCode) == 2


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_telephones_clock_may_be_half_a_minute_off(
    session: Session, config: Config, frank: Enrolled, seconds: int, good: bool
) -> None:
    code = frank.code(LATER + timedelta(seconds=seconds))
    if good:
        use_code(session, config, frank.person, code, LATER)
    else:
        with pytest.raises(WrongCode, match="The code is not right"):
            use_code(session, config, frank.person, code, LATER)


def test_a_recovery_code_is_good_once_however_it_is_typed(session: Session, config: Config, frank: Enrolled) -> None:
    first, second = frank.recovery_codes[:2]
    use_code(session, config, frank.person, in_groups(first, "-").upper(), LATER)
    with pytest.raises(WrongCode, match=r"used already\. Enter another one"):
        use_code(session, config, frank.person, first, LATER)
    use_code(session, config, frank.person, in_groups(second), LATER)
    assert standing_of(session, frank.person, TODAY).codes_left == 8
    assert subjects(session)[1:] == ["A recovery code was used"] * 2


def test_somebody_elses_codes_are_wrong(session: Session, config: Config, frank: Enrolled) -> None:
    olive = Enrolled(session, config, signing_in(session))
    for code in (frank.code(LATER), frank.recovery_codes[0]):
        with pytest.raises(WrongCode):
            use_code(session, config, olive.person, code, LATER)
    with pytest.raises(WrongCode):
        use_code(session, config, make.person(session), frank.code(LATER), LATER)


def test_a_new_set_of_recovery_codes_voids_the_old(session: Session, config: Config, frank: Enrolled) -> None:
    new = renew_recovery_codes(session, frank.person, LATER)
    assert subjects(session)[1:] == ["New recovery codes were made"]
    assert set(new).isdisjoint(frank.recovery_codes)
    assert make.count_of(session, RecoveryCode) == 10
    with pytest.raises(WrongCode):
        use_code(session, config, frank.person, frank.recovery_codes[0], LATER)
    use_code(session, config, frank.person, new[0], LATER)


def test_it_is_turned_off_unless_ones_role_must_have_it(session: Session, frank: Enrolled) -> None:
    require(session)
    with pytest.raises(MustHaveOne, match="set up its app in place of the old one"):
        turn_off(session, frank.person, TODAY, LATER)
    require(session, "no")
    turn_off(session, frank.person, TODAY, LATER)
    assert need_of(session, frank.person, TODAY) is Need.NONE
    assert standing_of(session, frank.person, TODAY).codes_left == 0
    assert make.count_of(session, UsedCode) == 0
    assert subjects(session)[1:] == ["Your second factor was turned off"]
    with pytest.raises(HasNone):
        turn_off(session, frank.person, TODAY, LATER)
    with pytest.raises(HasNone):
        renew_recovery_codes(session, frank.person, LATER)


def test_a_reset_takes_app_and_codes_away_and_signs_out_everywhere(
    session: Session, config: Config, frank: Enrolled
) -> None:
    require(session)
    other = make.person(session)
    for person in (frank.person, other):
        start(session, person.id, NOW, "192.0.2.1", "a browser")
    assert reset_second_factor(session, frank.person.id, LATER) is frank.person
    assert need_of(session, frank.person, TODAY) is Need.ENROL
    assert list_sessions(session, frank.person.id, LATER) == []
    assert len(list_sessions(session, other.id, LATER)) == 1
    assert make.count_of(session, WebSession) == 2
    for code in (frank.code(LATER), frank.recovery_codes[0]):
        with pytest.raises(WrongCode):
            use_code(session, config, frank.person, code, LATER)
    told = session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert told is not None
    assert (told.recipient, told.subject) == (frank.person.email, "Your second factor was reset")
    assert "tell your administrator at once" in told.text
    with pytest.raises(HasNone):
        reset_second_factor(session, frank.person.id, LATER)


def test_history_tells_of_set_up_and_reset_and_tells_no_secret(
    session: Session, config: Config, frank: Enrolled
) -> None:
    reset_second_factor(session, frank.person.id, LATER)
    session.commit()
    entries = list(session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)))
    of_the_app = [(entry.change, entry.before, entry.after) for entry in entries if entry.record == "second_factor"]
    assert [change for change, _, _ in of_the_app] == ["added", "removed"]
    assert sum(entry.record == "recovery_code" for entry in entries) == 20
    told = "".join(before + after for _, before, after in of_the_app)
    assert frank.nonce not in told
    assert "sha256:" in told


def everything_kept(session: Session) -> Iterator[str]:
    """Every value of every column of every table, as text."""
    session.flush()
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(*(cast(c, String) for c in table.c if not isinstance(c.type, LargeBinary)))):
            yield from (str(value) for value in row if value is not None)


def test_the_database_holds_nothing_that_opens_anything(session: Session, config: Config, frank: Enrolled) -> None:
    use_code(session, config, frank.person, frank.recovery_codes[9], LATER)
    use_code(session, config, frank.person, frank.code(LATER), LATER)
    session.commit()
    kept = "\n".join(everything_kept(session)).lower()
    assert frank.person.email in kept
    assert frank.nonce in kept
    secret = app_secret(config, frank.nonce)
    opening = [secret, in_groups(secret), config.derived_key("totp", frank.nonce), config.secret_key()]
    for code in frank.recovery_codes:
        opening += [code, in_groups(code, "-"), in_groups(code)]
    assert [told for told in opening if told.lower() in kept] == []


def test_of_two_that_use_one_code_at_the_same_moment_one_is_let_in(
    database: Database, author: Author, session: Session, config: Config, frank: Enrolled
) -> None:
    assert outcomes_at_once(database, author, config, frank, frank.code(LATER)) == ["in", "refused"]
    assert outcomes_at_once(database, author, config, frank, frank.recovery_codes[3]) == ["in", "refused"]


def outcomes_at_once(database: Database, author: Author, config: Config, frank: Enrolled, code: str) -> list[str]:
    """What two sessions are told that use one code, each having looked before either has written."""
    outcomes: list[str] = []
    ready = Barrier(2, timeout=5)

    def sign_in() -> None:
        ready.wait()
        with database.session(writing=True) as session:
            author(session)
            person = session.get_one(Person, frank.person.id)
            try:
                use_code(session, config, person, code, LATER)
                session.commit()
                outcomes.append("in")
            except WrongCode:
                outcomes.append("refused")

    threads = [Thread(target=sign_in) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return sorted(outcomes)


def test_an_offer_is_a_new_secret_each_time(session: Session, config: Config, frank: Enrolled) -> None:
    offers = [offer_app(session, frank.person) for _ in range(3)]
    assert len({app_secret(config, offer.nonce) for offer in offers}) == 3
    assert {offer.replaces for offer in offers} == {frank.nonce}
    assert offer_app(session, signing_in(session)).replaces is None


def test_whoever_signs_in_by_the_directory_has_their_second_factor_there(session: Session) -> None:
    person = make.person(session, Role.FINANCE)
    assert not standing_of(session, person, TODAY).offered
    with pytest.raises(NoPassphrase, match="a second factor of its own"):
        offer_app(session, person)


def test_an_administrator_sees_who_of_the_guarded_roles_has_none(
    session: Session, frank: Enrolled, config: Config
) -> None:
    olive, cora = signing_in(session, Role.OPCC, Role.CERTIFIER), signing_in(session, Role.CERTIFIER)
    gone, later, left_out = (signing_in(session, Role.FINANCE) for _ in range(3))
    gone.disabled_at = NOW
    later.roles[0].starts_on = date(2025, 10, 21)
    left_out.password_hash = None
    signing_in(session, Role.LEAD)
    assert without_one(session, TODAY) == [cora, olive]
    Enrolled(session, config, cora)
    assert without_one(session, TODAY) == [olive]
    assert without_one(session, date(2025, 10, 21)) == [later, olive]


def test_once_it_is_required_whoever_must_have_one_and_has_none_is_signed_out(
    session: Session, frank: Enrolled
) -> None:
    ada, olive, cora = (signing_in(session, role) for role in (Role.ADMINISTRATOR, Role.OPCC, Role.CERTIFIER))
    lead, by_directory = signing_in(session, Role.LEAD), make.person(session, Role.FINANCE)
    cora.roles[0].ends_on = date(2025, 10, 19)
    here = open_session(session, ada)
    others = {person: open_session(session, person) for person in (ada, olive, frank.person, cora, lead, by_directory)}
    half = open_session(session, olive, awaits_code=True)

    def ended() -> set[int]:
        return set(session.scalars(select(WebSession.id).where(WebSession.ended_at == LATER)))

    set_rule(session, required=False, today=TODAY, now=LATER, here=here)
    assert (second_factor_is_required(session), ended()) == (False, set())
    set_rule(session, required=True, today=TODAY, now=LATER, here=here)
    assert (second_factor_is_required(session), ended()) == (True, {others[ada], others[olive], half})


def open_session(session: Session, person: Person, *, awaits_code: bool = False) -> int:
    """Sign somebody in; the number of their session."""
    start(session, person.id, NOW, "192.0.2.1", "a browser", awaits_code=awaits_code)
    return session.scalars(select(WebSession.id).order_by(WebSession.id.desc()).limit(1)).one()
