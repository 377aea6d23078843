from odoo import api, fields, models
from odoo.exceptions import UserError

#: Groups whose gain the safeguarding officer learns of (R56).
SENSITIVE_GROUPS = (
    "group_identity",
    "group_export",
    "group_safeguarding",
    "group_safeguarding_alternate",
    "group_data_protection",
    "group_auditor",
    "group_coordinator",
)


class GrantAlert(models.Model):
    """Who was given a sensitive group, by whom and when (R56). Append-only."""

    _name = "remediation.grant.alert"
    _description = "Sensitive Right Granted"
    _inherit = ["remediation.protected.mixin"]
    _order = "id desc"
    _rec_name = "user_id"

    _protected_fields = frozenset(
        {"user_id", "group_id", "granted_by_id", "date", "acknowledged_by_id"}
    )

    user_id = fields.Many2one("res.users", required=True, readonly=True, index=True)
    group_id = fields.Many2one("res.groups", required=True, readonly=True)
    granted_by_id = fields.Many2one("res.users", required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    acknowledged_by_id = fields.Many2one("res.users", readonly=True)

    @api.model
    def _holders(self):
        """Return ``{(group id, user id)}`` of the sensitive groups now.

        Names come with the work of a case worker: that is no extra right.
        """
        workers = self.env.ref(
            "child_remediation.group_case_worker", raise_if_not_found=False
        )
        pairs = set()
        for name in SENSITIVE_GROUPS:
            group = self.env.ref(f"child_remediation.{name}", raise_if_not_found=False)
            if not group:
                continue
            # sudo: rights of all users are compared, whoever changes them.
            users = group.sudo().all_user_ids
            if name == "group_identity" and workers:
                users -= workers.sudo().all_user_ids  # sudo: same
            pairs |= {(group.id, user.id) for user in users}
        return pairs

    @api.model
    def _alert_new(self, before):
        gained = self._holders() - before
        if not gained:
            return
        # sudo: the rows and mails are the system's.
        self.sudo()._unprotected().create(
            [
                {"group_id": group, "user_id": user, "granted_by_id": self.env.uid}
                for group, user in sorted(gained)
            ]
        )
        new_users = {user for _group, user in gained}
        officers = (
            self.env.ref("child_remediation.group_safeguarding").sudo().all_user_ids
        )  # sudo: same
        self.env["remediation.safeguarding.report"]._mail_something_waits(
            officers.filtered(lambda officer: officer.id not in new_users)
        )

    def action_acknowledge(self):
        """Note that the officer has seen it; never for oneself."""
        self.check_access("write")
        if self.filtered(lambda alert: alert.user_id == self.env.user):
            raise UserError(
                self.env._("Another officer looks at a right you were given.")
            )
        self.filtered(lambda alert: not alert.acknowledged_by_id)._unprotected().write(
            {"acknowledged_by_id": self.env.uid}
        )
        return True


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        if not any("group_ids" in vals for vals in vals_list):
            return super().create(vals_list)
        alerts = self.env["remediation.grant.alert"]
        before = alerts._holders()
        users = super().create(vals_list)
        alerts._alert_new(before)
        return users

    def write(self, vals):
        if "group_ids" not in vals:
            return super().write(vals)
        alerts = self.env["remediation.grant.alert"]
        before = alerts._holders()
        result = super().write(vals)
        alerts._alert_new(before)
        return result


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        if not {"user_ids", "all_user_ids", "implied_ids", "implied_by_ids"} & (
            vals.keys()
        ):
            return super().write(vals)
        alerts = self.env["remediation.grant.alert"]
        before = alerts._holders()
        result = super().write(vals)
        alerts._alert_new(before)
        return result
