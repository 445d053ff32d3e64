"""What a text message can hold: its alphabets, and how many messages a text takes."""
