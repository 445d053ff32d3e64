"""Tables of other systems as text files: how a mapping names their columns, and how they are read row by row."""
