"""Puts the parts of a hub together, those that belong together in one file; `hub/app.py` says in which order."""
