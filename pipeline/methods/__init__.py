"""Algorithms that know nothing of studies: texts and arrays in, arrays out."""
