"""AWS KMS: sealing of exchange credentials."""
