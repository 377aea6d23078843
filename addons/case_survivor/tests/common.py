from odoo.addons.child_remediation.tests.common import RemediationCommon
from odoo.addons.remediation_base.tests.worlds import made_once

POI = "case_survivor.group_person_of_interest"
TRACE = "case_survivor.group_financial_trace"
LEGAL = "case_survivor.group_legal_matter"
SHELTER = "case_survivor.group_shelter_address"
DUTIES = ",".join((POI, TRACE, LEGAL, SHELTER))


class SurvivorCommon(RemediationCommon):
    """``trace_worker`` holds cases and has the duties; ``tracer`` has these alone."""

    @classmethod
    @made_once
    def setUpClass(cls):
        super().setUpClass()
        cls.police, cls.court = cls.env["res.partner"].create(
            [
                {"name": "Police of the Port", "is_company": True},
                {"name": "Court of the Province", "is_company": True},
            ]
        )
        cls.manager_trace = cls._new_manager(
            cls.trace_worker, cls.team, cls.company.partner_id
        )

    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "tracer": DUTIES,
            "trace_worker": f"group_case_worker,{DUTIES}",
        }

    @classmethod
    def _draft(cls, case, user=None, **vals):
        return (
            cls.env["remediation.survivor.status"]
            .with_user(user or case.user_id)
            .create(
                {
                    "case_id": case.id,
                    "status": "confirmed",
                    "decided_by_kind": "police",
                    "decided_by_id": cls.police.id,
                    "date": cls.today,
                    "basis": "Heard by two officers.",
                    **vals,
                }
            )
        )

    @classmethod
    def _decided(cls, case, **vals):
        status = cls._draft(case, **vals)
        status.action_record()
        return status

    @classmethod
    def _person(cls, user=None, **vals):
        return (
            cls.env["remediation.person.of.interest"]
            .with_user(user or cls.tracer)
            .create({"full_name": "Bosco Kabila Ilunga", **vals})
        )

    @classmethod
    def _make(cls, model, case, user=None, **vals):
        return (
            cls.env[f"remediation.{model}"]
            .with_user(user or cls.trace_worker)
            .create({"case_id": case.id, **vals})
        )

    @classmethod
    def _matter(cls, case, **vals):
        return cls._make("legal.matter", case, **{"kind": "complaint", **vals})
