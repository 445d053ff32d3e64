"""Who may do what: people, their sessions and passwords, keys of programs."""
