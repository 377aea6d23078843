from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools.answers import YES
from odoo.addons.remediation_base.tools.moments import read_moment
from odoo.addons.remediation_base.tools.once import first_wins, one_at_a_time

from ..forms.concern import CONCERN


class RemediationConcern(models.Model):
    """Concerns that are reported on the portal and on the public page."""

    _inherit = "remediation.concern"

    # Portal

    @api.model
    def _read_portal_values(self, values):
        """Return the whitelisted values of a report, or a sentence per mistake.

        Danger first (R59): where a child is in immediate danger nothing is a mistake;
        what is right is taken and the rest is kept as words.
        """
        vals, wrong = CONCERN.parse(self.env, values)
        # What nobody answered keeps the value of the model.
        vals = {name: value for name, value in vals.items() if value}
        vals["written_at"] = False
        try:
            vals["written_at"] = self._read_moment(values.get("written_at"))
        except ValueError:
            # A wrong clock is no reason to wait; what it said is kept.
            self._keep_words(vals, values, ["written_at"])
        if vals.get("immediate_danger") == YES:
            self._keep_words(vals, values, wrong)
            return vals, []
        if not wrong and not vals.get("work_observed") and not vals.get("location"):
            wrong[""] = self.env._("Write what you saw and where.")
        return vals, list(wrong.values())

    @api.model
    def _keep_words(self, vals, values, names):
        """What could not be taken stays with the report as words, for a person."""
        words = [f"{name}: {values[name]}" for name in names]
        vals["work_observed"] = (
            "\n".join(filter(None, [vals.get("work_observed"), *words])) or False
        )

    @api.model
    def _read_moment(self, text):
        zone = self.env.company._place_zone()
        return read_moment(text, zone, fields.Datetime.now()) or False

    @api.model
    def _portal_photo(self, values, vals):
        """The photo of a report; one that cannot be read never holds danger back."""
        try:
            return {"photo": self._clean_photo(values["photo"])}
        except ValueError:
            error = self.env._("Send the photo as a JPEG or PNG picture.")
            if vals.get("immediate_danger") != YES:
                raise UserError(error) from None
            self._keep_words(vals, {"photo": error}, ["photo"])
            return {}
        except UserError as error:
            if vals.get("immediate_danger") != YES:
                raise
            self._keep_words(vals, {"photo": str(error)}, ["photo"])
            return {}

    @api.model
    def _portal_client_key(self, key):
        if not isinstance(key, str) or not 16 <= len(key) <= 64:
            raise UserError(
                self.env._("Reload the page and send the report once more.")
            )
        if not key.replace("-", "").isalnum():
            raise UserError(
                self.env._("Reload the page and send the report once more.")
            )
        return key

    @api.model
    def portal_report(self, values):
        """Register one report of a portal reporter, exactly once.

        For portal reporters (AccessError otherwise). ``values`` may hold location,
        child_nickname, child_sex, child_age, children_count, work_observed,
        immediate_danger, consent_to_be_contacted, site_id, written_at, photo (base64)
        and must hold ``client_key``: the same key from the same user returns the
        first report's code and makes nothing. Returns ``{"code": …, "new": bool}``.
        Mistakes are one UserError with a sentence for each. Reporters never hear of a
        match with a known child (R4).
        """
        user = self.env.user
        if not user.has_group("child_remediation.group_portal_reporter"):
            raise AccessError(self.env._("Only reporters send reports here."))
        if not isinstance(values, dict):
            raise UserError(
                self.env._("Reload the page and send the report once more.")
            )
        key = f"{user.id}:{self._portal_client_key(values.get('client_key'))}"
        vals, problems = self._read_portal_values(values)
        if problems:
            raise UserError("\n".join(problems))
        if values.get("photo"):
            vals.update(self._portal_photo(values, vals))
        vals.update(
            channel="portal",
            client_key=key,
            reporter_user_id=user.id,
            reporter_type=self._portal_reporter_type(),
            # sudo: the reporter's own organisation
            reporter_organisation_id=user.sudo().partner_id.commercial_partner_id.id,
            company_id=user.company_id.id,
            registered_by_id=user.id,
        )
        return self._register_once(key, vals)

    @api.model
    def _public_report(self, values):
        """Register a report of the public form: anonymous, no photo, slowed down.

        Called by the public page only.
        """
        company = self.env.company
        vals, problems = self._read_portal_values(values)
        if problems:
            raise UserError("\n".join(problems))
        key = f"public:{self._portal_client_key(values.get('client_key'))}"
        vals.update(
            channel="public_form",
            client_key=key,
            reporter_type="anonymous",
            company_id=company.id,
            registered_by_id=False,
        )
        return self._register_once(key, vals)

    @api.model
    def _register_once(self, key, vals):
        # sudo: portal users and the public have no create right on concerns; the
        # values were whitelisted by the caller.
        Concern = self.sudo()
        one_at_a_time(self.env, self._name, key)
        known = Concern.search([("client_key", "=", key)], limit=1)
        if known:
            return {"code": known.name, "new": False}
        # Danger is taken whatever came before it (R59).
        limit = self.env["remediation.limit"]
        if vals.get("immediate_danger") == YES:
            limit._count("concern")
        else:
            limit._count_or_refuse("concern")
        with first_wins(self.env, key):
            concern = Concern._unprotected().create(vals)
        return {"code": concern.name, "new": True}

    @api.model
    def _portal_reporter_type(self):
        # sudo: reads the caller's own partner only.
        partner = self.env.user.sudo().partner_id.commercial_partner_id
        return partner.remediation_reporter_type or "monitor"

    @api.model
    def portal_my_concerns(self):
        """Return the caller's own reports, newest first, 80 at most.

        For portal reporters. Each is a dict of code, received_at, written summary and
        status; the status is "received" unless triage allowed more.
        """
        if not self.env.user.has_group("child_remediation.group_portal_reporter"):
            raise AccessError(self.env._("Only reporters see reports here."))
        # sudo: reporters have no right on concerns at all; only the caller's own are
        # read, and the state is told in a general word where triage allowed it.
        concerns = self.sudo().search(
            [("reporter_user_id", "=", self.env.uid)], limit=80
        )
        return [
            {
                "code": concern.name,
                "received_at": concern.received_at,
                "site": concern.site_id.display_name or concern.location or "",
                "status": concern._reporter_status(),
            }
            for concern in concerns
        ]

    def _reporter_status(self):
        self.ensure_one()
        if not self.tell_reporter:
            return "received"
        if self.state in ("new", "triaged"):
            return "in_review"
        return "followed_up" if self.state == "accepted" else "closed"
