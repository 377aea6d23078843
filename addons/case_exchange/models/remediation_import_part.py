from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ImportPart(models.Model):
    """Another file of the same export, where the former system made several.

    For whoever owns the import, until it runs; read together with the first file.
    """

    _name = "remediation.import.part"
    _description = "Part of an Import"
    _rules_of = "remediation.in.company"
    _order = "id"

    _remediation_sensitive = True

    job_id = fields.Many2one(
        "remediation.import.job", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="job_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(
        related="job_id.user_id", store=True, index=True, precompute=True
    )
    file = fields.Binary(attachment=True, required=True)
    file_name = fields.Char()

    @api.constrains("file", "job_id")
    def _check_job_open(self):
        for part in self:
            if part.job_id.state != "draft":
                raise ValidationError(
                    self.env._("Choose Another File first: this import was checked.")
                )
