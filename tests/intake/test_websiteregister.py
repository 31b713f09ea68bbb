"""The Websiteregister Rijksoverheid: one file, two measurements."""

import pytest
from measured_files import booked, values

from v6monitor.errors import InputError
from v6monitor.intake import intake as measurements

HEADER = (
    "URL,Organisatietype,Organisatie,Suborganisatie,Afdeling,Bezoeken/mnd,Voldoet,Totaal,IPv6,"
    "DNSSEC,HTTPS,CSP,RefPol.,X-Cont.,X-Frame.,Testdatum,Totaal,IPv6,DNSSEC,STARTTLS en DANE,"
    "DMARC,DKIM,SPF,Testdatum,Platformgebruik"
)


def _register(*rows):
    return "\n".join(["2,,,,,2,Domeinnaambeleid" + "," * 18, HEADER, *rows, ""])


def _row(url, web, web_day, mail, mail_day):
    tests = f"ja,ja,{web},ja,ja,ja,ja,ja,ja,{web_day},ja,{mail},ja,,ja,,ja,{mail_day}"
    return f"{url},Rijksoverheid,AZ,DPC,,23.245.794,{tests},"


def test_web_and_mail_have_their_own_days(intake):
    """The first IPv6 and Testdatum are of the website, the second of the mail of the bare name."""
    rows = [
        _row("http://www.a.example", "ja", "22-08-2022", "nee", "2022-09-01T05:02:15"),
        _row("https://b.example/", "waarschuwing", "22-08-2022", "", ""),
    ]
    found = intake(_register(*rows), "register.csv")
    days = found.table["measured_at"].dt.strftime("%Y-%m-%d").tolist()
    assert days == ["2022-08-22", "2022-08-22", "2022-09-01"]
    assert values(found, "domain", "type", "ipv6", "ns_address", "organisation", "sector") == [
        ("www.a.example", "web", "passed", "", "AZ", "rijk"),
        ("b.example", "web", "warning", "", "AZ", "rijk"),
        ("a.example", "mail", "failed", "", "AZ", "rijk"),
    ]
    assert {done for *_, done in booked(found)} == {"changed"}


def test_web_and_mail_are_told_by_the_labels_of_their_groups(intake):
    """With mail in front and another group of tests, the label in row 1 says what is of which."""
    groups = "1,,,,,E-mailtest Internet.nl,,,,Toegankelijkheidstest,,,Websitetest Internet.nl,,"
    header = "URL,Organisatietype,Organisatie,Suborganisatie,Afdeling"
    tests = "Totaal,IPv6,DMARC,Testdatum,HTTPS,IPv6,Testdatum,IPv6,HTTPS,Testdatum"
    cells = "ja,nee,ja,2026-08-01,ja,ja,2026-08-03,waarschuwing,ja,2026-08-02"
    text = f"{groups}\n{header},{tests}\na.example,Rijksoverheid,AZ,,,{cells}\n"
    found = intake(text, "register.csv")
    days = found.table["measured_at"].dt.strftime("%d").tolist()
    assert values(found, "type", "ipv6") == [("web", "warning"), ("mail", "failed")]
    assert days == ["02", "01"]
    without = text.replace(groups, "1").replace("DMARC", "x").replace("HTTPS", "y")
    with pytest.raises(InputError, match="nothing says which tests are of the website"):
        intake(without, "register.csv")


def test_real_register(real_data):
    """The spreadsheet as it is published."""
    found = measurements.read_files([real_data / "registers" / "websiteregister-1-site.ods"])
    assert found.files["format"].tolist() == ["websiteregister"]
    assert found.table["type"].tolist() == ["web", "mail"]
    days = found.table["measured_at"].dt.strftime("%Y-%m-%d").tolist()
    assert days == ["2022-06-21", "2022-07-14"]
    assert found.table["ipv6"].tolist() == ["passed", "passed"]
