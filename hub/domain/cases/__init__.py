"""Cases: complaints, problems, returns and requests that live across interactions, in the stream of their customer."""
