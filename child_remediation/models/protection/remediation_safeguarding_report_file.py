import unicodedata

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import plaintext2html

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
    """How a report comes in, and who is told that something waits."""

    _inherit = "remediation.safeguarding.report"

    @api.model
    def _officers_in(self, text, officers):
        """Those of these officers whose name or login stands in a text."""
        text = _folded(text)
        words = set(text.split())
        return officers.filtered(
            lambda officer: (
                set(_folded(officer.name).split()) <= words
                or (len(officer.login) > 4 and _folded(officer.login) in text)
            )
        )

    @api.model
    def _officers_changed(self):
        """Somebody became an officer or an alternate: what was told about them, or
        about a colleague, is hidden from them now."""
        # sudo: rights of somebody else changed; nothing is told to who changed them.
        reports, complaints = self.sudo(), self.env["remediation.complaint"].sudo()
        reports = reports.search([("is_about_officer", "=", False)])
        self.env.add_to_compute(self._fields["excluded_user_ids"], reports)
        if self._alternates():
            # They stay the alternate's, whoever holds the duty today.
            reports.search([("is_about_officer", "=", True)])._unprotected().write(
                {"excluded_user_ids": [Command.link(o) for o in self._officers().ids]}
            )
        complaints = complaints.search([("is_restricted", "=", False)])
        self.env.add_to_compute(complaints._fields["hidden_from_ids"], complaints)

    def _named_officers(self, officers):
        """The officers whom the report is about, by its link or by their name."""
        self.ensure_one()
        text = f"{self.subject_text or ''} {self.description or ''}"
        named = self._officers_in(text, officers)
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
        counted = self.env["remediation.limit"]._count(
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

        def write(env):
            return env._("Something waits for you"), plaintext2html(
                env._(
                    "Sign in and open your list. This message says nothing more on "
                    "purpose."
                )
            )

        self.env["remediation.notice"]._mail((user, write) for user in users)
