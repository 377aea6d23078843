from odoo import api, fields, models
from odoo.exceptions import UserError

LIVE = ("enrolled", "attending", "irregular")


class RemediationAttendance(models.Model):
    _inherit = "remediation.attendance"

    package_id = fields.Many2one(
        comodel_name="remediation.referral.package",
        string="Entered by the School For",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    @api.model
    def _enter_for_packages(self, month, numbers_by_package):
        """Keep one month of the children referred to a school.

        Called with sudo by the package's portal method, which checked the school and
        the numbers. Makes the school's institution and the enrolment where the case
        manager has not entered them yet.
        """
        existing = self.search(
            [
                ("package_id", "in", [rec.id for rec in numbers_by_package]),
                ("month", "=", month),
            ]
        ).grouped("package_id")
        new = []
        for package, numbers in numbers_by_package.items():
            package = package.sudo()  # sudo: as described above
            row = existing.get(package)
            if row:
                row.write(numbers)
                continue
            enrolment = self._enrolment_of(package, month)
            row = enrolment.attendance_ids.filtered(lambda rec: rec.month == month)
            if row:
                row.write(dict(numbers, package_id=package.id, source="portal"))
                continue
            new.append(
                dict(
                    numbers,
                    enrolment_id=enrolment.id,
                    month=month,
                    package_id=package.id,
                    source="portal",
                )
            )
        return self.create(new)

    @api.model
    def _enrolment_of(self, package, month):
        case = package.case_id
        institution = self.env["remediation.institution"].search(
            [("partner_id", "=", package.recipient_organisation_id.id)], limit=1
        )
        if not institution:
            institution = self.env["remediation.institution"].create(
                self._prepare_institution_vals(package)
            )
        Enrolment = self.env["remediation.education.enrolment"]
        enrolment = Enrolment.search(
            [
                ("case_id", "=", case.id),
                ("institution_id", "=", institution.id),
                ("state", "in", LIVE),
            ],
            limit=1,
        )
        if not enrolment:
            if Enrolment.search_count(
                [("case_id", "=", case.id), ("state", "in", LIVE)], limit=1
            ):
                raise UserError(
                    self.env._(
                        "%(code)s: ask the case manager to record the change of school "
                        "first.",
                        code=package.name,
                    )
                )
            accepted_on = case._day(package.referral_id.answered_on)
            return Enrolment.create(
                {
                    "case_id": case.id,
                    "institution_id": institution.id,
                    "plan_action_id": package.referral_id.action_id.id,
                    "kind": "vocational"
                    if package.service_type_id.domain == "vocational"
                    else "formal",
                    "date_start": min(accepted_on, month),
                    "state": "attending",
                }
            )
        if month < enrolment.date_start.replace(day=1):
            enrolment.date_start = month
        return enrolment

    @api.model
    def _prepare_institution_vals(self, package):
        return {
            "name": package.recipient_organisation_id.name,
            "partner_id": package.recipient_organisation_id.id,
            "company_id": package.company_id.id,
        }
