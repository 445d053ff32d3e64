"""Given the facts of a customer, of their account and of their contact points, then a decision looks at just those."""

from typing import Any

import pytest

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import PointBlocked, PreferenceChanged, Purpose
from hub.domain.customer.consent.point import ContactPoint
from hub.domain.customer.consent.state import ConsentBook
from hub.domain.customer.events import ContactSent
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.customer.purchases.events import PurchaseRecorded
from hub.domain.decision.events import Outcome
from hub.domain.event import Event
from hub.domain.grant.events import Response
from hub.paths.consent.purposes import Confidence, Gate
from hub.paths.decision.decide import Decision
from hub.paths.decision.gathering import Told, path_state
from hub.paths.decision.question import CameIn
from hub.paths.decision.state import NO_LEDGERS, PathState, Reach
from hub.paths.gates.service import Conversation
from hub.paths.gates.verdict import Reason
from hub.paths.propositions.model import Sender
from hub.paths.time.zones import Zone
from tests.paths.decisions import (
    ACME,
    ANN,
    BEN,
    MAIL,
    PHONE,
    POLICY,
    World,
    at,
    complaint,
    consent,
    granted,
    inbound,
    meta,
    outbound,
    point_of,
)
from tests.paths.slots import contact

YES = (ANN, consent(at(-1), PHONE, Channel.SMS, True))
BY_SMS = {"channels": (Channel.SMS,)}
LATELY = 24 * 56 + 8
"""On the clock of slots half an hour before Monday noon."""
FOR_NONE: dict[str, Any] = {"account_id": "", "account": {}}


def preference(hours: float, point: ContactPoint, **more: Any) -> Event:
    fact = {"point": point.point, "kind": point.kind, "value": point.value, "source": "call"}
    return PreferenceChanged(**meta(at(hours)), **fact, **more)


def recorded(event: Event, hours: float) -> Event:
    return event.model_copy(update={"recorded_at": at(hours)})


def shut(decision: Decision, gate: Gate) -> set[Reason]:
    return {one.reason for place in decision.places for one in place.verdicts if one.gate is gate and not one.is_open}


def names(decision: Decision) -> list[str]:
    return [one.proposition for one in decision.actions]


class TestWhoIsKnownLittle:
    def test_of_whom_nothing_was_recorded_nothing_is_known(self) -> None:
        world = World()
        state = path_state(Told(ANN, {ANN: ()}), outbound(), world.policy, point_of)
        assert state == PathState(ANN, state.known, state.standing, reaches=())
        assert (state.consent, state.ledgers, state.known.account) == (ConsentBook(), NO_LEDGERS, None)
        assert (state.preferred_channel, state.account_kind) == ("", "")

    def test_an_account_of_which_nothing_was_recorded_is_of_no_kind(self) -> None:
        world = World()
        state = world.state(outbound(), account={})
        assert (state.account_id, state.account_kind) == (ACME, "")
        assert state.known.account is not None
        assert world.decide(outbound(), account={}).held_out[1].inputs["holder"] == ANN


class TestWhatWasSaidElsewhere:
    """What another stream heard of their number, such as one that was split off, counts for the number."""

    def test_a_yes_that_was_said_elsewhere_is_a_yes(self) -> None:
        said = consent(at(-1), PHONE, Channel.SMS, True)
        assert World().decide(outbound(), of_points=[said]).outcome is Outcome.NOW

    @pytest.mark.parametrize(("elsewhere", "outcome"), [(-0.5, Outcome.NOTHING), (-2, Outcome.NOW)])
    def test_of_two_things_said_at_once_the_one_recorded_later_counts(self, elsewhere: float, outcome: Outcome) -> None:
        no = recorded(consent(at(-1), PHONE, Channel.SMS, False), elsewhere)
        assert World(YES).decide(outbound(**BY_SMS), of_points=[no]).outcome is outcome

    def test_streams_elsewhere_are_read_by_when_they_were_recorded(self) -> None:
        no = recorded(consent(at(-1), PHONE, Channel.SMS, False), -0.5)
        yes = consent(at(-1), PHONE, Channel.SMS, True)
        assert World().decide(outbound(**BY_SMS), of_points=[no, yes]).outcome is Outcome.NOTHING

    @pytest.mark.parametrize("elsewhere", [[], [consent(at(-3), MAIL, Channel.EMAIL, True)]])
    def test_their_own_words_stand_as_they_were_said_though_a_clock_stepped_back(self, elsewhere: list[Event]) -> None:
        no = recorded(consent(at(-1), PHONE, Channel.SMS, False), -2)
        assert World(YES, (ANN, no)).decide(outbound(**BY_SMS), of_points=elsewhere).outcome is Outcome.NOTHING


class TestPreferences:
    @pytest.mark.parametrize(("phone", "mail", "first"), [(-3, -2, Channel.EMAIL), (-2, -3, Channel.SMS)])
    def test_the_channel_they_named_last_comes_first(self, phone: float, mail: float, first: Channel) -> None:
        world = World(
            (ANN, preference(phone, PHONE, preferred_channel="sms")),
            (BEN, preference(mail, MAIL, preferred_channel="email")),
        )
        for channels in ((Channel.EMAIL, Channel.SMS), (Channel.SMS, Channel.EMAIL)):
            found = world.decide(outbound(purpose=Purpose.SERVICE, proposes=False, channels=channels))
            assert found.place is not None
            assert found.place.reach.channel is first

    @pytest.mark.parametrize("is_abroad", [True, False])
    def test_quiet_hours_are_those_of_the_clock_they_named(self, is_abroad: bool) -> None:
        """Noon in Tehran is half past three in New York."""
        there = [(ANN, preference(-2, PHONE, time_zone="America/New_York"))] if is_abroad else []
        found = World(YES, *there).decide(outbound(**BY_SMS))
        assert shut(found, Gate.QUIET_HOURS) == ({Reason.QUIET_HOURS} if is_abroad else set())

    def test_a_mail_address_is_where_the_account_is(self) -> None:
        found = World().decide(outbound(channels=(Channel.EMAIL,)), account_zone="America/New_York")
        assert [place.reach.zone for place in found.places] == [Zone("America/New_York", "account")]
        assert shut(found, Gate.QUIET_HOURS) == {Reason.QUIET_HOURS}


def test_of_a_chat_they_wrote_in_nobody_knows_what_time_it_is_there() -> None:
    chat = CameIn(Channel.WEB, "point-chat")
    asked = outbound(purpose=Purpose.SURVEY, proposes=False, channels=(Channel.WEB,), came_in=chat)
    [place] = World().decide(asked).places
    assert place.reach == Reach(ANN, "point-chat", Channel.WEB, Confidence.CLAIMED, Zone("", "nobody"))
    quiet = place.verdicts[4]
    assert (quiet.reason, quiet.inputs) == (Reason.UNKNOWN_ZONE, {"zone": None, "because": "nobody"})


class TestAccount:
    def test_what_the_account_accepted_is_not_proposed_again_to_who_acts_for_it(self) -> None:
        world = World(YES)
        told = granted(world, at(-1), 1, Response.ACCEPTED)
        world.log += [(ACME, event) for _, event in told]
        assert names(world.decide(outbound())) == []
        assert names(world.decide(outbound(), **FOR_NONE)) == ["fibre"]

    def test_what_others_of_the_account_were_told_counts_for_the_account(self) -> None:
        """At most three in seven days."""
        world = World(YES)
        cy = {"customer-cy": [contact(ContactSent, f"to-cy-{n}", LATELY - 24 * n) for n in range(3)]}
        assert world.decide(outbound(), account=cy).outcome is Outcome.NOTHING
        assert shut(world.decide(outbound(**BY_SMS), account=cy), Gate.FREQUENCY) == {Reason.CAPPED}
        assert world.decide(outbound(), account_id="", account=cy).outcome is Outcome.NOW

    def test_what_they_were_told_themselves_counts_though_they_act_for_nobody(self) -> None:
        world = World(YES, (ANN, contact(ContactSent, "to-ann", LATELY)))
        assert shut(world.decide(outbound(**BY_SMS), **FOR_NONE), Gate.FREQUENCY) == {Reason.CAPPED}


class TestConditions:
    """Of propositions."""

    def test_what_their_profile_holds_decides_what_fits(self) -> None:
        fields = '[[fields]]\nname = "line"\ntype = "choice"\nchoices = ["dsl", "fibre"]\n\n'
        policy = fields + POLICY.replace("days_granted = 14\ncontribution = 1000", PROFILED)
        assert names(World(YES, policy=policy).decide(outbound())) == []
        has = ProfileFieldChanged(**meta(at(-1)), field="line", value="dsl")
        assert names(World(YES, (ANN, has), policy=policy).decide(outbound())) == ["fibre"]

    @pytest.mark.parametrize(("currency", "said"), [("IRR", ["fibre"]), ("EUR", [])])
    def test_only_what_was_spent_in_the_currency_of_the_policy_counts(self, currency: str, said: list[str]) -> None:
        policy = POLICY.replace("days_granted = 14\ncontribution = 1000", SPENT)
        bought = PurchaseRecorded(**meta(at(-1)), purchase_id="1", amount=500, currency=currency)
        world = World(YES, (ANN, bought), policy=policy)
        assert names(world.decide(outbound(propositions=("fibre",)))) == said

    def test_a_day_begins_at_midnight_where_the_operator_is(self) -> None:
        """Half past eight in the evening in Greenwich."""
        policy = POLICY.replace("contribution = 1000", 'valid_from = "2026-03-03"\ncontribution = 1000')
        world = World(policy=policy)
        assert [names(world.decide(inbound(hours))) for hours in (11.99, 12)] == [[], ["fibre"]]

    def test_without_a_zone_of_quiet_hours_it_begins_at_midnight_in_greenwich(self) -> None:
        policy = POLICY.replace("contribution = 1000", 'valid_from = "2026-03-03"\ncontribution = 1000')
        world = World(policy=policy.replace('time_zone = "Asia/Tehran"\n', ""))
        assert [names(world.decide(inbound(hours))) for hours in (15.49, 15.5)] == [[], ["fibre"]]


PROFILED = 'days_granted = 14\neligible = { profile = { line = "dsl" } }\ncontribution = 1000'
SPENT = "days_granted = 14\neligible = { spent = { at_least = 500 } }\ncontribution = 1000"


class TestPurposes:
    """What the policy says of a purpose is what counts, not what ships with the hub."""

    def test_an_answer_is_never_held_though_replies_pass_the_service_gate(self) -> None:
        world = World((ANN, complaint(at(-1))), policy=f'{POLICY}\n[purposes.reply]\ngates = ["service_state"]\n')
        world.more = {"conversations": (Conversation("i", Channel.EMAIL, None),)}
        asked = outbound(purpose=Purpose.REPLY, proposes=False, came_in=CameIn(Channel.EMAIL, MAIL.point))
        found = world.decide(asked)
        assert found.outcome is Outcome.NOW
        assert [place.verdicts[3].reason for place in found.places] == [Reason.REPLY]

    @pytest.mark.parametrize(("allowed", "reason"), [("true", set()), ("false", {Reason.DEFAULT_DENIED})])
    def test_who_said_nothing_is_asked_only_where_the_policy_allows_it(self, allowed: str, reason: set[Reason]) -> None:
        world = World(policy=f"{POLICY}\n[purposes.survey]\nallowed_by_default = {allowed}\n")
        found = world.decide(outbound(purpose=Purpose.SURVEY, proposes=False))
        assert shut(found, Gate.CONSENT) == reason

    @pytest.mark.parametrize(("gates", "reason"), [('"block"', {Reason.BLOCKED}), ('"identity"', set())])
    def test_a_list_blocks_the_purposes_that_the_policy_holds_to_it(self, gates: str, reason: set[Reason]) -> None:
        about = {"point": PHONE.point, "kind": "phone", "value": PHONE.value, "source": "regulator"}
        listed = PointBlocked(**meta(at(-1)), **about, channel=Channel.SMS)
        world = World((ANN, listed), policy=f"{POLICY}\n[purposes.survey]\ngates = [{gates}]\n")
        found = world.decide(outbound(purpose=Purpose.SURVEY, proposes=False, **BY_SMS))
        assert shut(found, Gate.BLOCK) == reason


def test_the_conversation_they_are_in_holds_nothing_back_from_who_is_here() -> None:
    world = World()
    world.more = {"conversations": (Conversation("interaction-1", Channel.PHONE, None),)}
    assert names(world.decide(inbound(sender=Sender.AGENT))) == ["fibre"]
