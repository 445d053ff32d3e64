"""An ID token is believed only when it is this provider's, for this hub, for this sign-in, and of now."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from hub.application.access.oidc import AGAIN_SECONDS, Oidc, OidcError, _Provider
from hub.application.access.oidc_settings import OidcSettings, OidcSettingsError, load_oidc

KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
NEXT = ECKey.generate_key("P-256", {"kid": "two"})


class Provider:
    """Says what a test has it say."""

    def __init__(self) -> None:
        self.keys: list[Any] = [KEY]
        self.token = ""
        self.userinfo: dict[str, Any] = {"sub": "ann-1", "groups": ["leads"]}
        self.issuer = ""
        self.asked: list[str] = []

    def claims(self, **other: Any) -> dict[str, Any]:
        now = int(time.time())  # noqa: TID251  (what tokens are checked against)
        whole = {"iss": self.issuer, "sub": "ann-1", "aud": "hub", "iat": now, "exp": now + 60, "nonce": "n"}
        return {name: value for name, value in {**whole, **other}.items() if value is not None}

    def sign(self, key: Any = KEY, algorithm: str = "RS256", **other: Any) -> None:
        header = {"alg": algorithm} | ({"kid": key.kid} if key.kid else {})
        self.token = jwt.encode(header, self.claims(**other), key, algorithms=[algorithm])

    def app(self) -> web.Application:
        async def answer(request: web.Request) -> web.Response:
            self.asked.append(request.path)
            here = self.issuer
            return web.json_response({
                "/.well-known/openid-configuration": {
                    "issuer": here, "authorization_endpoint": f"{here}/authorize", "token_endpoint": f"{here}/token",
                    "userinfo_endpoint": f"{here}/userinfo", "jwks_uri": f"{here}/jwks",
                },
                "/jwks": KeySet(self.keys).as_dict(),
                "/token": {"id_token": self.token, "access_token": "t"},
                "/userinfo": self.userinfo,
            }[request.path])  # fmt: skip

        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", answer)
        return app


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    told = Provider()
    runner = web.AppRunner(told.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield told
    await runner.cleanup()


@pytest.fixture
def oidc(provider: Provider) -> Oidc:
    return Oidc(OidcSettings(issuer=provider.issuer, client_id="hub", teams={"leads": "shift-leads"}))


async def finish(oidc: Oidc) -> Any:
    return await oidc.finish("code", "verifier", "n", "https://hub/callback")


async def test_a_good_token_says_who_it_is_and_userinfo_the_rest(provider: Provider, oidc: Oidc) -> None:
    provider.sign(aud=["hub", "other"], azp="hub", email="ann@example.com")
    who = await finish(oidc)
    assert (who.subject, who.login, who.name) == ("ann-1", "ann@example.com", "ann@example.com")
    assert (who.teams, who.mapped, who.may_be_added) == (("shift-leads",), {"shift-leads"}, False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": ["hub", "another"], "azp": "another"},
        {"aud": ["hub", "another"]},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_000_000},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"nbf": 99_999_999_999},
    ],
    ids=str,
)
async def test_a_token_of_another_time_place_or_person_is_not_believed(
    provider: Provider, oidc: Oidc, wrong: dict[str, Any]
) -> None:
    provider.sign(**wrong)
    with pytest.raises(OidcError, match="can't be believed"):
        await finish(oidc)


async def test_a_token_that_somebody_else_signed_is_not_believed(provider: Provider, oidc: Oidc) -> None:
    provider.sign(OTHER)
    with pytest.raises(OidcError, match="can't be believed"):
        await finish(oidc)
    secret = OctKey.generate_key(256, {"kid": "one"})
    provider.sign(secret, "HS256")
    with pytest.raises(OidcError, match="can't be believed"):
        await finish(oidc)
    head, body, _ = provider.token.split(".")
    for token in ("", "x", f"{head}.{body}.", f"eyJhbGciOiJub25lIn0.{body}."):
        provider.token = token
        with pytest.raises(OidcError):
            await finish(oidc)


async def test_a_new_key_of_the_provider_is_asked_for_once_in_a_while(provider: Provider, oidc: Oidc) -> None:
    provider.sign()
    await finish(oidc)
    provider.keys = [NEXT]
    provider.sign(NEXT, "ES256")
    with pytest.raises(OidcError, match="can't be believed"):
        await finish(oidc)
    assert provider.asked.count("/jwks") == 1
    assert oidc._known is not None
    oidc._known = _Provider(oidc._known.document, oidc._known.keys, oidc._known.since - AGAIN_SECONDS - 1)
    assert (await finish(oidc)).subject == "ann-1"
    assert provider.asked.count("/jwks") == 2


async def test_userinfo_of_somebody_else_is_not_believed(provider: Provider, oidc: Oidc) -> None:
    provider.sign()
    provider.userinfo = {"sub": "eve-1"}
    with pytest.raises(OidcError, match="somebody else"):
        await finish(oidc)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("issuer = 'http://id.example.com'\nclient_id = 'hub'", "issuer"),
        ("issuer = 'https://id.example.com'", "client_id"),
        ("issuer = 'https://id.example.com'\nclient_id = 'hub'\nsecret = 'x'", "secret"),
        ("issuer =", "oidc.toml"),
    ],
)
def test_what_the_file_says_wrong_is_named(tmp_path: Any, text: str, said: str) -> None:
    file = tmp_path / "oidc.toml"
    file.write_text(text)
    with pytest.raises(OidcSettingsError, match=said):
        load_oidc(file)
    with pytest.raises(OidcSettingsError, match="No such file"):
        load_oidc(tmp_path / "none.toml")
