"""Listening, without sockets: what must be listened to, and which task listens to what."""
