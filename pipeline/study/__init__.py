"""A study: its folder, its settings and the files its team writes."""
