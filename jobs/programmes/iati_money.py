"""The money of an IATI activity: budgets, commitments, disbursements and what is planned, by year and currency."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from layers.formats.values.numbers import parse_number

Money = tuple[str, int | None, str, float]
"""Kind of money, year (None: not stated), currency, amount; see ``geo.programmes.schema.MONEY``."""

TRANSACTIONS = {"2": "commitment", "3": "disbursement", "4": "expenditure"}
"""Outgoing kinds of transactions; what came in from others is not money that this activity pays twice."""


def money_of(element: Element) -> tuple[list[Money], list[tuple[str, str, str]]]:
    """Sums by kind, year and currency, and remarks (reason, expected, got) on amounts that cannot be read.

    A revised budget (type 2) stands for the original of its period. The year of a budget is that in which its period
    begins, of a transaction that of its date, else of its value.

    Parameters
    ----------
    element
        An `iati-activity` of version 2.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> one = fromstring('<iati-activity default-currency="EUR"><transaction><transaction-type code="2"/>'
    ...     '<transaction-date iso-date="2019-05-01"/><value>100</value></transaction><transaction>'
    ...     '<transaction-type code="2"/><transaction-date iso-date="2019-06-01"/><value>-20</value></transaction>'
    ...     '<budget><period-start iso-date="2020-01-01"/><value currency="usd">7</value></budget></iati-activity>')
    >>> money_of(one)[0]
    [('budget', 2020, 'USD', 7.0), ('commitment', 2019, 'EUR', 80.0)]
    """
    default = element.get("default-currency", "").strip().upper()
    remarks: list[tuple[str, str, str]] = []
    sums: dict[tuple[str, int | None, str], float] = {}

    def amount(parent: Element) -> tuple[float, str] | None:
        value = parent.find("value")
        text = ((value.text or "") if value is not None else "").strip()
        number, why = parse_number(text)
        if value is None or why or number != number:
            remarks.append(("number_unreadable", "an amount", text[:60]))
            return None
        return number, value.get("currency", default).strip().upper()

    def add(kind: str, year: int | None, paid: tuple[float, str]) -> None:
        key = (kind, year, paid[1])
        sums[key] = sums.get(key, 0.0) + paid[0]

    by_period: dict[tuple[str, str], tuple[str, tuple[float, str]]] = {}
    for number, budget in enumerate(element.findall("budget")):
        paid = amount(budget)
        dates = (_date(budget, "period-start"), _date(budget, "period-end"))
        period = dates if any(dates) else (f"#{number}", "")
        kind = budget.get("type", "1")
        if paid is not None and (period not in by_period or kind >= by_period[period][0]):
            by_period[period] = (kind, paid)
    for (start, _), (_, paid) in by_period.items():
        add("budget", _year(start), paid)
    for planned in element.findall("planned-disbursement"):
        if (paid := amount(planned)) is not None:
            add("planned", _year(_date(planned, "period-start")), paid)
    for transaction in element.findall("transaction"):
        kind_element = transaction.find("transaction-type")
        sort = TRANSACTIONS.get(kind_element.get("code", "").strip() if kind_element is not None else "")
        if sort and (paid := amount(transaction)) is not None:
            value = transaction.find("value")
            day = _date(transaction, "transaction-date") or (value.get("value-date", "") if value is not None else "")
            add(sort, _year(day), paid)
    return [(kind, year, currency, total) for (kind, year, currency), total in sums.items()], remarks


def _date(parent: Element, tag: str) -> str:
    found = parent.find(tag)
    return (found.get("iso-date") or found.text or "").strip() if found is not None else ""


def _year(day: str) -> int | None:
    return int(day[:4]) if day[:4].isascii() and day[:4].isdigit() and 1900 <= int(day[:4]) <= 2200 else None
