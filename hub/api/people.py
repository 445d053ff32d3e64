"""People who work here: added, changed, disabled, forgotten."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.bodies import Body, Language, Level, Name, Text
from hub.api.callers import AdminCall, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import PAGE, PageSize, told
from hub.api.sessions import Password
from hub.domain.access.events import Role
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.events import AgentSetup
from hub.domain.access.people.state import Person, Staff, role_of
from hub.domain.agent.events import FULL_CAPACITY

router = Routes("people")

Pieces = Annotated[int, Field(ge=0, le=1000)]
Units = Annotated[int, Field(ge=1, le=10_000)]
TeamName = Annotated[str, Field(min_length=1, max_length=64)]


class AgentCard(Body):
    """What somebody signs on with as an agent."""

    skills: dict[Name, Level] = Field(default={}, max_length=100, examples=[{"cards": 3}])
    languages: tuple[Language, ...] = Field(default=(), max_length=50, examples=[["en", "fa"]])
    attributes: dict[Name, Text] = Field(default={}, max_length=100)
    capacity: int = Field(default=FULL_CAPACITY, ge=1, le=10_000)
    ceilings: dict[Name, Pieces] = Field(default={}, max_length=20)
    units: dict[Name, Units] = Field(default={}, max_length=20)


class PersonBody(Body):
    """All that is said of a person."""

    login: str = Field(min_length=1, max_length=100, examples=["ann"])
    name: str = Field(min_length=1, max_length=100, examples=["Ann Lee"])
    teams: tuple[TeamName, ...] = Field(default=(), max_length=100, description="Ids")
    agent_id: str = Field(default="", max_length=64, description="The agent they act for; empty: none")
    agent: AgentCard = AgentCard()
    issuer: str = Field(default="", max_length=500, description="The provider they sign in by")
    subject: str = Field(default="", max_length=500, description="Who they are there (`sub`)")


class ChangedPerson(PersonBody):
    """The same, of somebody who is here already."""

    expected_version: int | None = Field(default=None, ge=0, description="As you read it")


class NewPerson(PersonBody):
    """Somebody new."""

    password: str = Field(default="", max_length=200, description="They change it when they first sign in")


class GivenPassword(Body):
    """A password that somebody else chose."""

    password: Password


class PersonRow(BaseModel):
    """Somebody who works here. Role null: they are in no team, and may do nothing."""

    person_id: str
    version: int = Field(description="Of what is said of them: another once it was changed")
    login: str
    name: str
    role: Role | None
    teams: list[str]
    agent_id: str
    agent: AgentSetup
    language: str
    issuer: str
    subject: str
    has_password: bool
    must_change_password: bool
    disabled: bool
    anonymised: bool


class PeoplePage(BaseModel):
    """Some of them, by id; `after` gets the next."""

    people: list[PersonRow]
    after: str | None


@router.get("/v1/people", summary="Who works here", responses=told(PeoplePage))
async def people(
    call: SupervisorCall,
    limit: PageSize = PAGE,
    after: Annotated[str, Query(description="`after` of the page before")] = "",
) -> Response:
    """By id. Supervisors read it, to say who is meant; admins change it."""
    staff = call.services.staff.people.staff
    names = sorted(name for name in staff.people if name > after)[: limit + 1]
    rows = [_row(staff, staff.people[name]) for name in names[:limit]]
    return answer({"people": rows, "after": names[limit - 1] if len(names) > limit else None})


@router.post("/v1/people", status_code=HTTPStatus.CREATED, summary="Add somebody",
             responses={201: {"model": PersonRow}, **PROBLEMS})  # fmt: skip
async def add(body: NewPerson, call: AdminCall) -> Response:
    """Who adds somebody twice is told that the login is taken (422)."""
    people = call.services.staff.people
    person = await people.add(_profile(body), body.password, actor=call.actor)
    return answer(_row(people.staff, person), HTTPStatus.CREATED)


@router.get("/v1/people/{person_id}", summary="A person", responses=told(PersonRow))
async def person(person_id: str, call: SupervisorCall) -> Response:
    """Who was anonymised: 404."""
    people = call.services.staff.people
    return answer(_row(people.staff, people.person(person_id)))


@router.put("/v1/people/{person_id}", summary="Change what is said of somebody", responses=told(PersonRow))
async def change(person_id: str, body: ChangedPerson, call: AdminCall) -> Response:
    """All of it, in place of what was said before. Their sessions go on under the new role at once; streams that were
    opened under another end. Changed by somebody else since `expected_version`: 409 (`changed-meanwhile`)."""
    people, seen = call.services.staff.people, body.expected_version
    changed = await people.change(person_id, _profile(body), expected_version=seen, actor=call.actor)
    return answer(_row(people.staff, changed))


@router.post("/v1/people/{person_id}/password", summary="Give somebody a password", responses=told(PersonRow))
async def give_password(person_id: str, body: GivenPassword, call: AdminCall) -> Response:
    """Their sessions end; they change it when they next sign in."""
    people = call.services.staff.people
    await people.set_password(person_id, body.password, must_change=True, actor=call.actor)
    return answer(_row(people.staff, people.person(person_id)))


@router.post("/v1/people/{person_id}/disable", summary="Let somebody in no longer", responses=told(PersonRow))
async def disable(person_id: str, call: AdminCall) -> Response:
    """Takes no body. Their sessions end at once, in every process."""
    people = call.services.staff.people
    await people.disable(person_id, actor=call.actor)
    return answer(_row(people.staff, people.staff.people[person_id]))


@router.post("/v1/people/{person_id}/enable", summary="Let somebody in again", responses=told(PersonRow))
async def enable(person_id: str, call: AdminCall) -> Response:
    """Takes no body."""
    people = call.services.staff.people
    await people.enable(person_id, actor=call.actor)
    return answer(_row(people.staff, people.person(person_id)))


@router.post("/v1/people/{person_id}/anonymise", summary="Forget who somebody was", responses=told(PersonRow))
async def anonymise(person_id: str, call: AdminCall) -> Response:
    """Takes no body. Of who was disabled before, else 409. Login, name and password are gone for good; what they did
    stays under an id that names nobody."""
    people = call.services.staff.people
    await people.anonymise(person_id, actor=call.actor)
    return answer(_row(people.staff, people.staff.people[person_id]))


def _profile(body: PersonBody) -> Profile:
    setup = AgentSetup(**body.agent.model_dump())
    return Profile(body.login, body.name, body.teams, body.agent_id, setup, body.issuer, body.subject)


def _row(staff: Staff, person: Person) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "version": person.version,
        "login": person.login,
        "name": person.name,
        "role": role_of(staff, person),
        "teams": list(person.teams),
        "agent_id": person.agent_id,
        "agent": person.agent.model_dump(),
        "language": person.language,
        "issuer": person.issuer,
        "subject": person.subject,
        "has_password": bool(person.password_hash),
        "must_change_password": person.must_change,
        "disabled": person.is_disabled,
        "anonymised": person.is_anonymised,
    }
