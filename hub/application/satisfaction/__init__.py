"""Asking customers how it was, and taking what they say."""
