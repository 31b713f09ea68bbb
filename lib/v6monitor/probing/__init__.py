"""Real connections to servers that have IPv6, over both families: off unless it is asked for."""
