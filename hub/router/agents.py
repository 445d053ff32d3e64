"""Agents as matching sees them: what they fit, how much room they have, since when they are idle."""

from collections import deque
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush

Idle = tuple[float, int, "Seat"]
"""Place in the order of idle agents: since when (epoch seconds), and as it came."""

_ROOM = 64
"""Entries a need may hold before the first clean-up of what is out of date in it."""


class Need:
    """What work asks of an agent: least levels of skills, any one of the languages, units of capacity. `idle` has the
    agents who fit, the longest idle first. Most join at its end; who comes back to an earlier place is in the heap
    `returned`. Entries that are out of date are dropped when they are met."""

    __slots__ = ("idle", "languages", "limit", "returned", "skills", "units")

    def __init__(self, skills: tuple[tuple[str, int], ...], languages: tuple[str, ...], units: int) -> None:
        self.skills = skills
        self.languages = languages
        self.units = units
        self.idle: deque[Idle] = deque()
        self.returned: list[Idle] = []
        self.limit = _ROOM

    def show(self, idle: Idle) -> None:
        """Let work find this agent."""
        if not self.idle or self.idle[-1] < idle:
            self.idle.append(idle)
        else:
            heappush(self.returned, idle)
        if len(self.idle) > self.limit or len(self.returned) > self.limit:
            self.refill((*self.idle, *self.returned))

    def refill(self, idle: Iterable[Idle]) -> None:
        """Hold those of these agents who can take it now, each once, and nothing else."""
        current = {one[1]: one for one in idle if one[2].idle is one and one[2].can_take(self)}
        self.idle = deque(sorted(current.values()))
        self.returned = []
        self.limit = 2 * len(current) + _ROOM

    def fits(self, skills: Mapping[str, int], languages: tuple[str, ...]) -> bool:
        """Whether an agent with these may do it at all; room is another matter."""
        for skill, least in self.skills:
            if skills.get(skill, 0) < least:
                return False
        return not self.languages or any(one in languages for one in self.languages)


class Profile:
    """What agents have in common who can do the same; most centres have few of them, some one an agent."""

    __slots__ = ("key", "languages", "needs", "seats", "skills")

    def __init__(self, key: "ProfileKey", skills: Mapping[str, int], languages: tuple[str, ...]) -> None:
        self.key = key
        self.skills = skills
        self.languages = languages
        self.needs: set[Need] = set()
        self.seats = 0


ProfileKey = tuple[frozenset[tuple[str, int]], tuple[str, ...]]


class Seat:
    """One agent. `free` is what is left of their capacity; `barred` says until when (epoch seconds) they are not
    to be asked again about a piece of work they declined or let time out."""

    __slots__ = ("agent_id", "barred", "capacity", "free", "freed", "idle", "profile", "ready")

    def __init__(self, agent_id: str, profile: Profile) -> None:
        self.agent_id = agent_id
        self.profile = profile
        self.capacity = 0
        self.free = 0
        self.ready = False
        self.barred: dict[str, float] = {}
        self.idle: Idle = (0.0, 0, self)
        self.freed = False
        """Has room that matching has not dealt with yet."""

    def can_take(self, need: Need) -> bool:
        """Whether the agent fits, is ready and has room."""
        return self.ready and self.free >= need.units and need in self.profile.needs


class Roster:
    """All agents, and for each need those who can take it."""

    __slots__ = ("_by_skill", "_needs", "_number", "_profiles", "seats")

    def __init__(self) -> None:
        self.seats: dict[str, Seat] = {}
        self._number = 0
        self._profiles: dict[ProfileKey, Profile] = {}
        self._needs: dict[tuple[tuple[tuple[str, int], ...], tuple[str, ...], int], Need] = {}
        self._by_skill: dict[str, list[Need]] = {}

    def need(self, skills: tuple[tuple[str, int], ...], languages: tuple[str, ...], units: int) -> Need:
        """The need for these; made, with all who fit, when it is asked for the first time."""
        need = self._needs.get((skills, languages, units))
        if need is None:
            need = self._needs[skills, languages, units] = Need(skills, languages, units)
            self._by_skill.setdefault(skills[0][0] if skills else "", []).append(need)
            for profile in self._profiles.values():
                if need.fits(profile.skills, profile.languages):
                    profile.needs.add(need)
            need.refill(seat.idle for seat in self.seats.values())
        return need

    def seat(self, agent_id: str) -> Seat:
        """The agent's seat; an agent not seen before has one without skills or room."""
        seat = self.seats.get(agent_id)
        if seat is None:
            seat = self.seats[agent_id] = Seat(agent_id, self._join({}, ()))
        return seat

    def equip(self, seat: Seat, skills: Mapping[str, int], languages: tuple[str, ...], capacity: int) -> None:
        """What the agent can do from now on; what they hold stays held."""
        self._leave(seat.profile)
        seat.profile = self._join(skills, languages)
        seat.free += capacity - seat.capacity
        seat.capacity = capacity

    def idle_since(self, seat: Seat, since: float) -> None:
        """A new place in the order of idle agents, behind all who are idle since then or longer."""
        self._number += 1
        seat.idle = (since, self._number, seat)

    def show(self, seat: Seat) -> None:
        """Let work find this agent."""
        if not seat.ready:
            return
        idle, free = seat.idle, seat.free
        for need in seat.profile.needs:
            if need.units <= free:
                need.show(idle)

    def _join(self, skills: Mapping[str, int], languages: tuple[str, ...]) -> Profile:
        key = (frozenset(skills.items()), languages)
        profile = self._profiles.get(key)
        if profile is None:
            profile = self._profiles[key] = Profile(key, skills, languages)
            for skill in ("", *skills):
                for need in self._by_skill.get(skill, ()):
                    if need.fits(skills, languages):
                        profile.needs.add(need)
        profile.seats += 1
        return profile

    def _leave(self, profile: Profile) -> None:
        profile.seats -= 1
        if not profile.seats:
            del self._profiles[profile.key]


def longest_idle(need: Need, work_id: str, now: float) -> Seat | None:
    """Of those who fit, have room and are not barred from this work, the one who is idle longest."""
    line, returned, units = need.idle, need.returned, need.units
    barred: list[Idle] = []
    found: Seat | None = None
    while line or returned:
        is_returned = bool(returned) and (not line or returned[0] < line[0])
        idle = returned[0] if is_returned else line[0]
        seat = idle[2]
        if seat.idle is idle and seat.ready and seat.free >= units:
            if not seat.barred or seat.barred.get(work_id, 0.0) <= now:
                found = seat
                break
            barred.append(idle)
        if is_returned:
            heappop(returned)
        else:
            line.popleft()
    for idle in barred:
        heappush(returned, idle)
    return found
