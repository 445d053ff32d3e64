"""How things stand now, as the read models show it."""
