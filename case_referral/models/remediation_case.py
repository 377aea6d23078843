from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class RemediationCase(models.Model):
    _inherit = "remediation.case"
    _counted_lists = {"referral_count": "referral_ids", "concern_count": "concern_ids"}

    concern_ids = fields.One2many(
        comodel_name="remediation.concern", inverse_name="case_id"
    )
    referral_ids = fields.One2many(
        comodel_name="remediation.referral", inverse_name="case_id"
    )
    referral_count = fields.Integer(compute="_compute_list_counts")
    concern_count = fields.Integer(compute="_compute_list_counts")
    sex_wanted = fields.Selection(
        selection=[("female", "A Woman"), ("male", "A Man")],
        string="The Child Asked For",
        help="Sex of the worker the child would rather talk to.",
    )

    def _disclosure_purposes(self, receiver):
        if receiver.remediation_reporter_type == "local_authority":
            return (*super()._disclosure_purposes(receiver), "share_with_authority")
        return super()._disclosure_purposes(receiver)

    # Timeline

    def _timeline_entries(self):
        entries = super()._timeline_entries()
        for referral in self._timeline_records(
            "remediation.referral", [("sent_on", "!=", False)]
        ):
            title = (
                self._timeline_label(referral, "referral_type"),
                referral.service_type_id.name,
            )
            common = {
                "kind": "referral",
                "title": " · ".join(filter(None, title)),
                "record": referral,
            }
            to = referral.to_organisation_id.display_name
            entries.append(
                self._timeline_entry(
                    referral.sent_on,
                    **common,
                    detail=self.env._("Sent to %(organisation)s", organisation=to),
                    who=referral.sent_by_id.name,
                )
            )
            ends = referral.done_on or referral.revoked_on or referral.answered_on
            if ends:
                entries.append(
                    self._timeline_entry(
                        ends,
                        **common,
                        detail=self._timeline_text(referral, "feedback")
                        or self._timeline_text(referral, "revoke_reason")
                        or self._timeline_label(referral, "reject_reason"),
                        state=self._timeline_label(referral, "state"),
                        who=to,
                    )
                )
        return entries

    # Ranking

    def rank_partners(self, service_type_id=None, sex_wanted=None, limit=20):
        """Rank partners for this case: organisations for a service, or case managers.

        For whoever may read the case (AccessError otherwise); ranking case managers,
        that is no service, is for the back office. Returns a
        list of dicts: partner_id, manager_id, name, score, reasons (sentences).
        """
        self.ensure_one()
        self.check_access("read")
        limit = max(1, min(int(limit or 20), 100))
        matching = self.env["referral.matching"]
        if service_type_id:
            service = self.env["remediation.service.type"].browse(service_type_id)
            if not service.exists():
                raise UserError(self.env._("Choose a service."))
            return matching._rank_organisations(self, service, limit)
        if self.env.user.share:
            raise AccessError(
                self.env._("Case managers are ranked by the back office.")
            )
        return matching._rank_case_managers(self, sex_wanted or self.sex_wanted, limit)

    # Buttons

    def action_open_referrals(self):
        """Open the referrals of this case."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Referrals"),
            "res_model": "remediation.referral",
            "views": [(False, "list"), (False, "form")],
            "domain": [("case_id", "=", self.id)],
            "context": {"default_case_id": self.id},
        }

    def action_open_concerns(self):
        """Open the concerns that led to this case."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Concerns"),
            "res_model": "remediation.concern",
            "views": [(False, "list"), (False, "form")],
            "domain": [("case_id", "=", self.id)],
        }

    def action_open_match(self):
        """Open the ranking of case managers or partners for this case."""
        self.ensure_one()
        return self.env["referral.match"].create({"case_id": self.id}).action_rank()

    def portal_reassign(self, case_manager_id):
        """Give the case to another case manager of the user's own organisation.

        For a vetted partner supervisor who covers the case (AccessError otherwise);
        R11–R14 and the caseload decide (UserError). Logged with the holder.
        """
        self.ensure_one()
        user = self.env.user
        if not user.has_group("child_remediation.group_portal_supervisor"):
            raise AccessError(self.env._("Only a partner's supervisor reassigns."))
        self.check_access("read")
        if self.organisation_id not in user.remediation_organisation_ids:
            raise AccessError(
                self.env._("This case is not one of your organisation's.")
            )
        # sudo: portal users have no write right on cases; the checks above, and those
        # of the receiving worker below, are the right used here.
        case = self.sudo()
        case.lock_for_update()
        if case.stage == "closed":
            raise UserError(self.env._("A closed case is not assigned."))
        managers = case._portal_colleagues()
        manager = managers.filtered(lambda rec: rec.id == case_manager_id)
        if not manager:
            raise UserError(
                self.env._("Choose a case manager of your own organisation.")
            )
        problems = (
            manager._problems_to_hold()
            + case._conflicts_of_interest(manager)
            + case._problems_of_load(manager)
        )
        if problems:
            raise UserError("\n".join(problems))
        case._set_holder(manager, self.env._("Reassigned by the partner's supervisor"))
        return True

    def _portal_colleagues(self):
        """Return the other case managers of the case's organisation."""
        # sudo: a partner supervisor does not read worker profiles; only those of its
        # own organisation are offered, by name. The case's own links are compared.
        return (
            self.env["remediation.case.manager"]
            .sudo()
            .search(
                [
                    ("organisation_id", "=", self.sudo().organisation_id.id),
                    ("company_id", "=", self.sudo().company_id.id),
                    ("level", "in", ["junior", "accredited"]),
                    ("id", "!=", self.sudo().case_manager_id.id),
                ]
            )
        )
