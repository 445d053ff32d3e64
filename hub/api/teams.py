"""Teams: who is in one has its role."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.bodies import Body
from hub.api.callers import AdminCall, SupervisorCall
from hub.api.done import DONE, done
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.access.events import Role
from hub.domain.access.people.state import Staff, Team
from hub.domain.errors import NotFoundError

router = Routes("people")

Id = Annotated[str, Field(min_length=1, max_length=64)]
TeamRole = Literal[Role.AGENT, Role.SUPERVISOR, Role.ADMIN]


class TeamBody(Body):
    """A team as it is to be."""

    name: str = Field(min_length=1, max_length=100, examples=["Cards"])
    role: TeamRole
    queues: tuple[Id, ...] = Field(
        default=(), max_length=500, description="That its supervisors act on; empty: all. Of supervisors alone"
    )
    leads: tuple[Id, ...] = Field(
        default=(), max_length=500, description="Teams whose agents its supervisors act on; empty: all agents"
    )


class ChangedTeam(TeamBody):
    """The same, and on what it is based."""

    expected_version: int | None = Field(default=None, ge=0, description="As you read it; 0: there is none yet")


class TeamRow(BaseModel):
    """A team, and how many are in it."""

    team_id: str
    version: int = Field(description="Of what is said of it: another once it was changed")
    name: str
    role: TeamRole
    queues: list[str]
    leads: list[str]
    people: int


class Teams(BaseModel):
    """All of them, by id."""

    teams: list[TeamRow]


@router.get("/v1/teams", summary="All teams", responses=told(Teams))
async def teams(call: SupervisorCall) -> Response:
    """By id."""
    staff = call.services.staff.people.staff
    return answer({"teams": [_row(staff, staff.teams[name]) for name in sorted(staff.teams)]})


@router.get("/v1/teams/{team_id}", summary="A team", responses=told(TeamRow))
async def team(team_id: str, call: SupervisorCall) -> Response:
    """Who is in it, the people say."""
    staff = call.services.staff.people.staff
    if team_id not in staff.teams:
        raise NotFoundError(f"there is no team {team_id}")
    return answer(_row(staff, staff.teams[team_id]))


@router.put("/v1/teams/{team_id}", summary="Make or change a team", responses=told(TeamRow))
async def put(team_id: str, body: ChangedTeam, call: AdminCall) -> Response:
    """Its people have its role at once. Who is in several has the highest. Changed by somebody else since
    `expected_version`: 409 (`changed-meanwhile`)."""
    people, seen = call.services.staff.people, body.expected_version
    team = Team(team_id, body.name.strip(), body.role, body.queues, body.leads)
    made = await people.set_team(team, expected_version=seen, actor=call.actor)
    return answer(_row(people.staff, made))


@router.delete("/v1/teams/{team_id}", summary="Remove a team", **DONE)
async def remove(team_id: str, call: AdminCall) -> Response:
    """That nobody is in, else 409."""
    await call.services.staff.people.remove_team(team_id, actor=call.actor)
    return done()


def _row(staff: Staff, team: Team) -> dict[str, Any]:
    return {
        "team_id": team.team_id,
        "version": team.version,
        "name": team.name,
        "role": team.role,
        "queues": list(team.queues),
        "leads": list(team.leads),
        "people": sum(team.team_id in one.teams for one in staff.people.values()),
    }
