"""What can't be asked of the path manager is refused by the field that is wrong, and leaves nothing behind."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.api.app import create_app
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from tests.api.world import World
from tests.paths.voice_policies import ALL_CHANNELS, STRICT
from tests.paths.voices import MAIL, TEHRAN, Voices

NOBODY_EVER = STRICT._replace(quiet=(0, 24 * 60)).text


class Asking:
    """Somebody who may do anything, and the log."""

    def __init__(self, voices: Voices, http: httpx.AsyncClient) -> None:
        self.voices = voices
        self.http = http

    async def post(self, path: str, status: int, **body: Any) -> dict[str, Any]:
        response = await self.http.post(path, json=body)
        assert response.status_code == status, response.text
        return dict(response.json())

    async def refused(self, path: str, status: int, field: str = "", says: str = "", **body: Any) -> None:
        """And nothing came of it."""
        before = await self.voices.journal.head()
        told = await self.post(path, status, **body)
        assert str(told.get("field", "")).removeprefix("body.") == field, told
        assert says in told["detail"]
        assert await self.voices.journal.head() == before


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Asking]:
    """Ann, whom everybody may write to, on a store of SQLite."""
    voices, world = Voices(tmp_path), World()
    await voices.open()
    await voices.publish(STRICT.text)
    for point in (TEHRAN, MAIL):
        await voices.meet(point)
        await voices.consents.grant(voices.statement(point), point.channels[-1], Purpose.PROMOTIONAL, "v1", None)
    voices.clock.moment += timedelta(days=2)
    services = replace(
        world.services, journal=voices.journal, clock=voices.clock, paths=voices.parts, path_policies=voices.policies,
        forgetting=voices.forgetting, consents=voices.consents,
    )  # fmt: skip
    transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as http:
        http.headers.update(await world.bearer(Role.ADMIN, "root"))
        yield Asking(voices, http)
    await voices.close()


def question(**changed: Any) -> dict[str, Any]:
    asked = {"direction": "outbound", "channels": ["sms"], "sender": "campaign", "purpose": "promotional"}
    return {"customer_id": TEHRAN.stream, **asked, **changed}


async def test_a_purpose_there_is_not(asking: Asking) -> None:
    await asking.refused("/v1/path-decisions", 422, "purpose", **question(purpose="spam"))
    await asking.refused("/v1/outbound", 422, "purpose", **_wanted(purpose="spam"))


async def test_what_a_customer_who_was_forgotten_was_granted_is_there_no_more(asking: Asking) -> None:
    given = {"customer_id": TEHRAN.stream, "proposition": "fibre"}
    grant = (await asking.post("/v1/grants", 200, **given))["grant"]
    path, told = f"/v1/grants/{grant['grant_id']}", {"presentation_id": "p-1", "terms_hash": grant["terms_hash"]}
    await asking.post(f"{path}/presentations", 200, **told, channel="web", sender="hub")
    await asking.voices.forgetting.forget(TEHRAN.stream, "asked to be", **asking.voices.command())
    said = {"presentation_id": "p-1", "response": "accepted"}
    await asking.refused(f"{path}/amend", 404, "", "no grant", terms={"price": 40})
    await asking.refused(f"{path}/responses", 404, "", "no grant", **said)
    new = told | {"presentation_id": "p-2"}
    await asking.refused(f"{path}/presentations", 404, "", "no grant", **new, channel="web", sender="hub")
    await asking.refused("/v1/outbound", 409, "customer_id", "forgotten", **_wanted())


async def test_a_grant_for_a_customer_who_was_forgotten(asking: Asking) -> None:
    await asking.voices.forgetting.forget(TEHRAN.stream, "asked to be", **asking.voices.command())
    given = {"customer_id": TEHRAN.stream, "proposition": "fibre"}
    await asking.refused("/v1/grants", 422, "customer_id", "forgotten", **given)
    await asking.refused("/v1/path-decisions", 409, "customer_id", "forgotten", **question(shows=True))


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"price": "cheap"}, "terms.price"),
        ({"price": 0}, "terms.price"),
        ({"price": 101}, "terms.price"),
        ({"prize": 7}, "terms.prize"),
        ({"price": 4.5}, "terms.price"),
        ({"price": None}, "terms.price"),
        ({"price": {"monthly": 4}}, "terms.price"),
        ({"price": True}, "terms.price"),
        ("price = 4", "terms"),
    ],
)
async def test_terms_that_do_not_parse(asking: Asking, terms: Any, field: str) -> None:
    given = {"customer_id": TEHRAN.stream, "proposition": "fibre"}
    await asking.refused("/v1/grants", 422, field, **given, terms=terms)
    told = await asking.post("/v1/grants", 200, **given)
    await asking.refused(f"/v1/grants/{told['grant']['grant_id']}/amend", 422, field, terms=terms, reason="a mistake")


async def test_a_response_to_an_action_that_was_never_shown(asking: Asking) -> None:
    voices = asking.voices
    given = await voices.parts.grants.give(TEHRAN.stream, "fibre", **voices.command())
    grant = given.grant.grant_id
    said = {"presentation_id": "p-1", "response": "accepted"}
    await asking.refused(f"/v1/grants/{grant}/responses", 422, "presentation_id", "never presented", **said)
    call = await voices.queue(TEHRAN, await voices.contact(TEHRAN))
    path = f"/v1/interactions/{call}/responses"
    told = {"terms_hash": given.grant.terms_hash, "response": "accepted"}
    await asking.refused(path, 422, "proposition", "never shown", **told, proposition="fibre")
    await asking.refused(path, 422, "grant_id", "never shown", **told, grant_id=grant)


async def test_terms_that_were_never_granted_are_not_presented(asking: Asking) -> None:
    given = await asking.voices.parts.grants.give(TEHRAN.stream, "fibre", **asking.voices.command())
    path = f"/v1/grants/{given.grant.grant_id}/presentations"
    said = {"presentation_id": "p-1", "channel": "web", "sender": "hub"}
    await asking.refused(path, 409, "", given.grant.terms_hash, **said, terms_hash="0" * 32)
    await asking.refused(path, 422, "terms_hash", **said)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (NOBODY_EVER, "nobody could ever be contacted"),
        (STRICT.text.replace("most = 1", "most = 0", 1), "most"),
        (STRICT.text.replace(f"channels = {list(ALL_CHANNELS)}\ndays", "channels = []\ndays"), "never be said"),
        (STRICT.text + '[purposes.promotional]\ngates = ["identity"]\n', "promotional contacts always pass"),
        (STRICT.text.replace("share = 40.0", "share = 100.0"), "share"),
    ],
)
async def test_a_policy_that_could_never_send_anything(asking: Asking, text: str, says: str) -> None:
    before = asking.voices.in_force.policy.version
    await asking.refused("/v1/policies/paths", 422, "text", says, text=text)
    assert asking.voices.in_force.policy.version == before


async def test_a_slot_that_is_released_twice(asking: Asking) -> None:
    decided = await asking.voices.decide(
        TEHRAN, asking.voices.question(Direction.OUTBOUND, Channel.SMS, purpose=Purpose.PROMOTIONAL)
    )
    path = f"/v1/path-decisions/{decided.event.decision_id}/release"
    await asking.post(path, 200)
    await asking.refused(path, 409, "", "released already")
    await asking.refused(f"/v1/path-decisions/decision-{TEHRAN.stream}-0/release", 404, "", "no decision")


async def test_a_contact_that_was_made_keeps_its_slot(asking: Asking) -> None:
    told = await asking.post("/v1/outbound", 200, **_wanted())
    assert told["outcome"] == "now", told
    await asking.refused(f"/v1/path-decisions/{told['outbound_id']}/release", 409, "", "is being made")


def _wanted(**changed: Any) -> dict[str, Any]:
    wanted = {"customer_id": TEHRAN.stream, "purpose": "promotional", "channels": ["sms"], "text": "new: fibre"}
    return {**wanted, "sender": "campaign", **changed}
