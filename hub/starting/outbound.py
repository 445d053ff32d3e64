"""Starts what tells channel adapters what to carry out, from where they were told before."""

from collections.abc import Mapping

from hub.application.outbound.places import places_in
from hub.application.outbound.signs import Signs, Whisper
from hub.application.outbound.telling import Outbound, Place
from hub.bus.connection import Connection
from hub.bus.outbound import OutboundStream
from hub.bus.signs import Signs as CustomerSigns
from hub.router.pool.owner import Pool
from hub.router.pool.recovery import Opened
from hub.starting.ground import Ground


async def start_signs(ground: Ground, pool: Pool, bus: Connection, whisper: Whisper) -> Signs:
    """What customer and agent see of each other beside words, while both are there."""
    signs = Signs(lambda: pool.state, OutboundStream(bus), ground.clock, whisper)
    heard = CustomerSigns(bus, signs.heard)
    await heard.start()
    ground.work.when_stopping(heard.stop)
    return signs


async def start_outbound(ground: Ground, pool: Pool, bus: Connection, opened: Opened) -> Outbound:
    """`opened`: the open work, up to a position of the log."""

    def places(queue: str) -> Mapping[str, Place]:
        return places_in(pool.state, queue, ground.clock.now().timestamp())

    def announce_every(queue: str) -> float:
        return pool.policy.queue(queue).announce_every_seconds

    wire = OutboundStream(bus, replicas=ground.settings.nats_replicas)
    outbound = Outbound(ground.journal, wire, ground.clock, places, announce_every, pool.name, ground.spell)
    await outbound.start(opened.rows, opened.position)
    ground.work.when_stopping(outbound.stop)
    ground.follow(await ground.journal.head(), outbound.follow)
    ground.work.spawn(outbound.run(), "outbound")
    return outbound
