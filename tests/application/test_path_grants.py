"""Grants as an application: the same terms on every path, for whoever asks, whatever is linked meanwhile."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.application.dossier.grants import GrantState, ShownGrant
from hub.application.paths.grants import Change
from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.point import contact_point
from hub.domain.customer.events import CustomerForgotten, IdentifierObserved
from hub.domain.decision.events import Outcome
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.grant.events import (
    GrantAmended,
    PropositionAnswered,
    PropositionGranted,
    PropositionPresented,
    Response,
)
from hub.domain.grant.terms import terms_hash
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.sqlite import SqliteStore
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.question import Question
from hub.paths.holdout.drawing import drawn
from hub.paths.holdout.section import Holdout
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.model import Sender
from tests.application.grants_world import ANN, BEN, BY, DAY, NOON, PHONE, POLICY, WEB, Shop
from tests.domain.consents import KEY
from tests.paths.decisions import complaint, consent, resolved
from tests.support.memory import MemoryJournal


@pytest.fixture(params=["memory", "sqlite"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    if request.param == "memory":
        yield await Shop(MemoryJournal()).begin()
        return
    journal = EventJournal(SqliteStore(tmp_path / "events.sqlite", Codec()))
    yield await Shop(journal).begin()
    await journal.close()


async def give(shop: Shop, what: str = "fibre", customer: str = ANN, **more: Any) -> Change:
    return await shop.grants.give(customer, what, **more, **BY)


async def show(shop: Shop, grant: ShownGrant, name: str = "p-1", **more: Any) -> Change:
    told = WEB | {"presentation_id": name} | more
    return await shop.grants.present(grant.grant_id, told.pop("terms_hash", grant.terms_hash), **told)


def on_the_web(shop: Shop) -> Question:
    return Question(
        "", shop.clock.now(), Direction.INBOUND, (Channel.WEB,), Sender.HUB, propositions=("fibre",),
        confidence=Confidence.VERIFIED,
    )  # fmt: skip


class TestGiving:
    async def test_what_is_given_by_hand_stands_for_whoever_asks_on_any_path(self, shop: Shop) -> None:
        given = await give(shop, terms={"price": 90})
        grant = given.grant
        assert (grant.terms, grant.terms_hash) == ({"price": 90, "router": "lent"}, terms_hash(grant.terms))
        assert (grant.holder, grant.state, grant.expires_at) == (ANN, GrantState.STANDS, NOON + 14 * DAY)
        [event] = given.recorded
        assert (event.stream, event.event.actor, event.event.causation) == (ANN, "operator:eve", "command-1")
        again = await give(shop)
        assert (again.recorded, again.grant) == ([], grant)
        asked = await shop.parts.decisions.decide(ANN, on_the_web(shop), request="r", grants=True, **BY)
        assert asked.event.outcome is Outcome.NOW
        assert asked.grants["fibre"].terms_hash == grant.terms_hash
        assert len(await shop.facts(PropositionGranted)) == 1

    async def test_what_a_decision_granted_is_what_a_person_would_grant(self, shop: Shop) -> None:
        asked = await shop.parts.decisions.decide(ANN, on_the_web(shop), request="r", grants=True, **BY)
        given = await give(shop)
        assert (given.recorded, given.grant.grant_id) == ([], asked.grants["fibre"].grant_id)

    async def test_linked_streams_are_one_holder(self, shop: Shop) -> None:
        mine = (await give(shop)).grant
        await shop.link()
        given = await give(shop, customer=BEN)
        assert (given.recorded, given.grant) == ([], mine)

    async def test_other_terms_than_those_that_stand_are_refused(self, shop: Shop) -> None:
        await give(shop)
        with pytest.raises(RefusedError, match=r"stands with other terms \(price\): amend it"):
            await give(shop, terms={"price": 90})

    @pytest.mark.parametrize(
        ("what", "more", "error", "field", "says"),
        [
            ("tv", {}, InvalidError, "proposition", "there is no proposition 'tv' .*: fibre, cable"),
            ("fibre", {"customer": "customer-x"}, InvalidError, "customer_id", "there is no customer customer-x"),
            ("fibre", {"account_id": "account-x"}, InvalidError, "account_id", "there is no account account-x"),
            ("team", {}, InvalidError, "account_id", "acts for none"),
            ("fibre", {"terms": {"price": 69}}, InvalidError, "terms.price", "below the floor 70"),
            ("fibre", {"terms": {"colour": 1}}, InvalidError, "terms.colour", "no term 'colour'"),
            ("fibre", {"terms": {"router": "sold"}}, InvalidError, "terms.router", "'sold' is not one of lent, given"),
            ("wholesale", {}, RefusedError, "", "granted to them: they may not have it .*B2C"),
            ("spring_only", {}, RefusedError, "", "granted to them: its time has not come"),
            ("gift", {}, RefusedError, "", "held out of campaign presents"),
        ],
    )
    async def test_what_cant_be_given_is_said_and_nothing_is_written(
        self, shop: Shop, what: str, more: dict[str, Any], error: type[Exception], field: str, says: str
    ) -> None:
        before = await shop.journal.head()
        with pytest.raises(error, match=says) as refused:
            await give(shop, what, **more)
        assert getattr(refused.value, "field", "") == field
        assert await shop.journal.head() == before

    async def test_whether_it_makes_sense_is_for_the_person_to_say(self, shop: Shop) -> None:
        """Cable is for who bought something: Ann did not."""
        assert (await give(shop, "cable")).grant.state is GrantState.STANDS

    async def test_nothing_is_given_beside_what_excludes_it(self, shop: Shop) -> None:
        await give(shop)
        with pytest.raises(RefusedError, match="can't stand beside what they hold"):
            await give(shop, "cable")

    async def test_who_asked_for_a_later_time_is_given_nothing_beside_what_excludes_it_either(self, shop: Shop) -> None:
        cable = (await give(shop, "cable")).grant
        await show(shop, cable, channel=Channel.PHONE, sender=Sender.AGENT)
        await shop.grants.answer(
            cable.grant_id, "p-1", Response.DEFERRED, deferred_until=NOON + 10 * DAY, **BY
        )  # fmt: skip
        shop.clock.moment += 7 * DAY
        await give(shop)
        with pytest.raises(RefusedError, match="can't stand beside what they hold: fibre"):
            await give(shop, "cable")

    async def test_to_who_was_forgotten_nothing_is_given(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        await shop.write((ANN, CustomerForgotten(**shop.meta(), reason="asked to")))
        with pytest.raises(InvalidError, match="was forgotten") as refused:
            await give(shop, "cable")
        assert refused.value.field == "customer_id"
        with pytest.raises(NotFoundError, match="there is no grant"):
            await show(shop, grant)
        assert (await shop.grants.of_customer(ANN)).grants == []

    async def test_when_its_time_is_over_it_is_given_anew(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        shop.clock.moment += 14 * DAY
        with pytest.raises(RefusedError, match="expired at"):
            await show(shop, grant)
        new = (await give(shop)).grant
        assert new.grant_id != grant.grant_id
        states = [one.state for one in (await shop.grants.of_customer(ANN)).grants]
        assert states == [GrantState.STANDS, GrantState.OVER]


class TestPresenting:
    async def test_a_presentation_names_the_terms_and_where_they_stood(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        shown = await show(shop, grant)
        [said] = shown.grant.presentations
        assert (said.presentation_id, said.channel, said.sender, said.response) == ("p-1", "web", "hub", None)
        [event] = await shop.facts(PropositionPresented)
        assert (event.terms_hash, event.standing.lifecycle_stage) == (grant.terms_hash, "acquisition")
        assert (await show(shop, grant)).recorded == []

    async def test_other_terms_are_refused_with_those_that_stand(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        await shop.grants.amend(grant.grant_id, terms={"price": 80}, **BY)
        now = (await shop.grants.of_customer(ANN)).grants[0]
        assert (now.terms["price"], now.terms_since) == (80, NOON)
        with pytest.raises(
            RefusedError, match=f"other terms than {grant.terms_hash}: present those of {now.terms_hash}"
        ):
            await show(shop, grant)
        assert await shop.facts(PropositionPresented) == []
        await show(shop, now)

    async def test_only_where_and_by_whom_it_may(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        for more, field in (({"channel": Channel.SMS}, "channel"), ({"sender": Sender.DEALER}, "sender")):
            with pytest.raises(InvalidError, match="is presented") as refused:
                await show(shop, grant, **more)
            assert refused.value.field == field

    async def test_a_repeat_is_none_the_less_when_the_policy_has_changed_since(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        await show(shop, grant)
        shop.in_force.policy = parse_path_policy(POLICY.replace('["phone", "web"]', '["phone"]', 1))
        assert (await show(shop, grant)).recorded == []
        with pytest.raises(InvalidError, match="is presented on phone only"):
            await show(shop, grant, "p-2")

    async def test_what_led_to_it_must_be_a_decision_about_them(self, shop: Shop) -> None:
        asked = await shop.parts.decisions.decide(ANN, on_the_web(shop), request="r", grants=True, **BY)
        grant = (await give(shop)).grant
        await show(shop, grant, decision_id=asked.event.decision_id)
        [event] = await shop.facts(PropositionPresented)
        assert event.decision_id == asked.event.decision_id
        with pytest.raises(InvalidError, match="there is no decision d-9") as refused:
            await show(shop, grant, "p-2", decision_id="d-9")
        assert refused.value.field == "decision_id"

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            ({"propositions": ("cable",), "channels": (Channel.PHONE,), "sender": Sender.AGENT}, {}),
            ({"sender": Sender.AGENT}, {}),
            ({"channels": (Channel.PHONE,)}, {}),
            ({"confidence": Confidence.CLAIMED}, {}),
            ({}, {"channel": Channel.PHONE}),
            ({}, {"sender": Sender.AGENT}),
        ],
    )
    async def test_a_decision_that_did_not_say_this_lets_nobody_tell_it(
        self, shop: Shop, asked: dict[str, Any], told: dict[str, Any]
    ) -> None:
        grant = (await give(shop)).grant
        question = replace(on_the_web(shop), **asked)
        decision = (await shop.parts.decisions.decide(ANN, question, request="r", **BY)).event.decision_id
        with pytest.raises(InvalidError, match="does not have fibre told by") as refused:
            await show(shop, grant, decision_id=decision, **told)
        assert refused.value.field == "decision_id"
        assert await shop.facts(PropositionPresented) == []

    async def test_an_open_complaint_stops_selling_whoever_tells_with_a_decision_or_without(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        before = await shop.parts.decisions.decide(ANN, on_the_web(shop), request="before", **BY)
        await shop.write((ANN, complaint(NOON)))
        after = await shop.parts.decisions.decide(ANN, on_the_web(shop), request="after", **BY)
        assert after.event.outcome is Outcome.NOTHING
        with pytest.raises(InvalidError, match="it was nothing to hub"):
            await show(shop, grant, decision_id=after.event.decision_id)
        for name in ("", before.event.decision_id):
            with pytest.raises(RefusedError, match="not to be told on web now: a case of theirs is open"):
                await show(shop, grant, decision_id=name)
        await shop.write((ANN, resolved(NOON)))
        await show(shop, grant)

    async def test_who_said_no_on_a_channel_is_told_nothing_there(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        await shop.write((ANN, consent(NOON, contact_point(KEY, "phone", PHONE), Channel.PHONE, False)))
        with pytest.raises(RefusedError, match="not to be told on phone now: they took back"):
            await show(shop, grant, channel=Channel.PHONE, sender=Sender.AGENT)
        await show(shop, grant)

    async def test_a_no_at_one_number_leaves_the_other(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        seen = IdentifierObserved(**shop.meta(), kind="phone", value="+989121234568", verified=True)
        no = consent(NOON, contact_point(KEY, "phone", PHONE), Channel.PHONE, False)
        await shop.write((ANN, seen), (ANN, no))
        await show(shop, grant, channel=Channel.PHONE, sender=Sender.AGENT)

    async def test_what_the_policy_does_not_know_any_more_stands_to_its_end(self, shop: Shop) -> None:
        grant = (await give(shop, "team", account_id=await shop.account())).grant
        without = POLICY.replace('name = "team"', 'name = "club"')
        shop.in_force.policy = parse_path_policy(without)
        await show(shop, grant, customer=ANN)
        with pytest.raises(RefusedError, match="team is not in the path policy any more"):
            await shop.grants.amend(grant.grant_id, terms={"seats": 20}, **BY)

    @pytest.mark.parametrize("grant", ["grant-1", "fibre", "grant-customer-x-1", f"grant-{ANN}-7", "grant-account-x-1"])
    async def test_a_grant_there_is_not(self, shop: Shop, grant: str) -> None:
        with pytest.raises(NotFoundError):
            await shop.grants.present(grant, "0" * 32, presentation_id="p-1", **WEB)
        with pytest.raises(NotFoundError):
            await shop.grants.answer(grant, "p-1", Response.ACCEPTED, **BY)


class TestAnswering:
    async def test_what_they_said_is_kept_and_said_once(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        await show(shop, grant)
        until = NOON + 3 * DAY
        answered = await shop.grants.answer(grant.grant_id, "p-1", Response.DEFERRED, deferred_until=until, **BY)
        [said] = answered.grant.presentations
        assert (said.response, said.deferred_until) == (Response.DEFERRED, until)
        again = await shop.grants.answer(grant.grant_id, "p-1", Response.DEFERRED, deferred_until=until, **BY)
        assert again.recorded == []
        with pytest.raises(RefusedError, match="answered already: deferred"):
            await shop.grants.answer(grant.grant_id, "p-1", Response.ACCEPTED, **BY)
        assert len(await shop.facts(PropositionAnswered)) == 1

    async def test_an_answer_to_what_was_never_shown_names_the_field(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        with pytest.raises(InvalidError, match="never presented") as refused:
            await shop.grants.answer(grant.grant_id, "p-9", Response.ACCEPTED, **BY)
        assert refused.value.field == "presentation_id"

    async def test_a_grant_is_accepted_once_however_often_it_was_told(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        for name in ("p-1", "p-2"):
            await show(shop, grant, name)
        await shop.grants.answer(grant.grant_id, "p-1", Response.ACCEPTED, **BY)
        with pytest.raises(RefusedError, match="was accepted already, by presentation 'p-1' on web"):
            await shop.grants.answer(grant.grant_id, "p-2", Response.ACCEPTED, **BY)
        assert (await shop.grants.answer(grant.grant_id, "p-1", Response.ACCEPTED, **BY)).recorded == []
        assert len(await shop.facts(PropositionAnswered)) == 1
        await shop.grants.answer(grant.grant_id, "p-2", Response.NOT_PRESENTED, **BY)

    async def test_terms_that_were_amended_since_cant_be_accepted_but_declined(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        await show(shop, grant)
        await shop.grants.amend(grant.grant_id, terms={"price": 120}, reason="costs", **BY)
        with pytest.raises(RefusedError, match="were amended since"):
            await shop.grants.answer(grant.grant_id, "p-1", Response.ACCEPTED, **BY)
        await shop.grants.answer(grant.grant_id, "p-1", Response.DECLINED, **BY)


class TestAmending:
    async def test_worse_needs_a_reason_and_the_event_says_what_got_worse(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        with pytest.raises(InvalidError, match="price: not better") as refused:
            await shop.grants.amend(grant.grant_id, terms={"price": 110}, **BY)
        assert refused.value.field == "reason"
        amended = await shop.grants.amend(grant.grant_id, terms={"price": 110}, reason="a mistake", **BY)
        [event] = await shop.facts(GrantAmended)
        assert (event.worse, event.reason, amended.grant.terms["price"]) == (("price",), "a mistake", 110)

    async def test_so_already_changes_nothing(self, shop: Shop) -> None:
        grant = (await give(shop)).grant
        assert (await shop.grants.amend(grant.grant_id, terms={"price": 100}, **BY)).recorded == []
        assert (await shop.grants.amend(grant.grant_id, expires_at=grant.expires_at, **BY)).recorded == []


class TestAccounts:
    async def test_what_an_account_holds_all_its_people_are_told(self, shop: Shop) -> None:
        account = await shop.account(ANN)
        await shop.accounts.assign(account, BEN, "user", since=NOON - DAY, until=None, **BY)
        grant = (await give(shop, "team")).grant
        assert grant.holder == account
        assert (await give(shop, "team", BEN)).grant == grant
        assert (await shop.grants.of_account(account)).grants == [grant]
        seen = await shop.grants.of_customer(BEN)
        assert (seen.account_id, seen.grants) == (account, [grant])

    async def test_a_presentation_says_which_of_its_people_is_told(self, shop: Shop) -> None:
        account = await shop.account(ANN)
        grant = (await give(shop, "team")).grant
        with pytest.raises(InvalidError, match="say which of its people") as refused:
            await show(shop, grant)
        assert refused.value.field == "customer_id"
        with pytest.raises(InvalidError, match="does not act for account") as refused:
            await show(shop, grant, customer=BEN)
        assert refused.value.field == "account_id"
        await show(shop, grant, customer=ANN)
        answered = await shop.grants.answer(grant.grant_id, "p-1", Response.ACCEPTED, **BY)
        assert answered.grant.presentations[0].response is Response.ACCEPTED
        assert (await shop.grants.of_account(account)).grants == [answered.grant]
        better = await shop.grants.amend(grant.grant_id, terms={"seats": 20}, **BY)
        assert better.grant.terms == {"seats": 20}

    @pytest.mark.parametrize("proposition", ["gift", "team"])
    async def test_people_of_an_account_are_held_out_together_whatever_they_are_themselves(
        self, shop: Shop, proposition: str
    ) -> None:
        account = await shop.account(ANN)
        await shop.accounts.assign(account, BEN, "user", since=NOON - DAY, until=None, **BY)
        shop.in_force.policy = parse_path_policy(
            POLICY.replace("99.99", "50.0").replace('propositions = ["gift"]', f'propositions = ["{proposition}"]')
        )
        asked = replace(on_the_web(shop), channels=(Channel.PHONE,), sender=Sender.AGENT, propositions=(proposition,))
        found = [await shop.parts.decisions.decide(one, asked, request="r", **BY) for one in (ANN, BEN)]
        [drawn] = {one.event.drawn for one in found}
        assert [one.holder for one in drawn] == [account]

    async def test_who_is_held_out_with_their_account_is_given_nothing_by_hand_either(self, shop: Shop) -> None:
        rule = Holdout(campaign="presents", share=50.0, propositions=("gift",))
        account = await shop.account(ANN)
        seed = next(
            seed
            for seed in map(str, range(100))
            if drawn(rule.model_copy(update={"seed": seed}), account).is_held_out
            and not drawn(rule.model_copy(update={"seed": seed}), ANN).is_held_out
        )
        shop.in_force.policy = parse_path_policy(POLICY.replace("99.99", f'50.0\nseed = "{seed}"'))
        with pytest.raises(RefusedError, match="held out of campaign presents"):
            await give(shop, "gift")
