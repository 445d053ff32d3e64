"""What the hub says, brought to the branch that it concerns."""

import asyncio

from hub.channels.branch import reports
from hub.channels.branch.halls import Halls
from hub.channels.command import Command
from hub.channels.link import Link
from hub.ports import Clock


class Telling:
    """Of all branches."""

    def __init__(self, link: Link, halls: Halls, clock: Clock) -> None:
        self._link = link
        self._halls = halls
        self._clock = clock
        self._nudges = set[asyncio.Task[None]]()

    async def carry_out(self, command: Command) -> None:
        """Over when this returns; raises where it is to be told again. Of a branch that is not here any more nothing is
        left waiting."""
        if command.command == "forgotten":
            for one in self._halls:
                await one.forget(command.customer_id)
            return
        hall = self._halls.of_visit(command.thread)
        if hall is not None:
            await hall.carry_out(command)
            return
        now = self._clock.now()
        if command.command == "send":
            await self._link.conversation(reports.failed(command.thread, command.contact_id, now))
        elif command.command in ("offered", "answered") and command.thread.startswith("visit-"):
            await self._link.conversation(reports.gone(command.thread, now))

    def announced(self, command: Command) -> None:
        """Places and waits that are said again."""
        hall = self._halls.of_visit(command.thread)
        if hall is None:
            return
        hall.announced(command)
        task = asyncio.create_task(hall.nudge())
        self._nudges.add(task)
        task.add_done_callback(self._nudges.discard)
