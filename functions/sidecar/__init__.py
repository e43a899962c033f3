"""The stream sidecar: a long-lived process that listens to the exchange and wakes runs. It never decides."""
