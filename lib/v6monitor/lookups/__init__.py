"""How does a name become evidence? Ask DNS: what to ask, how to ask it, and what was answered."""
