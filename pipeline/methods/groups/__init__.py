"""Compare groups of people, and waves of a survey."""
