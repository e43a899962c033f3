"""The REST side and the control surface."""
