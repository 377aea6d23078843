import base64
import csv
import io

from odoo.fields import Command
from odoo.tools.misc import file_open

from odoo.addons.case_exchange.tests.common import ExchangeCommon

ALL_NAMED = {"is_identified": True, "reason": "Handing over to the IOM"}


class StandardCommon(ExchangeCommon):
    """``mover`` is a coordinator who exports with names and imports."""

    @classmethod
    def _people(cls):
        return {
            **super()._people(),
            "mover": "group_coordinator,group_export,case_exchange.group_import",
        }

    @classmethod
    def _values(cls, kind, *codes):
        found = cls.env["remediation.exploitation.value"].search(
            [("kind", "=", kind), ("code", "in", codes or False)]
        )
        return [Command.set(found.ids)]

    @classmethod
    def _full_case(cls, status="confirmed", decider="police", **vals):
        """A case with a value in every place of a core field."""
        case = cls._reportable()
        cls._new_consent(case, "services")
        case.beneficiary_id.write({"birth_date": "2009-03-02", "sex": "female"})
        cls.env["remediation.survivor.status"].with_user(case.user_id).create(
            {
                "case_id": case.id,
                "status": status,
                "decided_by_kind": decider,
                "decided_by_id": cls.env["res.partner"].create({"name": "They"}).id,
                "date": cls.today,
                "basis": "Heard by two officers.",
            }
        ).action_record()
        cls.env["remediation.exploitation"].create(
            {
                "case_id": case.id,
                "recruitment_ids": cls._values(
                    "recruitment", "ThroughOnlineSocialNetworks", "Other"
                ),
                "recruitment_place": "A market",
                "control_ids": [
                    Command.set(
                        cls.env["remediation.control.means"]
                        .search([("code", "in", ("DebtBondage", "PhysicalThreats"))])
                        .ids
                    )
                ],
                "type_ids": cls._values(
                    "exploitation", "Servitude", "SexualExploitation"
                ),
                "sexual_type_ids": cls._values("sexual", "RemoteInteractiveServices"),
                "industry": "T",
                "exploitation_place": "A house",
                **vals,
            }
        )
        cls.env["remediation.survivor.contact"].create(
            {
                "case_id": case.id,
                "salutation": "Ms",
                "title": "Weaver",
                "gender": "TransgenderFeminine",
                "citizenship_ids": [
                    Command.set((cls.env.ref("base.cd") | cls.env.ref("base.zm")).ids)
                ],
                "email": "somebody@example.org",
                "home_phone": "+243810000001",
                "mobile_phone": "+243810000002",
                "street": "Rue 1",
                "city": "Lubumbashi",
                "state": "Haut-Katanga",
                "postal_code": "B.P. 7",
                "country_id": cls.env.ref("base.cd").id,
            }
        )
        cls.env["remediation.outside.referral"].create(
            [
                {
                    "case_id": case.id,
                    "direction": direction,
                    "organisation": f"House {direction}",
                    "worker": f"Worker {direction}",
                    "date": day,
                    "reason": reason,
                    "details": "By phone",
                }
                for direction, day, reason in (
                    ("in", "2026-01-05", "Other"),
                    ("out", "2026-02-05", "AdditionalServicesRequired"),
                )
            ]
        )
        cls.env["remediation.movement"].create(
            [
                {
                    "case_id": case.id,
                    "kind": kind,
                    "date_from": day,
                    "place": place,
                    "country_id": cls.env.ref(country).id if country else False,
                }
                for kind, day, place, country in (
                    ("recruitment", "2025-01-05", False, "base.cd"),
                    ("transit", False, False, False),
                    ("exploitation", "2025-02-01", "Kitwe", "base.zm"),
                )
            ]
        )
        return case

    def _file(self, user, cases, **vals):
        return self._content(
            self._export(
                user, layout="htcds", domain=repr([("id", "in", cases.ids)]), **vals
            )
        )

    def _rows(self, content):
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))

    def _out(self, cases, user=None, **vals):
        return self._rows(self._file(user or self.mover, cases, **vals))

    def _in(self, content, source="htcds"):
        job = (
            self.env["remediation.import.job"]
            .with_user(self.mover)
            .create(
                {
                    "source": source,
                    "system": "elsewhere",
                    "file": base64.b64encode(content),
                }
            )
        )
        job.action_check()
        self.assertFalse(job.wrong_count, job.line_ids.mapped("problems"))
        job.action_import()
        cases = job.line_ids.case_id
        self.assertEqual(len(cases), job.total_count, job.line_ids.mapped("problems"))
        # R57: what was imported waits until the person was asked here.
        for case in cases:
            self.env["remediation.household.member"].create(
                {
                    "household_id": case.household_id.id,
                    "full_name": "Mama",
                    "relationship": "mother",
                    "is_caregiver": True,
                }
            )
            for purpose in ("services", "reporting"):
                self._new_consent(case, purpose)
        return cases

    def _standard(self):
        with file_open("case_exchange/tests/files/htcds_2_0.tsv") as handle:
            lines = [line for line in handle if not line.startswith("#")]
        return list(csv.DictReader(lines, delimiter="\t"))
