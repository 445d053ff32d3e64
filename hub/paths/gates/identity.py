"""G0: is it sure enough who it is? Nothing personal is said to somebody who only claims to be the customer."""

from hub.paths.consent.purposes import Confidence, Gate, PurposeRule
from hub.paths.gates.verdict import Reason, Verdict, not_asked

_RANK = {Confidence.UNKNOWN: 0, Confidence.CLAIMED: 1, Confidence.VERIFIED: 2}
_SHORT = {Confidence.UNKNOWN: Reason.IDENTITY_UNKNOWN, Confidence.CLAIMED: Reason.IDENTITY_CLAIMED}


def identity_gate(confidence: Confidence, rule: PurposeRule) -> Verdict:
    """How sure it is that this contact point is theirs, against what the purpose asks."""
    if Gate.IDENTITY not in rule.gates:
        return not_asked(Gate.IDENTITY)
    inputs = {"confidence": str(confidence), "asked": str(rule.identity)}
    if _RANK[confidence] >= _RANK[rule.identity]:
        return Verdict(Gate.IDENTITY, True, Reason.IDENTITY_ENOUGH, inputs)
    return Verdict(Gate.IDENTITY, False, _SHORT[confidence], inputs)
