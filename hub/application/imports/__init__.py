"""Records of other systems, taken in by the rules that contacts and people are taken in by."""
