"""Logging in and out, and what must not get anybody in."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from dashboard import passwords
from dashboard.demo_accounts import DEMO_ACCOUNTS, ensure_demo_accounts
from dashboard.factory import create_application
from dashboard.login import next_page
from dashboard.secret import refuse_unsafe
from dashboard.settings import Settings, SettingsError
from dashboard.words import WORDS
from data_access.accounts import ABSOLUTE, IDLE, Accounts, digest
from data_access.attempts import ACCOUNT_LIMIT, ADDRESS_LIMIT, WINDOW, Attempts, TooManyAttempts
from data_access.audit import Entry
from data_access.errors import DataUnavailable, Reason
from data_access.rights import Role
from data_access.state import audit_log, metadata, open_state, sessions, users
from tests.people import PASSWORD, csrf_of, log_in, make_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from data_access.state import State
    from tests.databases import Databases
    from tests.people import People

KEY = "a key for tests, long enough: 0123456789"
INNER = "/wall/_dash-layout"
"""Answers 200 to a login that holds, 401 to nobody."""


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def state(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[State]:
    """A state database of its own on each server."""
    database = databases.another(request.param, f"_state_{abs(hash(tmp_path)) % 10**8}")
    made = open_state(database.url.render_as_string(hide_password=False))
    yield made
    made.engine.dispose()


# -- the state database -------------------------------------------------------------------------


def test_accounts_and_logins_on_every_server(state: State):
    accounts = Accounts(state)
    accounts.add("Siti", Role.OPERATOR, password_hash="x", display_name="Siti A.")
    account = accounts.find("SITI ")
    assert account is not None and account.role is Role.OPERATOR
    user = accounts.begin(account)
    assert accounts.logged_in(user.session) == user
    accounts.end(user.session)
    assert accounts.logged_in(user.session) is None
    assert accounts.key() == Accounts(state).key()
    token = accounts.add_token("Dinding")
    assert accounts.screen(token) is not None
    accounts.disable_token("Dinding")
    assert accounts.screen(token) is None


def test_guesses_are_counted_on_every_server(state: State):
    attempts = Attempts(state)
    for _ in range(ACCOUNT_LIMIT):
        attempts.begin("siti", "192.0.2.1")
    with pytest.raises(TooManyAttempts) as caught:
        Attempts(state).begin(" SITI", "192.0.2.2")
    assert timedelta() < caught.value.wait <= WINDOW


@pytest.mark.abuse
@pytest.mark.parametrize("statement", [audit_log.delete(), update(audit_log).values(reason="")])
def test_the_audit_log_can_only_be_added_to(state: State, statement: Any):
    from sqlalchemy.exc import DBAPIError

    from data_access.audit import Audit

    Audit(state).write(Entry(1, "siti", "operator", "reveal", "report", "BCC-1", reason="alasan"))
    with pytest.raises(DBAPIError), state.engine.begin() as connection:
        connection.execute(statement)
    assert [entry.reason for entry in Audit(state).about("report", ["BCC-1"])] == ["alasan"]


def test_the_state_database_is_its_owners_alone(tmp_path: Path):
    state = open_state(f"sqlite:///{tmp_path}/state.sqlite")
    Accounts(state).key()
    assert (tmp_path / "state.sqlite").stat().st_mode & 0o077 == 0
    state.engine.dispose()


# -- logging in ---------------------------------------------------------------------------------


def test_the_right_password_opens_and_is_written_down(people: People):
    client = people.stranger()
    assert client.get(INNER).status_code == 401
    answer = log_in(client, "operator", query="?next=/wall/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/wall/")
    assert client.get(INNER).status_code == 200
    assert [each.action for each in people.audit.about("account", ["operator"])] == ["login"]


@pytest.mark.abuse
def test_unknown_name_and_wrong_password_are_answered_alike(people: People):
    wrong, unknown = (
        log_in(people.stranger(), name, "salah sama sekali") for name in ("operator", "nobody")
    )
    assert wrong.status_code == unknown.status_code == 401
    hide = [
        answer.text.replace(csrf_of(answer.text), "").replace(f'value="{name}"', "")
        for answer, name in ((wrong, "operator"), (unknown, "nobody"))
    ]
    assert hide[0] == hide[1]


@pytest.mark.abuse
def test_unknown_names_take_as_long_as_known_ones():
    kept = passwords.hashed(PASSWORD, "nobody")

    def seconds(kept: str | None) -> float:
        taken = []
        for _ in range(5):
            start = time.perf_counter()
            assert not passwords.verify(kept, "salah sama sekali")
            taken.append(time.perf_counter() - start)
        return statistics.median(taken)

    seconds(None)
    assert 0.3 < seconds(None) / seconds(kept) < 3


@pytest.mark.abuse
def test_a_name_that_is_no_accounts_is_not_written_down(people: People):
    log_in(people.stranger(), "kata-sandi-di-isian-nama\r\nERROR", "x")
    with people.application.identity.state.engine.connect() as connection:
        rows = connection.execute(select(audit_log)).all()
    assert "kata-sandi" not in repr(rows) and "ERROR" not in repr(rows)


@pytest.mark.abuse
@pytest.mark.parametrize("password", ["", "\0", "x" * 500_000, "\ud800", PASSWORD + " "])
def test_strange_passwords_are_wrong_passwords(password: str):
    assert not passwords.verify(passwords.hashed(PASSWORD, "nobody"), password)
    assert not passwords.verify(None, password)


def test_a_hash_of_older_parameters_is_renewed_at_login(people: People):
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with people.application.identity.state.engine.begin() as connection:
        connection.execute(
            update(users).where(users.c.name == "operator").values(password_hash=old)
        )
    client = people.stranger()
    assert log_in(client, "operator").status_code == 303
    kept = people.accounts.find("operator").password_hash
    assert kept != old and not passwords.outdated(kept)
    assert client.get(INNER).status_code == 200


# -- sessions -----------------------------------------------------------------------------------


@pytest.mark.abuse
def test_a_login_begins_a_new_session(people: People):
    client = people.stranger()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["_user_id"] = "chosen by somebody else"
    log_in(client, "operator")
    with client.session_transaction() as session:
        assert "planted" not in session and session["_user_id"] != "chosen by somebody else"


@pytest.mark.abuse
def test_a_cookie_is_dead_after_logout(people: People):
    client = people.client(Role.OPERATOR)
    stolen = client.get_cookie("bcc_session")
    assert stolen is not None
    form = client.get("/keluar")
    assert client.post("/keluar", data={"csrf": csrf_of(form.text)}).status_code == 303
    thief = people.stranger()
    thief.set_cookie("bcc_session", stolen.value)
    assert thief.get(INNER).status_code == 401


@pytest.mark.abuse
@pytest.mark.parametrize("change", ["disable", "password", "role"])
def test_a_cookie_is_dead_after_the_account_changed(people: People, change: str):
    client = people.client(Role.OPERATOR)
    assert client.get(INNER).status_code == 200
    if change == "disable":
        people.accounts.set_disabled("operator", True)
    elif change == "password":
        people.accounts.set_password("operator", "x")
    else:
        people.accounts.set_role("operator", Role.COUNCIL, None)
    assert client.get(INNER).status_code == 401
    people.accounts.set_disabled("operator", False)
    assert client.get(INNER).status_code == 401


@pytest.mark.abuse
def test_a_cookie_is_dead_after_the_row_was_disabled_by_hand(people: People):
    client = people.client(Role.OPERATOR)
    with people.application.identity.state.engine.begin() as connection:
        connection.execute(update(users).values(disabled=True))
    assert client.get(INNER).status_code == 401


@pytest.mark.abuse
def test_a_disabled_account_gets_no_login(people: People):
    people.accounts.set_disabled("operator", True)
    assert log_in(people.stranger(), "operator").status_code == 401


@pytest.mark.abuse
@pytest.mark.parametrize(
    "column", [sessions.c.seen_at, sessions.c.started_at], ids=["idle", "absolute"]
)
def test_logins_end_by_themselves(people: People, column: Any):
    client = people.client(Role.OPERATOR)
    long_ago = datetime.now(UTC) - {"seen_at": IDLE, "started_at": ABSOLUTE}[column.name]
    with people.application.identity.state.engine.begin() as connection:
        connection.execute(update(sessions).values({column.name: long_ago}))
    assert client.get(INNER).status_code == 401


@pytest.mark.parametrize(("path", "alive"), [(INNER, True), ("/wall/feed", False)])
def test_using_a_login_keeps_it_alive_and_an_open_page_alone_does_not(
    people: People, path: str, alive: bool
):
    client = people.client(Role.OPERATOR)
    cookie = client.get_cookie("bcc_session")
    assert cookie is not None
    before = datetime.now(UTC) - IDLE / 2
    engine = people.application.identity.state.engine
    with engine.begin() as connection:
        connection.execute(update(sessions).values(seen_at=before))
    headers = {"Cookie": f"bcc_session={cookie.value}"}
    with people.application.server.test_request_context(path, headers=headers):
        assert people.application.identity.guard.check(path) is None
    with engine.connect() as connection:
        seen = connection.execute(select(sessions.c.seen_at)).scalar_one()
    assert (seen > before) == alive


@pytest.mark.fault
def test_a_full_disk_ends_no_login(people: People, monkeypatch):
    client = people.client(Role.OPERATOR)
    with people.application.identity.state.engine.begin() as connection:
        connection.execute(update(sessions).values(seen_at=datetime.now(UTC) - IDLE / 2))

    def full(*_: Any) -> None:
        raise DataUnavailable(Reason.FAILED)

    monkeypatch.setattr(people.accounts, "_touch", full)
    assert client.get(INNER).status_code == 200


@pytest.mark.abuse
def test_the_database_holds_no_cookie(people: People):
    client = people.client(Role.OPERATOR)
    with client.session_transaction() as session:
        token = session["_user_id"]
    with people.application.identity.state.engine.connect() as connection:
        kept = connection.execute(select(sessions.c.digest)).scalars().all()
    assert kept == [digest(token)] and token not in kept


@pytest.mark.abuse
def test_a_cookie_of_another_key_is_nobodys(people: People):
    client = people.client(Role.ADMINISTRATOR)
    cookie = client.get_cookie("bcc_session")
    assert cookie is not None
    people.application.server.secret_key = "another key than before: 0123456789abcdef"
    assert client.get(INNER).status_code == 401


def test_flags_of_the_cookie(databases: Databases, tmp_path: Path):
    people = make_people(
        databases.fresh("sqlite"), tmp_path, allowed_hosts=("bcc.example",), secret_key=KEY
    )
    answer = log_in(people.stranger(), "operator", base_url="https://bcc.example")
    cookie = answer.headers["Set-Cookie"]
    assert all(flag in cookie for flag in ("HttpOnly", "Secure", "SameSite=Lax"))
    people.close()


# -- forms --------------------------------------------------------------------------------------


@pytest.mark.abuse
@pytest.mark.parametrize("token", [None, "", "x", "é"])
def test_a_form_without_the_sessions_token_is_not_ours(people: People, token: str | None):
    client = people.stranger()
    client.get("/masuk")
    data = {"name": "operator", "password": PASSWORD} | ({"csrf": token} if token else {})
    assert client.post("/masuk", data=data).status_code == 400
    assert client.get(INNER).status_code == 401


@pytest.mark.abuse
def test_nobody_is_logged_out_by_a_link_or_another_site(people: People):
    client = people.client(Role.OPERATOR)
    assert client.get("/keluar").status_code == 200
    assert client.post("/keluar").status_code == 400
    assert client.get(INNER).status_code == 200


@pytest.mark.abuse
@pytest.mark.parametrize(
    "asked",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)",
     "/x\r\nSet-Cookie: a=b", "///evil.example", "http:evil", "", None, "//[", "/\tevil"],
)  # fmt: skip
def test_the_login_leads_to_no_other_site(asked: str | None):
    assert next_page(asked) == "/tinjau/"


def test_the_login_leads_back_to_where_one_was():
    assert next_page("/tinjau/skpd/PUTR?periode=2026") == "/tinjau/skpd/PUTR?periode=2026"


# -- guessing -----------------------------------------------------------------------------------


@pytest.mark.abuse
def test_guessing_is_stopped_with_429_and_the_right_password_too(people: People, monkeypatch):
    monkeypatch.setattr(passwords, "verify", lambda kept, password: password == PASSWORD)
    client = people.stranger()
    for _ in range(ACCOUNT_LIMIT):
        assert log_in(client, "operator", "salah").status_code == 401
    answer = log_in(client, "operator")
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 900
    again = create_application(people.settings)  # a restart forgets nothing
    assert log_in(again.server.test_client(), "operator").status_code == 429
    assert log_in(client, "secretary").status_code == 303
    again.identity.state.engine.dispose()


@pytest.mark.abuse
def test_one_address_may_not_try_all_accounts(people: People, monkeypatch):
    monkeypatch.setattr(passwords, "verify", lambda kept, password: password == PASSWORD)
    client = people.stranger()
    token = csrf_of(client.get("/masuk").text)
    for number in range(ADDRESS_LIMIT):
        data = {"csrf": token, "name": f"name{number}", "password": "salah"}
        assert client.post("/masuk", data=data).status_code == 401
    assert log_in(client, "operator").status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    assert log_in(client, "operator", environ_overrides=elsewhere).status_code == 303


@pytest.mark.abuse
def test_a_forged_address_does_not_make_new_guesses(people: People, monkeypatch):
    monkeypatch.setattr(passwords, "verify", lambda kept, password: False)
    client = people.stranger()
    for number in range(ACCOUNT_LIMIT):
        log_in(client, "operator", "x", headers={"X-Forwarded-For": f"192.0.2.{number}"})
    answer = log_in(client, "operator", "x", headers={"X-Forwarded-For": "192.0.2.99"})
    assert answer.status_code == 429


@pytest.mark.fault
def test_no_guess_is_taken_that_cannot_be_counted(people: People):
    client = people.stranger()
    token = csrf_of(client.get("/masuk").text)
    with people.application.identity.state.engine.begin() as connection:
        metadata.tables["login_attempts"].drop(connection)
    data = {"csrf": token, "name": "operator", "password": PASSWORD}
    answer = client.post("/masuk", data=data)
    assert answer.status_code == 503 and "Traceback" not in answer.text
    assert client.get(INNER).status_code == 401


# -- the page -----------------------------------------------------------------------------------


def test_every_word_is_there_in_both_languages():
    assert WORDS["id"].keys() == WORDS["en"].keys()
    assert all(text for words in WORDS.values() for text in words.values())


def test_the_page_speaks_indonesian_first_and_english_when_asked(people: People):
    client = people.stranger()
    assert '<html lang="id">' in client.get("/masuk").text
    english = {"Accept-Language": "en-GB,en;q=0.8"}
    assert '<html lang="id">' in client.get("/masuk", headers=english).text
    client.get("/masuk?bahasa=en")
    assert "Account name" in client.get("/masuk").text
    assert '<html lang="id">' in client.get("/masuk?bahasa=id", headers=english).text


@pytest.mark.abuse
def test_what_was_typed_is_shown_as_typed(people: People):
    answer = log_in(people.stranger(), '"><script>alert(1)</script>', "x")
    assert "<script>" not in answer.text and "&lt;script&gt;" in answer.text


def test_demo_accounts_are_shown_and_work_on_loopback_alone(databases: Databases, tmp_path: Path):
    people = make_people(databases.fresh("sqlite"), tmp_path)
    with people.application.identity.state.engine.begin() as connection:
        connection.execute(users.delete())
    made = ensure_demo_accounts(people.application.identity.state.engine)
    assert made == ensure_demo_accounts(people.application.identity.state.engine)
    page = people.stranger().get("/masuk").text
    assert len(made) == len(DEMO_ACCOUNTS)
    for name, password, _role in made:
        assert password in page
        assert log_in(people.stranger(), name, password).status_code == 303
    exposed = replace(people.settings, allowed_hosts=("localhost",), secret_key=KEY)
    outside = create_application(exposed).server.test_client()
    base = {"base_url": "https://localhost"}
    page = outside.get("/masuk", **base).text
    assert not any(demo.password in page for demo in DEMO_ACCOUNTS)
    assert log_in(outside, "sekda", DEMO_ACCOUNTS[2].password, **base).status_code == 401
    people.close()


# -- secrets ------------------------------------------------------------------------------------


@pytest.mark.abuse
@pytest.mark.parametrize(
    "settings",
    [
        Settings(host="0.0.0.0"),
        Settings(host="0.0.0.0", secret_key="short"),
        Settings(host="0.0.0.0", secret_key="x" * 40),
        Settings(host="::"),
        Settings(allowed_hosts=("bcc.example",)),
        Settings(secret_key="short"),
    ],
)
def test_a_server_that_others_reach_needs_a_key(settings: Settings):
    with pytest.raises(SettingsError, match="BCC_SECRET_KEY"):
        refuse_unsafe(settings, {})


@pytest.mark.abuse
@pytest.mark.parametrize("switch", ["FLASK_DEBUG", "DASH_DEBUG"])
def test_a_server_that_others_reach_refuses_debugging(switch: str):
    exposed = Settings(host="0.0.0.0", secret_key=KEY)
    refuse_unsafe(exposed, {switch: "0"})
    with pytest.raises(SettingsError, match=switch):
        refuse_unsafe(exposed, {switch: "1"})


def test_keys_and_secrets_stay_out_of_what_is_printed():
    settings = Settings(secret_key=KEY, oidc_client_secret="hidden one")
    assert KEY not in repr(settings) and "hidden one" not in repr(settings)


def test_on_loopback_the_key_outlasts_a_restart(people: People):
    again = create_application(people.settings)
    assert again.server.secret_key == people.application.server.secret_key
    assert len(str(again.server.secret_key)) >= 32
    again.identity.state.engine.dispose()
