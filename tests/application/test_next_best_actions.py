"""What an agent may say in a conversation: the same until something changes, answered once, and only what was shown."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.application.customers.accounts import Accounts
from hub.application.paths.action_responses import Answered, UnansweredError
from hub.application.paths.shown_actions import Shown
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.decision.events import ActionsNotPresented, PathDecided
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.grant.decide import grant
from hub.domain.grant.events import PropositionAnswered, PropositionGranted, PropositionPresented, Response
from hub.domain.grant.state import NO_GRANTS
from hub.domain.interaction.events import ContactAttached, InteractionReopened
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.sqlite import SqliteStore
from hub.paths.arbitration.arbitrate import Why
from hub.paths.holdout.drawing import drawn
from hub.paths.holdout.section import Holdout
from tests.application.conversations import ANN, CALL, TEXTS, Centre
from tests.domain.consents import KEY
from tests.paths.decisions import POLICY, complaint, meta
from tests.projections.happenings import placement
from tests.support.memory import MemoryJournal

NOTHING = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
NOT_BY_AGENTS = re.sub(
    r"^(days_granted = .*)$",
    r'\1\nsenders = ["hub"]',
    (POLICY + TEXTS).replace('senders = ["agent", "hub"]\n', ""),
    flags=re.M,
)
BY = {"actor": "agent:sam", "command_id": "c"}


@pytest.fixture(params=["memory", "sqlite"])
async def centre(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Centre]:
    if request.param == "memory":
        yield Centre(MemoryJournal())
        return
    journal = EventJournal(SqliteStore(tmp_path / "events.sqlite", Codec()))
    yield Centre(journal)
    await journal.close()


async def show(centre: Centre) -> Shown:
    return await centre.actions.show(CALL, **BY)


async def respond(centre: Centre, response: Response, **said: Any) -> list[Any]:
    return [one.event for one in await centre.responses.respond(CALL, Answered(response, **said), **BY)]


async def first(centre: Centre) -> dict[str, Any]:
    action = (await show(centre)).actions[0]
    return {"proposition": action.proposition, "terms_hash": action.terms_hash}


async def test_an_agent_is_given_the_best_with_terms_words_and_reasons(centre: Centre) -> None:
    await centre.call()
    shown = await show(centre)
    assert shown.decided is not None
    assert (shown.customer_id, shown.decided.asked.interaction_id) == (ANN, CALL)
    assert [one.proposition for one in shown.actions] == ["fibre_500", "fibre"]
    best = shown.actions[0]
    assert (best.terms, best.text, best.language, best.grant_id) == ({"monthly_price": 490}, "فیبر", "fa", "")
    assert best.reasons == (
        "newcomer: +25%",
        "10% of customers like them are presumed to accept it: none was asked yet",
        "worth 20,000 IRR when they do",
    )
    kept = {one.not_proposed.proposition: one for one in shown.not_proposed}
    assert kept["sorry"].not_proposed.why is Why.GATE
    assert kept["sorry"].reasons == ("they may not have it",)
    assert await centre.facts(PropositionGranted) == []


async def test_what_was_decided_holds_until_something_changes(centre: Centre) -> None:
    await centre.call()
    before = await show(centre)
    centre.clock.moment += timedelta(minutes=5)
    await centre.comes("message-2")
    await centre.write((CALL, ContactAttached(**meta(centre.clock.moment), contact_id="message-2")))
    assert (await show(centre)).decided == before.decided
    assert len(await centre.facts(PathDecided)) == 1
    await centre.write((ANN, complaint(centre.clock.moment)))
    after = await show(centre)
    assert [one.proposition for one in after.actions] == ["sorry"]
    assert {one.not_proposed.proposition: one.reasons for one in after.not_proposed}["fibre"] == (
        "a case of theirs is open that comes first",
    )
    assert len(await centre.facts(PathDecided)) == 2


async def test_of_many_who_ask_at_once_all_are_shown_one_decision_and_one_grant_is_given(centre: Centre) -> None:
    await centre.call()
    shown = await asyncio.gather(*(show(centre) for _ in range(4)))
    [decided] = await centre.facts(PathDecided)
    assert {one.decided.decision_id for one in shown if one.decided} == {decided.decision_id}
    said = await first(centre)
    await asyncio.gather(*(respond(centre, Response.ACCEPTED, **said) for _ in range(4)))
    assert len(await centre.facts(PropositionGranted, PropositionPresented, PropositionAnswered)) == 3


async def test_another_policy_and_a_grant_elsewhere_are_looked_at(centre: Centre) -> None:
    await centre.call()
    await show(centre)
    await centre.publish(POLICY + TEXTS.replace("490, floor", "450, floor"))
    changed = await show(centre)
    assert changed.actions[0].terms == {"monthly_price": 450}
    fibre = next(one for one in centre.in_force.policy.propositions if one.name == "fibre")
    given = grant({ANN: NO_GRANTS}, ANN, fibre.granting("elsewhere"), **meta(centre.clock.moment))
    await centre.write(*given.told)
    live = await show(centre)
    assert [(one.proposition, one.grant_id, one.terms_hash) for one in live.granted] == [
        ("fibre", given.grant.grant_id, given.grant.terms_hash)
    ]
    assert [one.proposition for one in live.actions] == ["fibre_500"]


async def test_who_only_says_who_they_are_is_sold_nothing_until_they_prove_it(centre: Centre) -> None:
    await centre.call(verified=False)
    shown = await show(centre)
    assert (shown.actions, shown.unanswered) == ([], ())
    assert shown.not_proposed[0].reasons == ("they only say who they are: have them prove it first",)


@pytest.mark.parametrize("response", [Response.ACCEPTED, Response.DECLINED])
async def test_a_response_grants_presents_and_answers_in_the_terms_that_were_shown(
    centre: Centre, response: Response
) -> None:
    await centre.call()
    said = await first(centre)
    await centre.publish(POLICY + TEXTS.replace("490, floor", "450, floor"))
    given, presented, answered = await respond(centre, response, **said)
    assert isinstance(given, PropositionGranted)
    assert isinstance(presented, PropositionPresented)
    assert isinstance(answered, PropositionAnswered)
    assert (given.terms, given.terms_hash) == ({"monthly_price": 490}, said["terms_hash"])
    assert (presented.sender, presented.channel, presented.terms_hash) == ("agent", "phone", said["terms_hash"])
    assert answered.response is response
    assert await respond(centre, response, **said) == []
    with pytest.raises(RefusedError, match="answered already"):
        await respond(centre, Response.DEFERRED, **said, deferred_until=centre.clock.moment + timedelta(days=1))


async def test_answering_brings_nothing_more_to_answer(centre: Centre) -> None:
    await centre.call()
    decided = (await show(centre)).decided
    await respond(centre, Response.DECLINED, **await first(centre))
    shown = await show(centre)
    assert shown.decided == decided
    assert [(one.proposition, one.responded and one.responded.response) for one in shown.actions] == [
        ("fibre_500", Response.DECLINED), ("fibre", None),
    ]  # fmt: skip
    assert shown.unanswered == ("fibre",)


async def test_what_was_not_presented_is_on_record_and_grants_nothing(centre: Centre) -> None:
    await centre.call()
    said = await first(centre)
    [left] = await respond(centre, Response.NOT_PRESENTED, proposition="fibre_500")
    assert isinstance(left, ActionsNotPresented)
    assert left.propositions == ("fibre_500",)
    assert await respond(centre, Response.NOT_PRESENTED, proposition="fibre_500") == []
    assert await centre.facts(PropositionGranted, PropositionPresented) == []
    await respond(centre, Response.ACCEPTED, **said)
    with pytest.raises(RefusedError, match="was presented"):
        await respond(centre, Response.NOT_PRESENTED, proposition="fibre_500")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"proposition": "tv", "terms_hash": "x"}, "proposition"),
        ({"grant_id": f"grant-{ANN}-7", "terms_hash": "x"}, "grant_id"),
        ({}, "proposition"),
        ({"proposition": "fibre", "grant_id": "g"}, "proposition"),
        ({"proposition": "fibre_500"}, "terms_hash"),
        ({"proposition": "fibre_500", "terms_hash": "0" * 32}, "terms_hash"),
    ],
)
async def test_what_was_never_shown_so_has_no_response(centre: Centre, said: dict[str, str], field: str) -> None:
    await centre.call()
    await show(centre)
    before = len(await centre.journal.read(0, 10_000))
    with pytest.raises(InvalidError) as refused:
        await respond(centre, Response.ACCEPTED, **said)
    assert refused.value.field == field
    assert len(await centre.journal.read(0, 10_000)) == before


async def test_a_deferred_answer_says_until_when(centre: Centre) -> None:
    await centre.call()
    said = await first(centre)
    with pytest.raises(InvalidError) as refused:
        await respond(centre, Response.DEFERRED, **said)
    assert refused.value.field == "deferred_until"
    assert await centre.facts(PropositionGranted) == []


async def test_a_grant_is_answered_by_its_own_id(centre: Centre) -> None:
    await centre.call()
    fibre = next(one for one in centre.in_force.policy.propositions if one.name == "fibre")
    given = grant({ANN: NO_GRANTS}, ANN, fibre.granting("elsewhere"), **meta(centre.clock.moment))
    await centre.write(*given.told)
    [live] = (await show(centre)).granted
    presented, answered = await respond(centre, Response.ACCEPTED, grant_id=live.grant_id, terms_hash=live.terms_hash)
    assert (presented.grant_id, answered.grant_id) == (given.grant.grant_id, given.grant.grant_id)


async def refused(centre: Centre, says: str, said: dict[str, Any]) -> None:
    """Nothing is granted, presented or answered, and it can be left."""
    before = await centre.journal.head()
    for response in (Response.ACCEPTED, Response.DECLINED):
        with pytest.raises(RefusedError, match=f"{says}.*: say not_presented"):
            await respond(centre, response, **said)
    assert await centre.journal.head() == before
    [left] = await respond(centre, Response.NOT_PRESENTED, proposition=said["proposition"])
    assert isinstance(left, ActionsNotPresented)


async def test_a_response_grants_nothing_beside_what_another_path_granted_meanwhile(centre: Centre) -> None:
    await centre.publish(POLICY + TEXTS.replace("20_000", '20_000\nexcludes = ["fibre"]'))
    await centre.call()
    said = await first(centre)
    fibre = next(one for one in centre.in_force.policy.propositions if one.name == "fibre")
    given = grant({ANN: NO_GRANTS}, ANN, fibre.granting("web"), **meta(centre.clock.moment))
    await centre.write(*given.told)
    await refused(centre, f"can't stand beside what they hold: fibre, {given.grant.grant_id}", said)


async def test_a_response_grants_nothing_whose_time_is_over(centre: Centre) -> None:
    await centre.publish(POLICY + TEXTS.replace("20_000", '20_000\nvalid_until = "2026-03-03"'))
    await centre.call()
    said = await first(centre)
    centre.clock.moment += timedelta(days=1)
    await refused(centre, "granted to them: its time has not come, or is over", said)


async def test_a_response_grants_nothing_to_who_was_linked_into_a_holdout_since(centre: Centre) -> None:
    """The draw is by the canonical name: the link brings another one."""
    held = '\n[[holdouts]]\ncampaign = "fast"\nshare = 50.0\npropositions = ["fibre_500"]\nseed = "{}"\n'
    rule, older = Holdout(campaign="fast", share=50.0, propositions=("fibre_500",), seed="0"), "customer-older"
    seed = next(
        seed
        for seed in map(str, range(100))
        if drawn(rule.model_copy(update={"seed": seed}), older).is_held_out
        and not drawn(rule.model_copy(update={"seed": seed}), ANN).is_held_out
    )
    await centre.publish(POLICY + TEXTS + held.format(seed))
    await centre.call()
    said = await first(centre)
    before = meta(centre.clock.moment - timedelta(days=1))
    await centre.write((older, CustomerRegistered(**before)))
    left, right = (Side(id=stream, since=before["at"]) for stream in sorted((ANN, older)))
    linked = CustomersLinked(**meta(centre.clock.moment), rule="by_hand", link_id="l-1", left=left, right=right)
    await centre.write((ANN, linked), (older, linked))
    with pytest.raises(RefusedError, match=r"held out of campaign fast.*: say not_presented"):
        await respond(centre, Response.ACCEPTED, **said)
    assert await centre.facts(PropositionGranted) == []


async def test_who_acts_for_an_account_no_more_answers_nothing_for_it(centre: Centre) -> None:
    await centre.publish(POLICY + TEXTS.replace("20_000", '20_000\nholder = "account"'))
    accounts, by = Accounts(centre.journal, centre.clock, KEY), {"actor": "operator:eve", "command_id": "c"}
    await accounts.register("account_number", "A-17", "B2B", "Saman", **by)
    account, since = accounts.id_of("account_number", "A-17"), centre.clock.moment - timedelta(days=1)
    await centre.call()
    await accounts.assign(account, ANN, "buyer", since=since, until=None, **by)
    said = await first(centre)
    centre.clock.moment += timedelta(minutes=1)
    await accounts.end(account, 1, until=centre.clock.moment, reason="left", **by)
    await refused(centre, f"act for account {account} no more", said)


async def test_a_response_that_comes_again_when_the_grant_is_over_grants_nothing_anew(centre: Centre) -> None:
    await centre.call()
    said = await first(centre)
    await respond(centre, Response.ACCEPTED, **said)
    centre.clock.moment += timedelta(days=14)
    assert await respond(centre, Response.ACCEPTED, **said) == []
    assert len(await centre.facts(PropositionGranted)) == 1


async def test_wrap_up_waits_for_every_response(centre: Centre) -> None:
    await centre.call()
    await show(centre)
    await centre.responses.refuse_unanswered(CALL)
    await centre.end()
    with pytest.raises(UnansweredError) as refused:
        await centre.responses.refuse_unanswered(CALL)
    assert refused.value.propositions == ("fibre_500", "fibre")
    for name in refused.value.propositions:
        await respond(centre, Response.NOT_PRESENTED, proposition=name)
    await centre.responses.refuse_unanswered(CALL)


async def test_wrap_up_waits_for_nothing_where_the_policy_does_not_ask(centre: Centre) -> None:
    await centre.call()
    await show(centre)
    await centre.end()
    await centre.publish(POLICY + TEXTS + "\n[arbitration]\nasks_for_responses = false\n")
    await centre.responses.refuse_unanswered(CALL)
    await centre.publish(NOTHING)
    await centre.responses.refuse_unanswered(CALL)


async def test_who_is_there_no_more_is_offered_nothing(centre: Centre) -> None:
    await centre.call()
    await show(centre)
    await centre.end()
    await centre.write((ANN, CustomerForgotten(**meta(centre.clock.moment), reason="asked")))
    with pytest.raises(RefusedError, match="forgotten"):
        await show(centre)
    with pytest.raises(RefusedError, match="forgotten"):
        await respond(centre, Response.ACCEPTED, proposition="fibre", terms_hash="x")
    await centre.responses.refuse_unanswered(CALL)


async def test_nobody_speaks_with_a_customer_in_every_interaction(centre: Centre) -> None:
    with pytest.raises(NotFoundError, match="no interaction"):
        await show(centre)
    with pytest.raises(NotFoundError, match="no interaction"):
        await centre.actions.show(ANN, **BY)
    await centre.call(consult_of="interaction-1")
    with pytest.raises(RefusedError, match="between agents"):
        await show(centre)


async def test_a_customer_who_is_back_is_a_new_conversation(centre: Centre) -> None:
    await centre.call()
    await respond(centre, Response.DECLINED, **await first(centre))
    await centre.end()
    await centre.wrap_up()
    again = await show(centre)
    assert again.talk.is_over
    assert len(await centre.facts(PathDecided)) == 1
    centre.clock.moment += timedelta(days=1)
    await centre.comes("call-2")
    back = InteractionReopened(**meta(centre.clock.moment), contact_id="call-2", **placement("sales"))
    await centre.write((CALL, back))
    shown = await show(centre)
    assert [(one.proposition, one.responded) for one in shown.actions] == [("fibre", None)]
    assert len(await centre.facts(PathDecided)) == 2
