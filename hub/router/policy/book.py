"""Every policy the log may name, by its version: read when it is asked for."""

from hub.domain.errors import HubError
from hub.router.policy.parsing import Policy, PolicyError, parse_policy


class PolicyBook:
    """Texts of policies, and the policies made of them so far."""

    def __init__(self, *policies: Policy) -> None:
        self._texts: dict[str, str] = {}
        self._read = {policy.version: policy for policy in policies}

    def add(self, version: str, text: str) -> None:
        """A text that was published."""
        self._texts[version] = text

    def get(self, version: str) -> Policy:
        """The policy of a version. Raises HubError where the log does not have it, or it can't be used any more."""
        policy = self._read.get(version)
        if policy is None:
            policy = self._read[version] = self._parse(version)
        return policy

    def __contains__(self, version: str) -> bool:
        return version in self._read or version in self._texts

    def _parse(self, version: str) -> Policy:
        text = self._texts.get(version)
        if text is None:
            raise HubError(
                f"decisions name routing policy {version}, but its text is not in the log: "
                "restore the store from a backup"
            )
        try:
            return parse_policy(text, f"policy {version}")
        except PolicyError as error:
            raise HubError(f"a policy that was in force can't be used by this version of the hub: {error}") from error
