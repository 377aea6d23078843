import base64
import csv
import io
import json
from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..tools import htcds, primero
from .common import ExchangeCommon

#: What the research on standards asks of each (its field lists), by our names.
HTCDS_ASKED = {
    "organisation": ("org_Name", "org_Type"),
    "person": ("prs_Id", "prs_Gender", "prs_Birthdate"),
    "victim": (
        "vic_TraffickingStatus",
        "vic_DecisionMakingOrganisation",
        "vic_RelationshipToTrafficker",
        "vic_AgeWhenTrafficked",
        "vic_MethodOfRecruitment",
        "vic_MethodsOfControl",
        "vic_TypeOfExploitation",
        "vic_ForcedLabourIndustry",
        "vic_LocationOfRecruitment",
        "vic_LocationOfExploitation",
    ),
    "perpetrator": ("per_RoleInProcess",),
    "case": ("cas_Status", "cas_ReasonForClosing", "cas_Owner"),
    "referral": ("ref_IncomingReferralDate", "ref_ReasonForOutgoingReferral"),
    "events": (
        "hte_RecruitmentDate",
        "hte_RecruitmentCountry",
        "hte_TransitDate",
        "hte_ExploitationDate",
        "hte_ExploitationCountry",
    ),
    "support plan": (
        "sup_Objectives",
        "sup_PlannedEndDate",
        "sup_ActualEndDate",
        "sup_Type",
    ),
    "consent": ("con_ConsentDate", "vic_AgreementToManagePersonalData"),
}
PRIMERO_ASKED = (
    "status case_status_reopened name_first name_last sex age date_of_birth "
    "estimated registration_date assessment_due_date protection_concerns risk_level "
    "consent_for_services consent_reporting disclosure_other_orgs "
    "withholding_info_reason legitimate_basis family_details_section date_case_plan "
    "cp_case_plan_subform_case_plan_interventions services_section "
    "followup_subform_section closure_reason date_closure notes_section owned_by "
    "owned_by_agency created_at"
).split()


@tagged("post_install", "-at_install")
class TestStandards(ExchangeCommon):
    """Both standards hold what they ask for and read back as they were written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._reportable(site_id=cls.site.id, risk_level="high")
        cls._new_consent(cls.case, "services")
        cls._new_consent(cls.case, "share_with_org")
        child = cls.case.beneficiary_id
        child.write({"nickname": "Petit", "birth_date": "2015-03-02"})
        situation = cls.env["remediation.work.situation"].create(
            {
                "case_id": cls.case.id,
                "works": "yes",
                "site_id": cls.site.id,
                "hours_week": 40,
                "is_trafficked": "yes",
                "is_bonded": "yes",
                "documents_retained": "yes",
                "pay_withheld": 12,
                "employer_relationship": "employer",
                "started_age": 9,
            }
        )
        cls.env["remediation.movement"].create(
            [
                {
                    "work_situation_id": situation.id,
                    "kind": kind,
                    "date_from": day,
                    "country_id": cls.env.ref(country).id,
                    "means": means,
                }
                for kind, day, country, means in (
                    ("recruitment", "2024-01-05", "base.zm", "promise"),
                    ("transit", "2024-01-07", "base.zm", False),
                    ("exploitation", "2024-02-01", "base.cd", False),
                )
            ]
        )
        cls.plan = cls._active_plan(cls.case, actions=("education", "health"))
        cls._visit(cls.case, note="Saw the school report")
        cls.env["remediation.note"].with_user(cls.worker).create(
            {"case_id": cls.case.id, "subject": "Call", "text": "Mama called"}
        )
        cls.env["remediation.service.delivery"].create(
            {
                "plan_action_id": cls.plan.action_ids[0].id,
                "note": "Uniform",
                "cost": 10,
            }
        )
        cls.plain = cls._reportable()

    # -- HTCDS
    def test_htcds_holds_the_field_list(self):
        for part, names in HTCDS_ASKED.items():
            self.assertFalse(set(names) - set(htcds.NAMES), part)
        self.assertEqual(len(set(htcds.NAMES)), len(htcds.NAMES))

    def test_htcds_reads_back_as_it_was_written(self):
        export = self._export(
            self.namer,
            layout="htcds",
            is_identified=True,
            reason="Handing over to the IOM",
        )
        rows = htcds.read(self._content(export))
        self.assertEqual(len(rows), 2)
        row = next(r for r in rows if r["cas_Id"] == self.case.name)
        self.assertEqual(
            {key: row[key] for key in row if row[key] not in (None, [], False)},
            {
                "org_Name": self.company.name,
                "org_Type": "NGO",
                "org_ShippingCountry": "CD",
                "prs_Id": self.case.beneficiary_id.name,
                "prs_FirstName": "Amani",
                "prs_SecondName": "Hidden",
                "prs_Birthdate": date(2015, 3, 2),
                "prs_Age": self.case.beneficiary_id.age,
                "prs_Gender": "Male",
                "vic_AgreementToManagePersonalData": True,
                "vic_TraffickingStatus": "Actual",
                "vic_DecisionMakingOrganisation": self.company.name,
                "vic_RelationshipToTrafficker": "Employer",
                "vic_AgeWhenTrafficked": 9,
                "vic_RecruitmentTactics": ["FalsePromisesOrStatements"],
                "vic_MethodOfRecruitment": ["Unknown"],
                "vic_LocationOfRecruitment": "ZM",
                "vic_MethodsOfControl": [
                    "DebtBondage",
                    "TakesEarnings",
                    "FalsePromises",
                    "WithholdsDocuments",
                ],
                "vic_TypeOfExploitation": ["ChildLabour", "ForcedLabour"],
                "vic_TypeOfLabourExploitation": ["MiningOrDrilling"],
                "vic_ForcedLabourIndustry": "B_MiningAndQuarrying",
                "per_RoleInProcess": ["Exploiter"],
                "hte_RecruitmentDate": date(2024, 1, 5),
                "hte_RecruitmentCountry": "ZM",
                "hte_TransitDate": date(2024, 1, 7),
                "hte_TransitCountry": "ZM",
                "hte_ExploitationDate": date(2024, 2, 1),
                "hte_ExploitationCountry": "CD",
                "cas_Id": self.case.name,
                "cas_Status": "Active",
                "cas_DateOpened": self.case.opened_at.date(),
                "cas_Owner": self.company.name,
                "ref_IncomingReferralDate": self.case.identified_on,
                "sup_Objectives": self.plan.goal,
                "sup_Type": ["Education", "Health"],
                "sup_StartDate": self.plan.date_start,
                "con_ConsentDate": self.today,
            },
        )
        # the same row again, written from what was read
        cells = htcds.cells(row, identified=True)
        out = io.StringIO(newline="")
        csv.writer(out).writerows([htcds.NAMES, cells])
        self.assertEqual(htcds.read(out.getvalue().encode()), [row])
        plain = next(r for r in rows if r["cas_Id"] == self.plain.name)
        self.assertEqual(plain["vic_TraffickingStatus"], "Not")
        self.assertEqual(plain["vic_TypeOfExploitation"], [])

    def test_htcds_without_names_leaves_out_what_names_somebody(self):
        content = self._content(self._export(self.namer, layout="htcds"))
        rows = htcds.read(content)
        for field in htcds.FIELDS:
            if field.identity:
                self.assertFalse([r for r in rows if r[field.name]], field.name)
        for word in ("Amani", "Hidden", "2015-03-02", self.plan.goal):
            self.assertNotIn(word, content.decode())

    def test_htcds_says_where_a_file_is_wrong(self):
        content = self._content(self._export(self.namer, layout="htcds")).decode(
            "utf-8-sig"
        )
        with self.assertRaisesRegex(ValueError, "row 2, prs_Gender"):
            htcds.read(content.replace(",Male,", ",Boy,").encode())
        with self.assertRaisesRegex(ValueError, "row 1"):
            htcds.read(content.replace("cas_Status", "cas_Stage").encode())

    def test_htcds_needs_the_rights_to_what_it_holds(self):
        """A monitor reads no consents, plans or movements: no way round over a file."""
        for layout in ("htcds", "primero"):
            with self.assertRaisesRegex(AccessError, "Your rights"):
                self._export(self.exporter, layout=layout)

    # -- Primero
    def _primero(self, user, **vals):
        return json.loads(self._content(self._export(user, layout="primero", **vals)))

    def test_primero_holds_the_field_list(self):
        (record,) = self._primero(self.namer, domain=repr([("id", "=", self.case.id)]))
        self.assertEqual(set(record), set(primero.FIELDS))
        self.assertFalse(set(PRIMERO_ASKED) - set(record))
        for name, names in primero.SUBFORMS.items():
            if name != "notes_section":
                self.assertTrue(record[name], name)
                self.assertEqual(set(record[name][0]), set(names), name)

    def test_primero_without_names_leaves_out_names_and_free_text(self):
        records = self._primero(self.namer)
        for record in records:
            self.assertEqual(record["notes_section"], [])
            for row in [record, *(r for n in primero.SUBFORMS for r in record[n])]:
                for name in primero.IDENTITY & row.keys():
                    self.assertIsNone(row[name], name)
        text = json.dumps(records)
        for word in ("Amani", "Mama", "Saw the school", "Uniform", "2015-03-02"):
            self.assertNotIn(word, text)

    def test_primero_round_trip_through_the_import(self):
        """Exported here, imported in another company, exported there: the same."""
        named = {"is_identified": True, "reason": "Handing over to the ministry"}
        first = self._primero(
            self.namer, domain=repr([("id", "=", self.case.id)]), **named
        )
        importer = self._new_user(
            "importer_b",
            "group_coordinator,group_export,case_exchange.group_import",
            self.company_b,
        )
        job = (
            self.env["remediation.import.job"]
            .with_user(importer)
            .with_company(self.company_b)
            .create(
                {
                    "source": "primero",
                    "system": "primero",
                    "file": base64.b64encode(json.dumps(first).encode()),
                }
            )
        )
        job.action_check()
        self.assertEqual(
            (job.new_count, job.wrong_count), (1, 0), job.line_ids.mapped("problems")
        )
        job.action_import()
        self.assertEqual(job.imported_count, 1, job.line_ids.mapped("problems"))
        there = job.line_ids.case_id
        self.assertEqual(there.company_id, self.company_b)
        second = self._primero(
            importer.with_company(self.company_b),
            domain=repr([("id", "=", there.id)]),
            **named,
        )
        (before,), (after,) = first, second
        same = (
            "status name_first name_last name_nickname sex age date_of_birth estimated "
            "registration_date national_id_no risk_level consent_for_services "
            "consent_reporting disclosure_other_orgs interview_subject disability_type "
            "family_size date_closure closure_reason module_id"
        ).split()
        self.assertEqual(
            {name: after[name] for name in same}, {name: before[name] for name in same}
        )
        for name in ("family_details_section", "followup_subform_section"):
            self.assertEqual(
                [self._without(row, "unique_id") for row in after[name]],
                [self._without(row, "unique_id") for row in before[name]],
            )
        # what has no place of its own is kept as notes, word for word
        notes = "\n".join(note["note_text"] for note in after["notes_section"])
        for name in (
            "cp_case_plan_subform_case_plan_interventions",
            "services_section",
            "notes_section",
        ):
            for row in before[name]:
                for key, value in row.items():
                    if value and key not in ("unique_id", "note_date", "note_subject"):
                        self.assertIn(str(value), notes, (name, key))

    @staticmethod
    def _without(row, name):
        return {key: value for key, value in row.items() if key != name}

    def test_primero_reads_what_primero_itself_writes(self):
        """An export as Primero makes it: wrapped, with fields that are not known."""
        document = {
            "data": [
                {
                    "id": "9c1e7c1c-uuid",
                    "data": {
                        "name_first": "Furaha",
                        "sex": "female",
                        "age": "12",
                        "status": "open",
                        "registration_date": "2024/05/01",
                        "religion": ["r1"],
                    },
                }
            ]
        }
        ((number, bundle, problems),) = primero.bundles(document)
        self.assertEqual((number, problems), (1, []))
        self.assertEqual(bundle["case"]["ref"], "9c1e7c1c-uuid")
        self.assertEqual(bundle["case"]["identified_on"], "2024-05-01")
        self.assertEqual(bundle["child"]["age"], 12)
        self.assertIn("religion: ['r1']", bundle["notes"][0]["text"])

    def test_standards_leave_out_who_did_not_agree_to_reporting(self):
        silent = self._new_case()
        self._new_consent(silent, "reporting", given_on=self.today - timedelta(days=5))
        self._new_consent(silent, "reporting", answer="no")
        for layout in ("htcds", "primero"):
            export = self._export(self.namer, layout=layout)
            self.assertEqual(export.excluded_count, 1)
            self.assertNotIn(silent.name, self._content(export).decode())
