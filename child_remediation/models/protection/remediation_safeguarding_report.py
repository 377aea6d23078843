import secrets

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

_lt = LazyTranslate(__name__)

OFFICER = (
    "child_remediation.group_safeguarding",
    "child_remediation.group_safeguarding_alternate",
)

#: Letters and digits that are not mistaken for each other over the telephone.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class SafeguardingReport(models.Model):
    """A report about a worker, a partner, a member of staff or misuse of data (R55).

    Anybody files one through :meth:`file_report` and no limit refuses it (R77); the
    safeguarding officer alone reads it, never the subject nor the subject's line of
    supervision, officers included. What is about an officer goes to the alternate.
    It hangs on no case, keeps no log, has a random reference and no creator,
    so that no list, count, sequence or date tells that it exists.

    new → review → closed; reopened from closed.
    """

    _name = "remediation.safeguarding.report"
    _description = "Safeguarding Report"
    _inherit = ["remediation.protected.mixin"]
    _rules_of = "remediation.in.company"
    _rec_name = "name"
    _order = "is_immediate_danger desc, received_on desc, id desc"

    _remediation_sensitive = True
    _protected_fields = frozenset(
        {
            "name",
            "company_id",
            "state",
            "received_on",
            "reporter_user_id",
            "outcome",
            "closed_on",
            "closed_by_id",
            "officer_id",
            "suspended_on",
            "suspended_by_id",
            "excluded_user_ids",
            "is_about_officer",
            "is_one_of_many",
            "complaint_id",
        }
    )
    _frozen_fields = frozenset(
        {
            "description",
            "subject_text",
            "happened_on",
            "channel",
            "reporter_name",
            "reporter_contact",
            "is_anonymous",
        }
    )
    _open_fields = {"new": EVERYTHING, "review": EVERYTHING}
    # The server's log does not tell that a report exists.
    _log_steps = False

    name = fields.Char(
        string="Reference",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self._new_reference(),
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    received_on = fields.Datetime(
        required=True, readonly=True, default=fields.Datetime.now
    )
    state = fields.Selection(
        [("new", "New"), ("review", "Under Review"), ("closed", "Closed")],
        required=True,
        default="new",
        readonly=True,
        copy=False,
        index=True,
    )
    # What was reported
    subject_kind = fields.Selection(
        [
            ("worker", "Case Worker"),
            ("partner", "Partner Organisation"),
            ("staff", "Other Staff"),
            ("officer", "Safeguarding Officer"),
            ("data_misuse", "Misuse of Data"),
            ("other", "Somebody Else"),
        ],
        required=True,
        default="worker",
        string="About",
    )
    subject_text = fields.Char(string="Who, as Reported")
    description = fields.Text(required=True)
    happened_on = fields.Date()
    is_immediate_danger = fields.Boolean(string="Somebody Is in Danger Now")
    channel = fields.Selection(
        [
            ("portal", "Portal"),
            ("public", "Public Form"),
            ("office", "Back Office"),
            ("hotline", "Hotline"),
            ("complaint", "Complaint"),
        ],
        required=True,
        default="office",
    )
    is_anonymous = fields.Boolean()
    is_one_of_many = fields.Boolean(
        string="Is One of Many",
        readonly=True,
        copy=False,
        help="Its sender filed more within an hour than people do.",
    )
    reporter_user_id = fields.Many2one("res.users", readonly=True, copy=False)
    reporter_name = fields.Char()
    reporter_contact = fields.Char()
    complaint_id = fields.Many2one(
        "remediation.complaint", readonly=True, copy=False, string="From the Complaint"
    )
    # What the officer found
    subject_user_id = fields.Many2one("res.users", string="User Concerned", index=True)
    subject_organisation_id = fields.Many2one(
        "res.partner",
        string="Organisation Concerned",
        domain=[("is_company", "=", True)],
    )
    review_note = fields.Text()
    action_taken = fields.Text()
    officer_id = fields.Many2one("res.users", readonly=True, copy=False)
    outcome = fields.Selection(
        [
            ("substantiated", "Substantiated"),
            ("unsubstantiated", "Not Substantiated"),
            ("inconclusive", "Inconclusive"),
            ("authority", "Handed to an Authority"),
        ],
        readonly=True,
        copy=False,
    )
    closed_on = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    suspended_on = fields.Datetime(readonly=True, copy=False)
    suspended_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    excluded_user_ids = fields.Many2many(
        "res.users",
        "remediation_safeguarding_excluded_rel",
        compute="_compute_excluded_user_ids",
        store=True,
        compute_sudo=True,
        string="Hidden From",
        help="The subject and the subject's line; a global rule hides the report from "
        "them whatever groups they hold.",
    )

    is_about_officer = fields.Boolean(
        compute="_compute_excluded_user_ids",
        store=True,
        compute_sudo=True,
        help="The alternate works on it, not the officer.",
    )

    _name_unique = models.UniqueIndex("(name)", "Two reports cannot share a reference.")

    @api.model
    def _new_reference(self):
        return "SG-" + "".join(secrets.choice(ALPHABET) for _i in range(8))

    @api.model
    def _officers(self):
        return self.env.ref("child_remediation.group_safeguarding").all_user_ids

    @api.model
    def _alternates(self):
        return self.env.ref(
            "child_remediation.group_safeguarding_alternate"
        ).all_user_ids

    @api.depends(
        "subject_user_id",
        "subject_organisation_id",
        "subject_kind",
        "subject_text",
        "description",
    )
    def _compute_excluded_user_ids(self):
        officers = self._officers()
        alternates = self._alternates()
        profiles = self.env["remediation.case.manager"].with_context(active_test=False)
        for report in self:
            subject = report.subject_user_id
            profile = profiles.search([("user_id", "in", subject.ids)])
            teams = profile.team_id
            line = (
                teams.supervisor_id
                | teams.deputy_ids
                | profile.mentor_id.user_id
                | self._people_of(report.subject_organisation_id)
            ) - subject
            named = report._named_officers(officers)
            about = bool(named) or report.subject_kind == "officer"
            report.is_about_officer = about
            if about:
                # Without an alternate a colleague of the officer who is named reads
                # it; where none is named it may be any of them.
                subject |= named if named and not alternates else officers
            readers = (alternates or officers) if about else officers
            # A report that nobody may read protects nobody: where every reader
            # belongs to the line, the subject alone is kept out.
            if readers and not (readers - line - subject):
                line = line.browse()
            report.excluded_user_ids = subject | line

    # -- review ----------------------------------------------------------------
    @step(frm="new", to="review", group=OFFICER)
    def action_review(self):
        """Take the report up. For the safeguarding officer."""
        self._unprotected().write({"officer_id": self.env.uid})

    def _missing_to_close(self):
        if not (self.action_taken or "").strip():
            return [self.env._("Record what was done before you close.")]
        return []

    @step(
        frm=("new", "review"),
        to="closed",
        group=OFFICER,
        stamp="closed",
        check="_missing_to_close",
        asks={"outcome": "outcome"},
        title=_lt("Close the Report"),
    )
    def action_close(self, outcome):
        """Close with an outcome. For the safeguarding officer; says what was done.

        :param str outcome: a value of the field ``outcome``
        :raises UserError: nothing was recorded as done, or an unknown outcome
        """

    def action_close_substantiated(self):
        """Close as substantiated. For the safeguarding officer."""
        return self.action_close("substantiated")

    def action_close_unsubstantiated(self):
        """Close as not substantiated. For the safeguarding officer."""
        return self.action_close("unsubstantiated")

    def action_close_inconclusive(self):
        """Close as inconclusive. For the safeguarding officer."""
        return self.action_close("inconclusive")

    def action_close_authority(self):
        """Close as handed to an authority. For the safeguarding officer."""
        return self.action_close("authority")

    @step(frm="closed", to="review", group=OFFICER)
    def action_reopen(self):
        """Take a closed report up again. For the safeguarding officer."""
        self._unprotected().write(
            {"outcome": False, "closed_on": False, "closed_by_id": False}
        )

    def _missing_to_suspend(self):
        if not self.subject_user_id:
            return [self.env._("Choose the user concerned first.")]
        if {self.env.uid, SUPERUSER_ID} & set(self.subject_user_id.ids):
            return [self.env._("This user cannot be suspended from here.")]
        return []

    @step(group=OFFICER, stamp="suspended", check="_missing_to_suspend")
    def action_suspend_subject(self):
        """End the subject's access at once (R55, R11). For the safeguarding officer.

        A case worker's cases pass to the supervisor, sessions and keys end. The
        visible reason is neutral and the act is the system's, so that it does not tell
        that a report exists.

        :raises UserError: no user is named, or the user cannot be suspended
        """
        subjects = self.subject_user_id
        # sudo: the officer holds neither cases nor users; the system user acts, so
        # that holder logs and write_uid do not name the officer.
        system = self.with_user(SUPERUSER_ID).sudo()
        managers = (
            system.env["remediation.case.manager"]
            .with_context(active_test=False)
            .search([("user_id", "in", subjects.ids)])
        )
        managers._suspend(system.env._("Suspended"))
        rest = subjects.with_env(system.env) - managers.user_id
        system.env["res.users.apikeys"].search([("user_id", "in", rest.ids)]).unlink()
        rest.write({"active": False})
