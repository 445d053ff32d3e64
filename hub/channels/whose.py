"""Whose a conversation is where two adapters carry one channel: its thread begins as the adapter's own do."""

_BEGINNINGS = {
    "phone": ("call-", "voicemail-call-", "again-call-"),
    "voice_webhooks": ("voice-",),
}


def is_own(name: str, thread: str) -> bool:
    """Whether it began on the wire of the adapter of this name."""
    return thread.startswith(_BEGINNINGS.get(name, ()))


def is_anothers(name: str, thread: str) -> bool:
    """Whether it began on the wire of another adapter: nothing of it is for this one."""
    return any(is_own(other, thread) for other in _BEGINNINGS if other != name)
