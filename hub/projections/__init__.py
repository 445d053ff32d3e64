"""Read models: what screens ask for, computed from the log and from nothing else, rebuildable at any time."""
