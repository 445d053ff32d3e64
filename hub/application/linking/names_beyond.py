"""Whether a phone or mail address would join somebody of another name: families share them, and they get new owners."""

from collections.abc import Callable

from hub.domain.customer.links.decide import Bearing, Whole
from hub.domain.customer.links.events import Side
from hub.domain.customer.links.rules import REACHES, STRONG
from hub.paths.duplicates.comparing import names_contradict

Called = Callable[[str], str]
"""What a stream's customer was called before the contact; empty: nobody said."""


def bearing_other_names(home: Side, other: Side, called: Called, said: str) -> Bearing:
    """Asks the names of two customers, of whom a contact brought `home` and `other`; `said`: what it calls them."""

    def ask(we: Whole, they: Whole) -> list[str]:
        name = said or (called(home.id) if home.kind in STRONG else _strong_name(we, called))
        if not name:
            return []
        told = _passed_on(home, we, called) | _passed_on(other, they, called)
        return [stream for stream, one in told.items() if names_contradict(name, one)]

    return ask


def _passed_on(side: Side, whole: Whole, called: Called) -> dict[str, str]:
    """Names that come along with a phone or mail address: of what says who somebody is, else of whatever has one, else
    its own. None with what says itself who somebody is, nor with what nothing was linked with."""
    if side.kind not in REACHES or len(whole) == 1:
        return {}
    named = {one.id: called(one.id) for one in whole.values() if one.id != side.id and called(one.id)}
    strong = {stream: name for stream, name in named.items() if whole[stream].kind in STRONG}
    return strong or named or ({side.id: own} if (own := called(side.id)) else {})


def _strong_name(whole: Whole, called: Called) -> str:
    return next((name for one in whole.values() if one.kind in STRONG and (name := called(one.id))), "")
