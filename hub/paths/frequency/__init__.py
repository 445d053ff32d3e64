"""How often somebody may be contacted unasked: sliding windows, and a slot for each contact before it is made."""
