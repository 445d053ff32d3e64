"""The command `hub`: parse, call, print."""
