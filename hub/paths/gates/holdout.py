"""Are they kept out of the campaign, so that it can be measured?"""

from hub.paths.consent.purposes import Gate
from hub.paths.gates.verdict import Inputs, Reason, Verdict
from hub.paths.holdout.drawing import drawn
from hub.paths.holdout.section import Holdout

NO_HOLDOUT = Verdict(Gate.HOLDOUT, True, Reason.NO_HOLDOUT)
"""Of what no campaign with a holdout has."""


def holdout_gate(holdout: Holdout, holder: str) -> Verdict:
    """Of the propositions of this campaign."""
    found = drawn(holdout, holder)
    reason = Reason.HELD_OUT if found.is_held_out else Reason.NOT_HELD_OUT
    inputs: Inputs = {"campaign": holdout.campaign, "holder": holder, "draw": found.draw, "share": holdout.share}
    return Verdict(Gate.HOLDOUT, not found.is_held_out, reason, inputs)
