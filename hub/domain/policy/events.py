"""The facts of a policy: every text that was ever in force, and who put it there."""

from hub.domain.event import Event

ROUTING = "policy-routing"
"""The stream of the routing policy."""
PATHS = "policy-paths"
"""The stream of the path policy."""


class PolicyPublished(Event):
    """A new version is in force: at once for new work, for waiting work too where `waiting` says so."""

    kind: str
    """`routing`."""
    version: str
    text: str
    """The whole TOML, so that any decision can be computed again."""
    note: str = ""
    waiting: bool = False


class PathPolicyPublished(Event):
    """A new version of the path policy is in force: segments, lifecycle stages, profile fields, gates of purposes."""

    version: str
    text: str
    """The whole TOML, so that any decision can be computed again."""
    note: str = ""
