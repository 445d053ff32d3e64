"""Callbacks that agents promise."""
