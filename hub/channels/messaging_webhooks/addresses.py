"""Keeps what is fetched away from addresses that the world can't reach: a message must not make us ask our own."""

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from hub.domain.errors import InvalidError


class PublicResolver(AbstractResolver):
    """Finds hosts as the system does, and none whose address is private; asked for each connection, so that a name
    can't lead elsewhere the second time."""

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """As a resolver's. Raises InvalidError where one address is private."""
        found = await self._system.resolve(host, port, family)
        for one in found:
            refuse_private(one["host"])
        return found

    async def close(self) -> None:
        """As a resolver's."""
        await self._system.close()


def refuse_private(host: str) -> None:
    """Raises InvalidError of an address that the world can't reach; a name is none."""
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    if not (mapped or address).is_global or (mapped or address).is_multicast:
        raise InvalidError("the file lies at a private address: files.private_addresses allows it", "url")


def is_below(host: str, hosts: tuple[str, ...]) -> bool:
    """Whether it is one of these, or below one; where none is named, any is."""
    name = host.lower().rstrip(".")
    return not hosts or any(name == one.lower() or name.endswith(f".{one.lower()}") for one in hosts)
