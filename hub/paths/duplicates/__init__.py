"""Who is in the books twice: what is certain is linked, what is likely is proposed, what contradicts is shown."""
