"""Processes, files and memory: what knows nothing of surveys."""
