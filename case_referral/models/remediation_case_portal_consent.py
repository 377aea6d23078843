from odoo import fields, models
from odoo.exceptions import AccessError, UserError

CONSENT_PURPOSES = (
    "services",
    "share_with_org",
    "share_with_authority",
    "reporting",
    "photo",
    "cash_data",
    "school_contact",
)


class RemediationCasePortal(models.Model):
    """The family's consent, as a case manager records it on the portal."""

    _inherit = "remediation.case"

    def portal_add_consent(self, values):
        """Record consents given at once for several purposes. For the holder.

        ``values``: purposes (list), answer, subject, given_by_member_id,
        second_member_id, authority, authority_reference, assent, how, witness,
        limits_explained, data_set, valid_until, withhold (list of item keys),
        signature or photo (base64 image or PDF; one is required when written or by
        thumbprint and the answer is yes). Returns the new ids. Whether each counts says
        its ``standing`` (R57); the supervisor is told of one that does not.
        """
        case = self._portal_held()
        values = self._clean_values(values)
        purposes = values.get("purposes") or []
        if (
            not isinstance(purposes, (list, tuple))
            or not purposes
            or set(purposes) - set(CONSENT_PURPOSES)
        ):
            raise UserError(self.env._("Choose what the consent is for."))
        vals = {
            name: self._clean_choice("remediation.consent", values, name)
            for name in (
                "answer",
                "subject",
                "authority",
                "assent",
                "how",
                "data_set",
            )
            if values.get(name)
        }
        vals.update(
            given_by_member_id=case._portal_member(values, "given_by_member_id"),
            second_member_id=case._portal_member(values, "second_member_id"),
            authority_reference=self._clean_text(values, "authority_reference", 120),
            witness=self._clean_text(values, "witness", 120),
            limits_explained=self._clean_flag(values, "limits_explained"),
            valid_until=self._clean_date(values, "valid_until"),
        )
        withheld = values.get("withhold") or []
        if withheld:
            items = self.env["remediation.disclosure.item"].sudo()  # sudo: master data
            items = items.search([("key", "in", list(withheld))])
            vals["withhold_item_ids"] = [fields.Command.set(items.ids)]
        proof = values.get("signature") or values.get("photo")
        if (
            not proof
            and vals.get("answer", "yes") == "yes"
            and vals.get("how", "written") in ("written", "thumbprint")
        ):
            raise UserError(
                self.env._(
                    "Let the person sign on the screen, or photograph the paper."
                )
            )
        if vals.get("how") == "thumbprint" and not vals.get("witness"):
            raise UserError(self.env._("Name the witness of the thumbprint."))
        consents = self.env["remediation.consent"].sudo()  # sudo: checked above
        consents = consents.create(
            [dict(vals, case_id=case.id, purpose=purpose) for purpose in purposes]
        )
        if proof:
            case._portal_attach(proof, consents[0])
        return consents.ids

    def portal_second_caregiver(self, consent_id, member_id):
        """Add the second caregiver to a consent that one alone does not give (R57).

        For the holder.
        """
        case = self._portal_held()
        consent = case.consent_ids.filtered(lambda rec: rec.id == consent_id)
        if not consent:
            raise UserError(self.env._("Choose a consent of this case."))
        member = case._portal_member({"second": member_id}, "second")
        if not member or member == consent.given_by_member_id.id:
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
        consent.action_withdraw(self._clean_text({"reason": reason}, "reason", 500))
        return True
