from functools import partial

from odoo import api, fields, models

#: R13: workers per supervisor.
WORKERS_PER_SUPERVISOR = 5


class Team(models.Model):
    """Who supervises whom. Coordinators maintain teams.

    The supervisor holds every case of the team that no case manager holds (R11).
    """

    _name = "remediation.team"
    _description = "Case Team"
    _rules_of = "remediation.in.company"
    _order = "name"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    supervisor_id = fields.Many2one(
        "res.users",
        required=True,
        index=True,
        check_company=True,
        domain=[("share", "=", False)],
    )
    deputy_ids = fields.Many2many(
        "res.users",
        string="Deputies",
        check_company=True,
        domain=[("share", "=", False)],
        help="May do what the supervisor may, so that somebody else can approve.",
    )
    on_call_user_id = fields.Many2one(
        "res.users",
        string="On Call",
        check_company=True,
        domain=[("share", "=", False)],
        help="Alerted at once to a child in danger; the supervisor where empty.",
    )
    grace_days = fields.Integer(
        string="Days of Grace",
        default=7,
        required=True,
        help="After a worker's check lapsed, visits that were due may be finished for "
        "these days; 0: not at all.",
    )
    case_manager_ids = fields.One2many("remediation.case.manager", "team_id")
    # compute_sudo: numbers, also for readers of teams who read no worker's profile.
    worker_count = fields.Integer(
        compute="_compute_ratio", compute_sudo=True, string="Workers"
    )
    ratio_warning = fields.Char(compute="_compute_ratio", compute_sudo=True)
    active = fields.Boolean(default=True)

    _grace_days_short = models.Constraint(
        "CHECK (grace_days BETWEEN 0 AND 14)", "Days of grace lie between 0 and 14."
    )

    @api.depends("case_manager_ids.level", "supervisor_id", "deputy_ids")
    @api.depends_context("lang")
    def _compute_ratio(self):
        """R13: more workers per supervisor than the ratio allows is a warning."""
        for team in self:
            workers = team.case_manager_ids.filtered(
                lambda m: m.level in ("trainee", "junior", "accredited")
            )
            supervisors = len(team.supervisor_id | team.deputy_ids) or 1
            team.worker_count = len(workers)
            team.ratio_warning = (
                team.env._(
                    "%(workers)s workers for %(supervisors)s supervisors: more than "
                    "%(ratio)s each. Name a deputy or open another team.",
                    workers=len(workers),
                    supervisors=supervisors,
                    ratio=WORKERS_PER_SUPERVISOR,
                )
                if len(workers) > supervisors * WORKERS_PER_SUPERVISOR
                else False
            )

    def _on_call(self):
        self.ensure_one()
        return self.on_call_user_id.filtered("active") or self.supervisor_id

    @api.model_create_multi
    def create(self, vals_list):
        teams = super().create(vals_list)
        # Record rules cache the ids of the teams that a user supervises.
        self.env.registry.clear_cache()
        return teams

    def write(self, vals):
        former = {}
        if "supervisor_id" in vals:
            # sudo: whoever changes the team need not see its cases.
            held = (
                self.env["remediation.case"]
                .sudo()
                .search(
                    [
                        ("team_id", "in", self.ids),
                        ("case_manager_id", "=", False),
                        ("closed_on", "=", False),
                    ]
                )
            )
            former = {case: case.user_id for case in held}
        result = super().write(vals)
        if former:
            held._pass_with_team(former)
        if {"supervisor_id", "deputy_ids", "active"} & vals.keys():
            self.env.registry.clear_cache()
        return result

    @api.model
    def _cron_digest(self):
        """One mail a week to each supervisor: codes and links of late cases (R15).

        Never a name or a fact; nothing late, no mail.
        """
        breaches = self.env["remediation.deadline.breach"].search(
            [("deadline_id.done_on", "=", False), ("case_id.stage", "!=", "closed")],
            order="fell_due_on",
        )
        self.env["remediation.notice"]._mail(
            (
                (user, partial(team._say_late, breaches=late))
                for team, late in breaches.grouped("team_id").items()
                for user in team.supervisor_id | team.deputy_ids
            ),
            may_wait=True,
        )

    def _say_late(self, env, breaches):
        values = {"breaches": breaches.with_env(env), "base_url": self.get_base_url()}
        return env._(
            "%(count)s missed deadlines in %(team)s",
            count=len(breaches),
            team=self.name,
        ), env["ir.qweb"]._render("child_remediation.team_digest", values)
