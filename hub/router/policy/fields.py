"""What a field of a routing policy may hold: kinds of text, number and choice, and what is said of a wrong one."""

import re
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, model_validator

from hub.policies.sections import Section, Text
from hub.router.matching.order import AgentChoice

CONTACT_LANGUAGE = "contact"
"""Among the languages of a rule: the one the contact is in."""
_DAY = 86_400
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


def _level(level: int) -> int:
    if not 1 <= level <= 5:
        raise ValueError(f"level {level} is not between 1 and 5")
    return level


def _language(tag: str) -> str:
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError(f"{tag!r} is no language tag: write it like fa, en or en-GB")
    return tag


def _spoken(tag: str) -> str:
    if tag == CONTACT_LANGUAGE:
        raise ValueError(f"{tag!r} is for rules and their steps: name a language here, like fa, en or en-GB")
    return _language(tag)


def _choice(choice: AgentChoice) -> AgentChoice:
    if choice is AgentChoice.FASTEST:
        raise ValueError("'fastest' is for simulations: the hub does not know the pace of its agents")
    return choice


Seconds = Annotated[float, Field(gt=0, le=30 * _DAY)]
Delay = Annotated[float, Field(ge=0, le=30 * _DAY)]
LongTime = Annotated[float, Field(gt=0, le=366 * _DAY)]
Days = Annotated[float, Field(ge=0, le=3660)]
Priority = Annotated[int, Field(ge=-1000, le=1000)]
Skills = dict[Text, Annotated[int, AfterValidator(_level)]]
"""Least level of each skill, 1 to 5."""
Attributes = dict[Text, Text]
Tag = Annotated[str, AfterValidator(_language)]
"""A language: fa, en-GB."""
Tags = Annotated[tuple[Tag, ...], Field(strict=False)]
"""Languages, 'contact' among them."""
SpokenTags = Annotated[tuple[Annotated[str, AfterValidator(_spoken)], ...], Field(strict=False)]
Choice = Annotated[AgentChoice, Field(strict=False), AfterValidator(_choice)]


class NotAnswering(StrEnum):
    """What an agent who let an offer time out gets no more of, until they say that they are ready."""

    ALL = "all"
    CHANNEL = "channel"
    NONE = "none"


class WrapUpRule(StrEnum):
    """What comes after the conversation: work the agent completes, none, either, or work that ends by itself."""

    UNTIL_COMPLETED = "until_completed"
    NONE = "none"
    OPTIONAL = "optional"
    TIMED = "timed"


class Who(StrEnum):
    """Agents a customer may know."""

    LAST_AGENT = "last_agent"
    ACCOUNT_OWNER = "account_owner"
    CASE_AGENT = "case_agent"


class Action(StrEnum):
    """What becomes of work that its queue does not just line up."""

    WAIT = "wait"
    REFUSE = "refuse"
    CALLBACK = "callback"
    MOVE = "move"


class Diversion(Section):
    """Written "wait", "refuse", "callback", or { to = "another queue" }; `to` is empty but for a move."""

    IS_ONE_VALUE: ClassVar[bool] = True
    action: Annotated[Action, Field(strict=False)]
    to: str = ""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        if isinstance(written, str) and written in ("wait", "refuse", "callback"):
            return {"action": written}
        if isinstance(written, dict) and list(written) == ["to"] and isinstance(written["to"], str):
            return {"action": "move", "to": written["to"]}
        raise ValueError(f'{written!r} can\'t be taken: write "wait", "refuse", "callback" or {{ to = "a queue" }}')

    def __str__(self) -> str:
        return f"to queue {self.to}" if self.to else self.action.value


WAIT = Diversion.model_construct(action=Action.WAIT)
REFUSE = Diversion.model_construct(action=Action.REFUSE)
