"""What the fields of this module tell, in the one table of what is withheld (R71)."""

from odoo.addons.child_remediation.models.case.remediation_case_disclosure import (
    also_withhold,
)

also_withhold(
    "classification",
    "remediation.movement",
    "transport",
    "control_ids",
    "papers",
    "date_about",
    "with_whom",
)
also_withhold("area", "remediation.movement", "date_about")
also_withhold(
    "classification", "remediation.case", "survivor_status", "survivor_standing"
)
also_withhold("area", "remediation.case", "route_line")
also_withhold("caregiver", "remediation.case", "guardian_member_id")
also_withhold("area", "remediation.family.tracing", "place", "country_id")
also_withhold("classification", "remediation.survivor.status", "status", "basis")
for model, *texts in (
    ("remediation.movement", "with_whom", "date_about"),
    ("remediation.survivor.status", "basis", "appeal_reason"),
    ("remediation.safety.plan", "signs", "contacts"),
    ("remediation.family.tracing", "place", "note"),
):
    also_withhold(None, model, *texts)
