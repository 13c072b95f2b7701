"""Sheets of excerpts for review on paper or in a spreadsheet, and what comes back."""
