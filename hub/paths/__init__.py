"""The path manager's rules: what may be said to whom, on which path and when."""
