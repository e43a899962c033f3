"""Entry points that operators invoke by hand."""
