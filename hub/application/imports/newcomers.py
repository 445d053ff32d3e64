"""A record of somebody of whom nothing was known: its verified identifiers are joined with nothing to look up."""

from collections.abc import Sequence

from hub.domain.customer.attested import AttestCustomer
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.customer.identity import Home
from hub.domain.customer.links.decide import Asked, link_verified
from hub.domain.customer.links.events import Side
from hub.domain.customer.links.rules import decisive
from hub.domain.customer.links.state import NO_LINKS, evolve
from hub.domain.event import Event

Newcomer = dict[str, list[Event]]
"""The facts of a new customer, by stream."""


def join(newcomer: Newcomer, homes: Sequence[Home], command: AttestCustomer) -> Newcomer:
    """The same with the streams of the other identifiers, each registered with its identifier and linked with the first
    as if they had come in one contact. The facts of the first stream are there already."""
    if len(homes) == 1:
        return newcomer
    asked = Asked(command.now, command.actor, command.causation)
    sides = [Side(id=home.stream, kind=home.identifiers[0].kind, since=command.now) for home in homes]
    leading = sides[0]
    links = {side.id: NO_LINKS for side in sides}
    for home, side in zip(homes[1:], sides[1:], strict=True):
        if not homes[0].identifiers[0].verified or not decisive(leading.kind, side.kind):
            continue
        told = link_verified(links, leading, side, asked)
        if told:
            [one] = home.identifiers
            seen = IdentifierObserved(**asked.common(), kind=one.kind, value=one.value, verified=True)
            newcomer[side.id] = [CustomerRegistered(**asked.common()), seen]
        for stream, event in told:
            newcomer[stream].append(event)
            links[stream] = evolve(links[stream], event)
    return newcomer
