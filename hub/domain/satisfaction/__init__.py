"""How customers say it was: asked after an interaction or a case, of a sample, and not too often."""
