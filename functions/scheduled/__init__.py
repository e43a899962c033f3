"""Entry points that a schedule calls."""
