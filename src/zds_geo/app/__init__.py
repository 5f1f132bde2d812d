"""Use cases: open data → places → store → contact → planner → outputs, in sentences."""
