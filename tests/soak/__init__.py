"""Real processes and sockets under random faults, for as long as asked."""
