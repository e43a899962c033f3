"""Deterministic simulation: the real services and domain against the exchange's engine, with faults from a seed."""
