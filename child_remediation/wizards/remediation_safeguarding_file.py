from odoo import fields, models


class SafeguardingFileWizard(models.TransientModel):
    """Any colleague reports a person or misuse of data; the draft is not kept."""

    _name = "remediation.safeguarding.file.wizard"
    _description = "Report a Person"

    subject_kind = fields.Selection(
        selection=lambda self: (
            self.env["remediation.safeguarding.report"]
            ._fields["subject_kind"]
            ._description_selection(self.env)
        ),
        required=True,
        default="worker",
        string="About",
    )
    subject_text = fields.Char(string="Who")
    happened_on = fields.Date()
    description = fields.Text(required=True)
    is_immediate_danger = fields.Boolean(string="Somebody Is in Danger Now")
    is_anonymous = fields.Boolean(string="Do Not Keep My Name")

    def action_file(self):
        """File the report; show the reference and keep nothing else of the draft."""
        self.ensure_one()
        reference = self.env["remediation.safeguarding.report"].file_report(
            {
                "subject_kind": self.subject_kind,
                "subject_text": self.subject_text,
                "happened_on": self.happened_on,
                "description": self.description,
                "is_immediate_danger": self.is_immediate_danger,
                "is_anonymous": self.is_anonymous,
                "channel": "office",
            }
        )
        # sudo: the draft names its author, so it goes now and not by the nightly job.
        self.sudo().unlink()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "sticky": True,
                "title": self.env._("Your report was received"),
                "message": self.env._(
                    "Reference %(reference)s. The safeguarding officer alone reads it.",
                    reference=reference,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
