"""What agents may say of who is one customer: what was proven, or a steward has decided, they can't overrule."""

from hub.domain.customer.links import decide
from hub.domain.customer.links.component import Known, whole
from hub.domain.customer.links.decide import BY_HAND, DECLARED, Asked, Told
from hub.domain.customer.links.events import Side
from hub.domain.customer.links.rules import STRONG, conflicts
from hub.domain.errors import RefusedError

BY_AGENT = "by_agent"
"""The rule of a link that an agent made."""
_WHY_NOT = {
    BY_HAND: "a supervisor has linked these two",
    DECLARED: "a trusted system has linked these two",
}


def link_by_agent(known: Known, one: Side, other: Side, asked: Asked) -> Told:
    """An agent says that two are one customer. Two people by what was verified are refused."""
    clash = conflicts(whole(known, one).values(), whole(known, other).values())
    if clash and not _linked_already(known, one, other):
        kinds = ", ".join(sorted({side.kind for side in clash}))
        raise RefusedError(
            f"what was verified of them speaks of two ({kinds}): a supervisor links them, if they are one all the same",
            code="proven-two",
        )
    return decide.link_by_hand(known, one, other, asked, rule=BY_AGENT)


def unlink_by_agent(known: Known, side: Side, link: str, asked: Asked) -> Told:
    """An agent takes away what an agent said, or what a phone or mail address alone joined."""
    for stream in whole(known, side):
        for one in known[stream].live:
            if one.link_id == link and (why_not := _proven(one.rule)):
                raise RefusedError(f"{why_not}: a supervisor takes such a link away", code="proven-one")
    return decide.unlink(known, side, link, asked)


def _proven(rule: str) -> str:
    """Why agents may not take away a link of this rule; empty: they may."""
    if rule in STRONG:
        return f"these two are linked by a verified {rule}"
    return _WHY_NOT.get(rule, "")


def _linked_already(known: Known, one: Side, other: Side) -> bool:
    return other.id in whole(known, one)
