"""IPv6 verdicts of hosts, domains and mail, from looked-up evidence."""
