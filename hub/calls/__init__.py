"""Recorded calls of other systems: read by a mapping, refused row by row, measured, generated."""
