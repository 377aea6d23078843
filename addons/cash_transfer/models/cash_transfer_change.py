from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class CashTransferChange(models.Model):
    """A change of what steers money: who asked, who agreed, what was and what is (R63).

    Written by the records themselves; decided here by a cash approver or releaser who
    did not ask for it. Nobody edits or deletes it.
    """

    _name = "cash.transfer.change"
    _description = "Change of What Steers Money"
    _inherit = ["remediation.protected.mixin"]
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
    author_ids = fields.Many2many("res.users", readonly=True, string="Entered by")
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

    def action_agree(self):
        """Put changes in force. For cash approvers and releasers who did not enter them
        (R63).

        :raises AccessError: no such duty, or one's own change.
        :raises UserError: decided already, or the record changed since.
        """
        for change in self:
            people = change._begin()
            if not people:
                raise AccessError(
                    self.env._("Agreeing is for cash approvers and releasers.")
                )
            if people & change.author_ids:
                raise AccessError(
                    self.env._("You entered this change: a second person agrees to it.")
                )
            # sudo: who agrees need not maintain the record; the change was tried with
            # the right of whoever asked for it
            own = change.sudo()
            record = own.env[own.res_model].browse(own.res_id).exists()
            if not record:
                raise UserError(self.env._("The record does not exist any more."))
            record._apply_change(own)
            own._decide("agreed")
        return True

    def action_decline(self, reason=None):
        """Decline changes, or take one's own back. For cash approvers, releasers and
        whoever entered it.

        :param str reason: kept in the history.
        """
        for change in self:
            if not change._begin() and self.env.user not in change.author_ids:
                raise AccessError(
                    self.env._("Declining is for cash approvers and releasers.")
                )
            change.sudo()._decide("declined", reason)  # sudo: no role writes changes
        return True

    def _begin(self):
        """Lock and look; return for whom the user may decide, nobody where it is not
        the user's duty."""
        self.ensure_one()
        self.check_access("read")
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        if self.state != "asked":
            raise UserError(self.env._("This was decided already: reload the page."))
        duties = self.env["cash.transfer.duty"]
        company = self.company_id or self.env.company
        people = self.env["res.users"]
        for duty in ("approve", "release"):
            people |= duties._principals(duty, company)
        return people | self.env.user if people else people

    def _decide(self, state, reason=None):
        self._unprotected().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Datetime.now(),
                "reason": reason,
            }
        )

    def action_open_record(self):
        """Open what the change is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
        }
