import csv
import io

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.case_exchange.tests.test_import_salesforce import archive

from .common import ALL_NAMED, StandardCommon

#: Core columns that nothing goes to, and why.
WITHOUT_PLACE = {
    "vic_Vulnerabilities": "given up by the standard: assessment and plan hold it",
    "vic_DetailsOfVulnerabilities": "given up by the standard as well",
}
#: What an import decides anew: who holds a case is said by whoever imports it.
DECIDED_HERE = {"cas_CaseOwner", "cco_CaseComment", "org_Name"}


@tagged("post_install", "-at_install")
class TestStandard(StandardCommon):
    """Every core field of IOM's standard has a place, goes out and comes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._full_case()

    def test_every_core_field_goes_out_or_has_a_reason(self):
        core = {row["name"] for row in self._standard() if row["core"]}
        self.assertEqual(len(core), 40)
        self.assertFalse(WITHOUT_PLACE.keys() - core)
        [row] = self._out(self.case, **ALL_NAMED)
        closing = {"cas_ReasonForCaseClosure"}  # the case is open; see below
        for name in sorted(core - WITHOUT_PLACE.keys() - closing):
            with self.subTest(name=name):
                self.assertTrue(row[name])

    def test_what_goes_out_comes_back(self):
        closed = self._full_case("not_victim", "court", industry="B")
        closed.with_user(self.mover)._unprotected().write(
            {
                "closed_on": "2026-02-05 00:00:00",
                "closure_reason": "transferred",
                "closure_outcome": "unknown",
            }
        )
        cases = self.case | closed
        content = self._file(self.mover, cases, **ALL_NAMED)
        there = self._in(content)
        self.assertEqual(len(there), 2)
        first = self._rows(content)
        second = self._out(there, **ALL_NAMED)
        for ours, theirs in zip(first, second, strict=True):
            for name in ours.keys() - DECIDED_HERE:
                with self.subTest(name=name):
                    self.assertEqual(theirs[name], ours[name])
        self.assertFalse(
            there.note_ids.filtered(lambda n: "prs_" in n.text or "vic_" in n.text)
        )

    def test_all_values_of_a_list_come_back(self):
        """By the lists of the standard itself, not by ours."""
        lists = {
            row["name"]: [v for v in row["values"].split(";") if v]
            for row in self._standard()
            if row["core"] and row["values"] and row["name"] not in WITHOUT_PLACE
        }
        base = self._rows(self._file(self.mover, self.case, **ALL_NAMED))[0]
        longest = max(len(values) for values in lists.values())
        rows = []
        for number in range(longest):
            row = dict(base, cco_CaseComment=f"N-{number}", vic_MethodsOfControl="")
            for name, values in lists.items():
                # The stage and the end of a case follow from facts, not from a list.
                if name not in ("cas_Status", "prs_Citizenship", "prs_MailingCountry"):
                    row[name] = values[number % len(values)]
            rows.append(row)
        target = io.StringIO()
        writer = csv.DictWriter(target, list(base))
        writer.writeheader()
        writer.writerows(rows)
        there = self._in(target.getvalue().encode())
        again = self._out(there, **ALL_NAMED)
        self.assertEqual(len(again), longest)
        for ours, theirs in zip(rows, again, strict=True):
            for name in lists:
                with self.subTest(name=name, value=ours[name]):
                    self.assertEqual(theirs[name], ours[name])

    def test_a_file_without_a_decider_brings_no_decision(self):
        [row] = self._out(self.case, **ALL_NAMED)
        row["vic_TraffickingStatusDecisionMakingOrg"] = ""
        row["vic_TraffickingStatus"] = "PossibleVictimOfTrafficking"
        target = io.StringIO()
        writer = csv.DictWriter(target, list(row))
        writer.writeheader()
        writer.writerow(row)
        there = self._in(target.getvalue().encode())
        status = there.survivor_status_ids
        self.assertEqual((status.state, status.decided_by_kind), ("draft", False))
        self.assertFalse(status.decided_by_id)
        [again] = self._out(there, **ALL_NAMED)
        self.assertEqual(again["vic_TraffickingStatusDecisionMakingOrg"], "")
        self.assertEqual(again["vic_TraffickingStatus"], row["vic_TraffickingStatus"])

    def test_columns_of_a_salesforce_for_survivors_go_to_their_places(self):
        contact = {
            "Id": "003A",
            "FirstName": "Furaha",
            "LastName": "Mwamba",
            "Birthdate": "2010-05-06",
            "Gender__c": "TransgenderFeminine",
            "MobilePhone": "+243991234567",
            "MailingCity": "Kolwezi",
            "MailingCountry": "CD",
            "Citizenship__c": "CD;ZM",
            "vic_TraffickingStatus__c": "ActualVictimOfTrafficking",
            "vic_TraffickingStatusDecisionMakingOrg__c": "Police",
            "vic_MethodsOfControl__c": "DebtBondage;SomethingOfTheirs",
            "TypeOfExploitation__c": "Servitude",
            "Village__c": "Kapata",
        }
        case = {
            "Id": "500A",
            "CaseNumber": "00001001",
            "ContactId": "003A",
            "Status": "In Progress",
            "CreatedDate": "2024-02-03T08:00:00.000Z",
            "ReferringOrganisation__c": "House of the Port",
            "IncomingReferralDate__c": "2024-02-02",
            "hte_Type__c": "Exploitation",
            "hte_City__c": "Kitwe",
            "hte_Country__c": "ZM",
        }
        tables = {"Contact": [contact], "Case": [case]}
        [there] = self._in(archive(tables), "salesforce")
        contact = self.env["remediation.survivor.contact"].search(
            [("case_id", "=", there.id)]
        )
        self.assertEqual(contact.gender, "TransgenderFeminine")
        self.assertEqual(contact.mobile_phone, "+243991234567")
        self.assertEqual(contact.city, "Kolwezi")
        self.assertEqual(contact.citizenship_ids.mapped("code"), ["CD", "ZM"])
        status = there.survivor_status_ids
        self.assertEqual(status.status, "confirmed")
        self.assertEqual(status.decided_by_kind, "police")
        self.assertEqual(there.movement_ids.mapped("place"), ["Kitwe"])
        referral = self.env["remediation.outside.referral"].search(
            [("case_id", "=", there.id)]
        )
        self.assertEqual(referral.organisation, "House of the Port")
        notes = "\n".join(there.note_ids.mapped("text"))
        for kept in ("SomethingOfTheirs", "Kapata"):
            self.assertIn(kept, notes)
        for taken in ("DebtBondage", "+243991234567", "House of the Port"):
            self.assertNotIn(taken, notes)

    def test_two_deciders_that_contradict_each_other_take_no_side(self):
        self.env["remediation.survivor.status"].with_user(self.case.user_id).create(
            {
                "case_id": self.case.id,
                "status": "not_victim",
                "decided_by_kind": "court",
                "decided_by_id": self.company.partner_id.id,
                "date": self.today,
                "basis": "A judgment.",
            }
        )._unprotected().write({"state": "decided"})
        [row] = self._out(self.case)
        self.assertEqual(row["vic_TraffickingStatus"], "PossibleVictimOfTrafficking")
        self.assertEqual(row["vic_TraffickingStatusDecisionMakingOrg"], "")

    def test_without_names_no_text_of_a_survivor_leaves(self):
        text = self._file(self.mover, self.case).decode()
        for word in (
            *("Kitwe", "A market", "A house", "Rue 1", "somebody@", "Weaver"),
            *("+2438", "House in", "Worker out", "By phone"),
        ):
            self.assertNotIn(word, text)
        self.assertIn("SexualExploitation", text)

    def test_no_person_of_interest_is_in_any_file(self):
        person = self.env["remediation.person.of.interest"].create(
            {"full_name": "Bosco Ilunga", "company_id": self.company.id}
        )
        self.env["remediation.person.of.interest.role"].create(
            {
                "case_id": self.case.id,
                "person_id": person.id,
                "role": "exploiter",
                "known_as": "Le Boss",
            }
        )
        for layout in ("htcds", "ctdc", "primero", "table"):
            text = self._content(
                self._export(
                    self.mover,
                    layout=layout,
                    domain=repr([("id", "=", self.case.id)]),
                    **(ALL_NAMED if layout != "ctdc" else {}),
                )
            ).decode()
            for word in ("Bosco", "Le Boss", person.name):
                self.assertNotIn(word, text, layout)

    def test_the_file_needs_the_rights_to_what_it_holds(self):
        for layout in ("htcds", "ctdc"):
            with self.assertRaisesRegex(AccessError, "Your rights"):
                self._export(self.exporter, layout=layout)
            with self.assertRaises(AccessError):
                self._export(self.worker_2, layout=layout).with_user(
                    self.worker
                ).check_access("read")

    def test_what_a_family_withholds_stays_out(self):
        export = self.env["remediation.export"]
        rows = export._standard_more(
            self.case,
            {
                self.case.id: {
                    "remediation.work.situation": {"is_trafficked"},
                    "remediation.beneficiary": {"first_name"},
                }
            },
        )
        self.assertFalse(
            {"vic_TraffickingStatus", "vic_TypeOfExploitation", "prs_Citizenship"}
            & rows[self.case.id].keys()
        )
