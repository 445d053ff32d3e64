"""Who hears whom, and the requests that lead from one such arrangement to another."""

import re
from collections.abc import Mapping

from hub.channels.phone.actions import Action, Request, answer, hang_up, ring, stop_playing
from hub.channels.phone.call import Call, Leg, Phase, Role
from hub.channels.phone.settings import PhoneSettings

MUSIC, RINGING, APART = "music", "ringing", "apart"
"""Places that are no bridge: music, ringing tone, and what is said to nobody else."""

_LISTENS = {Role.MONITOR: "none", Role.COACH: "out"}
"""Roles that hear a conversation without being in it, and whom they are heard by."""


def places(call: Call) -> dict[str, str]:
    """Where each open line is: music, ringing, apart, or the bridge of that name."""
    found = {}
    if call.channel and call.phase is not Phase.OVER:
        found[call.channel] = _customer(call)
    for leg in call.legs:
        if leg.up:
            found[leg.id] = _company(call, leg)
    return found


def _customer(call: Call) -> str:
    if call.playing:
        return APART
    if call.phase in (Phase.REPORTING, Phase.WAITING):
        return MUSIC if call.answered else RINGING
    if call.phase is not Phase.TALKING:
        return APART
    agent = call.leg_of(call.agent_id)
    alone = agent is None or not agent.up or call.held or call.consulting is not None
    return MUSIC if alone else main_bridge(call)


def _company(call: Call, leg: Leg) -> str:
    if leg.role in _LISTENS:
        return f"ear-{leg.id}"
    if not leg.accepted:
        return APART
    advice = call.consulting
    if advice is not None and leg.role in (Role.CONSULT, Role.AGENT):
        return f"consult-{advice.id}"
    return APART if leg.role is Role.CONSULT else main_bridge(call)


def main_bridge(call: Call) -> str:
    """The one in which customer and agent speak."""
    return f"talk-{call.thread}"


def arrange(before: Call, after: Call, gone: str, settings: PhoneSettings) -> list[Action]:
    """What leads from `before` to `after`; `gone`, a channel or a playback, went by itself."""
    old, new = places(before), places(after)
    requests: list[Action] = []
    if before.playing not in ("", after.playing, gone) and before.channel != gone:
        requests.append(stop_playing(before.playing))
    if after.answered and not before.answered and before.phase is not Phase.DIALLING and after.channel:
        requests.append(answer(after.channel))
    stays = [channel for channel in old if channel in new and old[channel] != new[channel]]
    requests += [request for channel in stays for request in _leave(channel, old[channel], new[channel])]
    requests += _enter(after, old, new, before.bridged, settings)
    requests += _hang_up(before, after, gone)
    requests += [Request("DELETE", f"/bridges/{bridge}") for bridge in _emptied(before, after)]
    return requests + _calls(before, after, settings)


def _leave(channel: str, old: str, new: str) -> list[Request]:
    if old == MUSIC:
        return [Request("DELETE", f"/channels/{channel}/moh")]
    if old == RINGING:
        return [Request("DELETE", f"/channels/{channel}/ring")]
    if old != APART and not _is_bridge(new):
        return [Request("POST", f"/bridges/{old}/removeChannel", {"channel": channel})]
    return []


def _enter(
    after: Call, old: Mapping[str, str], new: Mapping[str, str], bridged: bool, settings: PhoneSettings
) -> list[Request]:
    requests: list[Request] = []
    made = {*_bridges(old), *([main_bridge(after)] if bridged else [])}
    joins: dict[str, list[str]] = {}
    for channel, place in new.items():
        if old.get(channel) == place:
            continue
        if place == MUSIC:
            requests.append(Request("POST", f"/channels/{channel}/moh", {"mohClass": settings.music}))
        elif place == RINGING:
            requests.append(Request("POST", f"/channels/{channel}/ring"))
        elif _is_bridge(place):
            joins.setdefault(place, []).append(channel)
    for bridge, channels in joins.items():
        if bridge not in made:
            requests.append(Request("POST", f"/bridges/{bridge}", {"type": "mixing", "name": after.thread}))
        requests.append(Request("POST", f"/bridges/{bridge}/addChannel", {"channel": ",".join(channels)}))
        requests += [ear for channel in channels for ear in _ear(after, channel, settings)]
    return requests


def _ear(call: Call, channel: str, settings: PhoneSettings) -> list[Request]:
    """For whom listens: a channel that hears the agent's, and says to the agent alone what is said by whom coaches."""
    leg, agent = call.leg(channel), call.leg_of(call.agent_id)
    if leg is None or leg.role not in _LISTENS:
        return []
    target = agent.id if agent is not None and agent.up else call.channel
    params = {
        "spy": "both",
        "whisper": _LISTENS[leg.role],
        "app": settings.app,
        "appArgs": f"ear,{call.thread},{leg.id}",
    }
    return [Request("POST", f"/channels/{target}/snoop/{ear_channel(leg)}", params)]


def ear_channel(leg: Leg) -> str:
    """The channel that hears for this one."""
    return f"hears-{leg.id}"


def _hang_up(before: Call, after: Call, gone: str) -> list[Request]:
    kept = {leg.id for leg in after.legs} | ({after.channel} if after.phase is not Phase.OVER else set())
    lines = [leg.id for leg in before.legs]
    lines += [ear_channel(leg) for leg in before.legs if leg.role in _LISTENS and leg.up and leg.id not in kept]
    if before.channel and before.phase is not Phase.OVER:
        lines.append(before.channel)
    return [hang_up(line) for line in lines if line not in kept and line != gone]


def _calls(before: Call, after: Call, settings: PhoneSettings) -> list[Request]:
    """Ring whoever came to it."""
    known = {leg.id for leg in before.legs}
    caller_id = re.sub(r"[^+0-9]", "", after.caller)
    requests = [
        ring(
            leg.id,
            settings.agent_endpoint.format(agent=leg.agent_id),
            settings.app,
            f"leg,{after.thread}",
            settings.ring_seconds,
            caller_id,
            _about(after, leg),
        )
        for leg in after.legs
        if leg.id not in known and not leg.up
    ]
    if after.phase is Phase.DIALLING and after.channel and after.channel != before.channel:
        endpoint = settings.customer_endpoint.format(number=caller_id)
        words = f"customer,{after.thread}"
        requests.append(ring(after.channel, endpoint, settings.app, words, settings.dial_seconds, settings.caller_id))
    return requests


def _about(call: Call, leg: Leg) -> dict[str, str]:
    """What a phone in a browser is told of what rings, and whether its agent asked for it and it answers by itself."""
    about = {"X-Hub-Interaction": leg.consult_id or call.interaction_id}
    return about | ({"X-Hub-Answer": "at-once"} if leg.accepted else {})


def _emptied(before: Call, after: Call) -> list[str]:
    """Bridges that nobody needs any more. The main one stays until the call is over: Asterisk makes none again under
    the name of one that it has just destroyed."""
    over = after.phase is Phase.OVER and before.phase is not Phase.OVER
    main, left = main_bridge(before), _bridges(places(after))
    gone = [one for one in dict.fromkeys(_bridges(places(before))) if one != main and one not in left]
    return [*gone, main] if over and before.bridged else gone


def _is_bridge(place: str) -> bool:
    return place not in (MUSIC, RINGING, APART)


def _bridges(of: Mapping[str, str]) -> list[str]:
    return [place for place in of.values() if _is_bridge(place)]
