"""The codebook that people wrote together, and the files it is read from and written to."""

from pipeline.codebook.codebook import Code, Codebook, read_codebook


__all__ = ["Code", "Codebook", "read_codebook"]
