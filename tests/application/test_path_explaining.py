"""Given any history, then each decision of it is taken again from the log and is the same, whatever came since."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from hub.application.paths.explaining import PathExplaining
from hub.application.paths.rechecking import Rechecked, recheck
from hub.application.privacy.forgetting import Forgetting
from hub.domain.account.events import RoleEnded
from hub.domain.cases.events import Severity
from hub.domain.contact import Channel
from hub.domain.customer.events import SegmentChanged
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.grant.events import Response
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.sqlite import SqliteStore
from hub.journal.store import personal_keys
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.model import Sender
from hub.policies.findings import PolicyError
from hub.settings import Settings
from tests.application.lived_paths import ACME, ANN, BEN, LivedHub
from tests.paths.decisions import MAIL, PHONE, POLICY, complaint, consent, inbound, meta, outbound
from tests.paths.decisions import at as moment
from tests.support.memory import MemoryJournal

WORDS = (
    "yes",
    "no",
    "complain",
    "settle",
    "buy",
    "link",
    "part",
    "act",
    "publish",
    "forget",
    "say",
    *("come", "call") * 2,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(WORDS), st.integers(0, 1), st.sampled_from([0, 1, 5, 26]), st.integers(0, 3)), max_size=20
)


@pytest.fixture
async def hub() -> LivedHub:
    journal = MemoryJournal()
    hub = LivedHub(journal)
    journal.followers.append(hub.follow)
    await hub.begin()
    await hub.write((ANN, consent(moment(-1), PHONE, Channel.SMS, said=True)))
    return hub


@settings(max_examples=40, deadline=None)
@for_all(STEPS)
def test_every_decision_of_a_history_is_the_same_when_taken_again(steps: list[tuple[Any, ...]]) -> None:
    decisions, found = asyncio.run(_lived(steps))
    assert found.as_json() == {
        "decisions": decisions,
        "same": decisions,
        "different": 0,
        "forgotten": 0,
        "findings": [],
    }


async def _lived(steps: list[tuple[Any, ...]]) -> tuple[int, Rechecked]:
    with TemporaryDirectory() as folder:
        journal = EventJournal(SqliteStore(Path(folder) / "events.sqlite", Codec()))
        try:
            hub = LivedHub(journal)
            journal.hand_over(hub.follow)
            await hub.begin()
            await hub.live_through(steps)
            log = await journal.read(0, 10_000)
            decisions = [one.event for one in log if isinstance(one.event, PathDecided)]
            for one in decisions[-2:]:
                assert (await hub.answers.ask("why", decision=one.decision_id))["same"]
                assert (await hub.answers.ask("voice", customer=ANN, at=one.at.isoformat()))["one_voice"]
            return len(decisions), await recheck(hub.answers.explaining)
        finally:
            await journal.close()


async def test_why_tells_every_candidate_gate_factor_slot_and_consent(hub: LivedHub) -> None:
    first = await hub.ask(outbound(), "first")
    hub.clock.hours = 1
    second = await hub.ask(outbound(), "second")
    await hub.write((ANN, complaint(hub.clock.now(), Severity.CRITICAL)))
    told = await hub.answers.ask("why", decision=first.event.decision_id)
    assert (told["same"], told["different"], told["forgotten"]) == (True, {}, False)
    assert (told["recorded"]["outcome"], told["recorded"]["seed"]) == (Outcome.NOW, 7)
    assert told["recorded"]["policy"] == told["policy"] == hub.in_force.policy.version
    [action] = told["actions"]
    assert action["factors"] == {
        "chance": 0.1, "context": 1.0, "lever": 1.0, "value": 960.0, "score": 96.0,
    }  # fmt: skip
    asked = {one["proposition"] for one in told["candidates"]}
    assert asked == {"fibre", "tv"}
    assert all(len(one["gates"]) == 10 for one in told["candidates"])
    assert {one["proposition"]: one["why"] for one in told["not_proposed"]} == {"tv": "gate"}
    [relied] = [one for one in told["relied_on"]["consents"] if one["said"] == "granted"]
    assert (relied["source"], relied["text_version"], relied["at"]) == ("web form", "v1", moment(-1).isoformat())
    assert (relied["fact"]["type"], relied["fact"]["stream"]) == ("ConsentGranted", ANN)
    assert told["relied_on"]["slots"] == {"customer": []}
    again = await hub.answers.ask("why", decision=second.event.decision_id)
    assert again["same"]
    [slot] = again["relied_on"]["slots"]["customer"]
    assert (slot["name"], slot["at"]) == (first.event.decision_id, moment(0))
    assert second.event.closed["capped"] == 2


async def test_why_nothing_could_be_said_at_all_tells_every_candidate(hub: LivedHub) -> None:
    """They have no address for the web, and a dealer may not say the one thing that is."""
    decided = await hub.ask(outbound(channels=(Channel.WEB,), purpose=None, sender=Sender.DEALER))
    assert decided.event.outcome is Outcome.NOTHING
    told = await hub.answers.ask("why", decision=decided.event.decision_id)
    kept = {one["proposition"]: (one["channel"], one["rule"], one["open"]) for one in told["candidates"]}
    assert kept == {
        "fibre": ("web", "no_address", False), "tv": ("web", "no_address", False), "sorry": ("web", "channel", False),
    }  # fmt: skip
    assert {gate["gate"] for one in told["candidates"] for gate in one["gates"]} == {"fit", "conflict", "holdout"}


async def test_what_is_not_as_it_was_is_told_field_by_field(hub: LivedHub) -> None:
    decided = await hub.ask(outbound())
    place = next(n for n, one in enumerate(hub.journal.log) if isinstance(one.event, PathDecided))
    forged = decided.event.model_copy(update={"inputs": "0" * 32, "outcome": Outcome.NOTHING})
    hub.journal.log[place] = hub.journal.log[place]._replace(event=forged)
    told = await hub.answers.ask("why", decision=decided.event.decision_id)
    assert not told["same"]
    assert told["different"]["outcome"] == {"recorded": Outcome.NOTHING, "recomputed": Outcome.NOW}
    assert set(told["different"]) == {"inputs", "outcome"}
    found = await recheck(hub.answers.explaining)
    assert (found.ok, found.different, len(found.findings)) == (False, 1, 1)
    assert found.findings[0]["position"] == place + 1
    assert (await recheck(hub.answers.explaining, after=place + 1)).decisions == 0
    assert (await recheck(hub.answers.explaining, upto=place)).decisions == 0


async def test_a_policy_that_is_not_in_the_log_is_a_difference(hub: LivedHub) -> None:
    decided = await hub.ask(outbound())
    place = next(n for n, one in enumerate(hub.journal.log) if isinstance(one.event, PathDecided))
    forged = decided.event.model_copy(update={"policy": "abc"})
    hub.journal.log[place] = hub.journal.log[place]._replace(event=forged)
    found = await recheck(hub.answers.explaining)
    assert "no version 'abc'" in found.findings[0]["different"]["decision"]["recomputed"]


async def test_what_if_is_the_same_question_by_another_policy(hub: LivedHub) -> None:
    decided = await hub.ask(outbound())
    name = decided.event.decision_id
    dearer = POLICY.replace("contribution = 1000", "contribution = 3")
    told = await hub.answers.ask("what_if", decision=name, text=dearer)
    assert told["tried"]["policy"] == told["policy"] == parse_path_policy(dearer).version
    assert (told["changed"], told["tried"]["outcome"]) == (["outcome", "due_at", "said"], Outcome.NOTHING)
    assert {one["proposition"]: one["why"] for one in told["not_proposed"]}["fibre"] == "no_value"
    same = await hub.answers.ask("what_if", decision=name, version=decided.event.policy)
    assert (same["changed"], same["actions"]) == ([], (await hub.answers.ask("why", decision=name))["actions"])
    assert len([one for one in hub.journal.log if isinstance(one.event, PathDecided)]) == 1


async def test_what_can_not_be_asked_is_refused_by_name(hub: LivedHub) -> None:
    decided = await hub.ask(outbound(propositions=("fibre",)))
    name = decided.event.decision_id
    for about in ({}, {"version": "a", "text": "b"}):
        with pytest.raises(InvalidError, match="one of the two") as refused:
            await hub.answers.ask("what_if", decision=name, **about)
        assert refused.value.field == "version"
    with pytest.raises(NotFoundError, match="no version 'a'"):
        await hub.answers.ask("what_if", decision=name, version="a")
    with pytest.raises(PolicyError):
        await hub.answers.ask("what_if", decision=name, text="= 7")
    without = POLICY.replace('name = "fibre"', 'name = "glass"')
    with pytest.raises(InvalidError, match="no proposition 'fibre'") as refused:
        await hub.answers.ask("what_if", decision=name, text=without)
    assert refused.value.field == "propositions"
    for unknown in (f"decision-{ANN}-0", "decision-", "interaction-1"):
        with pytest.raises(NotFoundError, match="no decision"):
            await hub.answers.ask("why", decision=unknown)
    with pytest.raises(InvalidError, match="no question 'who'"):
        await hub.answers.ask("who")


async def test_all_channels_say_the_same_in_the_same_terms_or_it_is_told_why_not(hub: LivedHub) -> None:
    await hub.publish(WITH_TERMS)
    await hub.ask(inbound(), "phone", grants=True)
    granted_at = hub.clock.now()
    hub.clock.hours = 2
    await hub.write((ANN, complaint(hub.clock.now(), Severity.CRITICAL)))
    told = await hub.answers.ask("voice", customer=ANN, at=granted_at.isoformat())
    assert told["one_voice"]
    by_channel = {row["channel"]: row for row in told["channels"]}
    assert {len({one["terms_hash"] for one in row["says"]}) for row in told["channels"] if row["says"]} == {1}
    assert by_channel["web"]["says"][0]["terms"] == {"monthly": 49}
    assert by_channel["web"]["says"][0]["grant_id"] == by_channel["phone"]["says"][0]["grant_id"] != ""
    [difference] = [one for one in told["differences"] if one["proposition"] == "fibre"]
    assert difference["silent"] == {"in_person": ["no_path"]}
    later = await hub.answers.ask("voice", customer=ANN, at=hub.clock.now().isoformat())
    assert [row["says"] for row in later["channels"]] == [[], [], [], [], []] or all(
        one["proposition"] == "sorry" for row in later["channels"] for one in row["says"]
    )
    with pytest.raises(NotFoundError, match="no customer"):
        await hub.answers.ask("voice", customer=ANN, at=moment(-9).isoformat())


WITH_TERMS = POLICY.replace(
    'name = "fibre"\nkind = "product"\n',
    'name = "fibre"\nkind = "product"\nterms = { monthly = { value = 49, better = "lower" } }\n',
)


async def test_the_uplift_of_a_campaign_is_counted_from_the_log(hub: LivedHub) -> None:
    """The campaign is drawn by hash: here Ann may be reached and Ben may not, or the other way round."""
    await hub.publish(POLICY.replace("share = 30.0", "share = 50.0").replace('["tv"]', '["fibre", "tv"]'))
    ann = await hub.ask(inbound(), "ann", ANN, grants=True)
    ben = await hub.ask(inbound(), "ben", BEN, grants=True)
    drawn = {decided.event.customer_id: decided.event.drawn[0] for decided in (ann, ben)}
    assert {one.campaign for one in drawn.values()} == {"spring"}
    assert {name: one.holder for name, one in drawn.items()} == {ANN: ANN, BEN: BEN}
    hub.clock.hours = 1
    await hub.answered(1, Response.ACCEPTED)
    await hub.live_through([("buy", 0, 1, 0), ("buy", 1, 0, 0), ("come", 0, 1, 0)])
    [told] = (await hub.answers.ask("uplift", campaign="spring"))["campaigns"]
    sizes = [sum(one.held_out is held for one in drawn.values()) for held in (False, True)]
    assert [told[name]["holders"] for name in ("treated", "held_out")] == sizes
    assert told["treated"]["bought"] + told["held_out"]["bought"] == 2
    assert told["treated"]["accepted"] == (not drawn[ANN].held_out)
    assert list(told["propositions"]) == ["fibre", "tv"]
    with pytest.raises(NotFoundError, match="those with decisions: spring"):
        await hub.answers.ask("uplift", campaign="autumn")
    with pytest.raises(InvalidError, match="at least 1 day"):
        await hub.answers.ask("uplift", days=0)


async def test_what_any_of_its_people_buys_counts_for_an_account_that_was_drawn(hub: LivedHub) -> None:
    """Of an organisation the account is drawn; Ben acts for it too, and nobody asked anything of him."""
    await hub.publish(POLICY.replace("share = 30.0", "share = 50.0"))
    declared = SegmentChanged(**meta(moment(0)), segment="B2B", value_tier="standard", reason="declared")
    await hub.live_through([("act", 0, 0, 0), ("act", 1, 0, 0)])
    await hub.write((ANN, declared))
    drawn = (await hub.ask(inbound(), "ann")).event.drawn[0]
    assert drawn.holder == ACME
    group = "held_out" if drawn.held_out else "treated"
    for person, counted in ((None, 0), (BEN, 1)):
        if person:
            await hub.live_through([("buy", 1, 1, 0)])
        [told] = (await hub.answers.ask("uplift"))["campaigns"]
        assert (told[group]["holders"], told[group]["bought"]) == (1, counted)
    ended = {"account_id": ACME, "number": 2, "customer_id": BEN, "role": "buyer", "until": moment(0.5)}
    await hub.write((ACME, RoleEnded(**meta(moment(2)), **ended)))
    [told] = (await hub.answers.ask("uplift"))["campaigns"]
    assert told[group]["bought"] == 0


async def test_who_is_linked_since_counts_once_and_who_was_drawn_both_ways_is_left_out(hub: LivedHub) -> None:
    await hub.publish(POLICY.replace("share = 30.0", "share = 50.0"))
    drawn = [(await hub.ask(inbound(), name, name)).event.drawn[0].held_out for name in (ANN, BEN)]
    await hub.live_through([("link", 0, 1, 0), ("buy", 1, 1, 0), ("buy", 0, 0, 0)])
    [told] = (await hub.answers.ask("uplift"))["campaigns"]
    both = told["treated"]["holders"] + told["held_out"]["holders"]
    if drawn[0] is drawn[1]:
        assert (both, told["mixed"]) == (1, 0)
        assert told["treated"]["bought"] + told["held_out"]["bought"] == 1
    else:
        assert (both, told["mixed"]) == (0, 1)


async def test_whichever_of_linked_streams_is_asked_about_it_is_the_same_when_taken_again(hub: LivedHub) -> None:
    """Each of the two has a phone: which place comes first must not depend on by which name they were asked for."""
    await hub.live_through([("link", 0, 0, 0)])
    asked = [await hub.ask(outbound(proposes=False), name, name) for name in (ANN, BEN)]
    assert {one.event.customer_id for one in asked} == {min(ANN, BEN)}
    assert (await recheck(hub.answers.explaining)).as_json()["same"] == 2


@pytest.fixture
async def sealed(tmp_path: Path) -> AsyncIterator[LivedHub]:
    keys = personal_keys(Settings(data_dir=tmp_path))
    journal = EventJournal(SqliteStore(tmp_path / "events.sqlite", Codec(keys=keys)))
    hub = LivedHub(journal)
    journal.hand_over(hub.follow)
    await hub.begin()
    await hub.write((ANN, consent(moment(-1), PHONE, Channel.SMS, said=True)))
    decided = await hub.ask(outbound())
    await Forgetting(journal, hub.clock, keys).forget(ANN, "asked", actor="a", command_id="c")
    assert decided.event.outcome is Outcome.NOW
    yield hub
    await journal.close()


async def test_of_who_was_forgotten_it_is_said_that_it_can_not_be_the_same(sealed: LivedHub) -> None:
    explaining: PathExplaining = sealed.answers.explaining
    found = await recheck(explaining)
    assert found.as_json() == {"decisions": 1, "same": 0, "different": 0, "forgotten": 1, "findings": []}
    assert found.ok
    [name] = [one.event.decision_id for one in await sealed.journal.read(0, 99) if isinstance(one.event, PathDecided)]
    told = await explaining.why(name)
    assert (told["forgotten"], told["same"]) == (True, False)
    assert told["recorded"]["outcome"] is Outcome.NOW
    assert PHONE.value not in str(told)


async def test_a_yes_that_was_said_elsewhere_counts_also_after_that_was_forgotten(hub: LivedHub) -> None:
    await hub.write((BEN, consent(moment(-1), MAIL, Channel.EMAIL, said=True)))
    decided = await hub.ask(outbound(channels=(Channel.EMAIL,)), customer=ANN)
    assert decided.event.closed.get("default_denied", 0) == 0
    hub.clock.hours = 1
    await hub.live_through([("forget", 1, 0, 0)])
    told = await hub.answers.ask("why", decision=decided.event.decision_id)
    assert (told["same"], told["different"]) == (True, {})
    [relied] = told["relied_on"]["consents"]
    assert relied["fact"]["stream"] == BEN
