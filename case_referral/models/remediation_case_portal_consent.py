from odoo import models
from odoo.exceptions import AccessError, UserError

from ..forms import CONSENT, SECOND, WITHDRAW


class RemediationCasePortal(models.Model):
    """The family's consent, as a case manager records it on the portal."""

    _inherit = "remediation.case"

    def portal_add_consent(self, values):
        """Record consents given at once for several purposes. For the holder.

        ``values``: as the form ``CONSENT`` asks; signature or photo (base64 image or
        PDF) is required when written or by thumbprint and the answer is yes. Returns
        the new ids. Whether each counts says its ``standing`` (R57); the supervisor is
        told of one that does not.
        """
        return self._portal_held()._take_consent(values).ids

    def portal_second_caregiver(self, consent_id, member_id):
        """Add the second caregiver to a consent that one alone does not give (R57).

        For the holder.
        """
        case = self._portal_held()
        consent = case.consent_ids.filtered(lambda rec: rec.id == consent_id)
        if not consent:
            raise UserError(self.env._("Choose a consent of this case."))
        said = SECOND.take(self.env, {"member_id": member_id}, case)
        member = said["second_member_id"]
        if member == consent.given_by_member_id.id:
            raise UserError(self.env._("Choose another caregiver of this family."))
        problem = consent._giver_problem(
            consent.second_member_id.browse(member), consent.given_on
        )
        if problem:
            raise UserError(problem)
        consent.write({"second_member_id": member})
        return True

    def portal_confirm_consent(self, consent_id):
        """Confirm that a consent by who gains by the child's work serves the child.

        For a vetted partner supervisor who covers the case, not for who recorded it
        (R57).
        """
        self.ensure_one()
        user = self.env.user
        if not user.has_group("child_remediation.group_portal_supervisor"):
            raise AccessError(self.env._("Only a partner's supervisor confirms."))
        self.check_access("read")
        if self.organisation_id not in user.remediation_organisation_ids:
            raise AccessError(
                self.env._("This case is not one of your organisation's.")
            )
        # sudo: portal users have no write right; the checks above are the right used.
        consent = self.sudo().consent_ids.filtered(lambda rec: rec.id == consent_id)
        if not consent:
            raise UserError(self.env._("Choose a consent of this case."))
        return consent._confirm()

    def portal_withdraw_consent(self, consent_id, reason=None):
        """Withdraw a consent of this case (R7). For the holder."""
        case = self._portal_held()
        consent = case.consent_ids.filtered(lambda rec: rec.id == consent_id)
        if not consent:
            raise UserError(self.env._("Choose a consent of this case."))
        said = WITHDRAW.take(self.env, {"reason": reason}, case)
        consent.action_withdraw(said["withdrawn_reason"])
        return True

    def _take_consent(self, values):
        vals = CONSENT.take(self.env, values, self)
        purposes = vals.pop("purpose")
        proof = values.get("signature") or values.get("photo")
        if (
            not proof
            and vals["answer"] == "yes"
            and vals["how"] in ("written", "thumbprint")
        ):
            raise UserError(
                self.env._(
                    "Let the person sign on the screen, or photograph the paper."
                )
            )
        if vals["how"] == "thumbprint" and not vals.get("witness"):
            raise UserError(self.env._("Name the witness of the thumbprint."))
        vals["given_on"] = self._said_day()
        consents = self.env["remediation.consent"].create(
            [dict(vals, case_id=self.id, purpose=purpose) for purpose in purposes]
        )
        if proof:
            self._portal_attach(proof, consents[0])
        return consents
