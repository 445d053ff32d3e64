"""The routing pool: who owns it, and the checkpoint of what they decided."""
