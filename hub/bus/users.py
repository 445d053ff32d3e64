"""Who may do what on the bus: the hub everything, an adapter what its channel needs, and nothing else."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from hub.bus.connection import INBOX, Credentials
from hub.bus.subjects import (
    ANNOUNCEMENTS_OUT,
    CARRIERS,
    CARRIES,
    CARRIES_NEW,
    CONTACTS_IN,
    CONVERSATIONS_IN,
    KAMAILIO,
    KAMAILIO_ORDERS,
    KAMAILIO_TOLD,
    OUTBOUND,
    PATHS_ASK,
    REFUSED_IN,
    SIGNS_IN,
    retries_subject,
)
from hub.domain.contact import Channel

HUB_USER = "hub"
KAMAILIO_USER = "kamailio-edge"
"""Kamailio itself: its module knows passwords alone."""


class BusUser(NamedTuple):
    """The adapter `name` of a channel; its consumer of what it is told is called by its name."""

    name: str
    channel: str
    also: tuple[str, ...] = ()
    """Channels that it reports contacts on, and nothing else: there they are answered."""
    hears_kamailio: bool = False
    """It reads what Kamailio tells, and gives it orders."""

    @property
    def inbox(self) -> str:
        """What the subjects begin with where it waits for answers: nobody else may listen there."""
        return f"{INBOX}_{self.name}"

    def credentials(self, seed: str) -> Credentials:
        """To connect with."""
        return Credentials(seed, self.inbox)


RESPONSE_EXPIRES = "2m"
"""How long an adapter may take to answer what it is asked to try again."""
ADAPTERS: tuple[BusUser, ...] = (
    *(BusUser(channel.value, channel.value) for channel in Channel),
    BusUser("voice_webhooks", Channel.PHONE.value),
    BusUser("kamailio", Channel.PHONE.value, hears_kamailio=True),
    BusUser("chat", Channel.WEB.value, (Channel.EMAIL.value,)),
    BusUser("messaging_webhooks", Channel.WEB.value),
    BusUser("branch", Channel.IN_PERSON.value),
)
"""One a channel, and those that carry it beside that one."""


@lru_cache(maxsize=64)
def inboxes(channel: str) -> tuple[str, ...]:
    """Of the adapters that report contacts on this channel."""
    return tuple(user.inbox for user in ADAPTERS if channel in (user.channel, *user.also))


class Rights(NamedTuple):
    """Subjects that a user may publish on and listen to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


_OF_KAMAILIO = (
    KAMAILIO_ORDERS,
    f"$JS.API.CONSUMER.INFO.{KAMAILIO}.kamailio",
    f"$JS.API.CONSUMER.MSG.NEXT.{KAMAILIO}.kamailio",
    f"$JS.API.CONSUMER.RESET.{KAMAILIO}.kamailio",
    f"$JS.ACK.{KAMAILIO}.kamailio.>",
)


def rights(user: BusUser) -> Rights:
    """The hub makes the consumer: whoever may make one, may have it deliver wherever the server itself may publish."""
    own = f"{OUTBOUND}.{user.name}"
    carried = (f"{CARRIES}.{user.name}", f"{CARRIES_NEW}.{user.channel}")
    return Rights(
        publish=(
            *(f"{CONTACTS_IN}.{channel}.>" for channel in (user.channel, *user.also)),
            f"{CONVERSATIONS_IN}.{user.channel}.>",
            f"{REFUSED_IN}.{user.channel}",
            f"{PATHS_ASK}.{user.channel}",
            f"{SIGNS_IN}.{user.channel}.>",
            f"$JS.API.CONSUMER.INFO.{own}",
            f"$JS.API.CONSUMER.MSG.NEXT.{own}",
            f"$JS.API.CONSUMER.RESET.{own}",
            f"$JS.ACK.{own}.>",
            *carried,
            *(f"$JS.API.DIRECT.GET.{CARRIERS}.{one}" for one in carried),
            *(_OF_KAMAILIO if user.hears_kamailio else ()),
        ),
        subscribe=(
            f"{user.inbox}.>",
            f"{ANNOUNCEMENTS_OUT}.{user.channel}.>",
            retries_subject(user.channel),
        ),
    )


def users_block(public_keys: Mapping[str, str], hub: str, kamailio: str, adapters: Sequence[BusUser] = ADAPTERS) -> str:
    """`authorization` in the language of nats-server's configuration. `public_keys` by user's name; `hub` and
    `kamailio`: their passwords, or variables of the environment."""
    users = [f"    {{ user: {HUB_USER}, password: {hub} }}", _kamailio_entry(kamailio)]
    users += [_entry(user, public_keys[user.name]) for user in adapters]
    return "authorization {\n  timeout: 2\n  users: [\n" + "\n".join(users) + "\n  ]\n}\n"


def _entry(user: BusUser, key: str) -> str:
    allowed = rights(user)
    return (
        f"    {{\n      # the adapter {user.name}\n      nkey: {key}\n      permissions: {{\n"
        f"        publish: {_list(allowed.publish)}\n        subscribe: {_list(allowed.subscribe)}\n"
        f'        allow_responses: {{ max: 1, expires: "{RESPONSE_EXPIRES}" }}\n      }}\n    }}'
    )


def _kamailio_entry(password: str) -> str:
    told, orders = _list([f"{KAMAILIO_TOLD}.*"]), _list([KAMAILIO_ORDERS])
    return (
        f"    {{\n      user: {KAMAILIO_USER}, password: {password}\n      permissions: {{\n"
        f"        publish: {told}\n        subscribe: {orders}\n      }}\n    }}"
    )


def _list(subjects: Sequence[str]) -> str:
    return "{ allow: [" + ", ".join(f'"{subject}"' for subject in subjects) + "] }"
