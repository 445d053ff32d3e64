"""Who gets what: the core that finds the next match, fast, and the plain words that say what it must find."""
