"""The interaction: the piece of work that is routed, offered, spoken and wrapped up."""
