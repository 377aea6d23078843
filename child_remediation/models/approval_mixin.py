from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ApprovalMixin(models.AbstractModel):
    """Draft, submitted, approved by somebody else (R18).

    Whoever holds the case drafts and submits; a supervisor of the case approves or
    sends back with a comment. Neither the author nor the submitter may approve,
    whatever their group. Each step leaves a row in ``remediation.approval``.
    """

    _name = "remediation.approval.mixin"
    _description = "Submitted by One Person, Approved by Another"
    _inherit = ["remediation.case.owned"]

    #: State that approval leads to.
    _approved_state = "approved"
    #: A record that holds none of these is empty, and not kept (R81).
    _content_fields = ()
    #: Texts and links that may not change once submitted.
    _draft_only_fields = frozenset()
    _protected_fields = frozenset(
        {
            "state",
            "submitted_by_id",
            "submitted_on",
            "approved_by_id",
            "approved_on",
            "rejection_comment",
        }
    )

    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    submitted_on = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Datetime(readonly=True, copy=False)
    rejection_comment = fields.Text(readonly=True, copy=False)

    @api.model
    def _get_draft_only_fields(self):
        return self._union_over_classes("_draft_only_fields")

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._refuse_empty()
        return records

    def _refuse_empty(self):
        """R81: leaving a page never leaves an empty record that moves the case on."""
        if self._content_fields and self.filtered(
            lambda record: (
                not any(
                    value.strip() if isinstance(value, str) else value
                    for value in map(record.__getitem__, record._content_fields)
                )
            )
        ):
            raise UserError(
                self.env._("Write something first: an empty page is not kept.")
            )

    def write(self, vals):
        if not self._is_unprotected() and self._get_draft_only_fields() & vals.keys():
            self._check_draft()
        return super().write(vals)

    def _check_draft(self):
        if self.filtered(lambda record: record.state != "draft"):
            raise UserError(
                self.env._(
                    "What was submitted or approved does not change: ask for it to be "
                    "sent back, or make a new version."
                )
            )

    # -- what the models say ---------------------------------------------------
    def _missing_to_submit(self):
        """Return the sentences that keep this record from being submitted."""
        self.ensure_one()
        return []

    def _missing_to_approve(self):
        """Return the sentences that keep this record from being approved."""
        self.ensure_one()
        return []

    def _after_approval(self):
        """Do what approval entails, in batch, with the approver's rights."""

    # -- the steps -------------------------------------------------------------
    def action_submit(self):
        """Submit for approval. For the holder of the case; needs state draft.

        :raises UserError: not a draft, or something R17 asks for is missing.
        """
        self.check_access("write")
        self._lock_in_state("draft", self.env._("Only a draft can be submitted."))
        for record in self:
            missing = record._missing_to_submit()
            if missing:
                raise UserError("\n".join(missing))
        self._unprotected().write(
            {
                "state": "submitted",
                "submitted_by_id": self.env.uid,
                "submitted_on": fields.Datetime.now(),
            }
        )
        self._log_approval("submitted")
        self.case_id._note_stage(self)
        return True

    def action_approve(self):
        """Approve what was submitted. For a supervisor who neither wrote nor
        submitted it (R18).

        :raises AccessError: not a supervisor of the case, or own work.
        :raises UserError: not submitted, or a condition is not met.
        """
        self._check_approver()
        self._lock_in_state(
            "submitted",
            self.env._("This was already decided, or not submitted: reload the page."),
        )
        for record in self:
            missing = record._missing_to_approve()
            if missing:
                raise UserError("\n".join(missing))
        self._unprotected().write(
            {
                "state": self._approved_state,
                "approved_by_id": self.env.uid,
                "approved_on": fields.Datetime.now(),
                "rejection_comment": False,
            }
        )
        self._after_approval()
        self._log_approval("approved")
        self.case_id._note_stage(self)
        return True

    def action_reject(self, comment):
        """Send back to draft with a comment. For a supervisor; same rule as approving.

        :param str comment: what has to change; required.
        """
        self._check_approver()
        if not (comment or "").strip():
            raise UserError(
                self.env._("Say what has to change before sending it back.")
            )
        self._lock_in_state(
            "submitted",
            self.env._("This was already decided, or not submitted: reload the page."),
        )
        self._unprotected().write({"state": "draft", "rejection_comment": comment})
        self._log_approval("rejected", comment)
        self.case_id._note_stage(self)
        return True

    def _check_approver(self):
        self.check_access("write")
        if not self.env.user.has_group("child_remediation.group_supervisor"):
            raise AccessError(
                self.env._(
                    "Approving is for supervisors: ask the supervisor of the case."
                )
            )
        uid = self.env.uid
        if self.filtered(
            lambda r: r.submitted_by_id.id == uid or r.create_uid.id == uid
        ):
            raise AccessError(
                self.env._(
                    "Nobody approves their own work: ask another supervisor to approve."
                )
            )

    def _lock_in_state(self, state, sentence):
        """Lock the rows, then check the state, so that of two people one wins."""
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        if self.filtered(lambda record: record.state != state):
            raise UserError(sentence)

    def _log_approval(self, step, comment=False):
        # sudo: the approval log has no create right for anybody; this method is its
        # only writer.
        self.env["remediation.approval"].sudo().create(
            [
                {
                    "case_id": record.case_id.id,
                    "res_model": record._name,
                    "res_id": record.id,
                    "step": step,
                    "done_by_id": self.env.uid,
                    "comment": comment,
                }
                for record in self
            ]
        )
