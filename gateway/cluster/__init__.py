"""What nodes tell one another: hints that a log has grown, and signals. All of it may be lost; the log is the truth."""
