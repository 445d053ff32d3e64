"""Customers are asked how it was when it is over, as the policy says, each once about one thing."""

from pathlib import Path
from typing import Any

import pytest

from hub.domain.cases.events import CaseKind, CaseResolved
from hub.domain.contact import Channel, Standing
from hub.domain.customer.links.events import CustomersLinked
from hub.domain.errors import RefusedError
from hub.domain.satisfaction.decide import customer_of_survey
from hub.domain.satisfaction.occasion import Occasion
from tests.application.surveys import (
    ANN,
    BOB,
    CALLS,
    CASES,
    DAY,
    NOON,
    Hub,
)


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path / "surveys.json")


async def test_nobody_is_asked_as_long_as_the_policy_says_nothing(hub: Hub) -> None:
    await hub.start()
    await hub.call()
    case = await hub.case()
    await hub.resolve(case)
    await hub.settle()
    assert (hub.asked(), hub.counted) == ([], [])


async def test_after_a_conversation_the_customer_is_asked_where_the_policy_says(hub: Hub) -> None:
    await hub.start(CALLS)
    call = await hub.call()
    await hub.settle()
    [asked] = hub.asked()
    version = (await hub.policies.policy()).version
    assert (asked.kind, asked.about, asked.causation, asked.actor) == ("csat", call, call, f"policy:{version}")
    assert (asked.channel, asked.contact_id, asked.thread, asked.language) == (Channel.SMS, "c-1", "", "fa")
    assert (asked.about_channel, asked.queue, asked.agent_id, asked.segment) == ("phone", "care", "ann", "B2C")
    assert hub.counted == [("csat", "asked")]


async def test_on_its_own_channel_it_goes_on_in_the_conversation(hub: Hub) -> None:
    await hub.start(CALLS.replace('via = ["sms"]\n', ""))
    await hub.call()
    await hub.settle()
    [asked] = hub.asked()
    assert (asked.channel, asked.thread) == (Channel.PHONE, "t")


async def test_when_a_case_is_settled_its_customer_is_asked_on_the_first_channel_that_reaches_them(hub: Hub) -> None:
    await hub.start(CASES)
    await hub.call()
    case = await hub.case()
    await hub.resolve(case)
    await hub.settle()
    [asked] = hub.asked()
    assert (asked.kind, asked.about, asked.channel, asked.contact_id) == ("nps", case, Channel.SMS, "c-1")
    assert (asked.about_channel, asked.queue, asked.agent_id) == ("sms", "", "bob")


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "more", "is_asked"),
        [
            ('queue = "care"', {}, True),
            ('queue = ["sales", "chat"]', {}, False),
            ('channel = "phone"', {}, True),
            ('channel = ["web"]', {}, False),
            ('kind = "B2B"', {}, False),
            ('kind = "B2B"', {"segment": "B2B"}, True),
            ('value_tier = "standard"', {"value_tier": "standard"}, True),
            ('stage = "lapsed"', {"lifecycle_stage": "retention"}, False),
            ("share = 0.0", {}, False),
        ],
    )
    async def test_a_rule_says_of_what_it_asks(
        self, hub: Hub, rule: str, more: dict[str, Any], *, is_asked: bool
    ) -> None:
        await hub.start(f"{CALLS}{rule}\n")
        await hub.call(**more)
        await hub.settle()
        assert bool(hub.asked()) is is_asked

    async def test_the_first_rule_that_fits_decides(self, hub: Hub) -> None:
        await hub.start(f'{CALLS}queue = "care"\nshare = 0.0\n{CALLS}')
        await hub.call()
        other = await hub.call(queue="sales")
        await hub.settle()
        assert hub.about() == [("csat", other)]
        assert sorted(hub.counted) == [("csat", "asked"), ("csat", "not_drawn")]

    async def test_a_case_of_a_kind_can_be_left_out(self, hub: Hub) -> None:
        await hub.start(f'{CASES}case_kind = ["problem", "return"]\n')
        await hub.call()
        problem, request = await hub.case(), await hub.case(CaseKind.REQUEST, 2)
        await hub.resolve(request)
        await hub.resolve(problem)
        await hub.settle()
        assert hub.about() == [("nps", problem)]

    @pytest.mark.parametrize("more", [{"consult_of": "interaction-9"}, {"pool": "history"}, {"customer_id": ""}])
    async def test_what_no_customer_had_to_do_with_here_is_not_asked_about(
        self, hub: Hub, more: dict[str, Any]
    ) -> None:
        await hub.start(CALLS)
        await hub.call(**more)
        await hub.settle()
        assert (hub.asked(), hub.counted) == ([], [])


async def test_a_customer_answers_in_time_and_once_also_after_they_were_linked(hub: Hub) -> None:
    await hub.start(CALLS)
    await hub.call("+989121234561")
    await hub.call()
    await hub.link(CustomersLinked, ANN, BOB)
    await hub.settle()
    survey = hub.asked()[0].survey_id
    told = {"actor": "adapter:sms", "command_id": "m-1"}
    [recorded] = await hub.satisfaction.answer(survey, 4, "", **told)
    assert recorded.stream == customer_of_survey(survey)
    with pytest.raises(RefusedError, match="answered already"):
        await hub.satisfaction.answer(survey, 5, "", **told)
    hub.clock.moment += 7 * DAY
    with pytest.raises(RefusedError, match="it is over"):
        await hub.satisfaction.answer(hub.asked()[1].survey_id, 5, "", **told)


async def test_a_case_that_is_settled_belongs_to_the_stream_in_its_name(hub: Hub) -> None:
    """What an account is told of a case asks nobody a second time."""
    await hub.start(CASES)
    await hub.call()
    case = await hub.case()
    await hub.say("account-1", CaseResolved(**hub.meta(), case_id=case, resolution="refunded"))
    await hub.settle()
    assert (hub.asked(), hub.counted) == ([], [])


def test_an_occasion_tells_whether_it_is_a_case() -> None:
    case = Occasion("case-1", ANN, NOON, Standing(), "bob", case_kind="problem")
    assert case.is_case
    assert not Occasion("interaction-1", ANN, NOON, Standing(), "ann", Channel.WEB).is_case
