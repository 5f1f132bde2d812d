"""The vocabulary every room shares: nouns, ids, CRS, column contracts, texts and errors."""
