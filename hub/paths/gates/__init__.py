"""What may keep a contact from being made: one file a gate, one kind of verdict, and no gate that waits for another."""
