"""Given any links and unlinks among any consents, then nobody's consent is won or lost by them."""

from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import ConsentDenied, ConsentGranted, ConsentWithdrawn, PointBlocked, Purpose
from hub.domain.customer.consent.point import contact_point
from hub.domain.customer.consent.state import standing
from hub.domain.customer.links.component import whole
from hub.domain.customer.links.decide import Asked, link_by_hand, unlink
from hub.domain.customer.links.events import Side
from hub.domain.customer.links.state import NO_LINKS, Links, evolve
from hub.domain.errors import HubError
from hub.domain.event import Event
from tests.domain.consents import KEY, consent, day, fact

PHONES = [contact_point(KEY, "phone", f"+98912000000{number}") for number in range(4)]
STREAMS = [f"customer-{number}" for number in range(4)]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["link", "link", "unlink", "grant", "deny", "withdraw", "block"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=25,
)


@for_all(STEPS)
def test_links_neither_give_nor_take_consent(steps: list[tuple[str, int, int]]) -> None:
    streams: dict[str, list[Event]] = {stream: [] for stream in STREAMS}
    never_linked: dict[str, list[Event]] = {stream: [] for stream in STREAMS}
    for number, (step, one, other) in enumerate(steps):
        if step in ("link", "unlink"):
            for stream, event in linking(streams, step, one, other, number):
                streams[stream].append(event)
        else:
            event = told(step, one, number)
            streams[STREAMS[one]].append(event)
            never_linked[STREAMS[one]].append(event)
    at = day(len(steps))
    for mine in STREAMS:
        members = whole(links_of(streams), side(mine))
        together = standing((event for member in members for event in streams[member]), at)
        for member in members:
            point = PHONES[STREAMS.index(member)].point
            alone = standing(never_linked[member], at)
            assert together.blocked_by(point, Channel.SMS) == alone.blocked_by(point, Channel.SMS)
            for purpose in Purpose:
                assert together.stance(point, Channel.SMS, purpose) == alone.stance(point, Channel.SMS, purpose)


def linking(streams: dict[str, list[Event]], step: str, one: int, other: int, number: int) -> list[tuple[str, Event]]:
    known, asked = links_of(streams), Asked(day(number), "operator:x", f"command-{number}", "a card")
    try:
        if step == "link":
            return link_by_hand(known, side(STREAMS[one]), side(STREAMS[other]), asked)
        live = sorted(known[STREAMS[one]].live, key=lambda link: link.link_id)
        return unlink(known, side(STREAMS[one]), live[other % len(live)].link_id, asked) if live else []
    except HubError:
        return []


def told(step: str, one: int, number: int) -> Event:
    about: dict[str, Any] = consent(day(number), PHONES[one])
    match step:
        case "grant":
            return ConsentGranted(**about)
        case "deny":
            return ConsentDenied(**about)
        case "withdraw":
            return ConsentWithdrawn(**about)
        case _:
            return PointBlocked(**fact(day(number), PHONES[one], source="regulator"), channel=Channel.SMS)


def side(stream: str) -> Side:
    return Side(id=stream, kind="phone", since=day(STREAMS.index(stream)))


def links_of(streams: dict[str, list[Event]]) -> dict[str, Links]:
    found = {}
    for stream, history in streams.items():
        links = NO_LINKS
        for event in history:
            links = evolve(links, event)
        found[stream] = links
    return found
