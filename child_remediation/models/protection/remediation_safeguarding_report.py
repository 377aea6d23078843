import secrets
import unicodedata

from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from odoo.addons.remediation_base.tools.steps import EVERYTHING, step

_lt = LazyTranslate(__name__)

OFFICER = (
    "child_remediation.group_safeguarding",
    "child_remediation.group_safeguarding_alternate",
)

#: What a person who reports may send; everything else is decided by the officer.
FILED_FIELDS = frozenset(
    {
        "subject_kind",
        "subject_user_id",
        "subject_organisation_id",
        "subject_text",
        "description",
        "happened_on",
        "is_immediate_danger",
        "channel",
        "reporter_name",
        "reporter_contact",
        "is_anonymous",
    }
)
#: A longer text is cut here, never refused (R77).
MAX_TEXT = 200_000
#: Letters and digits that are not mistaken for each other over the telephone.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def _folded(text):
    """Text in small letters without accents and signs, to find a name in it."""
    text = unicodedata.normalize("NFKD", text or "").casefold()
    return " ".join(
        "".join(
            letter if letter.isalnum() else " "
            for letter in text
            if not unicodedata.combining(letter)
        ).split()
    )


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

    def _named_officers(self, officers):
        """The officers whom the report is about, by its link or by their name."""
        self.ensure_one()
        text = _folded(f"{self.subject_text or ''} {self.description or ''}")
        words = set(text.split())
        named = officers.filtered(
            lambda officer: (
                set(_folded(officer.name).split()) <= words
                or (len(officer.login) > 4 and _folded(officer.login) in text)
            )
        )
        titles = {
            dict(
                self._fields["subject_kind"]._description_selection(
                    self.with_context(lang=code).env
                )
            )["officer"]
            for code, _name in self.env["res.lang"].get_installed()
        }
        subject = _folded(self.subject_text or "")
        if not named and any(_folded(title) in subject for title in titles):
            named = officers
        return named | (self.subject_user_id & officers)

    @api.model
    def _people_of(self, organisation):
        """Users of a partner organisation; the company's own are not one line."""
        organisation = organisation.commercial_partner_id
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        if not organisation or organisation in companies.partner_id:
            return self.env["res.users"]
        return (
            self.env["res.users"]
            .with_context(active_test=False)
            .search([("partner_id", "child_of", organisation.ids)])
        )

    # -- filing ----------------------------------------------------------------
    @api.model
    def file_report(self, vals):
        """File a report and return its reference. For everybody, the public included.

        :param dict vals: ``description`` and any of ``FILED_FIELDS``. Where
            ``is_anonymous`` is true nothing about the caller is kept. The same
            ``client_key`` is the same form and files once.
        :return: the reference, all that the caller ever learns of the report; empty
            where the form was sent before
        :raises UserError: the description is missing
        """
        sent = dict(vals)
        vals = self._understood(
            {key: value for key, value in sent.items() if key in FILED_FIELDS}
        )
        if not vals["description"]:
            raise UserError(self.env._("Describe what happened."))
        counted = self.env["remediation.sending"]._count(
            "safeguarding", str(sent.get("client_key") or "")[:100] or None
        )
        if counted == "again":
            return ""
        if vals["is_anonymous"]:
            vals.pop("reporter_name", None)
            vals.pop("reporter_contact", None)
        elif not self.env.user._is_public():
            vals["reporter_user_id"] = self.env.uid
        vals["is_one_of_many"] = counted == "many"
        return self._file(vals).name

    @api.model
    def _understood(self, vals):
        """The values as they can be kept. What cannot is added to the text for the
        officer to read: nothing but an empty text refuses a report."""
        left = []
        vals = {
            key: value.replace("\0", "") if isinstance(value, str) else value
            for key, value in vals.items()
        }
        for key in ("subject_text", "reporter_name", "reporter_contact"):
            if vals.get(key):
                text = vals[key] = str(vals[key])
                if len(text) > 500:
                    left.append(text)
                    vals[key] = text[:500]
        for key, otherwise in (("subject_kind", "other"), ("channel", "office")):
            if key in vals and vals[key] not in dict(self._fields[key].selection):
                left.append(str(vals[key]))
                vals[key] = otherwise
        if vals.get("channel") == "complaint":
            vals["channel"] = "office"
        if vals.get("happened_on"):
            try:
                vals["happened_on"] = fields.Date.to_date(str(vals["happened_on"]))
            except ValueError:
                left.append(str(vals.pop("happened_on")))
        for key, model in (
            ("subject_user_id", "res.users"),
            ("subject_organisation_id", "res.partner"),
        ):
            value = vals.pop(key, None)
            if not value:
                continue
            number = int(value) if str(value).isdecimal() else 0
            # sudo: whether the id exists is not told; an unknown one stays as text.
            known = self.env[model].sudo().browse(number if number < 2**31 else 0)
            if known.exists():
                vals[key] = known.id
            else:
                left.append(str(value))
        for flag in ("is_anonymous", "is_immediate_danger"):
            vals[flag] = bool(vals.get(flag))
        text = str(vals.get("description") or "").replace("\0", "").strip()
        if text and left:
            text += "\n\n" + self.env._(
                "Sent with it and not understood: %(values)s", values="; ".join(left)
            )
        if len(text) > MAX_TEXT:
            text = f"{text[:MAX_TEXT]}\n\n" + self.env._(
                "The report was longer: %(count)s characters are left out here.",
                count=len(text) - MAX_TEXT,
            )
        vals["description"] = text
        return vals

    @api.model
    def _file(self, vals):
        """Create one report without a trace of who caused it, and tell the officers."""
        # The system user owns the row: create_uid would name an anonymous reporter.
        # sudo: everybody may file and nobody but the officer may read.
        reports = self.with_user(SUPERUSER_ID).sudo().with_company(self.env.company)
        report = reports.with_context(lang=None)._unprotected().create([vals])
        report = report.with_context(remediation_unprotected=None)
        report._tell_officers()
        return report

    def _tell_officers(self):
        """A mail without subject matter to each person who may read the report.

        It says that something waits, not what: a mailbox or the mail queue may be read
        by somebody whom the report is about. A flood sends no mails, unless somebody
        is in danger. What nobody may read yet calls the coordinators.
        """
        officers, alternates = self._officers(), self._alternates()
        coordinators = self.env.ref("child_remediation.group_coordinator").all_user_ids
        for report in self:
            if report.is_one_of_many and not report.is_immediate_danger:
                continue
            readers = alternates | (officers if not alternates else officers.browse())
            readers = readers if report.is_about_officer else officers
            allowed = readers - report.excluded_user_ids
            if not allowed:
                allowed = coordinators - report.excluded_user_ids
            self._mail_something_waits(
                allowed.filtered(
                    lambda user, report=report: report.company_id in user.company_ids
                )
            )

    @api.model
    def _mail_something_waits(self, users):
        """Send each user a mail that names neither subject, person nor module."""
        mails = []
        for user in users.filtered("email"):
            env = self.with_context(lang=user.lang).env
            mails.append(
                {
                    "subject": env._("Something waits for you"),
                    "body_html": Markup("<p>%s</p>")
                    % env._(
                        "Sign in and open your list. This message says nothing more on "
                        "purpose."
                    ),
                    "email_to": user.email_formatted,
                    "auto_delete": True,
                }
            )
        # sudo: mails are queued by the system for whoever caused them.
        self.env["mail.mail"].sudo().create(mails)

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
