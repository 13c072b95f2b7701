"""`review.sqlite`: what people decided, append-only and verifiable."""
