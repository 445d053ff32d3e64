import httpx
from prometheus_client.parser import text_string_to_metric_families

from hub.api.instruments import Instruments
from hub.api.topics import Topic
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.pool.events import PoolCommitted
from hub.domain.satisfaction.decide import NotAsked
from hub.domain.satisfaction.events import SurveyKind
from tests.api.feed_facts import queued
from tests.api.world import META, World

CONTACT = {
    "contact_id": "c", "address": "", "sender": "", "thread": "t", "purpose": "", "service": "", "language": "",
    "subject": "", "text": "", "standing": Standing(),
}  # fmt: skip


async def scrape(http: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    response = await http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


async def test_prometheus_reads_what_happened() -> None:
    world = World()
    world.write(
        ("customer-1", ContactReceived(**META, **CONTACT, channel=Channel.PHONE, pool="main")),
        ("customer-1", ContactSent(**META, **CONTACT, channel=Channel.SMS)),
        ("interaction-1", queued()),
        ("pool-main", PoolCommitted(**META, pool="main", epoch=1, consumed=2, commands=(), policy="1")),
    )
    world.feed.views_at(1)
    world.instruments.decided(4, 0.002)
    world.instruments.rejected += 2
    for kind, why in ((SurveyKind.CSAT, None), *([(SurveyKind.NPS, NotAsked.CAPPED)] * 2)):
        world.instruments.survey(kind, why)
    listener = world.feed.subscribe([Topic("agent", "a1")])
    world.feed.attach(listener, 4)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://hub") as http:
        bearer = await world.bearer(Role.ADMIN)
        for offer in ("offer-1-1", "offer-2-1"):
            await http.post(f"/v1/offers/{offer}/accept", json={"agent_id": "a1"}, headers=bearer)
        await http.get("/v1/customers/customer-7", headers=bearer)
        await http.get("/v1/customers/customer-8")
        await http.get("/assets/nowhere")
        got = await scrape(http)
    assert got["hub_contacts_total", "phone", "inbound"] == 1
    assert got["hub_contacts_total", "sms", "outbound"] == 1
    assert got["hub_events_total", "InteractionQueued"] == 1
    assert got["hub_events_total", "ApiKeyIssued"] == 1
    assert got["hub_pool_commits_total",] == 1
    assert got["hub_decision_seconds_sum",] == 0.0005
    assert got["hub_contacts_rejected_total",] == 2
    assert got["hub_waiting", "care"] == 2
    assert got["hub_agents", "ready"] == 5
    assert got["hub_service_level", "care"] == 0.8
    assert (got["hub_cases", "open"], got["hub_cases", "overdue"]) == (3, 1)
    assert (got["hub_surveys_total", "csat", "asked"], got["hub_surveys_total", "nps", "capped"]) == (1, 2)
    assert got["hub_projector_lag_events",] == 4
    assert got["hub_ready",] == 1
    assert got["hub_stream_subscribers",] == 1
    assert got["hub_api_request_seconds_count", "POST", "/v1/offers/{offer_id}/accept", "200"] == 2
    assert got["hub_api_request_seconds_count", "GET", "/v1/customers/{customer_id}", "404"] == 1
    assert got["hub_api_request_seconds_count", "GET", "other", "401"] == 1
    assert got["hub_api_request_seconds_count", "GET", "other", "404"] == 1


def test_two_hubs_in_one_process_count_apart() -> None:
    first, second = Instruments(), Instruments()
    first.decided(1, 0.1)
    assert b"hub_decision_seconds_count 1.0" in first.exposition()
    assert b"hub_decision_seconds_count 0.0" in second.exposition()


def test_contacts_that_could_not_be_routed_are_told() -> None:
    instruments = Instruments()
    assert b"hub_contacts_unrouted_total 0.0" in instruments.exposition()
    instruments.unrouted = lambda: 3
    assert b"hub_contacts_unrouted_total 3.0" in instruments.exposition()
