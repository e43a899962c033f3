"""What the exchange's answers mean, without the exchange: policy of return codes and the outcome of a call."""
