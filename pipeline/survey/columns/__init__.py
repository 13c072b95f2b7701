"""Guess what the columns of a survey export are for, from headings and the shape of answers; people have the last word."""
