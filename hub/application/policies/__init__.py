"""Policies: texts that people put in force."""
