"""The histories of the two schemas, one file a revision; `intake.store.migrate` moves along them."""
