"""The bus users of this installation's adapters, for a NATS of one's own."""

from hub.bus.users import ADAPTERS, KAMAILIO_USER, users_block
from hub.channels.running import bus_seeds
from hub.settings import Settings


def bus_users(settings: Settings) -> str:
    """`authorization` for the configuration of nats-server, the hub's password in NATS_PASSWORD. Keys are made where
    there are none."""
    seeds = bus_seeds(settings)
    keys = {user.name: seeds.public_key(user.name) for user in ADAPTERS}
    return users_block(keys, "$NATS_PASSWORD", f'"{seeds.password(KAMAILIO_USER)}"')
