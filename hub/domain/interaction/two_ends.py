"""Calls between two ends that nobody else can be put on: who carries them only passes on what the two say."""

from typing import Final

from hub.domain.contact import Channel

THREAD_OF_TWO_ENDS: Final = "sip-"
"""How the threads of such calls begin."""


def has_two_ends(channel: Channel, thread: str) -> bool:
    """Whether the customer's line can go to nobody but who has it, nor be held."""
    return channel is Channel.PHONE and thread.startswith(THREAD_OF_TWO_ENDS)
