"""Adapters that speak to S3."""
