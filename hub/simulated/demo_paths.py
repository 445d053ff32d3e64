"""What the demo may propose to its customers: a path policy, in force unless somebody published one of their own."""

from importlib import resources

from hub.paths.policy.parsing import DEFAULT
from hub.simulated.client import ApiError, HubClient

_NOTE = "what the demo's agents propose"
_SHIPPED_BY = "operator:settings"
_PATH = "/v1/policies/paths"


def demo_paths() -> str:
    """The one that ships with the hub, and a few propositions."""
    return DEFAULT + resources.files("hub.simulated").joinpath("demo_paths.toml").read_text("utf-8")


async def put_in_force(client: HubClient) -> bool:
    """Whether it is in force now. Where anybody published another, whatever became of that, theirs is left alone."""
    known = (await client.get(f"{_PATH}/history"))["versions"]
    if not all(_is_ours(one) for one in known):
        return False
    body = {"text": demo_paths(), "note": _NOTE, "expected_version": known[0]["version"] if known else ""}
    answer = await client.command("POST", _PATH, body)
    if answer.status not in (200, 409):
        raise ApiError(f"the demo's path policy is refused: {answer.status} {answer.body}")
    return answer.status == 200


def _is_ours(published: dict[str, str]) -> bool:
    return published["actor"] == _SHIPPED_BY or published["note"] == _NOTE
