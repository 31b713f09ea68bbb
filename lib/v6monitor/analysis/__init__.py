"""Tables of what the states say: shares, breakdowns, changes, gap, forecast and staleness."""
