"""Calls, by an Asterisk that is spoken to over ARI."""
