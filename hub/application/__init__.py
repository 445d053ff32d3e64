"""Use cases: load, decide, append. I/O without rules."""
