"""What an agent's screen is drawn from: their work, what they could pull, and the words of the policy."""

import httpx

from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved, ProfileChanged
from hub.domain.reading.events import PersonalDataRead
from hub.paths.policy.parsing import DEFAULT, parse_path_policy
from hub.ports import Append, Unit
from hub.router.policy.parsing import parse_policy
from tests.api.asking import says
from tests.api.world import META, World

POLICY = """
time_zone = "Asia/Tehran"
[agents]
away_reasons = ["lunch", "prayer"]
[channels.web]
units = 25
ceiling = 3
[queues.care]
service_level.seconds = 90
pull = true
entry_delay_seconds = 60
wrap_up = ["solved"]
[queues.sales]
[locale]
calendar = "jalali"
weekend = ["thursday", "friday"]
[labels.queues.care]
fa = "پشتیبانی"
[labels.wrap_up.solved]
fa = "حل شد"
[labels.away_reasons.lunch]
fa = "ناهار"
[[rules]]
channel = "web"
queue = "care"
[[rules]]
queue = "sales"
"""


async def named(world: World) -> None:
    registered = CustomerRegistered(**META)
    called = ProfileChanged(**META, name="Mina")
    await world.journal.commit([Unit([Append("customer-1", 0, [registered, called])])])
    world.views.interaction_of = "customer-1"


async def test_the_desk_tells_what_the_policy_in_force_says(world: World, http: httpx.AsyncClient) -> None:
    world.pool.policy = parse_policy(POLICY)
    told = (await http.get("/v1/desk")).json()
    assert told["policy"] == world.pool.policy.version
    assert told["away_reasons"] == [{"name": "lunch", "labels": {"fa": "ناهار"}}, {"name": "prayer", "labels": {}}]
    care, sales = told["queues"]
    assert (care["name"], care["labels"], care["pull"], care["channels"]) == ("care", {"fa": "پشتیبانی"}, True, ["web"])
    assert care["wrap_up_codes"] == [{"name": "solved", "labels": {"fa": "حل شد"}}]
    assert (care["service_level_seconds"], sales["service_level_seconds"]) == (90, 20)
    assert (sales["pull"], sales["channels"], sales["wrap_up_rule"]) == (False, [], "until_completed")
    web = next(one for one in told["channels"] if one["channel"] == "web")
    assert web == {"channel": "web", "units": 25, "ceiling": 3, "parks": True}
    assert told["languages"] == ["fa", "en"]
    assert told["locale"] == {
        "calendar": "jalali",
        "first_day": "saturday",
        "weekend": ["thursday", "friday"],
        "time_zone": "Asia/Tehran",
        "phone_region": "IR",
    }


async def test_the_desk_tells_how_money_and_terms_are_shown(world: World, http: httpx.AsyncClient) -> None:
    world.path_policy.policy = parse_path_policy(
        DEFAULT
        + """
        [[propositions]]
        name = "fibre"
        kind = "product"
        channels = ["phone"]
        days_granted = 14
        contribution = 100
        terms.price = { value = 4_900_000, better = "lower", unit = "money" }
        terms.points = { value = 5, better = "higher" }
        [[propositions]]
        name = "news"
        kind = "information"
        channels = ["phone"]
        days_granted = 14
        contribution = 1
    """
    )
    told = (await http.get("/v1/desk")).json()
    assert told["money"] == {"currency": "IRR", "shown_as": "toman", "shown_units": 10}
    assert told["terms"] == {"fibre": {"price": "money"}}


async def test_an_agents_capacity_is_told_by_channel(world: World, http: httpx.AsyncClient) -> None:
    world.pool.policy = parse_policy(POLICY)
    told = (await http.get("/v1/agents/a1")).json()
    assert (told["state"], told["units_in_use"], told["capacity"]) == ("ready", 50, 100)
    assert told["interactions"][0]["channel"] == "web"
    assert told["channels"] == [
        {"channel": "web", "units": 25, "ceiling": 3, "in_hand": 1, "units_in_use": 50, "closed": False, "room": 2}
    ]
    says(await http.get("/v1/agents/zoe"), 404, "not-found")


async def test_what_could_be_pulled_is_told_in_order(world: World, http: httpx.AsyncClient) -> None:
    world.pool.waiting = ["interaction-2", "interaction-1"]
    told = (await http.get("/v1/agents/a1/pullable")).json()
    assert [one["interaction_id"] for one in told["interactions"]] == ["interaction-2", "interaction-1"]
    assert told["server_time"] == "2026-01-05T12:00:00Z"
    ben = await world.bearer(Role.AGENT, "ben", "ben")
    says(await http.get("/v1/agents/a1/pullable", headers=ben), 403, "forbidden")


async def test_names_in_lists_are_readings(world: World, http: httpx.AsyncClient) -> None:
    await named(world)
    world.pool.waiting = ["interaction-1"]
    [row] = (await http.get("/v1/agents/a1/pullable")).json()["interactions"]
    assert "customer_name" not in row
    [row] = (await http.get("/v1/agents/a1/pullable?names=true")).json()["interactions"]
    assert row["customer_name"] == "Mina"
    traces = [one.event for one in world.journal.log if isinstance(one.event, PersonalDataRead)]
    assert [(one.what, one.customer_id) for one in traces] == [("work", "customer-1")]


async def test_who_has_no_name_is_told_by_how_they_are_reached(world: World, http: httpx.AsyncClient) -> None:
    seen = [("cookie", "c-1"), ("email", "mina@example.org"), ("phone", "+989121234567")]
    came = [IdentifierObserved(**META, kind=kind, value=value, verified=False) for kind, value in seen]
    proven = IdentifierObserved(**META, kind="phone", value="+989351234567", verified=True)
    world.write(*(("customer-1", one) for one in (CustomerRegistered(**META), *came, proven)))
    world.views.interaction_of = "customer-1"
    world.pool.waiting = ["interaction-1"]
    [row] = (await http.get("/v1/agents/a1/pullable?names=true")).json()["interactions"]
    assert (row["customer_name"], row["customer_address"]) == ("", "+989351234567")
    assert any(isinstance(one.event, PersonalDataRead) for one in world.journal.log)


async def test_agents_list_their_own_work_and_a_customers(world: World, http: httpx.AsyncClient) -> None:
    ann = await world.bearer(Role.AGENT, "desk", "ann")
    assert (await http.get("/v1/interactions?phase=parked", headers=ann)).status_code == 200
    await http.get("/v1/interactions?agent_id=ann&channel=web", headers=ann)
    await http.get("/v1/interactions?customer_id=customer-1", headers=ann)
    says(await http.get("/v1/interactions?agent_id=ben", headers=ann), 403, "forbidden")
    nobody = await world.bearer(Role.AGENT, "shared")
    says(await http.get("/v1/interactions", headers=nobody), 403, "forbidden")
    assert world.views.asked == [
        ("", "parked", 100, "", "ann"),
        ("", "", 100, "", "ann", "web"),
        ("", "", 100, "", ["customer-1"]),
    ]
