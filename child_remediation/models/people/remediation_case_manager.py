from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.remediation_base.tools.batches import each_batch

LEVELS = [
    ("applicant", "Applicant"),
    ("trainee", "Trainee"),
    ("junior", "Junior"),
    ("accredited", "Accredited"),
    ("suspended", "Suspended"),
    ("expired", "Expired"),
]
#: Rights of which one is needed to open a case that one holds.
CASE_ROLES = (
    "child_remediation.group_case_worker",
    "child_remediation.group_portal_case_manager",
    "child_remediation.group_portal_supervisor",
)
#: Levels that may hold a case.
HOLDING_LEVELS = ("junior", "accredited")
#: Share of a full case that a case of each risk level counts for (R13).
CASELOAD_WEIGHTS = {"high": 1.5, "medium": 1.0, "low": 0.5, False: 1.5}
#: High risk first.
RISK_ORDER = {"high": 0, False: 0, "medium": 1, "low": 2}


class CaseManager(models.Model):
    """The right of a worker to touch a child's file (E15, R11–R13).

    Supervisors maintain the profiles of their teams; the level moves by named methods
    only. The worker reads the own profile. A worker whose right ends loses all cases
    to the supervisor in the same transaction.
    """

    _name = "remediation.case.manager"
    _description = "Case Manager"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _order = "display_name, id"
    _rec_names_search = ["user_id.name"]
    _check_company_auto = True

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "level",
            "level_before",
            "suspension_reason",
            "mentor_waiver_until",
            "mentor_waiver_reason",
            "mentor_waiver_by_id",
            "junior_since",
        }
    )
    _frozen_fields = frozenset({"user_id"})
    _state_field = "level"
    _about_user = "user_id"
    _own_fields = frozenset({"is_available", "language_ids", "area_ids", "sex"})

    display_name = fields.Char(store=True)
    user_id = fields.Many2one(
        "res.users",
        required=True,
        ondelete="restrict",
        context={"active_test": False},
    )
    sex = fields.Selection([("female", "Female"), ("male", "Male"), ("other", "Other")])
    organisation_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        domain=[("is_company", "=", True)],
        default=lambda self: self.env.company.partner_id,
    )
    # the company comes from the team: no check_company, which would offer none
    team_id = fields.Many2one("remediation.team", required=True, index=True)
    company_id = fields.Many2one(related="team_id.company_id", store=True, index=True)
    level = fields.Selection(
        LEVELS,
        default="applicant",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    level_before = fields.Selection(
        LEVELS,
        readonly=True,
        copy=False,
        help="The level on the day that the worker was suspended or the check expired.",
    )
    suspension_reason = fields.Char(readonly=True, copy=False)
    junior_since = fields.Date(readonly=True, copy=False)
    mentor_id = fields.Many2one(
        "remediation.case.manager",
        check_company=True,
        index=True,
        domain=[("level", "=", "accredited")],
    )
    mentor_waiver_until = fields.Date(readonly=True, copy=False)
    mentor_waiver_reason = fields.Char(readonly=True, copy=False)
    mentor_waiver_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    vetting_ids = fields.One2many("remediation.vetting", "case_manager_id")
    vetting_valid_until = fields.Date(
        compute="_compute_vetting_valid_until", store=True
    )
    training_ids = fields.One2many("remediation.training", "case_manager_id")
    code_of_conduct_on = fields.Date(string="Code of Conduct Signed On")
    is_available = fields.Boolean(default=True)
    language_ids = fields.Many2many("res.lang", string="Languages")
    area_ids = fields.Many2many("remediation.area", string="Areas", check_company=True)
    case_ids = fields.One2many("remediation.case", "case_manager_id")
    warn_caseload = fields.Float(default=20.0)
    max_caseload = fields.Float(default=25.0)
    weighted_caseload = fields.Float(compute="_compute_weighted_caseload")
    open_case_count = fields.Integer(compute="_compute_weighted_caseload")
    problem_text = fields.Text(
        compute="_compute_problem_text", string="What Keeps This Worker from Cases"
    )
    active = fields.Boolean(default=True)

    _one_per_user = models.UniqueIndex(
        "(user_id)", "This user has a case manager profile already."
    )
    _caseload_ordered = models.Constraint(
        "CHECK (warn_caseload >= 0 AND max_caseload >= warn_caseload)",
        "The largest caseload is at least the one that warns.",
    )

    @api.depends("user_id.name")
    def _compute_display_name(self):
        for manager in self:
            manager.display_name = manager.user_id.name or ""

    @api.depends("vetting_ids.result", "vetting_ids.expiry_date")
    def _compute_vetting_valid_until(self):
        for manager in self:
            done = manager.vetting_ids.filtered(lambda v: v.result != "pending")
            latest = done.sorted(lambda v: (v.date, v.id))[-1:]
            manager.vetting_valid_until = (
                latest.expiry_date if latest.result == "clear" else False
            )

    def _compute_weighted_caseload(self):
        # sudo: a load is a number; whoever sees the worker may see it.
        groups = (
            self.env["remediation.case"]
            .sudo()
            ._read_group(
                [("case_manager_id", "in", self.ids), ("stage", "!=", "closed")],
                ["case_manager_id", "risk_level"],
                ["__count"],
            )
        )
        loads, counts = {}, {}
        for manager, risk, count in groups:
            weight = CASELOAD_WEIGHTS[risk]
            loads[manager.id] = loads.get(manager.id, 0) + weight * count
            counts[manager.id] = counts.get(manager.id, 0) + count
        for manager in self:
            manager.weighted_caseload = loads.get(manager.id, 0.0)
            manager.open_case_count = counts.get(manager.id, 0)

    @api.depends(
        "level",
        "vetting_valid_until",
        "code_of_conduct_on",
        "training_ids.valid_until",
        "mentor_id.level",
        "mentor_waiver_until",
        "is_available",
    )
    def _compute_problem_text(self):
        for manager in self:
            manager.problem_text = "\n".join(manager._problems_to_hold())

    @api.constrains("mentor_id")
    def _check_mentor_id(self):
        for manager in self:
            if manager.mentor_id == manager:
                raise ValidationError(
                    self.env._("Nobody is their own mentor: choose somebody else.")
                )

    # -- the right to hold a case ----------------------------------------------
    def _is_cleared(self, on=None):
        """Vetted, trained, signed and not suspended on a day (R11), whatever the level
        among those that work."""
        self.ensure_one()
        return not self._problems_of_clearance(on)

    def _problems_of_clearance(self, on=None):
        self.ensure_one()
        on = on or self._place_today()
        name = self.display_name
        problems = []
        # sudo: a login's state is no secret from who chooses the worker.
        if self.level != "suspended" and not (
            self.active and self.sudo().user_id.active
        ):
            problems.append(
                self.env._("%(name)s is archived: choose another worker.", name=name)
            )
        if self.level in ("suspended", "expired", "applicant"):
            level = dict(self._fields["level"]._description_selection(self.env))
            problems.append(
                self.env._(
                    "%(name)s is %(level)s: choose another worker.",
                    name=name,
                    level=level[self.level].lower(),
                )
            )
        if not self.vetting_valid_until or self.vetting_valid_until < on:
            problems.append(
                self.env._(
                    "%(name)s has no valid check: enter one and have it verified.",
                    name=name,
                )
            )
        if not self.code_of_conduct_on or self.code_of_conduct_on > on:
            problems.append(
                self.env._("%(name)s has not signed the code of conduct.", name=name)
            )
        # sudo: whether a training counts is no secret from who chooses the worker.
        if not self.sudo().training_ids.filtered(
            lambda training: training._is_current("safeguarding", on)
        ):
            problems.append(
                self.env._(
                    "%(name)s has no current child-safeguarding training.", name=name
                )
            )
        return problems

    def _problems_to_hold(self, on=None):
        """Return the sentences that keep this worker from a new case (R11, R12)."""
        self.ensure_one()
        on = on or self._place_today()
        problems = self._problems_of_clearance(on)
        if self._without_role():
            problems.append(
                self.env._(
                    "%(name)s has no right to case work: have it given, or choose "
                    "another worker.",
                    name=self.display_name,
                )
            )
        if self.level == "trainee":
            problems.append(
                self.env._(
                    "%(name)s is a trainee and holds no case: pass the examination "
                    "first.",
                    name=self.display_name,
                )
            )
        if self._lacks_mentor() and (
            not self.mentor_waiver_until or self.mentor_waiver_until < on
        ):
            problems.append(
                self.env._(
                    "%(name)s is a junior without an accredited mentor: name one, or "
                    "ask a coordinator for a waiver.",
                    name=self.display_name,
                )
            )
        return problems

    def _without_role(self):
        """Those whose login opens no case at all."""
        refs = (self.env.ref(name, raise_if_not_found=False) for name in CASE_ROLES)
        roles = self.env["res.groups"].union(*filter(None, refs))
        # sudo: what somebody may do is no secret from who chooses the worker.
        return self.filtered(
            lambda manager: not manager.sudo().user_id.all_group_ids & roles
        )

    @api.model
    def _holders_without_role(self):
        # sudo: whoever takes a right away has none on cases.
        return self.sudo().search([("case_ids", "!=", False)])._without_role()

    def _lose_role(self):
        """Whose right to case work was taken away holds no case any more (R11). Called
        when rights change, and daily."""
        self._pass_custody(self.env._("The right to case work was taken away"))

    def _lacks_mentor(self):
        """Whether this is a junior whom no accredited worker guides (R12)."""
        return self.level == "junior" and self.mentor_id.level != "accredited"

    def _pass_custody(self, reason, with_grace=False):
        """Give every open case to the supervisor of its team in this transaction, and
        every closed one whose checks are still to be made.

        :param with_grace: visits that are due may be finished for the days that the
            team allows (R11)
        """
        cases = self.env["remediation.case"].search(
            [
                ("case_manager_id", "in", self.ids),
                "|",
                ("stage", "!=", "closed"),
                ("visit_ids.state", "=", "planned"),
            ]
        )
        former = cases.grouped("case_manager_id")
        cases._set_holder(self.browse(), reason)
        if not with_grace:
            return
        today = self._place_today()
        for manager, held in former.items():
            held._grant_grace(
                manager.user_id,
                manager.team_id.grace_days,
                manager.vetting_valid_until or today - timedelta(days=1),
            )

    def _end_sessions(self):
        users = self.user_id
        # sudo: keys and devices belong to the suspended user.
        self.env["res.users.apikeys"].sudo().search(
            [("user_id", "in", users.ids)]
        ).unlink()
        # sudo: same; an inactive user has no session, in the web client or the portal.
        users.sudo().write({"active": False})

    @api.model
    def _cron_expire(self):
        """Warn at 60 and 30 days and end the right of workers whose check lapsed
        (R11). Daily."""
        today = self._place_today()
        for days in (60, 30):
            ending = self.search(
                [
                    ("level", "in", HOLDING_LEVELS),
                    ("vetting_valid_until", "=", today + timedelta(days=days)),
                ]
            )
            each_batch(ending, lambda batch: batch._warn_of_expiry())
        lapsed = self.search(
            [
                ("level", "in", HOLDING_LEVELS),
                "|",
                ("vetting_valid_until", "=", False),
                ("vetting_valid_until", "<", today),
            ]
        )
        each_batch(lapsed, lambda batch: batch._expire())
        each_batch(self._holders_without_role(), lambda batch: batch._lose_role())

    def _expire(self):
        self._warn_of_expiry(may_wait=False)
        self._leave_level("expired")
        self._pass_custody(self.env._("Check expired"), with_grace=True)
        self._clear_rights_cache()

    def _warn_of_expiry(self, may_wait=True):
        """Tell the supervisor whose check ends when, with links to the cases."""
        self.env["remediation.notice"]._mail(
            ((manager.team_id.supervisor_id, manager._say_expiry) for manager in self),
            may_wait=may_wait,
        )

    def _say_expiry(self, env):
        manager = self.with_env(env)
        cases = manager.case_ids.filtered(lambda case: case.stage != "closed")
        values = {
            "manager": manager,
            "cases": cases.sorted(lambda c: (RISK_ORDER[c.risk_level], c.name)),
            "base_url": manager.get_base_url(),
        }
        return env._("A worker's check ends: see whose"), env["ir.qweb"]._render(
            "child_remediation.vetting_warning", values
        )

    def _clear_rights_cache(self):
        # Record rules cache the organisations that a user covers.
        self.env.registry.clear_cache()

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            # sudo: the cases may be out of reach for whoever archives the profile.
            self.sudo()._pass_custody(self.env._("Profile archived"))
        if {"organisation_id", "team_id", "active", "code_of_conduct_on"} & vals.keys():
            self._clear_rights_cache()
        return result
