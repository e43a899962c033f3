"""The execution function: the only code whose role may open a secret."""
