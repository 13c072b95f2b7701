"""Turn texts into vectors with models that lie on this machine."""
