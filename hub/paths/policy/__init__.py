"""What people say about customers and paths: segments, lifecycle, profile fields, gates, and the checks of it."""
