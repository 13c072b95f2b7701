"""Tables: what their columns mean, how they are kept and looked up."""
