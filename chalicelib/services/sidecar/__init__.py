"""The sidecar's use-cases: which streams are needed, who holds which, and to which runs a message goes."""
