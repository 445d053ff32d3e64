"""A conversation in words and files: what was said, what is being typed, what goes on to somebody else."""
