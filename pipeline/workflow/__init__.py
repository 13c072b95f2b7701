"""A study's run: stages, checks, what goes in and what was released."""
