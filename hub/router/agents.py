"""Agents as matching sees them: what they fit, how much room they have, since when they are idle."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hub.router.bench import Bench, Idle
from hub.router.order import AgentChoice

if TYPE_CHECKING:
    from hub.router.waiting import Line, Work

NeedKey = tuple[tuple[tuple[str, int], ...], tuple[str, ...], tuple[tuple[str, str], ...], str, int, bool, bool, str]
ProfileKey = tuple[frozenset[tuple[str, int]], frozenset[str], frozenset[tuple[str, str]]]

_NOTHING: dict[Any, Any] = {}
"""What idle agents hold, most refused, and what waits for them alone: one object for all, which matching finds in the
cache. Never filled: whoever puts something into what is empty puts a new one in its place."""


class Need:
    """What work asks of an agent: least levels of skills, any one of the languages, all of the attributes, units of
    capacity (1 or more) on a channel; whether it may pause other work, and be paused itself; and who gets it."""

    __slots__ = (
        "attributes",
        "benches",
        "channel",
        "choice",
        "interruptible",
        "interrupts",
        "is_ranked",
        "languages",
        "lines",
        "signed_on",
        "skills",
        "units",
    )

    def __init__(self, key: NeedKey) -> None:
        self.skills, self.languages, self.attributes = key[0], key[1], key[2]
        self.channel, self.units, self.interrupts, self.interruptible = key[3], key[4], key[5], key[6]
        self.choice = AgentChoice(key[7])
        self.benches: list[Bench] = []
        """Where the agents are who can take it. By levels, the highest first."""
        self.is_ranked = False
        """Whether they are found there by rank, not by idle time."""
        self.signed_on = 0
        """How many fitting agents are signed on."""
        self.lines: list[Line] = []

    @property
    def is_simple(self) -> bool:
        """Whether one level of one skill, or nothing, says who fits."""
        return len(self.skills) <= 1 and not self.languages and not self.attributes

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


class Profile:
    """What agents have in common who can do the same; most centres have few of them, some one an agent."""

    __slots__ = ("attributes", "benches", "key", "languages", "lines", "needs", "seats", "skills")

    def __init__(
        self, key: ProfileKey, skills: Mapping[str, int], languages: frozenset[str], attributes: Mapping[str, str]
    ) -> None:
        self.key = key
        self.skills = skills
        self.languages = languages
        self.attributes = attributes
        self.needs: dict[Need, int] = {}
        """What they fit, with the sum of their levels in the skills it asks for."""
        self.lines: list[Line] = []
        """Where such work waits."""
        self.benches: list[Bench] = []
        """Where they are found."""
        self.seats = 0

    def add(self, need: Need) -> None:
        """They fit this need."""
        self.needs[need] = sum(self.skills[skill] for skill, _ in need.skills)
        self.lines += need.lines


class Seat:
    """One agent. `free` is what is left of their capacity, of which work that may be paused holds `pausable`; `held`
    says with which need each piece of work was booked; `barred` until when (epoch seconds) they are not to be asked
    again about a piece of work they declined or let time out; `rest` until when they get nothing at all."""

    __slots__ = (
        "agent_id", "barred", "benches", "bound", "capacity", "ceilings", "closed", "free", "freed", "held", "idle",
        "is_limited", "is_open", "lines", "pace", "pausable", "paused", "profile", "ready", "rest", "signed_on",
        "today", "turn",
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
        self.ceilings: Mapping[str, int] = {}
        self.closed: frozenset[str] = frozenset()
        self.is_limited = False
        """There are ceilings or closed channels to look at."""
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
        """Can do what this profile says. Benches and lines are the profile's own: it is one step less to them."""
        self.profile = profile
        self.benches = profile.benches
        self.lines = profile.lines

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

    def can_take(self, need: Need) -> bool:
        """Whether the agent fits, may be given work now and has room."""
        return self.is_open and need in self.profile.needs and self.has_room(need)

    def has_room(self, need: Need) -> bool:
        """Whether units and channel allow one more piece."""
        if self.free < need.units and not (need.interrupts and self.free + self.pausable >= need.units):
            return False
        return not self.is_limited or self._allows(need.channel)

    def passes_over(self, work: "Work", now: float) -> bool:
        """Whether this piece of work is not for this agent now: they have it already, or refused it."""
        return self.barred.get(work.id, 0.0) > now or work in self.held

    def _allows(self, channel: str) -> bool:
        if channel in self.closed:
            return False
        ceiling = self.ceilings.get(channel)
        return ceiling is None or sum(need.channel == channel for need in self.held.values()) < ceiling
