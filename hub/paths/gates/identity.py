"""G0: is it sure enough who it is? Nothing personal is said to somebody who only claims to be the customer."""

from hub.paths.consent.purposes import Confidence, Gate, PurposeRule
from hub.paths.gates.verdict import Reason, Verdict, not_asked

_RANK = {Confidence.UNKNOWN: 0, Confidence.CLAIMED: 1, Confidence.VERIFIED: 2}
_SHORT = {Confidence.UNKNOWN: Reason.IDENTITY_UNKNOWN, Confidence.CLAIMED: Reason.IDENTITY_CLAIMED}


def identity_gate(confidence: Confidence, rule: PurposeRule, *, given_for_it: bool = False) -> Verdict:
    """How sure it is that this contact point is theirs, against what the purpose asks. Where they gave it to be told
    just this there, nobody is told what they would keep to themselves: a claim is enough."""
    if Gate.IDENTITY not in rule.gates:
        return not_asked(Gate.IDENTITY)
    asked = Confidence.CLAIMED if given_for_it and rule.identity is Confidence.VERIFIED else rule.identity
    inputs = {"confidence": str(confidence), "asked": str(asked)}
    if _RANK[confidence] >= _RANK[asked]:
        return Verdict(Gate.IDENTITY, True, Reason.IDENTITY_ENOUGH, inputs)
    return Verdict(Gate.IDENTITY, False, _SHORT[confidence], inputs)
