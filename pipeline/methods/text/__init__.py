"""Read single answers: their language, whether they say anything, whether they speak of harm."""
