from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

#: How long an audit lasts where nobody says otherwise.
AUDIT_DAYS = 90
#: Groups whose gain the safeguarding officer learns of (R56).
SENSITIVE_GROUPS = frozenset(
    {
        "child_remediation.group_identity",
        "child_remediation.group_export",
        "child_remediation.group_safeguarding",
        "child_remediation.group_safeguarding_alternate",
        "child_remediation.group_data_protection",
        "child_remediation.group_monitoring",
        "child_remediation.group_auditor",
        "child_remediation.group_coordinator",
    }
)


class GrantAlert(models.Model):
    """Who was given a sensitive right, by whom and when (R56, R74). Append-only.

    By whatever door: a group, a group that implies it, or an access line, a rule, a
    server action, a report, a field or a mail template on a model that holds a child's
    data.
    """

    _name = "remediation.grant.alert"
    _description = "Sensitive Right Granted"
    _inherit = ["remediation.protected.mixin", "remediation.evidence"]
    _order = "id desc"

    _evidence_once = frozenset({"acknowledged_by_id"})
    # A module that is removed takes its groups with it.
    _evidence_gone = frozenset({"group_id"})
    _rec_name = "user_id"

    _protected_fields = frozenset(
        {"user_id", "group_id", "what", "granted_by_id", "date", "acknowledged_by_id"}
    )

    user_id = fields.Many2one("res.users", readonly=True, index=True)
    group_id = fields.Many2one("res.groups", readonly=True)
    what = fields.Char(readonly=True, string="Way In")
    granted_by_id = fields.Many2one("res.users", required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    acknowledged_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends("user_id.name", "what")
    def _compute_display_name(self):
        for alert in self:
            alert.display_name = alert.user_id.name or alert.what

    @api.model
    def _sensitive_groups(self):
        """Hook: XML ids of the groups whose gain alerts."""
        return SENSITIVE_GROUPS

    @api.model
    def _holders(self):
        """Return ``{(group id, user id)}`` of the sensitive groups now.

        Names come with the work of a case worker: that is no extra right.
        """
        workers = self.env.ref(
            "child_remediation.group_case_worker", raise_if_not_found=False
        )
        pairs = set()
        for name in sorted(self._sensitive_groups()):
            group = self.env.ref(name, raise_if_not_found=False)
            if not group:
                continue
            # sudo: rights of all users are compared, whoever changes them.
            users = group.sudo().all_user_ids
            if name == "child_remediation.group_identity" and workers:
                users -= workers.sudo().all_user_ids  # sudo: same
            pairs |= {(group.id, user.id) for user in users}
        return pairs

    @api.model
    def _alert_new(self, before):
        gained = self._holders() - before
        if not gained:
            return
        ref = self.env.ref
        if {group for group, _user in gained} & {
            ref("child_remediation.group_safeguarding").id,
            ref("child_remediation.group_safeguarding_alternate").id,
        }:
            self.env["remediation.safeguarding.report"]._officers_changed()
        auditors = ref("child_remediation.group_auditor")
        # sudo: an audit ends, whoever granted it; its day can be changed.
        self.env["res.users"].sudo().browse(
            [user for group, user in gained if group == auditors.id]
        ).filtered(lambda user: not user.remediation_audit_until).write(
            {
                "remediation_audit_until": self._place_today()
                + timedelta(days=AUDIT_DAYS)
            }
        )
        # sudo: what the groups are called, whoever gives them.
        groups = self.env["res.groups"].sudo()
        self._tell(
            [
                {
                    "group_id": group,
                    "what": groups.browse(group).full_name,
                    "user_id": user,
                }
                for group, user in sorted(gained)
            ],
            {user for _group, user in gained},
        )

    @api.model
    def _tell(self, vals_list, gained_by=()):
        """Keep what was given and call the officers who did not gain by it."""
        # sudo: the rows and mails are the system's.
        self.sudo()._unprotected().create(
            [{"granted_by_id": self.env.uid, **vals} for vals in vals_list]
        )
        reports = self.env["remediation.safeguarding.report"].sudo()  # sudo: as above
        officers = reports._officers()
        told = officers.filtered(lambda officer: officer.id not in gained_by)
        reports._mail_something_waits(told or reports._alternates())

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
        if "remediation_audit_until" in vals:
            # What the rights allow is kept in memory until then.
            self.env.registry.clear_cache()
        if "group_ids" not in vals:
            return super().write(vals)
        alerts = self.env["remediation.grant.alert"]
        before = alerts._holders()
        result = super().write(vals)
        alerts._alert_new(before)
        return result


class ResGroups(models.Model):
    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        alerts = self.env["remediation.grant.alert"]
        if not self.env.registry.ready:
            return super().create(vals_list)
        before = alerts._holders()
        groups = super().create(vals_list)
        alerts._alert_new(before)
        return groups

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
