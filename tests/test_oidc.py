"""Logging in with OpenID Connect, against a small provider on loopback."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

from dashboard.oidc import account_name
from tests.people import make_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.databases import Databases
    from tests.people import People

SECRET = "what only the two know"


@dataclass
class Provider:
    """Says who somebody is, or lies."""

    claims: dict[str, Any] = field(default_factory=dict)
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signing: RSAKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    server: Any = None

    def start(self) -> Provider:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, query = urlsplit(self.path).path, urlsplit(self.path).query
                provider.get(self, path, {k: v[0] for k, v in parse_qs(query).items()})

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = parse_qs(self.rfile.read(length).decode())
                provider.token(self, {k: v[0] for k, v in body.items()})

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = self.issuer or self.url
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def get(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, str]) -> None:
        if path == "/.well-known/openid-configuration":
            answer(handler, 200, self.metadata())
        elif path == "/jwks":
            answer(handler, 200, {"keys": [self.key.as_dict(private=False)]})
        else:
            code = secrets.token_urlsafe(8)
            self.asked[code] = query
            back = urlencode({"code": code, "state": query["state"]})
            handler.send_response(302)
            handler.send_header("Location", f"{query['redirect_uri']}?{back}")
            handler.end_headers()

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def token(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        asked = self.asked.pop(form["code"])
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        basic = base64.b64encode(f"bcc:{requests.utils.quote(SECRET)}".encode()).decode()
        known = handler.headers["Authorization"] in {
            f"Basic {basic}",
            f"Basic {base64.b64encode(f'bcc:{SECRET}'.encode()).decode()}",
        }
        if challenge != asked["code_challenge"] or not known:
            answer(handler, 400, {"error": "invalid_grant"})
            return
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "bcc",
            "sub": "1",
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
        } | self.claims
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signing or self.key)
        answer(handler, 200, {"access_token": "x", "token_type": "Bearer", "id_token": signed})

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def answer(handler: BaseHTTPRequestHandler, status: int, content: Any) -> None:
    body = json.dumps(content).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider(claims={"preferred_username": "Operator"}).start()
    yield made
    made.close()


@pytest.fixture
def people(provider: Provider, databases: Databases, tmp_path: Path) -> Iterator[People]:
    made = make_people(
        databases.fresh("sqlite"),
        tmp_path,
        wall_open=False,
        oidc_issuer=provider.url,
        oidc_client_id="bcc",
        oidc_client_secret=SECRET,
    )
    yield made
    made.close()


def walk(client: FlaskClient) -> TestResponse:
    """From the login page to the provider and back, as a browser goes."""
    to_provider = client.get("/masuk/oidc?next=/wall/")
    assert to_provider.status_code == 302
    back = requests.get(to_provider.headers["Location"], allow_redirects=False, timeout=5)
    parts = urlsplit(back.headers["Location"])
    return client.get(f"{parts.path}?{parts.query}")


def test_the_login_page_offers_it_where_it_is_set(people: People):
    assert "/masuk/oidc" in people.stranger().get("/masuk").text


def test_the_city_login_opens_the_account_of_that_name(people: People):
    client = people.stranger()
    arrived = walk(client)
    assert (arrived.status_code, arrived.headers["Location"]) == (303, "/wall/")
    assert client.get("/wall/_dash-layout").status_code == 200
    assert people.audit.about("account", ["operator"])[-1].action == "login"


@pytest.mark.abuse
@pytest.mark.parametrize("name", ["unknown", "secretary"])
def test_an_account_must_be_known_here_and_open(people: People, provider: Provider, name: str):
    people.accounts.set_disabled("secretary", True)
    provider.claims = {"preferred_username": name}
    client = people.stranger()
    assert walk(client).status_code == 403
    assert client.get("/wall/_dash-layout").status_code == 401


@pytest.mark.abuse
@pytest.mark.parametrize(
    "lie",
    [{"aud": "another"}, {"nonce": "x"}, {"exp": 1}, {"iss": "https://evil.example"},
     {"preferred_username": ""}, {"preferred_username": 7}],
    ids=str,
)  # fmt: skip
def test_a_token_that_is_not_for_us_opens_nothing(
    people: People, provider: Provider, lie: dict[str, Any]
):
    provider.claims |= lie
    client = people.stranger()
    answered = walk(client)
    assert answered.status_code == 502 and "Traceback" not in answered.text
    assert client.get("/wall/_dash-layout").status_code == 401


@pytest.mark.abuse
def test_a_token_signed_by_somebody_else_opens_nothing(people: People, provider: Provider):
    provider.signing = RSAKey.generate_key(2048, {"kid": "one"})
    client = people.stranger()
    assert walk(client).status_code == 502
    assert client.get("/wall/_dash-layout").status_code == 401


@pytest.mark.abuse
def test_a_provider_that_calls_itself_otherwise_is_not_believed(people: People, provider: Provider):
    provider.issuer = "https://another.example"
    assert walk(people.stranger()).status_code == 502


@pytest.mark.abuse
def test_an_answer_that_was_not_asked_for_opens_nothing(people: People):
    for query in ("", "?code=x&state=y", "?error=access_denied&error_description=%0d%0aX"):
        assert people.stranger().get(f"/masuk/oidc/kembali{query}").status_code == 502


@pytest.mark.fault
def test_a_provider_that_is_away_leaves_the_password_login(people: People, provider: Provider):
    provider.close()
    client = people.stranger()
    assert client.get("/masuk/oidc").status_code == 502
    from tests.people import log_in

    assert log_in(client, "operator").status_code == 303
    provider.start()


@pytest.mark.abuse
def test_an_unverified_mail_address_is_no_name():
    assert account_name({"email": "a@b.id", "email_verified": True}, "email") == "a@b.id"
    for claims in ({"email": "a@b.id"}, {"email": "a@b.id", "email_verified": "true"}):
        with pytest.raises(ValueError, match="verify"):
            account_name(claims, "email")
