import base64
import json

from odoo import api, models

#: Two old files of a former system: number, first name, family name, sex, age.
FORMER = (
    ("KZ-0417", "Espérance", "Kitenge", "female", 12),
    ("KZ-0438", "Josué", "Kalenga", "male", 13),
)
#: Who sends the forms of the telephones.
SENDER = "caseworker3"


class Demo(models.AbstractModel):
    """What reaches the desks from elsewhere: old files, forms of telephones, what was
    sent without consent, caregivers who join a savings group, an offered case."""

    _inherit = "remediation.demo"

    @api.model
    def _plan_arrivals(self, world):
        world.plan(640, "_do_take_over")
        world.plan(120, "_do_enrol")
        for position, ago in enumerate((26, 0)):
            world.plan(ago, "_do_send_in_danger", position)
        for position, ago in enumerate((9, 5, 2, 1)):
            world.plan(ago, "_do_hand_in", position)
        world.plan(5, "_do_take_along")
        world.plan(3, "_do_keep_case")
        world.plan(0, "_do_publish_remedies")

    @api.model
    def _do_take_over(self, world, facts):
        """Two closed files of a former system keep their old numbers."""
        records = [
            {
                "case_id": number,
                "case_id_display": number,
                "name_first": first,
                "name_last": last,
                "sex": sex,
                "age": age,
                "registration_date": str(world.day(1000)),
                "status": "closed",
                "risk_level": "medium",
                "date_closure": str(world.day(700)),
                "closure_reason": "formal_closing",
            }
            for number, first, last, sex, age in FORMER
        ]
        job = self._as("importer").env["remediation.import.job"]
        job = job.create(
            {
                "file": base64.b64encode(json.dumps(records).encode()),
                "programme_id": world.programmes[0].id,
            }
        )
        job.action_check()
        job.action_import()

    @api.model
    def _do_enrol(self, world, facts):
        """Mothers join the group of their place, as their children's plans say."""
        group = world.groups[0]
        mothers = 0
        for child in self._open(world, "in_remediation"):
            if child.worker == "partner":
                continue
            env = self._holder(child)
            action = child.case.with_env(env).active_plan_id.action_ids.filtered(
                lambda a: a.domain == "savings_group" and a.state == "planned"
            )[:1]
            if not action:
                continue
            enrolment = env["savings.enrolment"].create(
                {
                    "action_id": action.id,
                    "caregiver_id": child.family.with_env(env)
                    .member_ids.filtered(lambda m: m.relationship == "mother")
                    .id,
                    "group_id": group,
                }
            )
            mothers += 1
            if mothers < 4:
                enrolment.action_enrol()
            else:
                return  # one is planned and waits for the next meeting

    @api.model
    def _do_send_in_danger(self, world, facts):
        """A child is in danger: sent at once, and looked at by a supervisor after."""
        clinic = self.env.ref("remediation_demo.demo_partner_clinic")
        for (position,) in facts:
            child = [
                c
                for c in self._open(world, "in_remediation")
                if c.worker == ("caseworker3", "caseworker5")[position]
            ][-1]
            referral = self._holder(child)["remediation.referral"].create(
                {
                    "case_id": child.case.id,
                    "to_organisation_id": clinic.id,
                    "service_type_id": clinic.accreditation_id.service_type_ids[:1].id,
                }
            )
            referral.action_send_emergency(
                "medical",
                self._said("Fièvre et blessure au pied ; la mère est injoignable."),
                self._said("Intérêt vital de l'enfant."),
            )
            if position == 0:
                mine = referral.with_env(self._approver(child))
                self._seen(mine).action_review(
                    self._said("C'était nécessaire ; la mère a été informée le soir.")
                )

    @api.model
    def _do_hand_in(self, world, facts):
        """Telephones send; what cannot be filed by itself waits for a supervisor."""
        env = self._as(SENDER).env
        mine = [c for c in self._open(world, "in_remediation", "monitoring") if c.case]
        own = [c.file.name for c in mine if c.file.user_id == env.user]
        other = [c.file.name for c in mine if c.file.user_id != env.user]
        for (position,) in facts:
            case = (own[0], f"{own[1]}9", other[0], "KZ-0999")[position]
            env["remediation.submission"]._receive(
                "visit",
                f"lumiere-demonstration-visit-{position}",
                {
                    "case": case,
                    "date_done": str(world.today()),
                    "visit_type": "home",
                    "child_seen": "yes",
                    "child_working": "no",
                    "occupation": "school",
                },
                {},
            )

    @api.model
    def _do_take_along(self, world, facts):
        """Two phones take the cases of their people along, one was lost since."""
        for name in ("Tecno Pop 8", "Itel A70"):
            self._as("partner").env["remediation.device"].portal_enrol(name)
        lost = self.env["remediation.device"].search([("name", "=", "Itel A70")])
        lost.with_env(self._as("coordinator").env).action_forget("lost")

    @api.model
    def _do_keep_case(self, world, facts):
        """The coordinator holds one child's case, and is offered another."""
        profile = self._make_worker(
            world,
            self._user("coordinator"),
            "kolwezi",
            "junior",
            world.people["caseworker"],
        )
        held, offered = [
            c
            for c in self._open(world, "in_remediation")
            if c.worker == "caseworker2" and c.file.user_id == self._user("caseworker2")
        ][:2]
        held.case.with_env(self._approver(held)).action_assign(
            profile.id, reason=self._said("Suivi par la coordination.")
        )
        held.worker = "coordinator"
        self._approver(offered)["remediation.referral"].create(
            {
                "case_id": offered.case.id,
                "referral_type": "assignment",
                "to_case_manager_id": profile.id,
                "message": self._said("Merci d'accueillir l'enfant dès lundi."),
            }
        ).action_send()

    @api.model
    def _do_publish_remedies(self, world, facts):
        """The register of the year that is over is public, small counts hidden."""
        year = world.today().year - 1
        register = self._as("coordinator").env["remediation.complaint.register"]
        register.create(
            {"date_from": f"{year}-01-01", "date_to": f"{year}-12-31"}
        ).action_publish()
