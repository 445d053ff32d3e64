"""Who works here: people, the teams they are in, and what these let them do."""
