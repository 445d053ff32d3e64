"""Given what is known of a customer, when somebody asks, then this is said, there and then, and nothing else, for these
reasons."""

from dataclasses import replace
from typing import Any

import pytest

from hub.domain.cases.events import Severity
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import PreferenceChanged, Purpose
from hub.domain.customer.events import ContactSent, IdentifierObserved
from hub.domain.customer.links.events import IdentifierShared, IdentifierUnshared, Side
from hub.domain.customer.slots.state import fold
from hub.domain.decision.events import Outcome
from hub.domain.errors import InvalidError
from hub.domain.grant.events import Response
from hub.paths.arbitration.arbitrate import Why
from hub.paths.consent.purposes import Confidence, Gate
from hub.paths.decision.decide import Decision
from hub.paths.decision.question import CameIn, Question, purpose_named
from hub.paths.decision.showing import candidates, closed, not_proposed
from hub.paths.frequency.reserving import Parties, Rules, Wanted, reserve
from hub.paths.gates.capacity import Free
from hub.paths.gates.service import Conversation
from hub.paths.gates.verdict import Reason
from hub.paths.propositions.model import Sender
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
)
from tests.paths.slots import contact

YES = (ANN, consent(at(-1), PHONE, Channel.SMS, True))
YES_BY_MAIL = (BEN, consent(at(-1), MAIL, Channel.EMAIL, True))


def names(decision: Decision) -> list[str]:
    return [one.proposition for one in decision.actions]


def reasons(world: World, decision: Decision, proposition: str = "fibre") -> set[Reason]:
    """Why a proposition is kept back, on any path."""
    shown = [one for one in candidates(decision, world.rules) if one.proposition == proposition]
    return {verdict.reason for one in shown for verdict in one.verdicts if not verdict.is_open}


class TestOutbound:
    def test_what_is_allowed_is_said_now_where_they_accept_it(self) -> None:
        world = World(YES)
        decision = world.decide(outbound())
        assert (decision.outcome, decision.at, names(decision)) == (Outcome.NOW, at(0), ["fibre"])
        assert decision.place is not None
        assert (decision.place.reach.channel, decision.place.reach.point) == (Channel.SMS, PHONE.point)
        assert closed(decision) == {"default_denied": 1, "not_applicable": 1}

    def test_nobody_is_told_anything_they_did_not_allow(self) -> None:
        world = World()
        decision = world.decide(outbound())
        assert (decision.outcome, decision.at, names(decision)) == (Outcome.NOTHING, None, [])
        assert reasons(world, decision) == {Reason.DEFAULT_DENIED}

    def test_an_unsubscription_holds_though_a_link_joins_them_with_somebody_who_said_yes(self) -> None:
        """Mautic's merged profiles lose their unsubscription."""
        gone = (ANN, consent(at(-0.5), PHONE, Channel.SMS, False))
        world = World(YES, gone, YES_BY_MAIL)
        decision = world.decide(outbound())
        assert decision.place is not None
        assert decision.place.reach.point == MAIL.point
        assert world.decide(outbound(channels=(Channel.SMS,))).outcome is Outcome.NOTHING
        alone = {ANN: world.told().customer[ANN]}
        assert Reason.WITHDRAWN in reasons(world, world.decide(outbound(), customer=alone))

    def test_every_gate_is_asked_whatever_the_others_say(self) -> None:
        world = World((ANN, complaint(at(-1))), (ANN, contact(ContactSent, "x", 24 * 56 + 8)))
        world.more = {"capacity": {(Channel.SMS, "campaign"): Free(0)}, "account_zone": ""}
        held = world.decide(outbound(12, channels=(Channel.SMS,)))
        [tv] = [one for one in candidates(held, world.rules) if one.proposition == "tv"]
        assert [verdict.gate for verdict in tv.verdicts] == [
            Gate.IDENTITY, Gate.CONSENT, Gate.BLOCK, Gate.SERVICE_STATE, Gate.FIT, Gate.CONFLICT, Gate.QUIET_HOURS,
            Gate.FREQUENCY, Gate.CAPACITY, Gate.HOLDOUT,
        ]  # fmt: skip
        shut = {verdict.reason for verdict in tv.verdicts if not verdict.is_open}
        assert shut >= {Reason.DEFAULT_DENIED, Reason.COMPLAINT, Reason.NOT_APPLICABLE, Reason.QUIET_HOURS}
        assert shut >= {Reason.CAPPED, Reason.NOT_FREE}

    def test_at_night_it_waits_for_the_morning_if_that_is_in_time(self) -> None:
        world = World(YES)
        night, morning = outbound(11), at(21)
        found = world.decide(replace(night, by=at(24)))
        assert (found.outcome, found.at, names(found)) == (Outcome.LATER, morning, ["fibre"])
        assert world.decide(replace(night, by=morning)).outcome is Outcome.LATER
        for late in (replace(night, by=at(20)), night):
            found = world.decide(late)
            assert (found.outcome, found.at, names(found), found.place) == (Outcome.NOTHING, morning, [], None)

    def test_it_waits_until_all_gates_are_open_together(self) -> None:
        """There is room again at half past eleven in the night: then it is quiet until nine."""
        world = World(YES, (ANN, contact(ContactSent, "x", 24 * 56 + 20)))
        found = world.decide(outbound(0, by=at(90)))
        assert (found.outcome, found.at) == (Outcome.LATER, at(45))

    def test_of_two_paths_that_open_later_the_one_that_opens_first_is_taken(self) -> None:
        world = World(YES, YES_BY_MAIL)
        full = {(Channel.SMS, "campaign"): Free(0, at(2)), (Channel.EMAIL, "campaign"): Free(0, at(1))}
        world.more = {"capacity": full}
        found = world.decide(outbound(by=at(9)))
        assert (found.at, found.place and found.place.reach.channel) == (at(1), Channel.EMAIL)

    def test_what_time_alone_does_not_open_is_not_waited_for(self) -> None:
        world = World(YES, (ANN, complaint(at(-1))))
        found = world.decide(outbound(11, by=at(90), channels=(Channel.SMS,)))
        assert (found.outcome, found.at) == (Outcome.NOTHING, None)

    def test_what_they_declined_is_not_said_again(self) -> None:
        world = World(YES)
        assert names(world.decide(outbound(1))) == ["fibre"]
        world.log += granted(world, at(0), 1, Response.DECLINED)
        assert Reason.ANSWERED in reasons(world, world.decide(outbound(1)))
        assert names(world.decide(outbound(1))) == []

    def test_what_a_sender_may_not_say_is_not_said(self) -> None:
        world = World((ANN, complaint(at(-1))))
        recovery = outbound(purpose=Purpose.RECOVERY, channels=(Channel.EMAIL,), sender=Sender.AGENT)
        assert names(world.decide(recovery)) == ["sorry"]
        assert names(world.decide(replace(recovery, sender=Sender.DEALER))) == []

    def test_a_number_that_many_people_share_is_nobodys_for_sure(self) -> None:
        side = Side(id=ANN, kind="phone", since=at(-1))
        shared = IdentifierShared(**meta(at(-0.5)), side=side, how="by_hand")
        world = World(YES, (ANN, shared))
        assert Reason.IDENTITY_CLAIMED in reasons(world, world.decide(outbound(channels=(Channel.SMS,))))
        world.log.append((ANN, IdentifierUnshared(**meta(at(-0.4)), side=side)))
        assert names(world.decide(outbound(channels=(Channel.SMS,)))) == ["fibre"]

    def test_a_contact_point_that_is_verified_in_one_stream_is_theirs(self) -> None:
        """Whatever another stream of theirs only claims, in whichever order they are read."""
        for stream, phone_is_sure in ((ANN, True), (ANN, False)):
            world = World(YES)
            seen = {"kind": "phone", "value": PHONE.value}
            world.log = [
                (name, event)
                for name, event in world.log
                if not isinstance(event, IdentifierObserved) or event.kind != "phone"
            ]
            world.log.append((stream, IdentifierObserved(**meta(at(-1)), **seen, verified=phone_is_sure)))
            world.log.append((BEN, IdentifierObserved(**meta(at(-1)), **seen, verified=not phone_is_sure)))
            assert names(world.decide(outbound(channels=(Channel.SMS,)))) == ["fibre"]

    def test_an_open_conversation_holds_it_and_hours_after_it(self) -> None:
        world = World(YES)
        world.more = {"conversations": (Conversation("interaction-1", Channel.PHONE, None),)}
        held = world.decide(outbound(by=at(90)))
        assert (held.outcome, held.at, reasons(world, held) & {Reason.CONVERSATION}) == (
            Outcome.NOTHING, None, {Reason.CONVERSATION},
        )  # fmt: skip
        world.more = {"conversations": (Conversation("interaction-1", Channel.PHONE, at(-23)),)}
        assert world.decide(outbound(by=at(90))).at == at(1)

    def test_a_complaint_stops_selling_and_lets_us_make_good(self) -> None:
        world = World(YES, YES_BY_MAIL, (ANN, complaint(at(-1))))
        assert world.decide(outbound(by=at(90))).outcome is Outcome.NOTHING
        sorry = world.decide(outbound(purpose=Purpose.RECOVERY, sender=Sender.HUB))
        assert names(sorry) == ["sorry"]
        of_account = World(YES, (ACME, complaint(at(-1), Severity.CRITICAL)))
        assert Reason.COMPLAINT in reasons(of_account, of_account.decide(outbound()))
        mild = World(YES, (ANN, complaint(at(-1), Severity.NORMAL)))
        assert names(mild.decide(outbound())) == ["fibre"]

    def test_a_claimed_number_is_told_nothing(self) -> None:
        world = World(YES)
        world.log = [
            (stream, event.model_copy(update={"verified": False}) if hasattr(event, "verified") else event)
            for stream, event in world.log
        ]
        assert Reason.IDENTITY_CLAIMED in reasons(world, world.decide(outbound()))

    def test_a_slot_that_another_one_took_meanwhile_is_seen(self) -> None:
        world = World(YES)
        question = outbound()
        assert world.decide(question).outcome is Outcome.NOW
        rules = Rules("p", world.policy.frequency, world.policy.purpose_table())
        told = world.told()
        parties = Parties(ANN, {name: fold(events) for name, events in told.customer.items()}, {ACME: fold(())})
        slot = Wanted("slot-1", at(0), Channel.EMAIL, Purpose.PROMOTIONAL, "hub", BEN, ACME)
        world.log += reserve(parties, slot, rules, **meta(at(0)))
        assert Reason.CAPPED in reasons(world, world.decide(question))
        again = world.decide(replace(question, slot_id="slot-1"))
        assert again.outcome is Outcome.NOW

    def test_a_cap_of_one_channel_or_purpose_leaves_the_others(self) -> None:
        for only in ('channels = ["sms"]', 'channels = ["sms"]\npurposes = ["promotional"]'):
            policy = POLICY.replace("most = 1\ndays = 1\n", f"most = 1\ndays = 1\n{only}\n")
            world = World(YES, YES_BY_MAIL, (ANN, contact(ContactSent, "x", 24 * 56 + 8)), policy=policy)
            decision = world.decide(outbound())
            assert decision.place is not None
            assert decision.place.reach.channel is Channel.EMAIL
            assert Reason.CAPPED in reasons(world, decision)

    def test_a_proposition_the_sender_may_not_make_is_told_as_such(self) -> None:
        world = World(YES, (ANN, complaint(at(-1), Severity.LOW)))
        decision = world.decide(outbound(purpose=None, sender=Sender.DEALER, channels=(Channel.SMS,)))
        why = {one.proposition: one.why for one in not_proposed(decision, world.rules)}
        assert why == {"sorry": Why.NO_PATH, "tv": Why.GATE}


class TestInbound:
    def test_who_is_here_hears_what_fits_at_any_hour_without_a_slot(self) -> None:
        world = World((ANN, contact(ContactSent, "x", 24 * 56 + 8)))
        decision = world.decide(inbound(12))
        assert (decision.outcome, names(decision)) == (Outcome.NOW, ["fibre"])
        [fibre] = [one for one in candidates(decision, world.rules) if one.proposition == "fibre"]
        came = {verdict.gate for verdict in fibre.verdicts if verdict.reason is Reason.THEY_CAME}
        assert came == {Gate.CONSENT, Gate.QUIET_HOURS, Gate.FREQUENCY}

    def test_who_said_no_hears_nothing_there(self) -> None:
        world = World((ANN, consent(at(-1), PHONE, Channel.PHONE, False)))
        assert world.decide(inbound()).outcome is Outcome.NOTHING

    def test_a_complaint_leaves_only_what_makes_good(self) -> None:
        world = World((ANN, complaint(at(-1))))
        assert names(world.decide(inbound())) == ["sorry"]

    def test_who_only_claims_to_be_them_hears_nothing(self) -> None:
        world = World()
        decision = world.decide(inbound(confidence=Confidence.CLAIMED))
        assert reasons(world, decision) == {Reason.IDENTITY_CLAIMED}

    def test_a_visitor_of_whom_nothing_is_known_can_be_asked_about(self) -> None:
        decision = World().decide(inbound(channels=(Channel.WEB,), came_in=None, sender=Sender.HUB))
        assert (names(decision), decision.actions[0].channel) == (["fibre"], Channel.WEB)


class TestContact:
    def test_a_reply_leaves_by_the_path_the_contact_came_in_on(self) -> None:
        """Chatwoot #15359 sends replies to somebody else."""
        world = World((ANN, complaint(at(-1))))
        world.more = {"conversations": (Conversation("i", Channel.EMAIL, None),)}
        question = outbound(12, purpose=Purpose.REPLY, proposes=False, came_in=CameIn(Channel.EMAIL, MAIL.point))
        decision = world.decide(question)
        assert (decision.outcome, decision.place and decision.place.reach.point) == (Outcome.NOW, MAIL.point)
        assert len(decision.places) == 1
        elsewhere = replace(question, came_in=CameIn(Channel.WEB, "point-chat"), channels=(Channel.WEB,))
        found = world.decide(elsewhere)
        assert (found.outcome, found.place and found.place.reach.point) == (Outcome.NOW, "point-chat")

    def test_what_they_prefer_comes_first(self) -> None:
        question = outbound(purpose=Purpose.SERVICE, proposes=False, sender=Sender.HUB)
        world = World()
        first = world.decide(question)
        assert first.place is not None
        assert first.place.reach.channel is Channel.SMS
        fact = {"point": MAIL.point, "kind": "email", "value": MAIL.value, "source": "call"}
        world.log.append((BEN, PreferenceChanged(**meta(at(-1)), **fact, preferred_channel="email")))
        then = world.decide(question)
        assert then.place is not None
        assert then.place.reach.channel is Channel.EMAIL

    def test_it_waits_as_what_is_proposed_does(self) -> None:
        question = outbound(11, purpose=Purpose.SURVEY, proposes=False, by=at(30))
        found = World().decide(question)
        assert (found.outcome, found.at) == (Outcome.LATER, at(21))

    def test_a_path_that_is_full_is_left_out(self) -> None:
        question = outbound(purpose=Purpose.PROMOTIONAL, proposes=False, speaker="dealer-7", sender=Sender.DEALER)
        world = World(YES, YES_BY_MAIL)
        world.more = {"capacity": {(Channel.SMS, "dealer-7"): Free(0, at(2))}}
        found = world.decide(question)
        assert found.place is not None
        assert found.place.reach.channel is Channel.EMAIL


@pytest.mark.parametrize(
    ("more", "field", "message"),
    [
        ({"channels": ()}, "channels", "name at least one channel on which something may be said"),
        ({"by": at(-1)}, "by", "this moment is over: something can be said from now on"),
        ({"propositions": ("unicorn",)}, "propositions", "there is no proposition 'unicorn' in this policy"),
        ({"proposes": False, "purpose": None}, "purpose", "say what the contact is for"),
        ({"proposes": False, "propositions": ("tv",)}, "propositions",
         "a contact that proposes nothing has none: leave them out"),
        ({"proposes": False, "purpose": Purpose.REPLY}, "came_in",
         "a reply leaves by the path the contact came in on: say which"),
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_refused_and_told_why(more: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(InvalidError) as refused:
        World().decide(outbound(**more))
    assert (refused.value.field, str(refused.value)) == (field, message)


def test_who_is_here_hears_it_now() -> None:
    with pytest.raises(InvalidError, match=r"^who is here now hears it now: leave it out$") as refused:
        World().decide(inbound(by=at(9)))
    assert refused.value.field == "by"


def test_what_is_to_be_said_by_this_moment_is_said_at_once() -> None:
    assert World(YES).decide(outbound(by=at(0))).outcome is Outcome.NOW


def test_a_purpose_nobody_knows_is_refused_by_name() -> None:
    assert purpose_named("survey") is Purpose.SURVEY
    with pytest.raises(InvalidError, match="there is no purpose 'gossip': reply, transactional") as refused:
        purpose_named("gossip")
    assert refused.value.field == "purpose"


def test_a_question_says_how_it_is_asked() -> None:
    question: Question = inbound()
    assert question.they_came
    assert not outbound().they_came
