"""A real OpenID Connect provider on this machine, which insists on PKCE, and whose people sign in by naming
themselves."""

import base64
import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from oidc_provider_mock import User, run_server_in_thread

PEOPLE: dict[str, dict[str, Any]] = {
    "ann-1": {"name": "Ann Lee", "preferred_username": "ann", "email": "ann@example.com", "groups": ["agents-eu"]},
    "eve-1": {"name": "Eve Ray", "preferred_username": "eve", "groups": ["leads", "unknown"]},
    "bob-1": {"name": "Bob", "preferred_username": "bob"},
}


class Pkce:
    """Which code was asked for with which challenge."""

    def __init__(self) -> None:
        self.challenges: dict[str, str] = {}

    def watch(self, app: flask.Flask) -> None:
        @app.before_request
        def check() -> Any:
            if flask.request.path.endswith("/authorize"):
                asked = flask.request.args
                if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
                    return flask.Response("no challenge", 400)
            if flask.request.path.endswith("/token"):
                verifier = flask.request.form.get("code_verifier", "")
                made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
                if made != self.challenges.get(flask.request.form.get("code", "")):
                    return flask.Response("another verifier", 400)
            return None

        @app.after_request
        def note(response: flask.Response) -> flask.Response:
            codes = parse_qs(urlsplit(response.headers.get("Location", "")).query).get("code", [])
            for code in codes:
                self.challenges[code] = flask.request.args["code_challenge"]
            return response


@contextmanager
def provider(port: int = 0) -> Iterator[str]:
    """Its issuer, while it runs; at any free port, unless one is named."""
    people = [User(sub=sub, claims=claims) for sub, claims in PEOPLE.items()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with run_server_in_thread(port, user_claims=people, require_nonce=True) as server:
            app: Any = server.app  # type: ignore[attr-defined]
            Pkce().watch(app)
            yield f"http://localhost:{server.server_port}"
