from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.steps import Ask, step


class CashTransferChange(models.Model):
    """A change of what steers money: who asked, who agreed, what was and what is (R63).

    Written by the records themselves; decided here by a cash approver or releaser who
    did not ask for it. Nobody edits or deletes it.
    """

    _name = "cash.transfer.change"
    _description = "Change of What Steers Money"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company.or.none"
    _order = "id desc"

    _protected_fields = frozenset(
        {
            "res_model",
            "res_id",
            "name",
            "company_id",
            "kind",
            "values",
            "before",
            "text",
            "author_ids",
            "asked_by_id",
            "asked_on",
            "state",
            "decided_by_id",
            "decided_on",
            "reason",
        }
    )

    res_model = fields.Char(required=True, readonly=True, string="Kind of Record")
    res_id = fields.Many2oneReference(
        model_field="res_model",
        required=True,
        readonly=True,
        index=True,
        string="Record",
    )
    name = fields.Char(readonly=True, string="What")
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    kind = fields.Selection(
        [("new", "New"), ("change", "Change")], required=True, readonly=True
    )
    values = fields.Json(readonly=True)
    before = fields.Json(readonly=True)
    text = fields.Text(readonly=True, string="From and To")
    author_ids = fields.Many2many("res.users", readonly=True, string="Entered By")
    asked_by_id = fields.Many2one("res.users", readonly=True, required=True)
    asked_on = fields.Datetime(readonly=True, required=True)
    state = fields.Selection(
        [
            ("asked", "Waits"),
            ("agreed", "In Force"),
            ("declined", "Declined"),
            ("program", "Changed by the Program"),
        ],
        required=True,
        default="asked",
        readonly=True,
        index=True,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)
    reason = fields.Char(readonly=True)

    _of_record = models.Index("(res_model, res_id)")

    def _check_may_decline(self):
        duties = self.env["cash.transfer.duty"]
        for change in self.filtered(lambda one: self.env.user not in one.author_ids):
            company = change.company_id or self.env.company
            if not duties._people(("approve", "release"), company):
                raise AccessError(
                    self.env._("Declining is for cash approvers and releasers.")
                )

    @step(
        frm="asked",
        to="agreed",
        duty=("approve", "release"),
        not_by="author_ids",
        stamp="decided",
        right="read",
        referencing=True,
        sudo="who agrees need not maintain the record that changes",
    )
    def action_agree(self):
        """Put changes in force. For cash approvers and releasers who did not enter them
        (R63).

        :raises AccessError: no such duty, or one's own change.
        :raises UserError: decided already, or the record changed since.
        """
        for change in self:
            record = self.env[change.res_model].browse(change.res_id).exists()
            if not record:
                raise UserError(self.env._("The record does not exist any more."))
            record._apply_change(change)

    @step(
        frm="asked",
        to="declined",
        allowed="_check_may_decline",
        asks={"reason": Ask("reason", required=False)},
        stamp="decided",
        right="read",
        referencing=True,
        sudo="no role writes changes",
    )
    def action_decline(self, reason=None):
        """Decline changes, or take one's own back. For cash approvers, releasers and
        whoever entered it.

        :param str reason: kept in the history.
        """

    def action_open_record(self):
        """Open what the change is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
