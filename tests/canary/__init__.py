"""Canary secrets: planted where secrets go in, and looked for everywhere else (``make canary``)."""
