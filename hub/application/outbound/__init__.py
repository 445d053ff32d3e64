"""Telling channel adapters what to carry out, read off the log."""
