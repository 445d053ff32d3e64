"""Decisions taken again from the log, under the policy of then or another; the log checked as a whole."""
