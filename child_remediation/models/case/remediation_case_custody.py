from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.steps import step

#: The supervisor's task to assign a case, and the days for it by risk.
ASSIGN_ACTIVITY = "child_remediation.mail_activity_type_assign"

ASSIGN_WITHIN_DAYS = {"high": 0, "medium": 3, "low": 7, False: 0}


class Case(models.Model):
    """Who holds a case: assigning, load, conflicts of interest, and what goes along."""

    _inherit = "remediation.case"

    @api.model
    def _team_by_rule(self, rules, vals):
        """Return the team that the assignment rules name, if the user may file there:
        a coordinator anywhere, a supervisor in the own teams."""
        site = self.env["remediation.site"].browse(vals.get("site_id"))
        area = self.env["remediation.area"].browse(vals.get("area_id")) or site.area_id
        programme = self.env["remediation.programme"].browse(vals.get("programme_id"))
        team = rules._team_for(area, programme)
        user = self.env.user
        if team in user.remediation_team_ids or user.has_group(
            "child_remediation.group_coordinator"
        ):
            return team
        return team.browse()

    @api.model
    def _default_team(self):
        # sudo: a queue must be found for whoever registers.
        teams = (
            self.env["remediation.team"]
            .sudo()
            .search([("company_id", "=", self.env.company.id)], order="id")
        )
        own = teams.filtered(lambda team: team in self.env.user.remediation_team_ids)
        team = (own or teams)[:1]
        if not team:
            raise UserError(
                self.env._(
                    "No case team exists yet: ask a coordinator to create one under "
                    "Configuration, Teams."
                )
            )
        return team

    # -- holder ----------------------------------------------------------------
    def _check_supervises(self):
        """The user supervises every one of these cases (or coordinates)."""
        self.check_access("write")
        user = self.env.user
        if user.has_group("child_remediation.group_coordinator"):
            return
        if not user.has_group("child_remediation.group_supervisor") or (
            self.team_id - user.remediation_team_ids
        ):
            raise AccessError(
                self.env._("This is for the supervisor of the case: ask them to do it.")
            )

    @step(allowed="_check_supervises", check="_missing_to_assign")
    def action_assign(
        self, case_manager_id, reason=None, override_reason=None, handover_days=0
    ):
        """Give the cases to a case manager (R11–R13). For supervisors of the cases.

        :param int case_manager_id: a ``remediation.case.manager`` in the same company
        :param str reason: kept in the holder log
        :param str override_reason: lets the load pass the maximum, recorded
        :param int handover_days: for so long the former worker reads along (R26); a
            supervisor who held a case needs no handover
        :raises UserError: the worker may not hold cases, or is full
        """
        manager = self.env["remediation.case.manager"].browse(case_manager_id).exists()
        manager.check_access("read")
        if not manager:
            raise UserError(self.env._("Choose a case manager."))
        if handover_days:
            self._check_handover_days(handover_days)
        problems = manager._problems_to_hold()
        problems += self._conflicts_of_interest(manager, override_reason)
        if problems:
            raise UserError("\n".join(problems))
        added = self.filtered(lambda case: case.case_manager_id != manager)
        if not (override_reason or "").strip():
            problems = added._problems_of_load(manager)
            if problems:
                raise UserError("\n".join(problems))
        former = {case: case.user_id for case in added if case.case_manager_id}
        added._set_holder(manager, override_reason or reason or self.env._("Assigned"))
        if handover_days and former:
            added._grant_handover(former, handover_days, reason)

    @api.model
    def _all_holders(self, managers, domain):
        """Columns of the page of caseloads: whoever may hold cases of the user's teams,
        without one too."""
        if not self.env.context.get("all_holders"):
            return managers
        domain = [("level", "in", ("junior", "accredited"))]
        if not self.env.user.has_group("child_remediation.group_coordinator"):
            domain.append(("team_id", "in", self.env.user.remediation_team_ids.ids))
        return managers | managers.search(domain)

    def _missing_to_assign(self):
        if self.closed_on:
            return [self.env._("A closed case is not assigned: reopen it first.")]
        return []

    def _overridden(self):
        """``{kind of override: cases}``: in spite of what the case managers of these
        cases hold them (R8, R12–R14), by whatever door they came to them."""
        # sudo: what is withheld counts for whoever gives a case on.
        cases = self.sudo()
        consents = cases.consent_ids._withholding()
        told_not = {
            case.id: found.withhold_from_ids.commercial_partner_id
            for case, found in consents.grouped("case_id").items()
        }
        managers = cases.case_manager_id
        # Cases given in this transaction count too.
        managers.invalidate_recordset(["weighted_caseload", "open_case_count"])
        full = managers.filtered(
            lambda manager: manager.weighted_caseload > manager.max_caseload
        )
        return {
            "caseload": cases.filtered(lambda case: case.case_manager_id in full),
            "conflict": cases.filtered(
                lambda case: case.case_manager_id & case.related_manager_ids
            ),
            "withheld": cases.filtered(
                lambda case: (
                    case.case_manager_id.organisation_id.commercial_partner_id
                    & told_not.get(case.id, self.env["res.partner"])
                )
            ),
            "mentor": cases.filtered(lambda case: case.case_manager_id._lacks_mentor()),
        }

    def _weight(self):
        from ..people.remediation_case_manager import CASELOAD_WEIGHTS

        return sum(CASELOAD_WEIGHTS[case.risk_level] for case in self)

    def _problems_of_load(self, manager):
        """Sentences for R13: these cases would take the worker over the largest load.

        By whatever door a case comes to somebody; custody and reopening never ask.
        """
        # Cases given earlier in this transaction count too.
        manager.invalidate_recordset(["weighted_caseload", "open_case_count"])
        added = self.filtered(lambda case: case.case_manager_id != manager)
        load = manager.weighted_caseload + added._weight()
        if load <= manager.max_caseload:
            return []
        return [
            self.env._(
                "%(name)s would carry %(load).1f weighted cases of at most "
                "%(max).1f: choose another worker, or have the supervisor override it "
                "with a reason.",
                name=manager.display_name,
                load=load,
                max=manager.max_caseload,
            )
        ]

    def _conflicts_of_interest(self, manager, override_reason=None):
        """Sentences for R14: whoever works for the site's operator cannot hold its
        children's cases; a relative only by an override that names the safeguards."""
        if manager in self.related_manager_ids and not (override_reason or "").strip():
            return [
                self.env._(
                    "%(name)s is related to the child: choose another worker, or "
                    "give the "
                    "reason and the safeguards for an override.",
                    name=manager.display_name,
                )
            ]
        # What the family withheld from an organisation its workers would read (R8).
        organisation = manager.sudo().organisation_id  # sudo: name of the receiver
        if not (override_reason or "").strip() and any(
            organisation.commercial_partner_id
            in case.sudo()
            .consent_ids._withholding()
            .withhold_from_ids.commercial_partner_id
            for case in self
            if case.organisation_id != organisation
        ):
            return [
                self.env._(
                    "The family asked that %(organisation)s is not told everything: "
                    "choose another worker, or give the reason for an override.",
                    organisation=organisation.name,
                )
            ]
        operators = self.site_id.operator_id.commercial_partner_id
        if manager.organisation_id.commercial_partner_id in operators:
            return [
                self.env._(
                    "%(name)s works for the operator of the site: choose another "
                    "worker.",
                    name=manager.display_name,
                )
            ]
        return []

    def _set_holder(self, manager, reason):
        """Move custody in one transaction: columns, followers, activities, log.

        Called by methods that checked the right to do so; an empty manager gives the
        cases to the supervisors of their teams.
        """
        if not self:
            return
        former = {case: case.user_id for case in self}
        vals = {"case_manager_id": manager.id}
        if manager:
            vals["team_id"] = manager.team_id.id
        # sudo: the person who assigns may lose sight of the case by assigning it.
        cases = self.sudo()
        cases._unprotected().write(vals)
        cases._log_holder(reason)
        cases._pass_activities(former)
        if manager:
            cases._clear_assign_tasks()
        else:
            cases._ask_to_assign()

    def _pass_with_team(self, former):
        """Log the new holder of cases that the team's supervisor holds, and pass the
        activities on.

        :param dict former: ``{case: user}`` before the team changed
        """
        moved = self.filtered(lambda case: case.user_id != former[case])
        moved._log_holder(
            self.env.context.get("remediation_holder_reason")
            or self.env._("New supervisor of the team")
        )
        moved._pass_activities(former)

    def _ask_to_assign(self):
        """Give the supervisor the task to assign open cases that nobody but the
        supervisor holds; those at high risk are due first."""
        self.filtered(
            lambda case: not case.closed_on and not case.case_manager_id
        )._plan_activities(
            ASSIGN_ACTIVITY,
            lambda case: case.team_id.supervisor_id,
            lambda case: ASSIGN_WITHIN_DAYS[case.risk_level],
        )

    def _clear_assign_tasks(self):
        # sudo: the task belongs to the supervisor; assigning ends it.
        self.env["mail.activity"].sudo().search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self.env.ref(ASSIGN_ACTIVITY).id),
            ]
        ).with_context(mail_activity_quick_update=True).unlink()

    def _pass_activities(self, former):
        # sudo: activities and followers of the former holder, in the same transaction.
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)])
        )
        by_case = activities.grouped("res_id")
        for new_holder, cases in self.grouped("user_id").items():
            moved = (
                self.env["mail.activity"]
                .sudo()
                .union(
                    *(
                        by_case[case.id].filtered(
                            lambda a, case=case: (
                                a.user_id == former[case.with_env(self.env)]
                                if case in former
                                else False
                            )
                        )
                        for case in cases
                        if case.id in by_case
                    )
                )
            )
            if new_holder.share:
                moved.unlink()  # activities are for internal users
            else:
                moved.with_context(mail_activity_quick_update=True).write(
                    {"user_id": new_holder.id}
                )
        # sudo: as above
        self.env["mail.followers"].sudo().search(
            [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        ).unlink()

    def _log_holder(self, reason):
        """Note who holds the cases now, and in spite of what (R13)."""
        # sudo: the log has no write right for anybody.
        holders = self.env["remediation.case.holder"].sudo()
        holders.search([("case_id", "in", self.ids), ("date_to", "=", False)]).write(
            {"date_to": fields.Datetime.now()}
        )
        holders.create(
            [
                {
                    "case_id": case.id,
                    "case_manager_id": case.case_manager_id.id,
                    "holder_user_id": case.user_id.id,
                    "reason": reason,
                    "done_by_id": self.env.uid,
                }
                for case in self
            ]
        )
        for kind, cases in self._overridden().items():
            self.env["remediation.override"]._note(
                kind, cases, reason, lambda case: case.user_id.partner_id
            )
