"""Whose a conversation is where two adapters carry one channel: its thread begins as the adapter's own do."""

_BEGINNINGS = {
    "chat": ("chat-",),
    "messaging_webhooks": ("messaging-",),
    "kamailio": ("sip-", "again-sip-"),
    "phone": ("call-", "voicemail-call-", "again-call-"),
    "voice_webhooks": ("voice-",),
}


def is_own(name: str, thread: str) -> bool:
    """Whether it began on the wire of the adapter of this name."""
    return thread.startswith(_BEGINNINGS.get(name, ()))


def is_anothers(name: str, thread: str) -> bool:
    """Whether it began on the wire of another adapter: nothing of it is for this one."""
    return any(is_own(other, thread) for other in _BEGINNINGS if other != name)


def is_left_to_another(name: str, thread: str, *, takes_new: bool) -> bool:
    """Whether it is another adapter's, or begins with the hub and this one is not set to take such."""
    return is_anothers(name, thread) or not (takes_new or is_own(name, thread))
