import base64
import csv
import io
import zipfile

from PIL import Image

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ExchangeCommon

PLACE = b"Kolwezi 10.71S"


def photo():
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def archive(tables, bodies=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, rows in tables.items():
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, rows[0])
            writer.writeheader()
            writer.writerows(rows)
            target.writestr(f"{name}.csv", text.getvalue())
        for name, data in dict(bodies).items():
            target.writestr(f"Attachments/{name}", data)
    return out.getvalue()


TABLES = {
    "Account": [{"Id": "001A", "Name": "Mwamba Household"}],
    "Contact": [
        {
            "Id": "003A",
            "AccountId": "001A",
            "FirstName": "Furaha",
            "LastName": "Mwamba",
            "Birthdate": "2013-05-06",
            "Gender__c": "Female",
            "Age__c": "",
            "MobilePhone": "",
            "Relationship__c": "",
            "Village__c": "Kapata",
        },
        {
            "Id": "003B",
            "AccountId": "001A",
            "FirstName": "Jeanne",
            "LastName": "Mwamba",
            "Birthdate": "",
            "Gender__c": "Female",
            "Age__c": "41",
            "MobilePhone": "+243991234567",
            "Relationship__c": "Mother",
            "Village__c": "",
        },
        {
            "Id": "003C",
            "AccountId": "",
            "FirstName": "Joel",
            "LastName": "Ngoy",
            "Birthdate": "",
            "Gender__c": "Male",
            "Age__c": "12.0",
            "MobilePhone": "",
            "Relationship__c": "",
            "Village__c": "",
        },
    ],
    "Case": [
        {
            "Id": "500A",
            "CaseNumber": "00001001",
            "ContactId": "003A",
            "Status": "In Progress",
            "Priority": "High",
            "CreatedDate": "2024-02-03T08:00:00.000Z",
            "ClosedDate": "",
            "Description": "Found washing ore",
        },
        {
            "Id": "500B",
            "CaseNumber": "00001002",
            "ContactId": "003C",
            "Status": "Closed",
            "Priority": "Low",
            "CreatedDate": "2023-02-03T08:00:00.000Z",
            "ClosedDate": "2023-09-01T08:00:00.000Z",
            "Description": "",
        },
        {
            "Id": "500C",
            "CaseNumber": "00001003",
            "ContactId": "003X",
            "Status": "New",
            "Priority": "",
            "CreatedDate": "2024-02-30",
            "ClosedDate": "",
            "Description": "",
        },
    ],
    "Task": [
        {
            "Id": "00T1",
            "WhatId": "500A",
            "WhoId": "",
            "Subject": "Visit the school",
            "ActivityDate": "2024-03-01",
            "Description": "Head teacher agreed",
        },
        {
            "Id": "00T2",
            "WhatId": "",
            "WhoId": "003A",
            "Subject": "Call Jeanne",
            "ActivityDate": "2024-03-02",
            "Description": "",
        },
        {
            "Id": "00T3",
            "WhatId": "006Z",
            "WhoId": "",
            "Subject": "Of nobody here",
            "ActivityDate": "",
            "Description": "",
        },
    ],
    "CaseHistory": [
        {
            "Id": "0171",
            "CaseId": "500A",
            "Field": "Status",
            "OldValue": "New",
            "NewValue": "In Progress",
            "CreatedDate": "2024-02-04T08:00:00.000Z",
        }
    ],
    "pmdm__ServiceDelivery__c": [
        {
            "Id": "a0X1",
            "pmdm__Contact__c": "003A",
            "pmdm__DeliveryDate__c": "2024-04-01",
            "pmdm__Quantity__c": "2",
            "CreatedDate": "2024-04-01T08:00:00.000Z",
        }
    ],
    "Attachment": [
        {
            "Id": "00P1",
            "ParentId": "500A",
            "Name": "Furaha.jpg",
            "ContentType": "image",
        },
        {"Id": "00P2", "ParentId": "500A", "Name": "letter.txt", "ContentType": "text"},
        {"Id": "00P3", "ParentId": "500A", "Name": "gone.pdf", "ContentType": "pdf"},
        {"Id": "00P4", "ParentId": "500A", "Name": "iphone.heic", "ContentType": "x"},
    ],
}
BODIES = {
    "00P1": photo(),
    "00P2": b"Dear Sir",
    "00P4": b"\x00\x00\x00\x18ftypheic" + PLACE,
}


@tagged("post_install", "-at_install")
class TestImportSalesforce(ExchangeCommon):
    """The data export of Salesforce becomes case files with their history."""

    def _job(self, content, **vals):
        return (
            self.env["remediation.import.job"]
            .with_user(self.importer)
            .create(
                {
                    "source": "salesforce",
                    "system": "salesforce",
                    "file": base64.b64encode(content),
                    **vals,
                }
            )
        )

    def _import(self):
        job = self._job(archive(TABLES, BODIES), skip_bad=True)
        job.action_check()
        job.action_import()
        return job

    def test_a_dry_run_says_which_case_is_wrong(self):
        job = self._job(archive(TABLES, BODIES))
        job.action_check()
        wrong = job.line_ids.filtered(lambda line: line.status == "wrong")
        self.assertEqual((wrong.external_id, wrong.row), ("500C", 4))
        self.assertIn("ContactId: this contact is not in the file", wrong.problems)
        self.assertIn("CreatedDate: this is no date", wrong.problems)
        self.assertEqual(job.new_count, 2)
        line = job.line_ids.filtered(lambda line: line.external_id == "500A")
        self.assertEqual((line.note_count, line.file_count), (5, 4))

    def test_contacts_cases_records_attachments_and_history(self):
        job = self._import()
        self.assertEqual(job.imported_count, 2, job.line_ids.mapped("problems"))
        case = job.line_ids.filtered(lambda line: line.external_id == "500A").case_id
        child = case.beneficiary_id
        self.assertEqual((child.full_name, child.sex), ("Furaha Mwamba", "female"))
        self.assertEqual(str(child.birth_date), "2013-05-06")
        self.assertEqual((case.risk_level, case.stage), ("high", "registered"))
        self.assertEqual(str(case.identified_on), "2024-02-03")
        mother = case.household_id.member_ids
        self.assertEqual(
            (mother.full_name, mother.relationship, mother.age, mother.phone),
            ("Jeanne Mwamba", "mother", 41, "+243991234567"),
        )
        self.assertTrue(mother.is_caregiver)
        notes = "\n".join(f"{n.subject}\n{n.text}" for n in case.note_ids)
        for text in (
            "Visit the school",
            "Head teacher agreed",
            "Call Jeanne",
            "NewValue: In Progress",
            "pmdm__Quantity__c: 2",
            "Found washing ore",
            "village: Kapata",
            "gone.pdf",
            "iphone.heic",
        ):
            self.assertIn(text, notes)
        self.assertNotIn("Of nobody here", notes)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", case._name), ("res_id", "=", case.id)]
        )
        self.assertEqual(len(files), 2)
        self.assertIn(b"Dear Sir", files.mapped("raw"))
        picture = files.filtered(lambda f: f.mimetype == "image/jpeg")
        self.assertNotIn(PLACE, picture.raw)
        self.assertRegex(picture.name, "^photo-")
        closed = job.line_ids.filtered(lambda line: line.external_id == "500B").case_id
        self.assertEqual(closed.stage, "closed")
        self.assertEqual(str(closed.closed_on.date()), "2023-09-01")
        self.assertEqual(closed.beneficiary_id.age_estimated, 12)

    def test_old_numbers_of_all_are_kept(self):
        job = self._import()
        case = job.line_ids.filtered(lambda line: line.external_id == "500A").case_id
        kept = {
            (reference.kind, reference.external_id)
            for reference in case.external_reference_ids
        }
        self.assertLessEqual(
            {
                ("remediation.case", "500A"),
                ("remediation.beneficiary", "003A"),
                ("remediation.household", "001A"),
                ("remediation.household.member", "003B"),
                ("remediation.note", "00T1"),
                ("remediation.note", "0171"),
                ("ir.attachment", "00P1"),
            },
            kept,
        )
        found = (
            self.env["remediation.case"].with_user(self.importer).name_search("003A")
        )
        self.assertEqual([row[0] for row in found], case.ids)

    def test_a_second_run_doubles_nothing(self):
        self._import()
        models = (
            "remediation.case",
            "remediation.beneficiary",
            "remediation.household",
            "remediation.household.member",
            "remediation.note",
            "ir.attachment",
        )
        before = {name: self.env[name].sudo().search_count([]) for name in models}
        job = self._import()
        self.assertEqual((job.known_count, job.imported_count), (2, 0))
        after = {name: self.env[name].sudo().search_count([]) for name in models}
        self.assertEqual(after, before)

    def test_archives_that_cannot_be_read_are_refused_with_a_sentence(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
            for name in ("Case.csv", "Contact.csv"):
                target.writestr(name, b"\x00" * 300 * 1024 * 1024)
        for content, told in (
            (b"no zip", "no ZIP file"),
            (archive({"Case": TABLES["Case"]}), "Contact.csv is missing"),
            (bomb.getvalue(), "too large"),
        ):
            with self.assertRaisesRegex(UserError, told):
                self._job(content).action_check()

    def test_a_damaged_table_is_no_traceback(self):
        content = archive(TABLES)
        cut = content[: len(content) // 2]
        with self.assertRaises(UserError):
            self._job(cut).action_check()

    # -- what a real export holds
    def _one_case(self, number, **vals):
        case = {
            "Id": f"500X{number}",
            "IsDeleted": "0",
            "CaseNumber": f"0000{number}",
            "ContactId": f"003X{number}",
            "Status": "New",
            "Priority": "High",
            "CreatedDate": "2026-05-10 22:30:00",
            **vals,
        }
        contact = {
            "Id": f"003X{number}",
            "IsDeleted": "0",
            "AccountId": f"001X{number}",
            "FirstName": f"Child{number}",
            "LastName": "Tshibanda",
            "Birthdate": "2014-03-01",
            "Gender__c": "Female",
        }
        return case, contact

    def test_reported_54_what_was_deleted_there_is_left_out_and_counted(self):
        kept, contact = self._one_case(1021)
        gone, other = self._one_case(1022, IsDeleted="1")
        job = self._job(archive({"Case": [kept, gone], "Contact": [contact, other]}))
        job.action_check()
        self.assertEqual(
            (job.new_count, job.wrong_count, job.left_out_count), (1, 0, 1)
        )
        job.action_import()
        self.assertEqual(job.imported_count, 1)

    def test_reported_56_the_number_that_people_know_finds_the_case(self):
        case, contact = self._one_case(1027)
        job = self._job(archive({"Case": [case], "Contact": [contact]}))
        job.action_check()
        job.action_import()
        found = job.line_ids.case_id
        for text in ("00001027", "1027", "500X1027"):
            cases = self.env["remediation.case"].with_user(self.importer)
            self.assertIn(found.id, [row[0] for row in cases.name_search(text)], text)

    def test_reported_58_parts_of_one_export_are_read_together(self):
        case, contact = self._one_case(2001)
        job = self._job(archive({"Case": [case]}))
        with self.assertRaisesRegex(UserError, "other parts"):
            job.action_check()
        job.part_ids = [
            Command.create({"file": base64.b64encode(archive({"Contact": [contact]}))})
        ]
        job.action_check()
        self.assertEqual(job.new_count, 1, job.line_ids.problems)
        job.action_import()
        self.assertEqual(job.imported_count, 1)

    def test_reported_62_a_moment_in_utc_has_the_day_of_the_place(self):
        self.company.partner_id.tz = "Africa/Lubumbashi"
        case, contact = self._one_case(1030)
        job = self._job(archive({"Case": [case], "Contact": [contact]}))
        job.action_check()
        job.action_import()
        self.assertEqual(str(job.line_ids.case_id.identified_on), "2026-05-11")

    def test_r02_no_reason_is_made_up_for_an_adult(self):
        case, contact = self._one_case(1031)
        contact["Birthdate"] = "1990-01-02"
        files = archive({"Case": [case], "Contact": [contact]})
        job = self._job(files)
        job.action_check()
        self.assertEqual((job.new_count, job.wrong_count), (0, 1))
        self.assertIn("adult", job.line_ids.problems)
        job.survivor_reason = "Exploited before 18, as the former file says"
        job.action_check()
        job.action_import()
        self.assertEqual(job.line_ids.case_id.survivor_reason, job.survivor_reason)

    def test_r02_a_programme_for_any_age_needs_no_reason(self):
        case, contact = self._one_case(1032)
        contact["Birthdate"] = "1990-01-02"
        job = self._job(archive({"Case": [case], "Contact": [contact]}))
        job.programme_id = self.env["remediation.programme"].create(
            {"name": "Survivors", "survivor_age": "any"}
        )
        job.action_check()
        job.action_import()
        self.assertTrue(job.line_ids.case_id.is_adult)
        self.assertFalse(job.line_ids.case_id.survivor_reason)
