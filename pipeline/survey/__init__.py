"""A survey export: read it, work out what its columns mean, begin a study."""
