import base64
import csv
import io
import json
from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.misc import file_open

from ..tools import htcds, primero
from .common import ExchangeCommon

#: The columns of the standard's published spreadsheet, as they stand in its first row:
#: the first has no name, one has a slip of the pen, one has its label alone.
SPREADSHEET = (
    " cas_CaseOwner prs_Salutation prs_FirstName prs_SecondName con_Consent "
    "prs_Birthdate prs_Gender prs_Citizenship prs_Title prs_Email prs_HomePhone "
    "prs_MobilePhone prs_MailingCity prs_MailingCountry prs_MailingState "
    "prs_MailingStreet prs_MailingPostalCode vic_TraffickingStatus "
    "vic_TraffickinStatusDecisionMakingOrg vic_MethodOfRecruitment "
    "vic_LocationOfRecruitment vic_MethodsOfControl vic_TypeOfExploitation "
    "vic_ForcedLabourIndustry vic_TypeOfSexExploitation vic_LocationOfExploitation "
    "cas_Status cas_ReferringOrganisation cas_IncomingReferralDate "
    "cas_ReferringPrimaryCaseWorker cas_ReasonForIncomingReferral "
    "cas_IncomingReferralDetails cas_ReferredOrganisation "
    "cas_ReferredPrimaryCaseWorker  cas_OutgoingReferralDate "
    "cas_OutgoingReferralDetails cas_ReasonForCaseClosure"
).split(" ")
PRIMERO_SERVICES = (
    "safehouse_service health_medical_service psychosocial_service "
    "police_other_service legal_assistance_service livelihoods_service "
    "child_protection_service family_mediation_service "
    "family_seunification_service education_service nfi_clothes_shoes_service "
    "water_sanitation_service registration_service food_service other_service"
)
#: Ids of Primero's look-ups (primeroIMS/primero, db/configuration/lookups), by field.
PRIMERO_LOOKUPS = {
    "status": "open closed transferred duplicate",
    "risk_level": "high medium low",
    "sex": "male female",
    "workflow": (
        "new closed reopened service_provision services_implemented case_plan"
    ),
    "protection_concerns": (
        "sexually_exploited gbv_survivor trafficked_smuggled statelessness "
        "arrested_detained migrant disabled serious_health_issue refugee caafag "
        "street_child child_mother physically_or_mentally_abused "
        "living_with_vulnerable_person worst_forms_of_child_labor "
        "child_headed_household mentally_distressed other"
    ),
    "relation": (
        "mother father aunt uncle grandmother grandfather brother sister husband wife "
        "partner other_family other_nonfamily"
    ),
    "intervention_service_to_be_provided": PRIMERO_SERVICES,
    "service_type": PRIMERO_SERVICES,
    "service_implemented": "not_implemented implemented",
    "followup_type": "after_reunification in_care for_service for_assesment",
    "approval_status_case_plan": "requested pending approved rejected",
    "consent_reporting": "true false",
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
    def _htcds(self, **vals):
        content = self._content(self._export(self.namer, layout="htcds", **vals))
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))

    def _standard(self):
        """The standard's own table: ``{name: (type, values)}``."""
        with file_open("case_exchange/tests/files/htcds_2_0.tsv") as handle:
            lines = [line for line in handle if not line.startswith("#")]
        return {
            row["name"]: (row["type"], [v for v in row["values"].split(";") if v])
            for row in csv.DictReader(lines, delimiter="\t")
        }

    def test_reported_46_htcds_has_the_columns_of_the_standard_in_their_order(self):
        standard = self._standard()
        self.assertFalse(set(htcds.NAMES) - set(standard))
        self.assertEqual(len(set(htcds.NAMES)), len(htcds.NAMES))
        row = self._htcds()[0]
        self.assertEqual(tuple(row), htcds.NAMES)
        for theirs, ours in zip(SPREADSHEET[1:], row, strict=False):
            self.assertIn(
                theirs,
                (ours, ours.replace("TraffickingStatusD", "TraffickinStatusD"), ""),
            )
        self.assertEqual(
            list(row)[SPREADSHEET.index("cas_OutgoingReferralDate") - 2],
            "cas_ReasonForOutgoingReferral",
        )

    def test_reported_46_htcds_holds_values_of_the_standard_alone(self):
        standard = self._standard()
        cases = self.case | self.plain
        for vals in (
            {"closure_reason": "transferred"},
            {"closure_reason": "moved_abroad"},
            {"closure_reason": "died"},
        ):
            closed = self._reportable()
            closed._unprotected().write(
                dict(vals, closed_on=fields.Datetime.now(), closure_outcome="unknown")
            )
            cases |= closed
        rows = self._htcds(is_identified=True, reason="Handing over to the IOM")
        self.assertEqual(len(rows), len(cases))
        for row in rows:
            for name, text in row.items():
                kind, values = standard[name]
                with self.subTest(name=name, text=text):
                    if kind == "Checkbox":
                        self.assertIn(text, ("true", "false"))
                    elif values and text:
                        parts = text.split(";") if "Multi" in kind else [text]
                        self.assertFalse(set(parts) - set(values))
                    elif kind == "Date" and text:
                        date.fromisoformat(text)

    def test_htcds_says_what_the_case_knows_and_decides_nothing(self):
        rows = self._htcds(is_identified=True, reason="Handing over to the IOM")
        row = next(r for r in rows if self.case.name in r["cco_CaseComment"])
        self.assertEqual(
            {key: text for key, text in row.items() if text not in ("", "false")},
            {
                "cas_CaseOwner": self.company.name,
                "prs_FirstName": "Amani",
                "prs_SecondName": "Hidden",
                "con_Consent": "true",
                "prs_Birthdate": "2015-03-02",
                "prs_Gender": "Masculine",
                "vic_TraffickingStatus": "PossibleVictimOfTrafficking",
                "vic_MethodsOfControl": (
                    "DebtBondage;FalsePromises;TakesEarnings;WithholdsDocuments"
                ),
                "vic_TypeOfExploitation": "ForcedLabour;ChildLabour",
                "vic_ForcedLabourIndustry": "B_MiningAndQuarrying",
                "vic_LocationOfExploitation": self.site.name,
                "cas_Status": "Active",
                "org_Name": self.company.name,
                "org_ShippingCountry": "CD",
                "vic_AgeWhenTrafficked": "9",
                "cco_CaseComment": f"{self.case.name} {self.case.beneficiary_id.name}",
                "hte_Type": "Exploitation",
                "hte_Date": "2024-02-01",
                "hte_Country": "CD",
                "hte_Description": (
                    "Recruitment 2024-01-05 ZM; Transit 2024-01-07 ZM; "
                    "Exploitation 2024-02-01 CD"
                ),
                "spl_Objectives": self.plan.goal,
                "spl_ActionPlan": "education; health",
                "spl_PlannedEndDate": str(self.plan.target_date),
            },
        )
        plain = next(r for r in rows if self.plain.name in r["cco_CaseComment"])
        self.assertEqual(plain["vic_TraffickingStatus"], "")
        self.assertEqual(plain["vic_TypeOfExploitation"], "")
        for row in rows:
            self.assertEqual(row["vic_TraffickingStatusDecisionMakingOrg"], "")

    def test_htcds_without_names_leaves_out_what_names_somebody(self):
        rows = self._htcds()
        for one in htcds.FIELDS:
            if one.identity:
                self.assertFalse([r for r in rows if r[one.name]], one.name)
        text = str(rows)
        for word in ("Amani", "Hidden", "2015-03-02", self.plan.goal):
            self.assertNotIn(word, text)

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

    def test_reported_47_primero_holds_ids_of_its_own_lookups_alone(self):
        cases = self.case | self.plain
        cases.beneficiary_id[:1].has_disability = True
        cases[1].beneficiary_id.sex = "other"
        for relationship in dict(
            self.env["remediation.household.member"]._fields["relationship"].selection
        ):
            self.env["remediation.household.member"].create(
                {
                    "household_id": self.case.household_id.id,
                    "relationship": relationship,
                    "full_name": relationship,
                }
            )
        domains = dict(self.env["remediation.plan.action"]._fields["domain"].selection)
        self._new_plan(self.plain, actions=tuple(domains))
        seen = set()
        for record in self._primero(self.namer):
            for row in [record, *(r for n in primero.SUBFORMS for r in record[n])]:
                for name, values in PRIMERO_LOOKUPS.items():
                    found = row.get(name)
                    for value in found if isinstance(found, list) else [found]:
                        if value is not None:
                            self.assertIn(value, values.split(), name)
                            seen.add(name)
        self.assertEqual(seen, set(PRIMERO_LOOKUPS))

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
        # R57: what was imported waits until the child was asked here.
        for purpose in ("services", "share_with_org", "reporting"):
            self._new_consent(there, purpose)
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

    def test_reported_49_an_estimated_age_goes_out_and_in_and_out_again(self):
        """An estimate never comes back as a birth date that somebody knows."""
        child = self.plain.beneficiary_id
        child.write({"birth_date": False, "age_estimated": 9})
        domain = repr([("id", "=", self.plain.id)])
        named = {"is_identified": True, "reason": "Handing over to the ministry"}
        (out,) = self._primero(self.namer, domain=domain, **named)
        self.assertEqual((out["estimated"], out["age"]), (True, 9))
        out["case_id"] = out["case_id_display"] = "ELSEWHERE-1"
        job = (
            self.env["remediation.import.job"]
            .with_user(self.importer)
            .create({"file": base64.b64encode(json.dumps([out]).encode())})
        )
        job.action_check()
        job.action_import()
        there = job.line_ids.case_id
        self.assertEqual(len(there), 1, job.line_ids.mapped("problems"))
        self.assertFalse(there.beneficiary_id.birth_date)
        self._new_consent(there, "reporting")
        (again,) = self._primero(
            self.namer, domain=repr([("id", "=", there.id)]), **named
        )
        for name in ("estimated", "age", "date_of_birth"):
            self.assertEqual(again[name], out[name], name)

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
