from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, Ask, step

_lt = LazyTranslate(__name__)

#: What the log of approvals calls each step.
APPROVAL_STEPS = {
    "action_submit": "submitted",
    "action_approve": "approved",
    "action_reject": "rejected",
}


class ApprovalMixin(models.AbstractModel):
    """Draft, submitted, approved by somebody else (R18).

    Whoever holds the case drafts and submits; a supervisor of the case approves or
    sends back with a comment. Neither the author nor the submitter may approve,
    whatever their group. Each step leaves a row in ``remediation.approval``.
    """

    _name = "remediation.approval.mixin"
    _description = "Submitted by One Person, Approved by Another"
    _inherit = ["remediation.case.owned", "remediation.shown"]

    #: State that approval leads to.
    _approved_state = "approved"
    #: A record that holds none of these is empty, and not kept (R81).
    _content_fields = ()
    _open_fields = {"draft": EVERYTHING}
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

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._refuse_empty()
        return records

    def _refuse_empty(self):
        """R81: leaving a page never leaves an empty record that moves the case on."""
        if self._content_fields and not all(record._has_content() for record in self):
            raise UserError(
                self.env._("Write something first: an empty page is not kept.")
            )

    def _has_content(self):
        """Whether anything was written. Lines that the form offers and nobody filled
        in are no content: a model says by ``_is_empty`` of a line which those are."""
        self.ensure_one()
        for value in map(self.__getitem__, self._content_fields):
            if isinstance(value, str):
                value = value.strip()
            elif isinstance(value, models.BaseModel) and hasattr(value, "_is_empty"):
                value = value.filtered(lambda line: not line._is_empty())
            if value:
                return True
        return False

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
    @step(frm="draft", to="submitted", stamp="submitted", check="_missing_to_submit")
    def action_submit(self):
        """Submit for approval. For the holder of the case; needs state draft.

        :raises UserError: not a draft, or something R17 asks for is missing.
        """

    @step(
        frm="submitted",
        to="_approved_state",
        group="child_remediation.group_supervisor",
        not_by=("submitted_by_id", "create_uid"),
        stamp="approved",
        check="_missing_to_approve",
        seen="content_hash",
    )
    def action_approve(self):
        """Approve what was submitted. For a supervisor who neither wrote nor
        submitted it (R18), and says in the context what they saw (``seen_hash``, the
        ``content_hash``).

        :raises AccessError: not a supervisor of the case, or own work.
        :raises UserError: not submitted, or a condition is not met.
        """
        self._unprotected().write({"rejection_comment": False})
        self._after_approval()

    @step(
        frm="submitted",
        to="draft",
        group="child_remediation.group_supervisor",
        not_by=("submitted_by_id", "create_uid"),
        asks={"comment": Ask("rejection_comment", label=_lt("What Has to Change"))},
        title=_lt("Send Back"),
        hint=_lt("The author reads this sentence."),
    )
    def action_reject(self, comment):
        """Send back to draft with a comment. For a supervisor; same rule as approving.

        :param str comment: what has to change; required.
        """

    def _after_step(self, step, answers):
        if step.name in APPROVAL_STEPS:
            self._log_approval(APPROVAL_STEPS[step.name], answers.get("comment"))
        return super()._after_step(step, answers)

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
                    "comment": comment or False,
                }
                for record in self
            ]
        )
