"""Who receives a domain's mail, and what keeps that mail from IPv6?"""
