"""What does a reader call a column, a sector or a state? English; Dutch is in the catalogue."""

LABELS = {
    "yes": "yes",
    "partly": "partly",
    "no": "no",
    "unknown": "could not tell",
    "not_applicable": "not applicable",
    "web": "Web",
    "mail": "Mail",
    "dns": "Name servers",
    "rijk": "Central government",
    "uitvoeringsorganisatie": "Executive agencies",
    "provincie": "Provinces",
    "gemeente": "Municipalities",
    "waterschap": "Water authorities",
    "gemeenschappelijke_regeling": "Joint arrangements",
    "overig": "Other bodies",
    "domain": "Domain",
    "organisation": "Organisation",
    "sector": "Sector",
    "province": "Province",
    "period": "Month",
}
