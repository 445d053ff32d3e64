"""The agent: who is signed on, in which state, with which skills."""
