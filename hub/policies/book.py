"""Every policy of one kind that the log may name, by its version: read when it is asked for."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from hub.domain.errors import HubError
from hub.policies.findings import PolicyError


class Versioned(Protocol):
    """A policy."""

    @property
    def version(self) -> str: ...


P = TypeVar("P", bound=Versioned)


class Book(Generic[P]):
    """Texts of policies, and the policies made of them so far. `kind` is what errors call one of them, `parse` makes
    one of a text and the name that its errors tell."""

    def __init__(self, kind: str, parse: Callable[[str, str], P], *policies: P) -> None:
        self._kind = kind
        self._parse = parse
        self._texts: dict[str, str] = {}
        self._read = {policy.version: policy for policy in policies}

    def add(self, version: str, text: str) -> None:
        """A text that was published."""
        self._texts[version] = text

    def get(self, version: str) -> P:
        """The policy of a version. Raises HubError where the log does not have it, or it can't be used any more."""
        policy = self._read.get(version)
        if policy is None:
            policy = self._read[version] = self._made(version)
        return policy

    def __contains__(self, version: str) -> bool:
        return version in self._read or version in self._texts

    def _made(self, version: str) -> P:
        text = self._texts.get(version)
        if text is None:
            raise HubError(
                f"decisions name {self._kind} {version}, but its text is not in the log: "
                "restore the store from a backup"
            )
        try:
            return self._parse(text, f"policy {version}")
        except PolicyError as error:
            raise HubError(f"a policy that was in force can't be used by this version of the hub: {error}") from error
