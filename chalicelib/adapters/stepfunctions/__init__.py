"""Step Functions: one execution a run."""
