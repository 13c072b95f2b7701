"""Tell whether an excerpt praises, complains or suggests."""
