"""What one adapter is told to carry out, and how that looks on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from hub.application.outbound.conversations import Conversation

COMMAND_TYPE = "hub.conversation.command.v1"
SOURCE = "/hub"


class Command(NamedTuple):
    """What one adapter is to carry out. `position` is that of the event it comes from; 0: from none."""

    id: str
    position: int
    at: datetime
    name: str
    conversation: Conversation
    queue: str
    """Where it was at that moment."""
    details: Mapping[str, Any]
    cause: str = ""
    """Of what takes it elsewhere: the id of what that follows from, a signal's or somebody else's wish."""

    def envelope(self) -> bytes:
        """As CloudEvents 1.0 in structured JSON."""
        about = self.conversation
        return orjson.dumps(
            {
                "specversion": "1.0",
                "id": self.id,
                "source": SOURCE,
                "type": COMMAND_TYPE,
                "time": self.at,
                "datacontenttype": "application/json",
                "data": {
                    "command": self.name,
                    "interaction_id": about.interaction_id,
                    "channel": about.channel,
                    "thread": about.thread,
                    "customer_id": about.customer_id,
                    "queue": self.queue,
                    **({"cause": self.cause} if self.cause else {}),
                    **self.details,
                },
            },
            option=orjson.OPT_UTC_Z,
        )
