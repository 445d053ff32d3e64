"""Agents as matching sees them: what they can do, how much room they have, since when they are idle."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hub.router.matching.bench import Bench, Idle, Room
from hub.router.matching.order import AgentChoice

if TYPE_CHECKING:
    from hub.router.matching.line import Line, Work

FitKey = tuple[tuple[tuple[str, int], ...], tuple[str, ...], tuple[tuple[str, str], ...]]
NeedKey = tuple[tuple[tuple[str, int], ...], tuple[str, ...], tuple[tuple[str, str], ...], str, int, bool, bool, str]
ProfileKey = tuple[tuple[str, ...], tuple[int, ...], frozenset[str], frozenset[tuple[str, str]]]

_NOTHING: dict[Any, Any] = {}
"""What idle agents hold, most refused, what waits for them alone and what they have rules of their own for: one object
for all, which matching finds in the cache. Never filled: whoever puts something into what is empty puts a new one in
its place."""


class Ability:
    """What agents have in common who are looked for together: one level of one skill, or all that work asks for which
    asks for more than a skill. Its lines and benches are there once, however many have it."""

    __slots__ = ("benches", "level", "lines", "seats", "signed_on")

    def __init__(self, level: int = 0) -> None:
        self.level = level
        """In the one skill."""
        self.lines: list[Line] = []
        """Where work waits that all who have it fit."""
        self.benches: list[Bench] = []
        """Where they are found when they are idle: one for each room that such work takes."""
        self.seats: set[Seat] = set()
        """Who has it."""
        self.signed_on = 0
        """How many of them are signed on."""


class Need:
    """What work asks of an agent: least levels of skills, any one of the languages, all of the attributes, units of
    capacity (1 or more) on a channel; whether it may pause other work, and be paused itself; and who gets it."""

    __slots__ = (
        "_others", "abilities", "attributes", "benches", "channel", "choice", "interruptible", "interrupts",
        "is_ranked", "is_simple", "key", "languages", "least", "lines", "room", "skills", "units",
    )  # fmt: skip

    def __init__(self, key: NeedKey) -> None:
        self.key = key
        self.skills, self.languages, self.attributes = key[0], key[1], key[2]
        self.channel, self.units, self.interrupts, self.interruptible = key[3], key[4], key[5], key[6]
        self.choice = AgentChoice(key[7])
        self.is_simple = len(self.skills) <= 1 and not self.languages and not self.attributes
        """One level of one skill, or nothing, says who fits."""
        self.least = self.skills[0][1] if self.is_simple and self.skills else 0
        self.abilities: list[Ability] = []
        """Who has one of them fits."""
        self.benches: list[Bench] = []
        """Where those are found who can take it. By levels, the highest first."""
        by = self.choice
        if self.is_simple and by is AgentChoice.HIGHEST_LEVEL:
            by = AgentChoice.LONGEST_IDLE
        self.room: Room = (self.units, self.channel, self.interrupts, by)
        self.is_ranked = by is not AgentChoice.LONGEST_IDLE
        """Whether they are found there by rank, not by idle time."""
        self.lines: list[Line] = []
        self._others: dict[int, Need] = {}

    @property
    def signed_on(self) -> int:
        """How many fitting agents are signed on."""
        return sum(one.signed_on for one in self.abilities)

    def fits(self, profile: "Profile") -> bool:
        """Whether an agent with this profile may do it at all; room is another matter."""
        for skill, least in self.skills:
            if profile.skills.get(skill, 0) < least:
                return False
        for name, value in self.attributes:
            if profile.attributes.get(name) != value:
                return False
        return not self.languages or any(one in profile.languages for one in self.languages)

    def level_of(self, profile: "Profile") -> int:
        """The sum of the levels in the skills it asks for; 0 for one that they do not have."""
        skills = profile.skills
        return sum(skills.get(skill, 0) for skill, _ in self.skills)

    def taking(self, units: int) -> "Need":
        """The same as it is booked at an agent of whom it takes so many units. Nobody is looked for by it."""
        if units == self.units:
            return self
        other = self._others.get(units)
        if other is None:
            other = self._others[units] = Need((*self.key[:4], units, *self.key[5:]))
        return other


class Profile:
    """What agents have in common who can do the same; most centres have few of them, some one an agent."""

    __slots__ = ("abilities", "attributes", "key", "languages", "seats", "skills")

    def __init__(
        self, key: ProfileKey, skills: Mapping[str, int], languages: frozenset[str], attributes: Mapping[str, str]
    ) -> None:
        self.key = key
        self.skills = skills
        self.languages = languages
        self.attributes = attributes
        self.abilities: tuple[Ability, ...] = ()
        self.seats = 0
        """How many have it."""


class Seat:
    """One agent. `free` is what is left of their capacity, of which work that may be paused holds `pausable`; `held`
    says with which need each piece of work was booked; `barred` until when (epoch seconds) they are not to be asked
    again about a piece of work they declined or let time out; `rest` until when they get nothing at all; `units` what
    work of a channel takes of this agent, where that is not what it takes of others."""

    __slots__ = (
        "abilities", "agent_id", "barred", "bound", "capacity", "ceilings", "closed", "free", "freed", "held", "idle",
        "is_limited", "is_open", "pace", "pausable", "paused", "profile", "ready", "rest", "signed_on", "today",
        "turn", "units",
    )  # fmt: skip

    def __init__(self, agent_id: str, profile: Profile) -> None:
        self.agent_id = agent_id
        self.take(profile)
        self.capacity = 0
        self.free = 0
        self.pausable = 0
        self.signed_on = False
        self.ready = False
        self.rest = 0.0
        self.is_open = False
        """Signed on, ready and not resting."""
        self.held: dict[Work, Need] = _NOTHING
        self.paused: frozenset[Work] = frozenset()
        self.barred: dict[str, float] = _NOTHING
        self.ceilings: Mapping[str, int] = _NOTHING
        self.units: Mapping[str, int] = _NOTHING
        self.closed: frozenset[str] = frozenset()
        self.is_limited = False
        """There are ceilings, closed channels or units of their own to look at."""
        self.idle: Idle = (0.0, 0, self)
        self.turn = 0
        """When they were given work last, as a number that grows."""
        self.today = 0
        self.pace = 1.0
        self.bound: dict[Line, Line] = _NOTHING
        """Where work waits for this agent alone."""
        self.freed = False
        """May have become able to take something that matching has not dealt with yet."""

    def take(self, profile: Profile) -> None:
        """Can do what this profile says. The abilities are the profile's own tuple: it is one step less to them."""
        self.profile = profile
        self.abilities = profile.abilities

    def limit(self, ceilings: Mapping[str, int], units: Mapping[str, int], closed: frozenset[str]) -> None:
        """Rules of their own by channel: most pieces at once, units a piece, and what they get nothing of."""
        self.ceilings = ceilings or _NOTHING
        self.units = units or _NOTHING
        self.closed = closed
        self.is_limited = bool(ceilings or units or closed)

    def bar(self, work_id: str, until: float) -> None:
        """Not to be asked about this work before then."""
        if self.barred:
            self.barred[work_id] = until
        else:
            self.barred = {work_id: until}

    def hold(self, work: "Work", need: Need) -> None:
        """They have this work, booked with this need."""
        if self.held:
            self.held[work] = need
        else:
            self.held = {work: need}

    def let_go(self, work: "Work") -> Need | None:
        """They have it no longer; with what it was booked. None: they did not have it."""
        held = self.held
        need = held.get(work)
        if need is None:
            return None
        if len(held) == 1:
            self.held = _NOTHING
        else:
            del held[work]
        return need

    def bind(self, line: "Line", own: "Line") -> None:
        """Work of this line that is for them alone waits here."""
        if self.bound:
            self.bound[line] = own
        else:
            self.bound = {line: own}

    def open(self) -> None:
        """What they said of themselves has changed, or their rest."""
        self.is_open = self.signed_on and self.ready and not self.rest

    def fits(self, need: Need) -> bool:
        """Whether the agent can do it at all."""
        return need.fits(self.profile)

    def can_take(self, need: Need) -> bool:
        """Whether the agent fits, may be given work now and has room."""
        return self.is_open and self.fits(need) and self.has_room(need)

    def units_for(self, need: Need) -> int:
        """What work with this need takes of this agent."""
        return self.units.get(need.channel, need.units)

    def has_room(self, need: Need) -> bool:
        """Whether units and channel allow one more piece."""
        units = need.units
        if self.is_limited:
            if not self._allows(need.channel):
                return False
            units = self.units_for(need)
        return self.free >= units or (need.interrupts and self.free + self.pausable >= units)

    def passes_over(self, work: "Work", now: float) -> bool:
        """Whether this piece of work is not for this agent now: they have it already, or refused it."""
        return self.barred.get(work.id, 0.0) > now or work in self.held

    def _allows(self, channel: str) -> bool:
        if channel in self.closed:
            return False
        ceiling = self.ceilings.get(channel)
        return ceiling is None or sum(need.channel == channel for need in self.held.values()) < ceiling
