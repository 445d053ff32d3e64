"""What we send a customer is one row of their timeline, which says how far it is, in whatever is asked for."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.domain.contact import Channel, Standing
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import ContactSent
from hub.domain.customer.outbound.events import (
    ContactDelivered,
    ContactDispatched,
    ContactFailed,
    ContactGivenUp,
    ContactPlanned,
    ContactUnreported,
)
from hub.domain.ids import interaction_id
from hub.ports import ContactRow
from tests.api.test_dossier_routes import ANN, MAILBOX, PHONE, Stage
from tests.api.world import KEY, World

Row = tuple[str, str, str]
WORK = interaction_id(KEY, "c-1")
WRITTEN = {"subject": "About your card", "text": "a new one is on its way"}


class Sending(Stage):
    """A customer who wrote, and is written to."""

    def wrote(self) -> None:
        self.customer(ANN, "phone", PHONE)
        self.contact("c-1", "where is my card", channel=Channel.SMS)
        self.queued("c-1")

    def planned(self, name: str = "o-1", *channels: Channel, **more: Any) -> None:
        about = {"channels": channels or (Channel.SMS,), "queue": "care", **WRITTEN, **more}
        meta = self.meta(actor="agent:ann", correlation=WORK)
        self.write(ANN, ContactPlanned(
            **meta, outbound_id=name, due_at=meta["at"], customer_id=ANN, purpose=Purpose.REPLY, sender="agent",
            **about))  # fmt: skip

    def told(self, contact: str = "o-1", name: str = "o-1", channel: Channel = Channel.SMS) -> None:
        meta = self.meta(actor="policy:default@1", correlation=WORK)
        self.write(ANN, ContactDispatched(
            **meta, outbound_id=name, contact_id=contact, customer_id=ANN, channel=channel, address=PHONE,
            thread=contact, purpose=Purpose.REPLY, sender="agent", **WRITTEN, standing=Standing(),
            report_by=meta["at"] + timedelta(hours=1)))  # fmt: skip

    def left(self, contact: str = "o-1", channel: Channel = Channel.SMS) -> None:
        self.contact(contact, WRITTEN["text"], ContactSent, channel=channel, subject=WRITTEN["subject"])

    def delivered(self, contact: str = "o-1", name: str = "o-1") -> None:
        self.write(ANN, ContactDelivered(**self.meta(), outbound_id=name, contact_id=contact, channel=Channel.SMS))

    def failed(self, contact: str = "o-1", *, again: bool = False, reason: str = "mailbox full") -> None:
        self.write(ANN, ContactFailed(
            **self.meta(), outbound_id="o-1", contact_id=contact, customer_id=ANN, channel=Channel.SMS, reason=reason,
            again=again))  # fmt: skip

    def unreported(self) -> None:
        self.write(ANN, ContactUnreported(**self.meta(), outbound_id="o-1", contact_id="o-1", channel=Channel.SMS))

    def given_up(self) -> None:
        self.write(ANN, ContactGivenUp(**self.meta(), outbound_id="o-1", reason="too_late"))

    async def rows(self, **query: Any) -> list[Row]:
        """Of what we send: what stands there, how far it is, and why not."""
        told = (await self.timeline(**query))["timeline"]
        ours = [one for one in told if one["kind"] == "outbound" or one.get("direction") == "outbound"]
        return [(one.get("what") or one["contact_id"], one["state"], one["reason"]) for one in ours]


@pytest.fixture
def stage(world: World, http: httpx.AsyncClient) -> Sending:
    made = Sending(world, http)
    made.wrote()
    return made


async def test_an_answer_is_one_row_from_the_plan_to_its_arrival(stage: Sending) -> None:
    """Given an answer that an agent wrote; when it goes on; then one row says how far it is, at any time since."""
    moments = list[tuple[str, Row]]()
    for step, row in (
        (stage.planned, ("planned", "waiting", "")),
        (stage.told, ("planned", "dispatched", "")),
        (stage.left, ("o-1", "sent", "")),
        (stage.delivered, ("o-1", "delivered", "")),
    ):
        step()
        assert await stage.rows() == [row]
        moments.append((stage.world.clock.now().isoformat(), row))
    for moment, row in moments:
        assert await stage.rows(at=moment) == [row]


async def test_what_went_out_says_who_wanted_it_sent_and_since_when_it_is_so(stage: Sending) -> None:
    stage.planned()
    [planned] = (await stage.timeline(kind="outbound"))["timeline"]
    assert (planned["channel"], planned["actor"], planned["event"]["text"]) == ("sms", "agent:ann", WRITTEN["text"])
    stage.told()
    stage.left()
    stage.delivered()
    since = stage.world.clock.now().isoformat().replace("+00:00", "Z")
    [sent] = (await stage.timeline(kind="outbound"))["timeline"]
    assert (sent["kind"], sent["actor"], sent["state_at"]) == ("contact", "agent:ann", since)
    [came] = [one for one in (await stage.timeline(kind="contact"))["timeline"] if one["direction"] == "inbound"]
    assert (came["state"], came["state_at"], came["actor"]) == ("", None, "")


async def test_what_was_never_sent_stays_with_the_reason(stage: Sending) -> None:
    stage.planned()
    stage.told()
    stage.failed()
    assert await stage.rows() == [("planned", "failed", "mailbox full")]
    stage.planned("o-2")
    assert await stage.rows() == [("planned", "waiting", ""), ("planned", "failed", "mailbox full")]


async def test_what_was_given_up_says_why(stage: Sending) -> None:
    stage.planned()
    stage.given_up()
    assert await stage.rows() == [("planned", "given_up", "too_late")]


async def test_what_came_back_after_it_was_sent_failed(stage: Sending) -> None:
    stage.planned()
    stage.told()
    stage.left()
    stage.failed()
    assert await stage.rows() == [("o-1", "failed", "mailbox full")]
    assert await stage.rows(q="old mailbox") == []
    assert await stage.rows(q="new mailbox") == [("o-1", "failed", "mailbox full")]


async def test_what_nobody_reported_is_perhaps_not_sent_until_somebody_does(stage: Sending) -> None:
    stage.planned()
    stage.told()
    stage.unreported()
    assert await stage.rows() == [("planned", "unreported", "")]
    stage.left()
    assert await stage.rows() == [("o-1", "sent", "")]


async def test_what_left_for_a_stream_that_is_somebody_else_by_now_is_sent(stage: Sending) -> None:
    stage.planned()
    stage.told()
    stage.world.journal.rows["o-1"] = ContactRow("o-1", MAILBOX, b"hash")
    assert await stage.rows() == [("planned", "sent", "")]


async def test_each_try_that_failed_before_another_path_was_taken_stays(stage: Sending) -> None:
    """Given what failed by SMS; when it goes by mail; then both are told, and the plan no more."""
    stage.planned("o-1", Channel.SMS, Channel.EMAIL)
    stage.told()
    stage.failed(again=True)
    assert await stage.rows() == [("failed", "", ""), ("planned", "waiting", "")]
    stage.told("o-1/2", channel=Channel.EMAIL)
    stage.left("o-1/2", Channel.EMAIL)
    assert await stage.rows() == [("o-1/2", "sent", ""), ("failed", "", "")]
    assert await stage.rows(channel="email") == [("o-1/2", "sent", "")]
    assert await stage.rows(channel="sms") == [("failed", "", "")]


@pytest.mark.parametrize("reply", [{}, {"came_in_on": Channel.SMS}])
async def test_what_failed_on_one_channel_waits_on_those_that_are_left(stage: Sending, reply: dict[str, Any]) -> None:
    """Given what may go by SMS or by mail; when the SMS failed; then the plan is one for mail until that failed too."""
    stage.planned("o-1", Channel.SMS, Channel.EMAIL, **reply)
    stage.told()
    stage.failed(again=True)
    assert await stage.rows(channel="email") == [("planned", "waiting", "")]
    assert await stage.rows(channel="sms") == [("failed", "", "")]
    [planned] = (await stage.timeline(channel="email"))["timeline"]
    assert planned["channel"] == "email"
    stage.told("o-1/2", channel=Channel.EMAIL)
    assert await stage.rows(channel="email") == [("planned", "dispatched", "")]


async def test_what_waits_is_on_each_channel_that_it_may_go_by(stage: Sending) -> None:
    stage.planned("o-1", Channel.SMS, Channel.EMAIL)
    for channel, rows in (("sms", [("planned", "waiting", "")]), ("email", [("planned", "waiting", "")]), ("web", [])):
        assert await stage.rows(channel=channel) == rows
    stage.planned("o-2", Channel.SMS, Channel.EMAIL, came_in_on=Channel.WEB)
    assert await stage.rows(channel="web") == [("planned", "waiting", "")]
    assert len(await stage.rows(channel="email")) == 1


async def test_what_went_out_is_sent_since_it_left_also_where_no_plan_is_asked_for(stage: Sending) -> None:
    stage.planned()
    stage.told()
    stage.left()
    stage.world.journal.rows["o-1"] = ContactRow("o-1", ANN, b"hash")
    [sent] = (await stage.timeline(kind="contact", direction="outbound"))["timeline"]
    assert (sent["state"], sent["state_at"]) == ("sent", sent["at"])


async def test_what_nobody_asked_the_hub_for_is_sent(stage: Sending) -> None:
    stage.left("by hand")
    assert await stage.rows() == [("by hand", "sent", "")]


@pytest.mark.parametrize(
    ("query", "sent", "planned"),
    [
        ({"kind": "outbound"}, True, True),
        ({"kind": "contact"}, True, False),
        ({"kind": ["contact", "outbound"]}, True, True),
        ({"kind": "case"}, False, False),
        ({"channel": "sms"}, True, True),
        ({"channel": "email"}, False, False),
        ({"direction": "outbound"}, True, True),
        ({"direction": "inbound"}, False, False),
        ({"direction": "inbound", "kind": "outbound"}, False, False),
        ({"queue": "other"}, False, False),
        ({"q": "new card"}, True, True),
        ({"q": "old card"}, False, False),
        ({"from": "2026-01-05T12:00:00Z"}, True, True),
        ({"to": "2026-01-05T12:02:00Z"}, False, False),
    ],
)
async def test_it_is_one_row_in_every_filter(stage: Sending, query: dict[str, Any], sent: bool, planned: bool) -> None:
    """Given one answer that arrived and one that waits; when part of the timeline is asked for; then each is at most
    one row of it."""
    stage.planned()
    stage.told()
    stage.left()
    stage.delivered()
    stage.planned("o-2")
    expected = [("planned", "waiting", "")] * planned + [("o-1", "delivered", "")] * sent
    assert await stage.rows(**query) == expected


@pytest.mark.parametrize("query", [{"interaction": WORK}, {"queue": "care"}])
async def test_where_what_went_out_has_no_row_the_plan_has_it(stage: Sending, query: dict[str, str]) -> None:
    """Given an answer that left on a thread of its own; when its interaction is asked for; then the plan tells of
    it."""
    stage.planned()
    stage.told()
    stage.left()
    assert await stage.rows(**query) == [("planned", "sent", "")]


async def test_pages_tell_it_once_wherever_the_plan_and_what_went_out_would_stand(stage: Sending) -> None:
    stage.planned()
    stage.told()
    for number in range(3):
        stage.contact(f"between-{number}", "hm")
    stage.left()
    got, before = list[str](), None
    while True:
        page = await stage.timeline(limit=2, **({"before": before} if before else {}))
        got += [one.get("what") or one["contact_id"] for one in page["timeline"]]
        before = page["before"]
        if before is None:
            break
    assert got == ["o-1", "between-2", "between-1", "between-0", "c-1", "seen", "registered"]
