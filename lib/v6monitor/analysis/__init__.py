"""Shares, changes, the remaining gap and the forecast, computed from tables only."""
