"""Load on a real hub in processes of its own, and what the store says afterwards."""
