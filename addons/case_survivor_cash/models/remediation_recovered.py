from odoo import fields, models
from odoo.exceptions import UserError

from .remediation_recovery import PAID


class Recovered(models.AbstractModel):
    """What a court awards or an employer owes: paid is what the payments say.

    A model names its fields; the open rest is what is due without what was paid.
    """

    _name = "remediation.recovered"
    _description = "Is Paid by Recoveries"

    _due_field = None
    _paid_field = None
    _paid_on_field = None

    recovery_note = fields.Char(
        compute="_compute_recovery_note",
        string="Cannot Be Counted Yet",
        help="Payments in a currency without a rate.",
    )

    def _sum_paid(self):
        for record in self:
            paid = record.recovery_ids.filtered(lambda r: r.state in PAID)
            record[self._paid_field] = sum(paid.mapped("settled"))
            record[self._paid_on_field] = max(paid.mapped("paid_on"), default=False)

    def _take_paid(self):
        """What was paid is the sum of the payments, each with its proof.

        :raises UserError: something else was written
        """
        for record in self:
            # read before the payments are: they change it
            amount, day = record[self._paid_field], record[self._paid_on_field]
            paid = record.recovery_ids.filtered(lambda r: r.state in PAID)
            last = max(paid.mapped("paid_on"), default=False)
            more = amount - sum(paid.mapped("settled"))
            if day != last or not record.currency_id.is_zero(more):
                raise UserError(
                    self.env._(
                        "What was paid is the sum of its payments: enter a payment, "
                        "with its proof."
                    )
                )

    def _add_direct(self, amount, day):
        link = "matter_id" if self._name == "remediation.legal.matter" else "wage_id"
        self.env["remediation.recovery"]._unprotected().create(
            {
                link: self.id,
                "case_id": self.case_id.id,
                "is_direct": True,
                "currency_id": self.currency_id.id,
                "amount": amount,
                "settled": amount,
                "paid_on": day or self._place_today(),
                "state": "recorded",
            }
        )

    def _keep_what_was_paid(self):
        """Make payments of what was written before this module was installed."""
        for record in self.search([(self._paid_field, ">", 0)]):
            if not record.recovery_ids:
                record._add_direct(
                    record[self._paid_field], record[self._paid_on_field]
                )

    def _compute_recovery_note(self):
        for record in self:
            sentences = [r._missing_rate() for r in record.recovery_ids]
            record.recovery_note = " ".join(filter(None, sentences)) or False
