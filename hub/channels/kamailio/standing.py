"""What happened to a call, told from how it stands in Kamailio now: the same whether it is news or was missed."""

from datetime import datetime

from hub.channels.kamailio.causes import cause
from hub.channels.kamailio.wire import Stands, State
from hub.channels.phone.call import Call, Leg
from hub.channels.phone.happenings import Gone, Happening, PickedUp


def turn(leg: Leg) -> int:
    """Under which number Kamailio rings it."""
    return int(leg.id.rpartition("-")[2]) + 1


def happened(call: Call, stands: Stands, at: datetime) -> list[Happening]:
    """Nothing where the call stands as it is known to."""
    match stands.state:
        case State.WAITING:
            return [Gone(at, leg.id, cause(stands.code)) for leg in call.legs if turn(leg) <= stands.turn]
        case State.TALKING:
            return [PickedUp(at, leg.id) for leg in call.legs if turn(leg) == stands.turn and not leg.up]
        case State.OVER:
            return _over(call, stands, at)
        case State.RINGING:
            return []


def is_strayed(call: Call, stands: Stands) -> bool:
    """Whether the customer speaks with somebody whose phone rings no more as far as the hub knows: it was picked up
    just then."""
    return stands.state is State.TALKING and all(turn(leg) != stands.turn for leg in call.legs)


def _over(call: Call, stands: Stands, at: datetime) -> list[Happening]:
    hung_up = [leg for leg in call.legs if leg.up and stands.by == "agent"]
    gone = [Gone(at, leg.id, cause(stands.code)) for leg in hung_up]
    return [*gone, Gone(at, call.channel, cause(stands.code))]
