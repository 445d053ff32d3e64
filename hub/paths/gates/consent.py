"""G1, the two gates made of what people and lists said: may this contact point be contacted for this purpose?"""

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.state import About, ConsentStanding, Said, Stance
from hub.paths.consent.purposes import PURPOSES, Gate, PurposeTable
from hub.paths.gates.verdict import Inputs, Reason, Verdict, not_asked

_REFUSED = {Said.DENIED: Reason.DENIED, Said.WITHDRAWN: Reason.WITHDRAWN, Said.EXPIRED: Reason.EXPIRED}


def consent_gate(
    standing: ConsentStanding,
    point: str,
    channel: Channel,
    purpose: Purpose,
    table: PurposeTable = PURPOSES,
    *,
    they_came: bool = False,
) -> Verdict:
    """What they said counts before any default; a yes that ran out is a no, also where the default is yes: it was given
    for a time only. Who comes of their own accord is not contacted: to them a default forbids nothing, a no does. A no
    to all paths counts wherever nothing was said, as in a chat or a branch."""
    rule = table[purpose]
    if Gate.CONSENT not in rule.gates:
        return not_asked(Gate.CONSENT)
    about, stance = standing.counting(About(point, channel, purpose))
    inputs = relied_upon(stance, about.point, about.channel)
    forbidden_by_default = stance.said is Said.NOTHING and not rule.allowed_by_default
    if they_came and (forbidden_by_default or stance.said is Said.EXPIRED):
        return Verdict(Gate.CONSENT, True, Reason.THEY_CAME, inputs)
    if stance.said is Said.NOTHING:
        reason = Reason.DEFAULT_ALLOWED if rule.allowed_by_default else Reason.DEFAULT_DENIED
        return Verdict(Gate.CONSENT, rule.allowed_by_default, reason, inputs)
    if stance.said is Said.GRANTED:
        return Verdict(Gate.CONSENT, True, Reason.GRANTED, inputs)
    return Verdict(Gate.CONSENT, False, _REFUSED[stance.said], inputs)


def block_gate(
    standing: ConsentStanding, point: str, channel: Channel, purpose: Purpose, table: PurposeTable = PURPOSES
) -> Verdict:
    """A list blocks whatever its contact points allowed."""
    if Gate.BLOCK not in table[purpose].gates:
        return not_asked(Gate.BLOCK)
    lists = standing.blocked_by(point, channel)
    inputs: Inputs = {"point": point, "channel": str(channel), "lists": list(lists)}
    return Verdict(Gate.BLOCK, not lists, Reason.BLOCKED if lists else Reason.NOT_BLOCKED, inputs)


def gates(
    standing: ConsentStanding, point: str, channel: Channel, purpose: Purpose, table: PurposeTable = PURPOSES
) -> tuple[Verdict, Verdict]:
    """Both, each with its reason; to be asked when deciding and again when sending."""
    return (
        consent_gate(standing, point, channel, purpose, table),
        block_gate(standing, point, channel, purpose, table),
    )


def relied_upon(stance: Stance, point: str, channel: Channel) -> Inputs:
    """What was said, of which point, by which wording: all but the evidence, which may name somebody."""
    return {
        "point": point,
        "channel": str(channel),
        "said": str(stance.said),
        "at": stance.at.isoformat() if stance.at else None,
        "expires_at": stance.expires_at.isoformat() if stance.expires_at else None,
        "source": stance.source,
        "text_version": stance.text_version,
    }
