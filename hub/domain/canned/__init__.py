"""Texts that agents send again and again: written by supervisors, filled with what is so in a conversation."""
