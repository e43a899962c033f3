"""Hostile requests, made from the contract, against the running local cloud."""
