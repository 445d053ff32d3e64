"""When somebody may be contacted by the clock on their own wall."""
