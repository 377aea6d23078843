from odoo import models
from odoo.fields import Command

from .remediation_intake_import import AMOUNTS, YES_NO


class IntakeImport(models.TransientModel):
    """The cases that the rows of the sheet become."""

    _inherit = "remediation.intake.import"

    # -- registering -----------------------------------------------------------
    def _open_new_cases(self, rows):
        """Create household, child, case, work and note of each row, in batches."""
        if not rows:
            return self.env["remediation.case"]
        today = self._place_today()
        company = self.company_id.id
        records = self.with_company(self.company_id).env
        households = records["remediation.household"].create(
            [
                {"company_id": company, "member_ids": self._prepare_members(row)}
                for row in rows
            ]
        )
        children = records["remediation.beneficiary"].create(
            [
                self._prepare_child(row, household, today)
                for row, household in zip(rows, households, strict=True)
            ]
        )
        cases = records["remediation.case"].create(
            [
                {
                    "company_id": company,
                    "beneficiary_id": child.id,
                    "programme_id": self.programme_id.id,
                    "site_id": row["site"].id if row["site"] else False,
                    "identified_on": row["identified_on"] or today,
                }
                for row, child in zip(rows, children, strict=True)
            ]
        )
        records["remediation.work.situation"].create(
            [
                vals
                for row, case in zip(rows, cases, strict=True)
                if (vals := self._prepare_work(row, case))
            ]
        )
        records["remediation.note"].create(
            [
                {
                    "case_id": case.id,
                    "subject": self.env._("Intake"),
                    "text": row["note"],
                }
                for row, case in zip(rows, cases, strict=True)
                if row["note"]
            ]
        )
        return cases

    def _prepare_child(self, row, household, today):
        return {
            "company_id": self.company_id.id,
            "household_id": household.id,
            "external_ref": row["external_ref"],
            "sex": row["sex"],
            "first_name": row["first_name"],
            "last_name": row["last_name"],
            "nickname": row["nickname"],
            "birth_date": row["birth_date"],
            "age_estimated": row["age"] or 0,
            "age_recorded_on": (row["identified_on"] or today) if row["age"] else False,
            "last_grade": row["last_grade"],
        }

    def _prepare_members(self, row):
        if not row["caregiver"] and not row["caregiver_name"]:
            return []
        return [
            Command.create(
                {
                    "relationship": row["caregiver"] or "other",
                    "full_name": row["caregiver_name"],
                    "livelihood": row["livelihood"],
                    "is_caregiver": True,
                }
            )
        ]

    def _prepare_work(self, row, case):
        facts = ("activity", "hours_week", "days_week", "site", "started_age")
        facts += (*AMOUNTS, "debt_holder")
        exploited = "yes" in [row[key] for key in YES_NO]
        if not exploited and not any(row[key] for key in facts):
            return None
        currency = row["currency"] or case.company_id.currency_id
        told = any(row[key] for key in ("activity", "hours_week", "days_week", "pay"))
        return {
            "case_id": case.id,
            # A place alone does not say that the child works there.
            "works": "yes" if told else "unknown",
            "date": row["identified_on"] or self._place_today(),
            "site_id": row["site"].id if row["site"] else False,
            "activity": row["activity"],
            "hours_week": row["hours_week"] or 0,
            "days_week": row["days_week"] or 0,
            "time_start": row["time_start"] or 0,
            "time_end": row["time_end"] or 0,
            **{key: row[key] or 0 for key in AMOUNTS},
            **{key: row[key] for key in (*YES_NO, "paid_to", "debt_holder")},
            "employer_relationship": row["employer_relationship"],
            "pay_period": row["pay_period"],
            "currency_id": currency.id,
            "started_age": row["started_age"] or 0,
            "started_year": row["started_year"] or 0,
        }
