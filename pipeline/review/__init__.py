"""What people decide about excerpts and themes, and how it comes in: the one thing of a study that is not derived."""
