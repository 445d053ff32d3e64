"""People sign in by an OpenID Connect provider: authorization code with PKCE; its ID token is checked before anybody
believes it."""

import asyncio
import base64
import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from hub.application.access.oidc_settings import OidcSettings, is_safe
from hub.domain.errors import HubError

log = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "Ed25519", "EdDSA")
"""Signatures with a public key: a token is never checked by a secret, nor by nothing."""
PATIENCE_SECONDS = 10
KNOWN_SECONDS = 3600
"""How long it is believed what a provider says of itself."""
AGAIN_SECONDS = 60
"""A key that is not known is asked for again no sooner than this after the last time."""
LEEWAY_SECONDS = 60
LONGEST_ANSWER = 1_000_000


class OidcError(HubError):
    """The provider can't be reached, or what it says can't be believed."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a browser goes to sign in, and what it brings back to show that it was this browser."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to the provider. `teams`: what their groups stand for; `mapped`: every team that groups stand
    for."""

    issuer: str
    subject: str
    login: str
    name: str
    teams: tuple[str, ...]
    mapped: frozenset[str]
    may_be_added: bool


@dataclass(frozen=True, slots=True)
class _Provider:
    """What it says of itself, and since when that is known."""

    document: Mapping[str, Any]
    keys: KeySet
    since: float


class Oidc:
    """One provider. Nothing is kept of a sign-in that is under way: its browser keeps it, whichever process it comes
    back to."""

    def __init__(self, settings: OidcSettings) -> None:
        self.settings = settings
        self._known: _Provider | None = None
        self._asking = asyncio.Lock()

    async def start(self, redirect_uri: str) -> Start:
        """Where to send a browser that is to come back to `redirect_uri`."""
        provider = await self._provider()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = _endpoint(provider, "authorization_endpoint")
        return Start(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}", state, nonce, verifier)

    async def finish(self, code: str, verifier: str, nonce: str, redirect_uri: str) -> Identity:
        """Who came back with this code."""
        provider = await self._provider()
        told = await self._token(provider, code, verifier, redirect_uri)
        claims = await self._believed(str(told.get("id_token", "")), nonce)
        missing = {self.settings.login_claim, "name", *([self.settings.groups_claim] if self.settings.teams else [])}
        if missing - claims.keys() and provider.document.get("userinfo_endpoint"):
            claims = {**await self._more(provider, told, str(claims["sub"])), **claims}
        return self._identity(claims)

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        subject = str(claims["sub"])
        login = str(claims.get(self.settings.login_claim) or claims.get("email") or subject)
        said = claims.get(self.settings.groups_claim) or ()
        groups = [said] if isinstance(said, str) else [str(one) for one in said]
        teams = [self.settings.teams[one] for one in groups if one in self.settings.teams]
        return Identity(
            self.settings.issuer,
            subject,
            login,
            str(claims.get("name") or login),
            tuple(dict.fromkeys(teams)),
            frozenset(self.settings.teams.values()),
            self.settings.register_people,
        )

    async def _believed(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is this provider's, for this hub, for this sign-in, and of now."""
        try:
            try:
                read = jwt.decode(token, (await self._provider()).keys, algorithms=ALGORITHMS)
            except InvalidKeyIdError:
                read = jwt.decode(token, (await self._provider(with_new_keys=True)).keys, algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(read.claims)
        except (JoseError, ValueError) as error:
            raise OidcError(f"the provider's ID token can't be believed: {error}") from error
        audience = read.claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and read.claims.get("azp") != self.settings.client_id:
            raise OidcError("the provider's ID token can't be believed: it was given to somebody else (azp)")
        return read.claims

    async def _token(self, provider: _Provider, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        settings, headers = self.settings, {}
        methods = provider.document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if settings.client_secret and "client_secret_basic" in methods:
            pair = f"{quote(settings.client_id, safe='')}:{quote(settings.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = settings.client_id
            if settings.client_secret:
                form["client_secret"] = settings.client_secret
        return await _asked("POST", _endpoint(provider, "token_endpoint"), headers, form)

    async def _more(self, provider: _Provider, told: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
        """What only the userinfo endpoint tells, where it speaks of the same person."""
        headers = {"Authorization": f"Bearer {told.get('access_token', '')}"}
        claims = await _asked("GET", _endpoint(provider, "userinfo_endpoint"), headers)
        if claims.get("sub") != subject:
            raise OidcError("the provider's userinfo speaks of somebody else")
        return claims

    async def _provider(self, *, with_new_keys: bool = False) -> _Provider:
        async with self._asking:
            known, lasts = self._known, AGAIN_SECONDS if with_new_keys else KNOWN_SECONDS
            if known is None or monotonic() - known.since > lasts:
                known = self._known = await self._discover()
            return known

    async def _discover(self) -> _Provider:
        issuer = self.settings.issuer
        document = await _asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", {})
        if document.get("issuer") != issuer:
            raise OidcError(f"the provider calls itself {document.get('issuer')!r}: set issuer to exactly that")
        draft = _Provider(document, KeySet([]), 0.0)
        keys = await _asked("GET", _endpoint(draft, "jwks_uri"), {})
        usable = [key for key in keys.get("keys", ()) if key.get("kty") in ("RSA", "EC", "OKP")]
        try:
            return _Provider(document, KeySet.import_key_set({"keys": usable}), monotonic())
        except (JoseError, ValueError, KeyError) as error:
            raise OidcError(f"the provider's keys can't be read: {error}") from error


def _endpoint(provider: _Provider, name: str) -> str:
    url = str(provider.document.get(name, ""))
    if not is_safe(url):
        raise OidcError(f"the provider names no safe {name}: {url!r}")
    return url


async def _asked(
    method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """What the provider answers, as JSON; no redirection is followed. Raises OidcError."""
    patience = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=patience) as session,
            session.request(method, url, headers={"Accept": "application/json", **headers}, data=form,
                            allow_redirects=False) as response,
        ):  # fmt: skip
            if response.status != 200:
                raise OidcError(f"the provider answered {response.status} at {url}")
            if (response.content_length or 0) > LONGEST_ANSWER:
                raise OidcError(f"the provider's answer at {url} is too long")
            told = await response.json(content_type=None)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise OidcError(f"the provider can't be asked at {url}: {type(error).__name__} {error}") from error
    if not isinstance(told, dict):
        raise OidcError(f"the provider's answer at {url} is no object")
    return told
