"""Calls that were recorded: each a fact of its customer, the sound itself in the attachment store."""
