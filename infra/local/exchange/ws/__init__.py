"""The public and private streams."""
