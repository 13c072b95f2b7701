"""REFI-QDA projects, `.qdpx`: what NVivo, ATLAS.ti, MAXQDA, QualCoder and others exchange, both ways."""
