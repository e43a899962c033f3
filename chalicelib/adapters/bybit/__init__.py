"""Bybit v5 behind our ports. Only this package knows pybit, and loads it on first use: it is slow to import."""
