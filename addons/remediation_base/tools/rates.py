"""Rates of many days in one statement; core reads one for each day."""

from odoo.tools import SQL

#: As core's ``_get_rates`` finds them, and in its order: the last rate before the day,
#: else the first one ever.
RATES = """
SELECT day.day, u.id, coalesce(
           (SELECT r.rate FROM res_currency_rate r
             WHERE r.currency_id = u.id AND r.name <= day.day
               AND (r.company_id IS NULL OR r.company_id = %(root)s)
             ORDER BY r.company_id, r.name DESC LIMIT 1),
           (SELECT r.rate FROM res_currency_rate r
             WHERE r.currency_id = u.id
               AND (r.company_id IS NULL OR r.company_id = %(root)s)
             ORDER BY r.company_id, r.name LIMIT 1), 1.0)
  FROM unnest(%(days)s::date[]) day (day), res_currency u
 WHERE u.id = ANY(%(currencies)s)
"""


def know_rates(company, wanted):
    """Put rates where core looks for them before it asks the database.

    :param company: ``res.company`` whose rates they are
    :param wanted: iterable of ``(from currency, to currency, day)``
    """
    wanted = {row for row in wanted if row[0] != row[1]}
    if not wanted:
        return
    env = company.env
    env["res.currency.rate"].flush_model()
    rows = env.execute_query(
        SQL(
            RATES,
            root=company.root_id.id,
            days=sorted({day for _from, _to, day in wanted}),
            currencies=list({one.id for row in wanted for one in row[:2]}),
        )
    )
    rates = {(day, currency): rate for day, currency, rate in rows}
    field = env["res.currency"]._fields["inverse_rate"]
    for currency, other, day in wanted:
        known = currency.with_company(company).with_context(
            to_currency=other.id, date=str(day)
        )
        # The same two divisions as core's, so that the last digit is the same.
        rate = (rates[day, currency.id] or 1.0) / rates[day, other.id]
        field._insert_cache(known, [1 / rate])
