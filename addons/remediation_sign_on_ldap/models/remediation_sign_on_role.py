from odoo import fields, models


class RemediationSignOnRole(models.Model):
    _inherit = "remediation.sign.on.role"

    provider_id = fields.Many2one(required=False)
    ldap_id = fields.Many2one(
        "res.company.ldap",
        string="Directory",
        index="btree_not_null",
        ondelete="cascade",
    )

    _provider_or_directory = models.Constraint(
        "CHECK (num_nonnulls(provider_id, ldap_id) = 1)",
        "A line belongs to one identity provider or to one directory.",
    )
    _once_in_directory = models.UniqueIndex(
        "(ldap_id, claim, value, group_id) WHERE ldap_id IS NOT NULL",
        "This line stands in the table already.",
    )
