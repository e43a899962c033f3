"""Where prices come from: recorded candles, a seeded generator, and the clock that plays them."""
