from odoo import fields, models

from odoo.addons.remediation_base.tools.steps import step


class Note(models.Model):
    """A note filed on the wrong child disappears at once (R25).

    A global rule hides it from all but the data-protection role; nothing is deleted,
    and the mistake is a row of the breach log.
    """

    _inherit = "remediation.note"

    _protected_fields = frozenset({"misfiled_on", "misfiled_by_id", "misfiled_reason"})
    _evidence_once = _protected_fields

    misfiled_on = fields.Datetime(readonly=True, copy=False, index=True)
    misfiled_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    misfiled_reason = fields.Char(readonly=True, copy=False)

    def _missing_to_hide(self):
        if self.misfiled_on:
            return [self.env._("This note was hidden already.")]
        return []

    @step(right="read", check="_missing_to_hide")
    def action_misfiled(self, reason=None):
        """Hide notes filed on the wrong child. For whoever may read them.

        :param str reason: kept with the notes and in the breach log
        """
        # sudo: whoever sees the mistake hides it; an old note has no write right.
        notes = self.sudo()
        notes._unprotected().write(
            {
                "misfiled_on": fields.Datetime.now(),
                "misfiled_by_id": self.env.uid,
                "misfiled_reason": reason or False,
            }
        )
        # sudo: the breach log is written by what happened, not by its reader.
        self.env["remediation.data.breach"].sudo()._unprotected().create(
            [
                {
                    "kind": "misfiled",
                    "case_id": note.case_id.id,
                    "company_id": note.company_id.id,
                    "description": self.env._(
                        "A note was filed on the wrong child: %(code)s.",
                        code=note.case_id.name,
                    ),
                    "found_by_id": self.env.uid,
                }
                for note in notes
            ]
        )
