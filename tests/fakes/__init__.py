"""Fakes of the ports: in memory, deterministic, held to the same contract tests as the real adapters."""
