"""What may be said to a contact point: consent, blocks and preferences as facts of that contact point alone."""
