"""People and teams as facts. What says who somebody is stands under a key of their own, and goes with it."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from hub.domain.access.events import Role
from hub.domain.agent.events import FULL_CAPACITY
from hub.domain.event import Event
from hub.domain.personal import PERSONAL

STREAM = "staff"


class AgentSetup(BaseModel):
    """What somebody signs on with as an agent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skills: dict[str, int] = {}
    languages: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    capacity: int = FULL_CAPACITY
    ceilings: dict[str, int] = {}
    units: dict[str, int] = {}


NOTHING_SET_UP = AgentSetup()


class PersonAdded(Event):
    """Somebody works here. `subject` is who they are to the `issuer`, where they sign in by a provider."""

    KEY_OF: ClassVar[str] = "person_id"

    person_id: str
    login: Annotated[str, PERSONAL]
    name: Annotated[str, PERSONAL]
    subject: Annotated[str, PERSONAL] = ""
    issuer: str = ""
    teams: tuple[str, ...] = ()
    agent_id: str = ""
    agent: AgentSetup = NOTHING_SET_UP


class PersonChanged(Event):
    """All that is known of somebody, in place of what was said before."""

    KEY_OF: ClassVar[str] = "person_id"

    person_id: str
    login: Annotated[str, PERSONAL]
    name: Annotated[str, PERSONAL]
    subject: Annotated[str, PERSONAL] = ""
    issuer: str = ""
    teams: tuple[str, ...] = ()
    agent_id: str = ""
    agent: AgentSetup = NOTHING_SET_UP


class PersonPasswordChanged(Event):
    """Only the hash of a password is kept (argon2id). It ends every session opened before, save that which `keeps`
    names. `must_change`: somebody else chose it. `by_rehash`: the same password, hashed anew; it ends nothing."""

    KEY_OF: ClassVar[str] = "person_id"

    person_id: str
    password_hash: Annotated[str, PERSONAL]
    must_change: bool = False
    keeps: str = ""
    by_rehash: bool = False


class PersonLanguageChosen(Event):
    """In which language somebody reads their screens."""

    person_id: str
    language: str


class PersonDisabled(Event):
    """Somebody signs in no longer. It ends their sessions."""

    person_id: str


class PersonEnabled(Event):
    """Somebody may sign in again."""

    person_id: str


class PersonAnonymised(Event):
    """Who this was is known no longer, and never again. What they did stays, under an id that names nobody."""

    person_id: str


class TeamChanged(Event):
    """A team as it is from now on. `queues`, `leads`: which queues, and the agents of which teams, its supervisors act
    on; empty: all."""

    team_id: str
    name: str
    role: Role
    queues: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()


class TeamRemoved(Event):
    """There is no such team any more."""

    team_id: str
