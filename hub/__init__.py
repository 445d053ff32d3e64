"""Contact Path Manager: an event-sourced omnichannel interaction hub."""

__version__ = "0.1.0"
