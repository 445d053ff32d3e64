import httpx

from tests.api.world import World


async def test_queues_agents_and_service_level_are_there_to_scrape() -> None:
    world = World()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://hub") as http:
        text = (await http.get("/metrics")).text
    assert 'hub_waiting{queue="care"} 2.0' in text
    assert 'hub_service_level{queue="care"} 0.8' in text
    assert 'hub_agents{state="ready"} 5.0' in text
