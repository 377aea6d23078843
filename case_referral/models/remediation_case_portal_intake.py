from datetime import date

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..forms import CHILD, DANGER, MEMBER, PLACEMENT, WORK
from ..forms.child import SCHOOL
from .remediation_case_portal import said_only


# A file of its own: what a case manager writes of the child and the family.
# pylint: disable=consider-merging-classes-inherited
class RemediationCasePortalIntake(models.Model):
    """Child, family, work and placement on the portal: one named method for each
    form, which checks that the user holds the case and takes what the form asks."""

    _inherit = "remediation.case"

    @api.model
    def portal_register_child(self, values):
        """Register a child in danger whom the user met (R16, R59).

        For portal case managers (AccessError otherwise). ``values``: as the form
        ``DANGER`` asks. The case is at high risk from the start; its holder is the
        user where that person may hold cases, otherwise the supervisor; who is on
        call is told at once. Returns the code of the case.
        """
        if not self.env.user.has_group("child_remediation.group_portal_case_manager"):
            raise AccessError(self.env._("Only case managers register a child here."))
        return self._register_in_danger(values).name

    @api.model
    def _register_in_danger(self, values):
        """As :meth:`portal_register_child`, for a caller who checked the right."""
        user = self.env.user
        if not isinstance(values, dict):
            raise UserError(self.env._("Reload the page and try again."))
        said, wrong = DANGER.parse(self.env, values)
        if {"sex", "what"} & wrong.keys():
            raise UserError("\n".join(wrong.values()))
        site_id, what, help_now = (
            said.pop(name, False) for name in ("site_id", "what", "help")
        )
        # sudo: portal users have read rights only; the values were whitelisted, and
        # the company is the user's own.
        env = self.sudo().with_company(user.company_id).env
        child = env["remediation.beneficiary"].create(
            {
                **{name: value for name, value in said.items() if value},
                "company_id": user.company_id.id,
            }
        )
        case = env["remediation.case"].create(
            {
                "beneficiary_id": child.id,
                "company_id": user.company_id.id,
                "risk_level": "high",
                "site_id": site_id,
                "identified_on": self.with_env(env)._said_day(),
            }
        )
        # Danger first: what cannot be taken stays as words for a person.
        words = [what, *(f"{name}: {values[name]}" for name in wrong)]
        env["remediation.note"].create(
            {
                "case_id": case.id,
                "date": self._said_at(),
                "subject": self.env._("Child in immediate danger"),
                "text": "\n".join(words),
            }
        )
        if help_now:
            env["remediation.plan.action"].create(
                {
                    "case_id": case.id,
                    "domain": "protection",
                    "is_urgent": True,
                    "description": help_now,
                }
            )
        case._alert_danger()
        return case

    def portal_save_child(self, values):
        """Complete or correct what is known of the child. For the holder.

        ``values``: as the form ``CHILD`` asks; what is not named stays as it is. A year
        of birth counts by its youngest reading (R1).
        """
        self._portal_held()._take_child(values)
        return True

    def _take_child(self, values):
        vals = CHILD.take(self.env, values, self)
        year = vals.pop("year", {}).get("birth")
        today = self._said_day()
        if year:
            if not today.year - 25 <= year <= today.year:
                raise UserError(
                    self.env._("Enter the year of birth, or about what age.")
                )
            vals.update(
                birth_date=False,
                age_estimated=today.year - year,
                age_margin=1,
                age_recorded_on=date(today.year, 1, 1),
            )
        elif vals.get("age_estimated"):
            if vals["age_estimated"] != self.beneficiary_id.age_estimated:
                vals.update(age_recorded_on=today, age_margin=0)
        if not vals.get("sex"):
            vals.pop("sex", None)
        self.beneficiary_id.write(vals)
        school = SCHOOL.take(self.env, values, self)
        if school.get("institution_id"):
            self._enrol(school)
        return self

    def _enrol(self, vals):
        running = self.enrolment_ids.filtered(
            lambda e: (
                e.institution_id.id == vals["institution_id"]
                and e.state in ("enrolled", "attending", "irregular")
            )
        )[:1]
        if running:
            running.level = vals.get("level") or running.level
        else:
            vals = {"date_start": self._said_day(), **said_only(vals)}
            self.env["remediation.education.enrolment"].create(
                {"case_id": self.id, **vals}
            )

    def portal_save_member(self, values, member_id=None):
        """Add a member of the child's family, or correct one. For the holder.

        ``values``: as the form ``MEMBER`` asks. Returns the member's id.

        :param member_id: a member of this case's own household; a new one where empty
        """
        return self._portal_held()._take_family(values, member_id).id

    def _take_family(self, values, member_id=None):
        vals = MEMBER.take(self.env, values, self)
        member = self.env["remediation.household.member"]
        if member_id:
            member = self.household_id.member_ids.filtered(
                lambda rec: member_id in (rec.id, rec.name)
            )
            if not member:
                raise UserError(self.env._("Choose somebody of this family."))
        if "age" in vals and vals["age"] != member.age:
            vals["age_recorded_on"] = self._said_day()
        if member:
            member.write(vals)
            return member
        household = self.household_id
        if not household:
            household = self.env["remediation.household"].create(
                {"company_id": self.company_id.id}
            )
            self.beneficiary_id.household_id = household
        return member.create(dict(vals, household_id=household.id))

    def portal_add_work(self, values):
        """Record what the child's work is, with its hazards and money. For the holder.

        ``values``: as the form ``WORK`` asks, with ``movements``, a list of dicts as
        ``MOVEMENT`` asks. Returns the new id.
        """
        return self._portal_held()._take_work(values).id

    def _take_work(self, values):
        vals = WORK.take(self.env, values, self)
        movements = vals.pop("movements", [])
        vals = {name: value for name, value in vals.items() if value}
        vals.setdefault("date", self._said_day())
        situation = self.env["remediation.work.situation"].create(
            dict(vals, case_id=self.id)
        )
        self.env["remediation.movement"].create(
            [
                {
                    name: value
                    for name, value in {
                        **row,
                        "work_situation_id": situation.id,
                    }.items()
                    if name not in ("id", "taken_off")
                }
                for row in movements
                if not row["taken_off"]
            ]
        )
        return situation

    def portal_place_child(self, values):
        """Record a placement that could not wait (R21): who decided it, which
        authority was reached, or that none was and whom one tried. For the holder.

        ``values``: as the form ``PLACEMENT`` asks. Returns the decision's id.
        """
        return self._portal_held()._take_placement(values).id

    def _take_placement(self, values):
        vals = PLACEMENT.take(self.env, values, self)
        decision = self.env["remediation.best.interest.decision"].create(
            dict(
                vals,
                case_id=self.id,
                placed_on=vals.get("placed_on") or self._said_day(),
            )
        )
        decision.action_record_placement()
        return decision
