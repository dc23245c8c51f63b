"""Where the data is: from the environment, with defaults that work."""

import os
import re
import stat
from pathlib import Path

import pytest

from portfolio.config import HERE, ROOT, BadSetting, Config, Directory, MailServer


def test_without_settings_the_data_is_in_the_projects_instance_folder() -> None:
    config = Config.from_environment({})
    assert config.instance == ROOT / "instance"
    assert config.sqlite_file == ROOT / "instance" / "portfolio.db"


def test_empty_settings_are_none() -> None:
    assert Config.from_environment({"PORTFOLIO_INSTANCE": "", "DATABASE_URL": ""}) == Config.from_environment({})


def test_the_folder_may_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PORTFOLIO_INSTANCE", "data")
    config = Config.from_environment()
    assert config.instance == tmp_path / "data"
    assert config.sqlite_file == tmp_path / "data" / "portfolio.db"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_by_any_of_its_names(scheme: str) -> None:
    config = Config.from_environment({"DATABASE_URL": f"{scheme}://user:password@host/name"})
    assert config.database_url == "postgresql+psycopg://user:password@host/name"
    assert config.sqlite_file is None


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense", "sqlite", "sqlite://", "portfolio.db"])
def test_other_databases_are_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(BadSetting, match="DATABASE_URL is neither PostgreSQL nor SQLite"):
        Config.from_environment({"DATABASE_URL": url})


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:"])
def test_a_database_that_nobody_keeps_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="is kept nowhere"):
        Config.from_environment({"DATABASE_URL": url})


def refused(**settings: str) -> str:
    """The sentence that refuses a setting."""
    with pytest.raises(BadSetting) as told:
        Config.from_environment(settings)
    return told.value.sentence


def test_without_settings_the_site_is_this_machines_own() -> None:
    config = Config.from_environment({})
    assert (config.url, config.is_https, config.proxies, config.hsts_days) == (HERE, False, 0, 0)
    assert config.hosts == {"localhost", "127.0.0.1", "::1"}
    assert (config.mail_server, config.mail_from, config.directory) == (None, "portfolio@127.0.0.1", None)
    assert config.outbox == config.instance / "outbox"


@pytest.mark.parametrize(
    ("given", "url", "is_https"),
    [
        ("https://grants.example.org", "https://grants.example.org", True),
        ("https://Grants.Example.org/", "https://grants.example.org", True),
        ("HTTPS://grants.example.org:8443", "https://grants.example.org:8443", True),
        ("http://[fd00::1]:8000", "http://[fd00::1]:8000", False),
    ],
)
def test_the_sites_address_is_a_scheme_and_a_host(given: str, url: str, is_https: bool) -> None:
    config = Config.from_environment({"PORTFOLIO_URL": given})
    assert (config.url, config.is_https) == (url, is_https)


@pytest.mark.parametrize(
    "url",
    [
        "grants.example.org",
        "ftp://grants.example.org",
        "https://",
        "https://grants.example.org/portfolio",
        "https://grants.example.org?page=1",
        "https://grants.example.org#top",
        "https://user:password@grants.example.org",
        "https://@grants.example.org",
        "https://grünts.example.org",
        "https://grants.example.org:0",
        "https://grants.example.org:70000",
        "https://[::1",
    ],
)
def test_what_is_no_sites_address_is_refused(url: str) -> None:
    assert refused(PORTFOLIO_URL=url) == (
        "PORTFOLIO_URL is no site's address. Set it to what people type, like https://grants.example.org"
    )


def test_the_site_answers_to_its_name_to_those_added_and_to_this_machines() -> None:
    config = Config.from_environment(
        {
            "PORTFOLIO_URL": "https://grants.example.org:8443",
            "PORTFOLIO_HOSTS": " Old.Example.org,10.0.0.5 , [fd00::1],",
        }
    )
    named = {"grants.example.org", "old.example.org", "10.0.0.5", "fd00::1"}
    assert config.hosts == named | {"localhost", "127.0.0.1", "::1"}


@pytest.mark.parametrize(
    "name", ["https://a.example", "a.example:8000", "a.example/x", "u@a.example", "a b", "[::1", "*"]
)
def test_what_is_no_hosts_name_is_refused(name: str) -> None:
    assert refused(PORTFOLIO_HOSTS=f"right.example, {name}") == (
        f"PORTFOLIO_HOSTS holds “{name}”, which is no host's name. "
        "Write names without https:// and without a port, with commas between them"
    )


@pytest.mark.parametrize(("name", "most"), [("PORTFOLIO_PROXIES", 5), ("PORTFOLIO_HSTS_DAYS", 3650)])
def test_numbers_are_whole_and_within_bounds(name: str, most: int) -> None:
    config = Config.from_environment({name: str(most)})
    assert most in (config.proxies, config.hsts_days)
    for wrong in (str(most + 1), "-1", "1.5", "one", "²", "٣"):
        assert refused(**{name: wrong}) == f"{name} is not a number from 0 to {most}. Correct it, or leave it out"


def test_a_mail_server_is_reached_by_starttls_by_tls_or_on_this_machine() -> None:
    read = {
        url: Config.from_environment({"PORTFOLIO_SMTP": url}).mail_server
        for url in (
            "smtp://m%40il:p%3Aw@mail.example",
            "smtps://mail.example",
            "smtp://localhost:25",
            "smtp://[::1]:1025",
        )
    }
    assert list(read.values()) == [
        MailServer("mail.example", 587, "m@il", "p:w", tls=False, starttls=True),
        MailServer("mail.example", 465, None, None, tls=True, starttls=False),
        MailServer("localhost", 25, None, None, tls=False, starttls=False),
        MailServer("::1", 1025, None, None, tls=False, starttls=False),
    ]
    assert "p:w" not in repr(read)


@pytest.mark.parametrize(
    "url",
    ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example/x", "smtp://mail.example:x", "smtp://u@h"],
)
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    assert refused(PORTFOLIO_SMTP=url) == (
        "PORTFOLIO_SMTP is no mail server. Set it to smtp://user:password@host:587 (STARTTLS), "
        "smtps://user:password@host (TLS) or smtp://localhost:25"
    )


@pytest.mark.parametrize("url", ["smtp://ada:caf%C3%A9@mail.example", "smtps://ad£:secret@mail.example"])
def test_a_mail_servers_password_is_one_that_can_be_sent(url: str) -> None:
    sentence = refused(PORTFOLIO_SMTP=url)
    assert sentence.startswith("PORTFOLIO_SMTP holds a user or a password with letters that cannot be sent")
    assert "caf" not in sentence


def test_mail_is_from_the_sites_host_unless_an_address_is_set() -> None:
    assert Config.from_environment({"PORTFOLIO_URL": "https://a.example:8443"}).mail_from == "portfolio@a.example"
    for sender in ("grants@example.org", "Grants <grants@example.org>"):
        assert Config.from_environment({"PORTFOLIO_MAIL_FROM": sender}).mail_from == sender


@pytest.mark.parametrize(
    "sender", ["grants", "@example.org", "grants@", "a@b.c\nBcc: all@b.c", "Grants <>", "zoë@example.org", "a b@c.d"]
)
def test_mail_from_what_is_no_address_is_refused(sender: str) -> None:
    assert refused(PORTFOLIO_MAIL_FROM=sender) == (
        "PORTFOLIO_MAIL_FROM is no e-mail address. Set it like grants@example.org or Grants <grants@example.org>"
    )


OIDC = {
    "PORTFOLIO_OIDC_ISSUER": "https://login.example/tenant/v2.0",
    "PORTFOLIO_OIDC_CLIENT_ID": "portfolio",
    "PORTFOLIO_OIDC_CLIENT_SECRET": "not told",
}


def test_a_directory_is_three_settings_and_three_more_that_may_be() -> None:
    plain = Config.from_environment(OIDC).directory
    assert plain == Directory("https://login.example/tenant/v2.0", "portfolio", "not told", {})
    assert plain is not None
    assert (plain.name, plain.trusted_email) == ("council", False)
    assert "not told" not in repr(plain)
    groups = '{"grants": {"role": "finance officer", "area": "dorset"}}'
    more = {"PORTFOLIO_OIDC_GROUPS": groups, "PORTFOLIO_OIDC_NAME": "Dorset", "PORTFOLIO_OIDC_TRUSTED_EMAIL": "yes"}
    full = Config.from_environment(OIDC | more).directory
    assert full is not None
    assert full.groups == {"grants": {"role": "finance officer", "area": "dorset"}}
    assert (full.name, full.trusted_email) == ("Dorset", True)


@pytest.mark.parametrize("name", OIDC)
def test_a_directory_that_is_set_by_halves_names_what_is_missing(name: str) -> None:
    assert refused(**OIDC | {name: ""}) == (
        f"{name} is missing. Single sign-on needs "
        "PORTFOLIO_OIDC_ISSUER, PORTFOLIO_OIDC_CLIENT_ID and PORTFOLIO_OIDC_CLIENT_SECRET"
    )


@pytest.mark.parametrize(
    "issuer", ["http://login.example", "login.example", "https://", "ftp://localhost", "https://h:x"]
)
def test_a_directory_is_reached_by_tls_or_on_this_machine(issuer: str) -> None:
    assert refused(**OIDC | {"PORTFOLIO_OIDC_ISSUER": issuer}) == (
        "PORTFOLIO_OIDC_ISSUER is no https address. Set it to the issuer as your directory writes it"
    )
    for local in ("http://localhost:9000", "http://127.0.0.1:9000/tenant", "http://[::1]:9000"):
        assert Config.from_environment(OIDC | {"PORTFOLIO_OIDC_ISSUER": local}).directory is not None


@pytest.mark.parametrize(
    "groups", ["{", "[]", "1", '"x"', '{"g": "finance officer"}', '{"g": {"rule": "x"}}', '{"g": {"role": 1}}']
)
def test_groups_that_cannot_be_read_are_refused(groups: str) -> None:
    assert refused(**OIDC | {"PORTFOLIO_OIDC_GROUPS": groups}) == (
        "PORTFOLIO_OIDC_GROUPS is no JSON object of groups. "
        'Write it like {"grants-finance": {"role": "finance officer", "area": "dorset"}}'
    )


def test_what_is_asked_yes_or_no_is_answered_so() -> None:
    assert refused(**OIDC | {"PORTFOLIO_OIDC_TRUSTED_EMAIL": "true"}) == (
        "PORTFOLIO_OIDC_TRUSTED_EMAIL is neither yes nor no. Correct it, or leave it out"
    )


SOUND = "0123456789abcdef" * 4


def test_several_machines_are_told_one_key(tmp_path: Path) -> None:
    config = Config.from_environment({"PORTFOLIO_INSTANCE": str(tmp_path), "PORTFOLIO_SECRET_KEY": SOUND})
    assert config.secret_key() == SOUND
    assert list(tmp_path.iterdir()) == []
    assert SOUND not in repr(config)


@pytest.mark.parametrize(
    "key",
    [
        "short",
        "x" * 64,
        "ab" * 32,
        "change-me-0123456789-0123456789-01",
        "secret key 98765432109876543210 12",
        SOUND[:31],
    ],
)
def test_a_key_that_can_be_guessed_is_refused(key: str, tmp_path: Path) -> None:
    sentence = (
        " holds a key that can be guessed. Set at least 32 random characters, for instance "
        "what this prints: python3 -c 'import secrets; print(secrets.token_hex(32))'"
    )
    assert refused(PORTFOLIO_SECRET_KEY=key) == f"PORTFOLIO_SECRET_KEY{sentence}"
    file = tmp_path / "secret_key"
    file.write_text(f"{key}\n", encoding="ascii")
    file.chmod(0o600)
    with pytest.raises(BadSetting) as told:
        Config(tmp_path, "sqlite:///unused").secret_key()
    assert told.value.sentence == f"{file}{sentence}"


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    config = Config(tmp_path / "deep" / "instance", "sqlite:///unused")
    key = config.secret_key()
    assert len(key) == 64
    assert config.secret_key() == key
    assert stat.S_IMODE((config.instance / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in config.instance.iterdir()] == ["secret_key"]


def test_two_processes_that_start_at_once_read_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = (Config(tmp_path, "sqlite:///unused") for _ in range(2))
    link, others = os.link, []

    def other_first(made: Path, wanted: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        others.append(other.secret_key())
        link(made, wanted)

    monkeypatch.setattr(os, "link", other_first)
    assert [mine.secret_key()] == others
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o620])
def test_a_key_that_others_may_read_is_refused(mode: int, tmp_path: Path) -> None:
    config = Config(tmp_path, "sqlite:///unused")
    config.secret_key()
    file = tmp_path / "secret_key"
    file.chmod(mode)
    with pytest.raises(BadSetting) as told:
        config.secret_key()
    assert told.value.sentence == f"Others than its owner may read {file}. Run: chmod 600 {file}"


def test_where_no_key_can_be_kept_a_sentence_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSetting) as told:
        Config(tmp_path / "file", "sqlite:///unused").secret_key()
    assert told.value.sentence == (
        f"The key of this site cannot be kept in {tmp_path / 'file' / 'secret_key'}: File exists. "
        "Set PORTFOLIO_INSTANCE to a folder that you may write to"
    )


def test_a_derived_key_is_made_of_the_secret_key_its_purpose_and_its_nonce(tmp_path: Path) -> None:
    config = Config(tmp_path, "sqlite:///unused", given_key=SOUND)
    key = config.derived_key("link", "a nonce")
    assert key == config.derived_key("link", "a nonce")
    assert re.fullmatch(r"[\w-]{43}", key)
    others = [
        config.derived_key("totp", "a nonce"),
        config.derived_key("link", "another nonce"),
        Config(tmp_path, "sqlite:///unused", given_key=SOUND[::-1]).derived_key("link", "a nonce"),
    ]
    assert len({key, *others}) == 4
