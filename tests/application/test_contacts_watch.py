"""Whatever a hub was doing when it went down: contacts are seen to when they are due, once, by those who come after."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.application.due_watch import DueWatch
from hub.application.paths.contacts_watch import contacts_watch
from hub.domain.customer.outbound.events import ContactDispatched, ContactGivenUp, ContactPlanned, ContactUnreported
from hub.domain.customer.outbound.state import Phase
from hub.projections import contacts_due, due
from hub.projections.contacts_due import PROJECTION
from tests.application.test_path_contacts import ANN, BEN, BY, EMAIL, LINK, SMS, ask, sent
from tests.application.test_path_decisions import Between, Hub
from tests.paths.decisions import MAIL, consent
from tests.paths.decisions import at as moment
from tests.support.link_views import LinkViews


def watch(hub: Hub) -> DueWatch:
    """Another process, on the same log."""
    made = contacts_watch(hub.parts.contacts, hub.clock, LinkViews(hub.journal, PROJECTION))
    hub.journal.followers.append(made.follow)
    return made


async def begin() -> Hub:
    hub = Hub(Between())
    await hub.begin()
    await hub.write((ANN, LINK), (BEN, LINK), (BEN, consent(moment(-1), MAIL, EMAIL, said=True)))
    return hub


async def count(hub: Hub, kind: type[Any]) -> int:
    return len(await hub.facts(kind))


async def waiting(hub: Hub) -> list[int]:
    views = LinkViews(hub.journal, PROJECTION)
    found = await views.read(lambda told: due.overdue(told, contacts_due.PROJECTION.name, moment(10_000), 50))
    return [one.due_ms for one in found]


async def test_a_contact_is_made_when_it_is_due_and_nothing_is_due_any_more_once_it_was() -> None:
    hub = await begin()
    watching = watch(hub)
    await watching.step()
    hub.clock.hours = 12
    await ask(hub, by=moment(40))
    await watching.step()
    assert (await count(hub, ContactPlanned), await count(hub, ContactDispatched)) == (1, 0)
    hub.clock.hours = 21
    await watching.step()
    await watching.step()
    [(_, event)] = await hub.facts(ContactDispatched)
    assert isinstance(event, ContactDispatched)
    assert len(await waiting(hub)) == 1
    await sent(hub, event.contact_id)
    assert await waiting(hub) == []


async def test_who_starts_anew_sees_to_what_came_before() -> None:
    hub = await begin()
    hub.clock.hours = 12
    await ask(hub, by=moment(40))
    hub.clock.hours = 22
    await watch(hub).step()
    assert await count(hub, ContactDispatched) == 1
    hub.clock.hours = 24
    await watch(hub).step()
    assert await count(hub, ContactUnreported) == 1
    assert await waiting(hub) == []


STEPS = st.lists(st.sampled_from(["ask", "sent", "failed", "hour", "day", "step", "restart"]), max_size=25)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
async def test_no_contact_point_is_told_of_a_contact_twice_and_none_is_left_lying(steps: list[str]) -> None:
    hub = await begin()
    watching = watch(hub)
    for number, step in enumerate(steps):
        told = [event for _, event in await hub.facts(ContactDispatched)]
        match step:
            case "ask":
                hours = hub.clock.hours
                await ask(hub, f"r-{number}", channels=(SMS, EMAIL), by=moment(hours + 30))
            case "sent" | "failed" if told:
                name = getattr(told[-1], "contact_id", "")
                phase = (await hub.parts.contacts.find(name)).contact.phase  # type: ignore[union-attr]
                if step == "failed":
                    await hub.parts.reports.failed(name, "no", **BY)
                elif phase in (Phase.DISPATCHED, Phase.UNREPORTED, Phase.SENT):
                    await sent(hub, name)
            case "hour" | "day":
                hub.clock.hours += 1 if step == "hour" else 24
            case "step":
                await watching.step()
            case "restart":
                hub.journal.followers.remove(watching.follow)
                watching = watch(hub)
    for _ in range(40):
        hub.clock.hours += 6
        await watch(hub).step()
    dispatched = [event for _, event in await hub.facts(ContactDispatched) if isinstance(event, ContactDispatched)]
    assert len({one.contact_id for one in dispatched}) == len(dispatched)
    assert len({(one.outbound_id, one.channel) for one in dispatched}) == len(dispatched)
    assert await waiting(hub) == []
    planned = {getattr(event, "outbound_id", "") for _, event in await hub.facts(ContactPlanned)}
    over = {Phase.SENT, Phase.UNREPORTED, Phase.GIVEN_UP, Phase.FAILED}
    assert {(await hub.parts.contacts.find(one)).contact.phase for one in planned} <= over  # type: ignore[union-attr]
    assert await count(hub, ContactGivenUp) <= len(planned)
