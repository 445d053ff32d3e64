"""A conversation by mail that an agent has: two contacts of one customer, as the routes of its words find them."""

from datetime import timedelta
from typing import Any

from hub.domain.contact import Attachment, Channel, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered, IdentifierObserved
from hub.domain.ids import customer_id
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
)
from hub.domain.policy.events import PathPolicyPublished
from hub.ports import ContactRow
from tests.api.world import KEY, META, NOON, World
from tests.paths.decisions import POLICY
from tests.projections.happenings import placement

MAIL = "mina@example.com"
MINA = customer_id(KEY, "email", MAIL)
BOSS = "boss@example.com"
BOSS_IS = customer_id(KEY, "email", BOSS)
WORK = "interaction-1"
ROUTE = f"/v1/interactions/{WORK}/messages"


def came(
    contact: str, minutes: float, text: str, channel: Channel = Channel.EMAIL, address: str = MAIL, **more: Any
) -> ContactReceived:
    at = {**META, "at": NOON + timedelta(minutes=minutes)}
    more.setdefault("subject", "card")
    return ContactReceived(
        **at, contact_id=contact, channel=channel, address=address, sender="help", thread="t", purpose="service",
        service="", language="fa", text=text, standing=Standing(), pool="main", **more,
    )  # fmt: skip


def begin(world: World, channel: Channel = Channel.EMAIL, address: str = MAIL) -> None:
    """Mina wrote twice, and Ann has it."""
    queued = InteractionQueued(
        **META, **placement("cards"), pool="main", contact_id="m-1", customer_id=MINA, channel=channel, thread="t",
        service="cards", segment="B2C", value_tier="", lifecycle_stage="", language="fa",
    )  # fmt: skip
    offered = InteractionOffered(
        **META, offer_id="offer-1-1", agent_id="ann", expires_at=NOON, units=1, policy="1", reasons=()
    )
    world.write(
        ("policy-paths", PathPolicyPublished(**META, version="v1", text=POLICY, note="")),
        (MINA, CustomerRegistered(**META)),
        (MINA, IdentifierObserved(**META, kind="email", value=MAIL, verified=False)),
        (
            MINA,
            came("m-1", -3, "where is my card", channel, address, html="<p>where</p><img>", cc=("reza@example.com",)),
        ),
        (WORK, queued),
        (WORK, offered),
        (WORK, OfferAccepted(**META, offer_id="offer-1-1", agent_id="ann")),
        (MINA, came("m-2", -1, "I am on holiday", channel, address, auto=True)),
        (WORK, ContactAttached(**META, contact_id="m-2")),
    )


def world_with_it() -> World:
    """A hub where it is going on."""
    world = World()
    begin(world)
    return world


ORIGINAL = Attachment(uri="hub-file:abc", media_type="message/rfc822", name="original.eml", size=9)


def mail_with_original(world: World) -> None:
    """Mina writes once more, and that mail is kept as it came."""
    world.write((MINA, came("m-3", -0.5, "and now?", attachments=(ORIGINAL,))))
    world.write((WORK, ContactAttached(**META, contact_id="m-3")))


def boss_writes(world: World, contact: str = "m-4", **more: Any) -> None:
    """Somebody else on the same thread, who is another customer."""
    mail = came(contact, -0.25, "I wait, too", address=BOSS, subject="the card", **more)
    world.write((BOSS_IS, CustomerRegistered(**META)))
    world.write((BOSS_IS, IdentifierObserved(**META, kind="email", value=BOSS, verified=False)), (BOSS_IS, mail))
    world.journal.rows[contact] = ContactRow(contact, BOSS_IS, b"")
    world.write((WORK, ContactAttached(**META, contact_id=contact)))
