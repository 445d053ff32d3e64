"""The ten laws of one voice, on the whole application: whatever happens to several customers and accounts, in any
order, with clocks that change and step back, and with everything in memory lost in between."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.application.paths.action_responses import Answered
from hub.application.paths.bulk import BulkDecisions, Campaign, Row
from hub.application.paths.contacts_facts import WantedContact
from hub.domain.cases.events import Severity
from hub.domain.contact import Channel, Direction, Identifier
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.outbound.events import ContactDispatched, ContactPlanned
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.decision.events import PathDecided
from hub.domain.errors import ConflictError, HubError, InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.grant.events import GrantAmended, PropositionGranted, PropositionPresented, Response
from hub.paths.consent.decide import Scope
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.question import Question
from hub.paths.propositions.model import Sender
from hub.ports import Recorded
from tests.paths import voice_laws as laws
from tests.paths.voice_laws import Story
from tests.paths.voice_policies import POLICIES, Policy
from tests.paths.voices import POINTS, Point, Voices

E = TypeVar("E", bound=Event)
T = TypeVar("T")
points = st.sampled_from(POINTS)
numbers = st.integers(0, 59)
policies = st.sampled_from(POLICIES)
OUTSIDE = (Purpose.PROMOTIONAL, Purpose.PROMOTIONAL, Purpose.SERVICE, Purpose.RECOVERY, Purpose.SURVEY)
WRITTEN = (Channel.SMS, Channel.EMAIL, Channel.PHONE)
JUMPS = (
    timedelta(milliseconds=-3), timedelta(milliseconds=-3), timedelta(minutes=1), timedelta(minutes=59),
    timedelta(hours=1), timedelta(hours=9), timedelta(hours=13), timedelta(hours=24), timedelta(days=4),
)  # fmt: skip
CHANGES = (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), datetime(2026, 10, 24, 22, 30, tzinfo=UTC))
"""Evenings in Berlin, before the clocks change."""


def some(known: Sequence[T], which: int) -> Sequence[T]:
    """One of them, if there are any. What there is may depend on who was first: hypothesis must not see it."""
    return [known[which % len(known)]] if known else []


class OneVoice(RuleBasedStateMachine):
    """Five contact points of whoever they turn out to be, an account, and everybody who speaks to them."""

    @initialize(policy=policies, joined=st.booleans())
    def begin(self, policy: Policy, joined: bool) -> None:
        self.loop = asyncio.new_event_loop()
        self.directory = TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.voices = Voices(Path(self.directory.name))
        self.log: list[Recorded] = []
        self.links: dict[str, Point] = {}
        self.cases: list[str] = []
        self.talks: list[str] = []
        self.grants: dict[str, str] = {}
        self.presented: list[tuple[str, str]] = []
        self.dispatched: list[str] = []
        self.slots: list[str] = []
        self.do(self._begin(policy, joined))

    async def _begin(self, policy: Policy, joined: bool) -> None:
        voices = self.voices
        await voices.open()
        await voices.publish(policy.text)
        for point in POINTS:
            await voices.meet(point)
        await voices.accounts.register("account_number", "A-1", "B2B", "Saman", **voices.command())
        self.account = voices.accounts.id_of("account_number", "A-1")
        self.points = laws.points_by_id([voices.point_id(one) for one in POINTS])
        voices.clock.moment += timedelta(days=2, hours=1)
        for point in POINTS[:3]:
            await self._say_yes(point, point.channels[-1], None)
        if joined:
            await self._link(POINTS[0], POINTS[1])

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.do(self.voices.close(), last=True)
            self.loop.close()
            self.directory.cleanup()

    def do(self, work: Coroutine[Any, Any, Any], *, last: bool = False) -> Any:
        """Do it, and note what it added to the log."""
        found = self.loop.run_until_complete(work)
        if not last:
            self.new = self.loop.run_until_complete(self.voices.log(len(self.log)))
            self.log += self.new
            for one in self.new:
                if isinstance(one.event, PropositionGranted | GrantAmended):
                    self.grants[one.event.grant_id] = one.event.terms_hash
                elif isinstance(one.event, PropositionPresented):
                    self.presented.append((one.event.grant_id, one.event.presentation_id))
                elif isinstance(one.event, ContactDispatched):
                    self.dispatched.append(one.event.contact_id)
                elif isinstance(one.event, ContactSlotReserved):
                    self.slots.append(one.event.slot_id)
        return found

    def told(self, kind: type[E]) -> Iterator[tuple[Recorded, E, Story]]:
        """What is new of this kind, and the story before it."""
        for one in self.new:
            if isinstance(one.event, kind):
                yield one, one.event, Story(self.log, one.position, one.event.causation)

    # What happens

    @rule(jump=st.sampled_from(JUMPS))
    def time_passes(self, jump: timedelta) -> None:
        self.voices.clock.moment += jump
        self.new = []

    @rule()
    def clocks_change(self) -> None:
        to_come = [one for one in CHANGES if one > self.voices.clock.moment]
        self.voices.clock.moment = min(to_come, default=self.voices.clock.moment)
        self.new = []

    @rule()
    def everything_in_memory_is_lost(self) -> None:
        self.do(self.voices.crash())

    @rule(policy=policies)
    def somebody_publishes(self, policy: Policy) -> None:
        self.do(self.voices.publish(policy.text))

    @rule(point=points, other=points, proves=st.booleans(), talks=st.booleans(), at_once=st.booleans())
    def they_come(self, point: Point, other: Point, proves: bool, talks: bool, at_once: bool) -> None:
        """And name another contact point besides, which may be somebody else's."""
        also = [] if other == point else [Identifier(kind=other.kind, value=other.value, verified=proves)]
        own = Identifier(kind=point.kind, value=point.value, verified=True)
        self.do(self._and_then_sell(point, at_once, self._come(point, (own, *also), talks)))

    async def _come(self, point: Point, brought: tuple[Identifier, ...], talks: bool) -> None:
        contact = await self.voices.contact(point, *brought)
        if talks:
            self.talks.append(await self.voices.queue(point, contact))

    @precondition(lambda self: self.talks)
    @rule()
    def a_conversation_ends(self) -> None:
        self.do(self.voices.end(self.talks.pop(0)))

    @rule(point=points, purpose=st.sampled_from([*Purpose, "birthday"]), channel=st.integers(0, 1))
    def an_agent_goes_to_them(self, point: Point, purpose: str, channel: int) -> None:
        told = {"direction": Direction.OUTBOUND, "channel": point.channels[-channel], "purpose": str(purpose)}
        self.do(self.voices.contact(point, Identifier(kind=point.kind, value=point.value, verified=True), **told))

    @rule(one=points, other=points)
    def link(self, one: Point, other: Point) -> None:
        if one != other:
            self.do(self._link(one, other))

    async def _link(self, one: Point, other: Point) -> None:
        if link := await self.voices.link(one, other):
            self.links[link] = one

    @rule(which=numbers)
    def unlink(self, which: int) -> None:
        for link in some(sorted(self.links), which):
            self.do(self.voices.unlink(self.links.pop(link), link))

    @rule(point=points, severity=st.sampled_from(Severity), of_account=st.booleans(), at_once=st.booleans())
    def they_complain(self, point: Point, severity: Severity, of_account: bool, at_once: bool) -> None:
        account = self.account if of_account else ""
        self.cases.append(self.do(self._and_then_sell(point, at_once, self.voices.open_case(point, severity, account))))

    @precondition(lambda self: self.cases)
    @rule()
    def it_is_settled(self) -> None:
        self.do(self.voices.settle(self.cases.pop()))

    @rule(point=points, channel=st.integers(0, 1), hours=st.sampled_from([None, None, 30]))
    def they_say_yes(self, point: Point, channel: int, hours: int | None) -> None:
        self.do(self._say_yes(point, point.channels[-channel], hours))

    async def _say_yes(self, point: Point, channel: Channel, hours: int | None) -> None:
        until = None if hours is None else self.voices.clock.now() + timedelta(hours=hours)
        await self.voices.consents.grant(self.voices.statement(point), channel, Purpose.PROMOTIONAL, "v1", until)

    @rule(point=points, scope=st.sampled_from(Scope), channel=st.integers(0, 1), at_once=st.booleans())
    def they_say_no(self, point: Point, scope: Scope, channel: int, at_once: bool) -> None:
        told = self.voices.statement(point)
        said = self.voices.consents.unsubscribe(told, point.channels[-channel], scope)
        self.do(self._and_then_sell(point, at_once, said))

    @rule(point=points, ends=st.booleans())
    def a_role_changes(self, point: Point, ends: bool) -> None:
        self.do(self._change_role(point, ends))

    async def _change_role(self, point: Point, ends: bool) -> None:
        told, accounts = self.voices.command(), self.voices.accounts
        known = (await accounts.show(self.account)).account.holdings
        held = [one.number for one in known if one.until is None]
        with suppress(InvalidError, RefusedError):  # it is so already, or began later by a clock that stepped back
            if ends and held:
                await accounts.end(self.account, held[0], until=None, reason="left", **told)
            else:
                await accounts.assign(self.account, point.stream, "buyer", since=None, until=None, **told)

    @rule(point=points, segment=st.sampled_from(["B2B", "B2C"]))
    def somebody_says_what_they_are(self, point: Point, segment: str) -> None:
        self.do(self.voices.customers.change_segment(point.stream, segment, "standard", **self.voices.command()))

    @rule(
        point=points,
        purpose=st.sampled_from(OUTSIDE),
        channels=st.permutations(WRITTEN),
        hours=st.sampled_from([None, 6, 40, 200]),
        proposes=st.booleans(),
        times=st.sampled_from([1, 1, 2]),
    )
    def a_campaign_asks(
        self, point: Point, purpose: Purpose, channels: list[Channel], hours: int | None, proposes: bool, times: int
    ) -> None:
        """At once with another, now and then."""
        by = None if hours is None else self.voices.clock.now() + timedelta(hours=hours)
        told = {"purpose": purpose, "by": by, "proposes": proposes}
        question = self.voices.question(Direction.OUTBOUND, *channels, **told)
        self.do(self._ask(times, point, question, grants=True))

    @rule(point=points, channel=st.integers(0, 1))
    def somebody_replies(self, point: Point, channel: int) -> None:
        came = self.voices.came_in(point, point.channels[-channel])
        told = {"purpose": Purpose.REPLY, "proposes": False, "came_in": came, "sender": Sender.AGENT}
        self.do(self._ask(1, point, self.voices.question(Direction.OUTBOUND, *WRITTEN, **told)))

    @rule(point=points, sender=st.sampled_from(Sender), times=st.sampled_from([1, 2]), shows=st.booleans())
    def somebody_is_here(self, point: Point, sender: Sender, times: int, shows: bool) -> None:
        came = self.voices.came_in(point)
        told = {"sender": sender, "came_in": came, "confidence": Confidence.VERIFIED}
        self.do(self._ask(times, point, self.voices.question(Direction.INBOUND, came.channel, **told), grants=shows))

    async def _and_then_sell(self, point: Point, at_once: bool, work: Coroutine[Any, Any, T]) -> T:
        """Somebody tries to, whatever just happened, or is just happening."""
        if at_once:
            found, _ = await asyncio.gather(work, self._sell(point))
            return found
        found = await work
        await self._sell(point)
        return found

    async def _sell(self, point: Point) -> None:
        told: Any = {"purpose": Purpose.PROMOTIONAL, "sender": Sender.AGENT}
        asked = self.voices.question(Direction.OUTBOUND, *WRITTEN, **told, proposes=False)
        await self._ask(1, point, asked)
        here = self.voices.question(Direction.INBOUND, Channel.WEB, **told, confidence=Confidence.VERIFIED)
        await self._ask(1, point, here)

    async def _ask(self, times: int, point: Point, question: Question, **more: Any) -> None:
        """Who finds others first again and again is told so, as is who names an account that is not theirs: neither
        leaves anything behind."""
        told = (ConflictError, InvalidError) if "account" in more else (ConflictError,)

        async def once() -> None:
            with suppress(*told):
                await self.voices.decide(point, question, **more)

        await asyncio.gather(*(once() for _ in range(times)))

    @rule(point=points, proposition=st.sampled_from(["fibre", "fibre", "tv", "lines"]), price=st.integers(40, 60))
    def somebody_grants_by_hand(self, point: Point, proposition: str, price: int) -> None:
        given = self.voices.parts.grants.give(point.stream, proposition, terms={"price": price}, **self.command())
        self.try_to(given)

    @rule(which=numbers, price=st.integers(0, 60), gift=st.integers(0, 3), reason=st.sampled_from(["", "a mistake"]))
    def somebody_amends(self, which: int, price: int, gift: int, reason: str) -> None:
        terms = {"price": price, "gift": gift}
        for grant in some(sorted(self.grants), which):
            self.try_to(self.voices.parts.grants.amend(grant, terms=terms, reason=reason, **self.command()))

    @rule(which=numbers, terms=numbers, point=points, channel=st.sampled_from(Channel), sender=st.sampled_from(Sender))
    def somebody_presents(self, which: int, terms: int, point: Point, channel: Channel, sender: Sender) -> None:
        """In terms that were given to somebody some day."""
        told: Any = {"channel": channel, "sender": sender, "presentation_id": f"p-{len(self.log)}"}
        for grant in some(sorted(self.grants), which):
            [hashed] = some([self.grants[grant], *self.grants.values()], terms)
            if grant.startswith("grant-account"):
                told["customer"] = point.stream
            self.try_to(self.voices.parts.grants.present(grant, hashed, **told, **self.command()))

    @rule(which=numbers, response=st.sampled_from(Response))
    def they_answer(self, which: int, response: Response) -> None:
        until = self.voices.clock.now() + timedelta(days=1) if response is Response.DEFERRED else None
        told: Any = {"deferred_until": until, **self.command()}
        for grant, presentation in some(self.presented, which):
            self.try_to(self.voices.parts.grants.answer(grant, presentation, response, **told))

    @rule(which=numbers, response=st.sampled_from(Response))
    def an_agent_says_what_the_screen_shows(self, which: int, response: Response) -> None:
        for talk in some(self.talks, which):
            self.do(self._respond(talk, response))

    async def _respond(self, talk: str, response: Response) -> None:
        shown = await self.voices.parts.actions.show(talk, **self.command())
        until = self.voices.clock.now() + timedelta(days=1) if response is Response.DEFERRED else None
        for action in (*shown.granted, *shown.actions):
            if action.responded is None:
                said = Answered(response, action.proposition, "", action.terms_hash, until)
                await self.voices.parts.action_responses.respond(talk, said, **self.command())

    @rule(order=st.permutations(POINTS[:3]))
    def a_firm_is_sold_to(self, order: list[Point]) -> None:
        """All its people, one after the other."""
        told: Any = {"purpose": Purpose.PROMOTIONAL, "proposes": False}

        async def one_after_the_other() -> None:
            for point in order:
                await self._ask(
                    1, point, self.voices.question(Direction.OUTBOUND, *WRITTEN, **told), account=self.account
                )

        self.do(one_after_the_other())

    @rule(one=points, other=points, price=st.integers(40, 60), at_once=st.booleans())
    def two_with_grants_turn_out_to_be_one(self, one: Point, other: Point, price: int, at_once: bool) -> None:
        """Perhaps while both are being asked."""
        if one != other:
            self.do(self._unite(one, other, price, at_once))

    async def _unite(self, one: Point, other: Point, price: int, at_once: bool) -> None:
        told: Any = {"purpose": Purpose.PROMOTIONAL, "confidence": Confidence.VERIFIED}
        here = self.voices.question(Direction.INBOUND, Channel.WEB, **told, propositions=("fibre",))
        away = self.voices.question(Direction.OUTBOUND, *WRITTEN, purpose=Purpose.PROMOTIONAL, proposes=False)
        asking = [self._ask(1, point, here, grants=True) for point in (one, other)]
        asking += [self._ask(1, point, away) for point in (one, other)]
        if at_once:
            await asyncio.gather(self._link(one, other), *asking)
        else:
            for each in (*asking, self._link(one, other)):
                await each
        with suppress(HubError):
            await self.voices.parts.grants.give(one.stream, "fibre", terms={"price": price}, **self.command())

    @rule(
        point=points,
        purpose=st.sampled_from(OUTSIDE),
        channels=st.permutations(WRITTEN),
        hours=st.sampled_from([None, 6, 40]),
        proposes=st.booleans(),
    )
    def somebody_wants_a_contact(
        self, point: Point, purpose: Purpose, channels: list[Channel], hours: int | None, proposes: bool
    ) -> None:
        by = None if hours is None else self.voices.clock.now() + timedelta(hours=hours)
        wanted = WantedContact(
            point.stream, purpose, Sender.CAMPAIGN, tuple(channels), text="new!", proposes=proposes, by=by
        )
        command = self.command()
        self.do(self.voices.parts.contacts.ask(wanted, request=command["command_id"], **command))

    @rule(
        some_points=st.lists(points, min_size=1, unique=True),
        channels=st.permutations(WRITTEN),
        hours=st.sampled_from([None, 40]),
        again=st.booleans(),
        times=st.sampled_from([1, 2]),
    )
    def a_campaign_plans_contacts(
        self, some_points: list[Point], channels: list[Channel], hours: int | None, again: bool, times: int
    ) -> None:
        """Perhaps twice at once, or once more."""
        by = None if hours is None else self.voices.clock.now() + timedelta(hours=hours)
        name = "spring" if again else self.command()["command_id"]
        campaign = Campaign(name, Purpose.PROMOTIONAL, tuple(channels), ("fibre", "tv"), by, sends=True)
        rows = [Row(number, point.stream) for number, point in enumerate(some_points, 1)]
        self.do(self._run(campaign, rows, times))

    async def _run(self, campaign: Campaign, rows: list[Row], times: int) -> None:
        bulk = BulkDecisions(self.voices.parts.decisions, self.voices.clock)
        rules = self.voices.parts.in_force.rules
        await asyncio.gather(*(bulk.decide(campaign, rows, rules, "operator:cli") for _ in range(times)))

    @rule()
    def what_is_due_is_done(self) -> None:
        self.do(self._due())

    async def _due(self) -> None:
        for stream in sorted({one.stream for one in self.log if isinstance(one.event, ContactPlanned)}):
            await self.voices.parts.contacts.due(stream)

    @rule(which=numbers, arrives=st.booleans())
    def an_adapter_reports(self, which: int, arrives: bool) -> None:
        reports, now = self.voices.parts.reports, self.voices.clock.now()
        for contact in some(self.dispatched, which):
            if arrives:
                self.try_to(reports.sent(contact, thread=contact, at=now, **self.command()))
            else:
                self.try_to(reports.failed(contact, "busy", **self.command()))

    @rule(which=numbers)
    def somebody_gives_a_slot_back(self, which: int) -> None:
        for slot in some(self.slots, which):
            self.try_to(self.voices.parts.contacts.release(slot, **self.command()))

    def command(self) -> dict[str, str]:
        return self.voices.command()

    def try_to(self, work: Coroutine[Any, Any, Any]) -> None:
        """Whoever is refused it leaves nothing behind."""

        async def attempt() -> bool:
            try:
                await work
            except HubError:
                return False
            return True

        assert self.do(attempt()) or not self.new

    # What always holds

    @invariant()
    def law_1_one_image(self) -> None:
        for _, given, story in self.told(PropositionGranted):
            laws.one_grant_at_a_time(story, given)
        for one, said, _ in self.told(PropositionPresented):  # perhaps granted by the very same command
            laws.presented_as_granted(Story(self.log, one.position), said, one.stream)
        for one, amended, story in self.told(GrantAmended):
            laws.amended_for_a_reason(story, amended, one.stream)

    @invariant()
    def law_2_frequency(self) -> None:
        for _, slot, story in self.told(ContactSlotReserved):
            moved = {
                one.event.slot_id
                for one in self.new
                if isinstance(one.event, ContactSlotReleased) and one.event.causation == slot.causation
            }
            laws.windows_hold(story, slot, moved)

    @invariant()
    def law_2_and_nothing_is_made_twice(self) -> None:
        for one, _, _ in self.told(ContactDispatched):
            laws.dispatched_once(self.log, one)

    @invariant()
    def law_3_inbound_holds_outbound(self) -> None:
        for _, decided, story in self.told(PathDecided):
            laws.inbound_holds_outbound(story, decided)

    @invariant()
    def law_4_a_complaint_stops_selling(self) -> None:
        for _, decided, story in self.told(PathDecided):
            laws.complaint_stops_selling(story, decided)

    @invariant()
    def law_5_quiet_hours(self) -> None:
        for _, decided, story in self.told(PathDecided):
            laws.quiet_hours_are_kept(story, decided, self.points)

    @invariant()
    def law_6_consent(self) -> None:
        for _, decided, story in self.told(PathDecided):
            laws.consent_is_there(story, decided)

    @invariant()
    def law_7_replies_go_back(self) -> None:
        for _, decided, _ in self.told(PathDecided):
            laws.replies_go_back(decided)

    @invariant()
    def law_8_replay(self) -> None:
        """Each decision some steps later, by what was published and answered in between."""
        for one in self.log[-60:-50]:
            if isinstance(one.event, PathDecided):
                self._replayed(one.event)

    def _replayed(self, event: PathDecided) -> None:
        said = [(one.proposition, one.channel, one.point) for one in event.said]
        again = self.loop.run_until_complete(self.voices.taken_again(event))
        assert again == (event.inputs, event.outcome, event.due_at, said), event

    @invariant()
    def law_9_parity(self) -> None:
        """Whoever asks on whichever channel is told the same, in the same terms: those that stand, or will."""
        for customer in self._asked_about():
            told = [self.loop.run_until_complete(self.voices.voice(customer, channel)) for channel in Channel]
            assert all(one == told[0] for one in told), told
            policy = Story(self.log, len(self.log) + 1).policy
            stands = laws.best_grants(Story(self.log, len(self.log) + 1), customer, self.voices.clock.now())
            for name, (grant, terms) in told[0].items():
                known = stands.get(name)
                if grant and name != "lines":
                    assert known is not None
                    assert (grant, terms) == (known["grant_id"], known["terms_hash"])
                elif name != "lines":
                    assert known is None, "it is granted, and not shown so"
                if not grant:
                    assert terms == laws.plain_hash(policy.terms(name))

    @invariant()
    def law_9_and_of_service(self) -> None:
        """Whichever channel they come on, they are served by the same skill, just as soon."""
        for customer in self._asked_about():
            for service in ("sales", "support", "billing", "complaints", ""):
                served = [
                    self.loop.run_until_complete(self.voices.served(customer, channel, service)) for channel in Channel
                ]
                assert all(one == served[0] for one in served), served

    def _asked_about(self) -> set[str]:
        return {one.event.customer_id for one in self.new if isinstance(one.event, PathDecided)}

    @invariant()
    def law_10_holdout(self) -> None:
        for _, decided, story in self.told(PathDecided):
            laws.held_out_hear_nothing(story, decided)


OneVoice.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
test_one_voice = OneVoice.TestCase
