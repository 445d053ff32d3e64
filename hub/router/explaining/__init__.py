"""Why it was decided so: decisions of the log taken once more, with everybody who could have been chosen."""
