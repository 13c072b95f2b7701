"""The report, the quotes and the actions in each format; formats compute nothing."""
