from odoo import models
from odoo.fields import Domain

from .remediation_person_of_interest import DUTY as POI

#: How many similar cases are shown, those that share most first.
SIMILAR = 40


class Case(models.Model):
    """What a survivor's page tells at a press, and not when it opens."""

    _inherit = "remediation.case"

    def action_open_similar(self):
        """Open the cases that share ways of exploitation. For whoever reads the case.

        Cases of the same person of interest are among them for the duty alone.

        :return: action of a list of cases
        :raises AccessError: the caller may not read the case
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Similar Cases"),
            "res_model": self._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self._similar())],
        }

    def _similar(self):
        """Ids of the cases that share most with this one, most first."""
        shared = {}
        for ids in self._sharing():
            for case in ids:
                shared[case] = shared.get(case, 0) + 1
        shared.pop(self.id, None)
        return sorted(shared, key=lambda case: (-shared[case], case))[:SIMILAR]

    def _sharing(self):
        """Yield the ids of the cases that share one thing with this one."""
        exploitation = self.env["remediation.exploitation"]
        mine = exploitation.search([("case_id", "=", self.id)])
        for name in ("type_ids", "recruitment_ids", "control_ids"):
            for value in mine[name]:
                yield exploitation.search([(name, "=", value.id)]).case_id.ids
        for industry in {one.industry for one in mine if one.industry}:
            yield exploitation.search([("industry", "=", industry)]).case_id.ids
        for country in self.movement_ids.country_id:
            steps = Domain("country_id", "=", country.id)
            yield self.env["remediation.movement"].search(steps).case_id.ids
        if self.env.user.has_group(POI):
            for person in self.person_of_interest_role_ids.person_id:
                yield person.role_ids.case_id._filtered_access("read").ids

    def _timeline_entries(self):
        return [*super()._timeline_entries(), *self._timeline_of_survivor()]

    def _timeline_of_survivor(self):
        """Decisions on the status and their appeals, stays and referrals in or out."""
        _ = self.env._
        entries = []
        for status in self._timeline_records(
            "remediation.survivor.status", [("state", "!=", "draft")]
        ):
            title = _("Status: %s", self._timeline_label(status, "status"))
            if status.date or status.recorded_on:
                entries.append(
                    self._timeline_entry(
                        status.date or status.recorded_on,
                        "decision",
                        title,
                        status,
                        who=self._timeline_label(status, "decided_by_kind"),
                        state=self._timeline_label(status, "state"),
                    )
                )
            if status.appealed_on:
                entries.append(
                    self._timeline_entry(
                        status.appealed_on, "decision", _("Appeal"), status
                    )
                )
        for stay in self._timeline_records("remediation.shelter.stay"):
            title = _("Stay: %s", self._timeline_label(stay, "kind"))
            entries.append(self._timeline_entry(stay.date_from, "service", title, stay))
        for referral in self._timeline_records(
            "remediation.outside.referral", [("date", "!=", False)]
        ):
            entries.append(
                self._timeline_entry(
                    referral.date,
                    "contact",
                    _("Referral: %s", self._timeline_label(referral, "direction")),
                    referral,
                )
            )
        return entries
