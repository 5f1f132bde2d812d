"""Versions of the history's schema, one file and one transaction each."""
