"""What became of known calls while nobody listened: told from the channels that stand."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from hub.channels.phone.call import Call, Running
from hub.channels.phone.events import Heard, arrived, words_of
from hub.channels.phone.happenings import Gone, Happening, PickedUp, Recorded, Resumed
from hub.channels.phone.layout import ear_channel


def missed_of(
    call: Call, channels: Mapping[str, Mapping[str, Any]], recordings: Collection[str], app: str, at: datetime
) -> list[Happening]:
    """What happened to this call, in an order that is as good as the true one. `recordings`: those that still run."""
    here = {name for name, channel in channels.items() if words_of(channel, app) is not None}
    happened: list[Happening] = []
    for leg in call.legs:
        if leg.id not in channels:
            happened.append(Gone(at, leg.id, 0))
        elif leg.id in here and not leg.up:
            happened.append(PickedUp(at, leg.id))
    if call.channel and call.channel not in channels:
        happened.append(Gone(at, call.channel, 0))
    elif call.channel in here and call.channel.startswith("customer-") and not call.answered:
        happened.append(PickedUp(at, call.channel))
    for running in open_recordings(call):
        if running.name not in recordings:
            happened.append(Recorded(at, running.name, round((at - running.since).total_seconds())))
    return [*happened, Resumed(at)]


def open_recordings(call: Call) -> list[Running]:
    """Those of which nobody said that they ended."""
    return [one for one in (*call.finishing, call.recording) if one is not None and one.seconds < 0]


def strangers(
    calls: Iterable[Call], channels: Mapping[str, Mapping[str, Any]], app: str
) -> tuple[list[Heard], list[str]]:
    """Customers who arrived unheard, and channels that belong to no call any more: nobody will ever hang these up."""
    known: set[str] = set()
    for call in calls:
        known |= {call.channel, *(leg.id for leg in call.legs), *(ear_channel(leg) for leg in call.legs)}
    found, orphans = [], []
    for name, channel in channels.items():
        words = words_of(channel, app)
        if words is None or name in known:
            continue
        if words[:1] == ["in"]:
            found.append(arrived(channel, words))
        else:
            orphans.append(name)
    return found, orphans
