"""One customer on every channel: a whole hub with the real adapters tells one story, each answer leaves by its own
path, and who writes STOP by text message gets no advertising by mail, nor from an agent."""

import warnings
from pathlib import Path

import pytest

from tests.acceptance.every_channel import MAIL, NUMBER, PATHS, PHONE, Centre, centre
from tests.channels.sms.carriers import problem
from tests.support.asterisk import Asterisk, agent, caller, missing

pytestmark = pytest.mark.acceptance


@pytest.fixture(params=[pytest.param(not missing(), id=f"without calls: {missing()}" if missing() else "with calls")])
def exchange(request: pytest.FixtureRequest) -> Asterisk | None:
    """None where calls can't be made: the test goes on without the phone, and its name says why."""
    return request.getfixturevalue("asterisk") if request.param else None


@pytest.fixture
def node(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Where the carrier is that is not ours; None where npm can't bring it: then ours stands for it."""
    directory = tmp_path_factory.mktemp("carrier")
    if why := problem(directory):
        warnings.warn(f"text messages go by our own carrier: {why}", stacklevel=1)
        return None
    return directory


async def call(at: Centre, exchange: Asterisk) -> str:
    """Mina calls and talks with ann; the interaction."""
    async with agent(exchange, "ann") as phone, caller(exchange, number=PHONE) as customer:
        await at.interaction("active")
        await exchange.hung_up_by(number=PHONE)
        assert await customer.over() == 0
        [called] = (await at.reads("/v1/interactions", lambda told: told["interactions"], phase="wrap_up"))[
            "interactions"
        ]
        await at.wraps_up(called["interaction_id"])
        assert await phone.over() == 0
    return str(called["interaction_id"])


async def nothing_is_proposed(at: Centre, work: str) -> None:
    """Of what was before, because she wants none."""
    prompt = await at.desk(f"/v1/interactions/{work}/next-best-actions")
    assert prompt["actions"] == []
    [kept_back] = prompt["not_proposed"]
    assert kept_back["proposition"] == "fibre"
    assert "withdrawn" in [one["reason"] for one in kept_back["gates"]]


async def visit(at: Centre) -> str:
    """Mina comes to the branch, where the reception knows her, and is served at a desk; the interaction."""
    reception = (await at.branch.ask("reception/sign-in", pin="9999"))["token"]
    identity = {"kind": "customer_number", "value": NUMBER}
    ticket = await at.branch.ask("reception/tickets", reception, service="accounts", identity=identity)
    bob = await at.branch.at("1", "bob", "2222")
    assert await bob.next() == ticket["number"]
    work = await at.interaction("active")
    await nothing_is_proposed(at, work)
    called = await at.branch.until(ticket, lambda told: told["phase"] == "called")
    assert called["desk"] == "1"
    await bob.do("end", code="served")
    return work


async def test_one_customer_on_every_channel_is_one_story_and_their_stop_counts_on_all(
    exchange: Asterisk | None, node: Path | None, tmp_path: Path
) -> None:
    async with centre(tmp_path, exchange, node) as at:
        desk = at.desk
        await desk("/v1/policies/paths", {"text": PATHS, "note": "fibre"})
        await desk("/v1/agents/ann/sign-on", {"name": "Ann", "skills": {}})
        said = {"kind": "email", "value": MAIL, "channel": "email", "purpose": "promotional", "source": "web form"}
        await desk("/v1/consents", {**said, "said": "granted", "text_version": "1"})

        works = [await call(at, exchange)] if exchange else []

        await at.mails("I need a new card")
        works.append(await at.accepts())
        await at.answers(works[-1], "It leaves today")
        assert (at.sent_mail.last()["To"], at.sent_mail.last()["In-Reply-To"]) == (MAIL, "<m1@example.com>")
        await at.is_over(works[-1])

        async with at.chats() as mina:
            assert await mina.say("Where is it?") == "accepted"
            works.append(await at.accepts())
            prompt = await desk(f"/v1/interactions/{works[-1]}/next-best-actions")
            assert [one["proposition"] for one in prompt["actions"]] == ["fibre"]
            await at.answers(works[-1], "With the post")
            await mina.until(lambda: "With the post" in mina.texts())
            await at.is_over(works[-1])

        one = await at.customer_of("customer_number", NUMBER)
        first = await at.advertises(one, "before")
        await at.reads(f"/v1/outbound/{first['outbound_id']}", lambda told: told["phase"] == "sent")
        assert at.sent_mail.last()["Subject"] == "Fibre"

        await at.texts_in("It is not here yet")
        works.append(await at.accepts())
        await at.answers(works[-1], "Come to the branch, please")
        assert await at.texts(1) == ["Come to the branch, please"]
        await at.is_over(works[-1])
        await at.texts_in("STOP")
        await at.reads("/v1/consents", lambda told: "withdrawn" in str(told), kind="email", value=MAIL)

        second = await at.advertises(one, "after")
        assert (second["outcome"], second["outbound_id"], second["closed"]) == ("nothing", "", {"withdrawn": 1})

        async with at.chats() as mina:
            assert await mina.say("When do you open?") == "accepted"
            works.append(await at.accepts())
            await nothing_is_proposed(at, works[-1])
            await at.answers(works[-1], "At nine")
            await at.is_over(works[-1])

        works.append(await visit(at))

        case = {"kind": "problem", "subject": "a card that does not come", "owner": "ann"}
        opened = (await desk(f"/v1/customers/{one}/cases", case))["events"][0]["event"]["case_id"]
        for work in works:
            await desk(f"/v1/cases/{opened}/attach", {"interaction_id": work})

        calls = [("phone", "inbound")] if exchange else []
        story = await at.told(one, 10 + len(calls))
        assert [(line["channel"], line["direction"]) for line in story] == [
            *calls, ("email", "inbound"), ("email", "outbound"), ("web", "inbound"), ("web", "outbound"),
            ("email", "outbound"), ("sms", "inbound"), ("sms", "outbound"), ("web", "inbound"), ("web", "outbound"),
            ("in_person", "inbound"),
        ]  # fmt: skip
        about = await at.told(one, len(works), case=opened, direction="inbound")
        assert [line["interaction_id"] for line in about] == works
        whole = await desk(f"/v1/customers/{one}")
        proven = {line["kind"]: line["value"] for line in whole["identifiers"] if line["verified"]}
        assert proven == {"email": MAIL, "phone": PHONE, "customer_number": NUMBER}
        [_, left] = await at.texts(2)
        assert left.startswith("No more advertising")
        assert len(at.sent_mail.mails) == 2
