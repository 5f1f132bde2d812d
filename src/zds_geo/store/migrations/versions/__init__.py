"""One module per version; the first is ``v0001_history``."""
