"""Who waits where, as the hub said last: said again with each round of the music."""

from hub.channels.command import Command
from hub.channels.voice_webhooks.render import Place


class Places:
    """Of those who wait; after a restart they are told again."""

    def __init__(self) -> None:
        self._places: dict[str, Place] = {}

    def heard(self, command: Command) -> None:
        """A `waiting` of the hub; anything else that it decides ends the wait."""
        if command.command == "waiting":
            self._places[command.thread] = Place(command.place, command.estimated_wait_s)
        elif command.command in ("answered", "refused", "expired", "ended", "callback_scheduled"):
            self.gone(command.thread)

    def gone(self, thread: str) -> None:
        """They wait no longer."""
        self._places.pop(thread, None)

    def of(self, thread: str) -> Place:
        """Nothing known: nothing in it."""
        return self._places.get(thread, Place())
