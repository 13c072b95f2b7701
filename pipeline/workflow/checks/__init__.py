"""What can be wrong with a study before it runs: one module a subject, each check yielding problems as sentences."""
