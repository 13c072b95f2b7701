"""The sections of the report, each a function from the study's tables to blocks."""
