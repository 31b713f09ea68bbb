"""Mail providers, Exchange Online laggards, letters to administrators, and evidence cards."""
