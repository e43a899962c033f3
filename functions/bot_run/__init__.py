"""Entry points of the state machine that drives one run."""
