"""Versions of the history's schema (alembic)."""
