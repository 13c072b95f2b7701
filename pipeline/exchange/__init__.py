"""Work with other programs, both ways: REFI-QDA projects, sheets of excerpts, SPSS files."""
