from odoo import models
from odoo.tools import SQL

#: The months in which children were given what a posted bill charges; its money is
#: read from the books.
GIVEN = """
SELECT d.case_id, d.date, 0::numeric AS amount, %(currency)s AS currency_id,
       NULL::integer AS payer, TRUE AS given
  FROM remediation_service_delivery d
 WHERE d.company_id = %(company)s AND d.state = 'given'
   AND d.bill_state IN ('booked', 'paid')
   AND d.date BETWEEN %(since)s AND %(date_to)s
UNION ALL
SELECT e.case_id, e.date_start, 0::numeric, %(currency)s, NULL::integer, TRUE
  FROM remediation_education_enrolment e
 WHERE e.company_id = %(company)s AND e.bill_state IN ('booked', 'paid')
   AND e.date_start BETWEEN %(since)s AND %(date_to)s
"""

#: Bills and credit notes of support that were posted, or taken back, since then.
BILLS = """
WITH billed AS (
    SELECT 'bill_id' AS link, bill_id AS id, company_id
      FROM remediation_service_delivery WHERE bill_id IS NOT NULL
    UNION SELECT 'credit_id', credit_id, company_id
      FROM remediation_service_delivery WHERE credit_id IS NOT NULL
    UNION SELECT 'bill_id', bill_id, company_id
      FROM remediation_education_enrolment WHERE bill_id IS NOT NULL
    UNION SELECT 'credit_id', credit_id, company_id
      FROM remediation_education_enrolment WHERE credit_id IS NOT NULL
)
SELECT b.link, array_agg(b.id ORDER BY b.id) FROM billed b
 WHERE b.company_id = %(company)s
   AND b.id IN (SELECT unnest(ARRAY[m.id, m.reversed_entry_id]) FROM account_move m
                 WHERE m.company_id = %(company)s AND m.state = 'posted'
                   AND m.date BETWEEN %(since)s AND %(date_to)s)
 GROUP BY b.link
"""


class IndicatorRun(models.Model):
    """Bills of support in the cost of children (I24), equal to the ledger."""

    _inherit = "remediation.indicator.run"

    def _cost_sources(self):
        """What a posted bill charges costs what the books show; what a worker notes of
        it is the same."""
        noted, *others = super()._cost_sources()
        noted = f"{noted} AND coalesce(d.bill_state, 'none') NOT IN ('booked', 'paid')"
        return [noted, GIVEN, *others]

    def _booked_sources(self):
        """A child's part of each bill, credit note and entry of the stock, by the rule
        of what its case cost so far."""
        # sudo: whoever makes the run reads no bill; sums alone come out of here
        cases = self.env["remediation.case"].sudo()
        rows = self.env.execute_query(
            SQL(
                BILLS,
                company=self.company_id.id,
                since=self._costs_since(),
                date_to=self.date_to,
            )
        )
        billed = {link: set(ids) for link, ids in rows}

        def divide(charges, payers):
            return [
                (case, charge, False)
                for case, charge in cases._divided_bills(billed, charges, payers)
            ]

        moves = cases.env["account.move"].browse(sorted(set().union(*billed.values())))
        return [*super()._booked_sources(), (moves, divide)]
