"""What paths can take now: what dealers told of theirs less what was decided since, and the agents who are free."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hub.application.deciding import append_decided, meta_of
from hub.domain.capacity.events import PATH_CAPACITY, PathCapacityTold
from hub.domain.contact import Channel, Direction
from hub.domain.customer.slots.events import ContactSlotReleased
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import InvalidError
from hub.paths.decision.question import Question
from hub.paths.gates.capacity import Capacity, Free
from hub.paths.propositions.model import Sender
from hub.ports import Append, Clock, Journal, Recorded

FreeAgents = Callable[[Channel], int | None]
"""How many agents could take somebody of this channel now; None: nobody knows."""
COUNTED_FOR = timedelta(seconds=1)
"""So long agents who were counted are not counted again."""
MOST_PLACES = 1_000_000
_Path = tuple[Channel, str]


def nobody_knows(_: Channel) -> int | None:
    """Where no routing pool is."""
    return None


class PathCapacities:
    """`start` once, then let it `follow` the log."""

    def __init__(self, journal: Journal, clock: Clock, agents: FreeAgents = nobody_knows) -> None:
        self._journal = journal
        self._clock = clock
        self._agents = agents
        self._told: dict[_Path, Free] = {}
        self._taken: dict[str, _Path] = {}
        """By decision, what it took a place of."""
        self._counted: dict[Channel, tuple[datetime, int | None]] = {}
        self._seen = 0

    async def start(self) -> None:
        """Read what was told before."""
        history = (await self._journal.load([PATH_CAPACITY]))[PATH_CAPACITY]
        if history:
            self.follow(history)

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        for position, _, _, event in batch:
            if position <= self._seen:
                continue
            match event:
                case PathCapacityTold():
                    self._tell(event)
                case PathDecided() if self._told:
                    self._take(event)
                case ContactSlotReleased() if event.slot_id in self._taken:
                    self._give_back(event.slot_id)
        self._seen = max(self._seen, batch[-1].position)

    def free(self, question: Question) -> Capacity:
        """Of the paths that a question names. Who speaks for themselves takes what comes of it themselves."""
        speaker = question.speaker or question.sender.value
        found: dict[_Path, Free] = {}
        for channel in question.channels:
            told = self._told.get((channel, speaker))
            agents = self._free_agents(channel) if told is None and _answered_by_agents(question, channel) else None
            if told is not None:
                found[channel, speaker] = told
            elif agents is not None:
                found[channel, speaker] = Free(agents)
        return found

    async def tell(
        self, channel: Channel, speaker: str, places: int, more_at: datetime | None, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """Who speaks there says how many more they can take; told again it begins anew. Raises InvalidError."""
        if not speaker.strip():
            raise InvalidError("say who speaks there", "speaker")
        if not 0 <= places <= MOST_PLACES:
            raise InvalidError(f"a path has 0 to {MOST_PLACES:,} places", "places")
        if more_at is not None and more_at <= self._clock.now():
            raise InvalidError("this moment is over: say when there will be more", "more_at")

        async def attempt() -> Sequence[Append]:
            last = await self._journal.last(PATH_CAPACITY)
            told = PathCapacityTold(
                **meta_of(self._clock, actor, command_id), channel=channel, speaker=speaker.strip(), places=places,
                more_at=more_at,
            )  # fmt: skip
            return [Append(PATH_CAPACITY, last.version if last else 0, [told])]

        return await append_decided(self._journal, attempt)

    def _tell(self, event: PathCapacityTold) -> None:
        path = (event.channel, event.speaker)
        self._told[path] = Free(event.places, event.more_at)
        self._taken = {name: one for name, one in self._taken.items() if one != path}

    def _take(self, event: PathDecided) -> None:
        """A contact that is made now takes a place of its path."""
        asked = event.asked
        if asked.direction is not Direction.OUTBOUND or event.outcome is not Outcome.NOW or not event.said:
            return
        path = (event.said[0].channel, asked.speaker or asked.sender)
        free = self._told.get(path)
        if free is not None:
            self._told[path] = free._replace(places=max(0, free.places - 1))
            self._taken[event.decision_id] = path

    def _give_back(self, decision: str) -> None:
        path = self._taken.pop(decision)
        self._told[path] = self._told[path]._replace(places=self._told[path].places + 1)

    def _free_agents(self, channel: Channel) -> int | None:
        now, known = self._clock.now(), self._counted.get(channel)
        if known is None or not timedelta(0) <= now - known[0] < COUNTED_FOR:
            known = self._counted[channel] = (now, self._agents(channel))
        return known[1]


def _answered_by_agents(question: Question, channel: Channel) -> bool:
    """A call that we make needs an agent: an agent who names themselves is there, as is whoever speaks with a customer
    who is here, and dealers have their own."""
    if question.they_came or channel is not Channel.PHONE or question.sender is Sender.DEALER:
        return False
    return question.sender is not Sender.AGENT or not question.speaker
