"""Taking contacts in, and what adapters report of conversations: from the wire to durable facts."""
