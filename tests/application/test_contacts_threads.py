"""In whose conversation a contact goes on, also where who was taken for one customer turns out to be two."""

import pytest

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import IdentifierObserved
from hub.domain.customer.links.events import CustomersUnlinked
from hub.domain.decision.events import Outcome
from hub.domain.ids import interaction_id
from tests.application.test_path_contacts import ask, dispatched, talk
from tests.application.test_path_decisions import ANN, BEN, LEFT, LINK, RIGHT, Between, Hub
from tests.domain.consents import KEY
from tests.paths.decisions import at as moment
from tests.paths.decisions import meta

CALL = interaction_id(KEY, "c-1")
OWN_PHONE = "+989121234568"


@pytest.fixture
async def hub() -> Hub:
    """Ann called; Ben, who has a phone of his own, is taken for her. It is night when he is to be called about it."""
    hub = Hub(Between())
    await hub.begin()
    seen = IdentifierObserved(**meta(moment(-2)), kind="phone", value=OWN_PHONE, verified=True)
    await hub.write((ANN, LINK), (BEN, LINK), (BEN, seen), *talk(-0.2))
    hub.clock.hours = 12
    point = hub.parts.point_of("phone", OWN_PHONE).point
    told = {"purpose": Purpose.SERVICE, "channels": (Channel.PHONE,), "interaction_id": CALL, "point": point}
    decided = await ask(hub, customer=BEN, by=moment(40), agent_id="ann", **told)
    assert decided.event.outcome is Outcome.LATER
    return hub


async def test_it_goes_on_in_the_conversation_it_is_about(hub: Hub) -> None:
    hub.clock.hours = 21
    await hub.parts.contacts.due(BEN)
    event = await dispatched(hub)
    assert (event.address, event.thread, event.correlation, event.agent_id) == (OWN_PHONE, "call-1", CALL, "ann")
    assert event.queue == "care"


async def test_after_an_unlink_it_begins_a_conversation_of_its_own(hub: Hub) -> None:
    """An answer to it would else be read in Ann's."""
    apart = CustomersUnlinked(**meta(moment(13)), link_id="link-1", left=LEFT, right=RIGHT)
    await hub.write((ANN, apart), (BEN, apart))
    hub.clock.hours = 21
    await hub.parts.contacts.due(BEN)
    event = await dispatched(hub)
    assert (event.address, event.thread, event.correlation) == (OWN_PHONE, event.contact_id, "")
    assert (event.agent_id, event.queue) == ("ann", "")
    [made] = await hub.parts.reports.sent(
        event.contact_id, thread="call-2", at=hub.clock.now(), actor="adapter:phone", command_id="s"
    )
    assert (made.stream, made.event.correlation) == (BEN, "")
