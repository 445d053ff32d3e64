"""Who may be contacted for what: the table of purposes, how consent is given and taken, and the gates made of it."""
