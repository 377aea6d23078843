import base64
import io
import zipfile

from docx import Document
from lxml import etree

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools.misc import file_open, file_path

from ..tools import paper
from .test_report import ReportCommon

#: What a template must not reach, and one that asks for what there is not.
REFUSED = (
    "{{ ''.__class__.__mro__ }}",
    "{{ name.__init__.__globals__ }}",
    "{{ tables.append(1) }}",
    "{{ child_name }}",
    "{% for table in %}",
    "{% include '/etc/passwd' %}",
)


def document(*paragraphs):
    """A DOCX of these paragraphs, as a word processor writes it."""
    paper_, result = Document(), io.BytesIO()
    for text in paragraphs:
        paper_.add_paragraph(text)
    paper_.save(result)
    return result.getvalue()


@tagged("post_install", "-at_install")
class TestReportFiles(ReportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._build()
        cls.company.write(
            {
                "company_registry": "RCCM 12-B-345",
                "country_id": cls.env.ref("base.cd").id,
            }
        )
        cls.report = cls._made_report()

    @classmethod
    def _made_report(cls):
        run = cls._run()
        report = (
            cls.env["remediation.donor.report"]
            .with_user(cls.coordinator)
            .create(
                {
                    "name": "Quarter & more",
                    "run_id": run.id,
                    "funder_id": cls.partner_org.id,
                    "narrative": "More children <came>.",
                }
            )
        )
        report.action_submit()
        return report

    def _schema(self):
        with file_open("case_indicator/tests/files/iati_2_03_part.xsd", "rb") as handle:
            return etree.XMLSchema(etree.parse(handle))

    # -- the document ----------------------------------------------------------
    def test_the_document_says_what_the_screen_says(self):
        words = Document(io.BytesIO(base64.b64decode(self.report.docx_file)))
        text = "\n".join(paragraph.text for paragraph in words.paragraphs)
        self.assertIn("Quarter & more", text)
        self.assertIn("More children <came>.", text)
        self.assertIn("nobody has approved it", text)
        self.assertIn(self.report.content_hash, text)
        told = self.report._tables()
        self.assertEqual(len(words.tables), len(told))
        for table, drawn in zip(told, words.tables, strict=True):
            self.assertIn(table["title"], text)
            cells = [[cell.text for cell in row.cells] for row in drawn.rows]
            self.assertEqual(cells[0], table["headers"])
            self.assertEqual(
                cells[1:], [[str(cell) for cell in row] for row in table["rows"]]
            )
        # each definition stands in it, with its version
        for indicator in self.report.run_id.total_ids.indicator_id:
            if indicator.key in ("I2", "I13", "I24"):
                self.assertIn(indicator.words, text)
        self._seen(self.report, self.coordinator_2).action_approve()
        self.report.invalidate_recordset()
        words = Document(io.BytesIO(base64.b64decode(self.report.docx_file)))
        text = "\n".join(paragraph.text for paragraph in words.paragraphs)
        self.assertNotIn("nobody has approved it", text)

    def test_the_organisation_changes_the_template(self):
        own = document("Dear {{ funder }},", "{{ period }}", "{{ tables[0].title }}")
        self.company.donor_template = base64.b64encode(own)
        words = Document(io.BytesIO(base64.b64decode(self.report.docx_file)))
        texts = [paragraph.text for paragraph in words.paragraphs]
        self.assertEqual(texts[0], f"Dear {self.partner_org.name},")
        self.assertEqual(texts[2], self.report._tables()[0]["title"])
        for user in (self.coordinator, self.monitor, self.worker):
            with self.assertRaises(AccessError):
                self.company.with_user(user).donor_template = False
        self.company.donor_template = False
        self.report.invalidate_recordset()
        self.assertTrue(self.report.docx_file, "the standard one again")

    def test_r79_a_template_reaches_nothing_but_what_is_told(self):
        for words in REFUSED:
            with self.subTest(words), self.assertRaises(ValidationError):
                self.company.donor_template = base64.b64encode(document(words))
        for broken in (b"no document", b"PK\x03\x04 and then nothing"):
            with self.subTest(broken), self.assertRaises(ValidationError):
                self.company.donor_template = base64.b64encode(broken)
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", b" " * (paper.MAX_UNPACKED + 1))
        self.assertLess(len(bomb.getvalue()), 100_000)
        with self.assertRaisesRegex(ValidationError, "too large"):
            self.company.donor_template = base64.b64encode(bomb.getvalue())

    def test_a_template_that_this_report_does_not_fit_is_said_on_the_screen(self):
        """Tried with an example, it was well; no form breaks over it afterwards."""
        asks = "{% if name != 'x' %}{{ missing_word }}{% endif %}"
        self.company.donor_template = base64.b64encode(document(asks))
        self.assertFalse(self.report.docx_file)
        self.assertIn("missing_word", self.report.docx_problem)
        self.assertTrue(self.report.xlsx_file and self.report.iati_file)

    def test_the_standard_template_is_one_that_may_be_chosen(self):
        path = file_path("case_indicator/static/donor_report.docx")
        with open(path, "rb") as handle:
            self.company.donor_template = base64.b64encode(handle.read())
        self.assertTrue(self.report.docx_file)

    def test_each_file_bears_its_ending(self):
        names = {
            name: self.report[f"{name}_name"]
            for name in ("docx", "xlsx", "hxl", "iati")
        }
        endings = {"docx": ".docx", "xlsx": ".xlsx", "hxl": ".csv", "iati": ".xml"}
        for name, ending in endings.items():
            self.assertEqual(names[name], f"Quarter & more{ending}")

    # -- IATI ------------------------------------------------------------------
    def test_iati_follows_the_order_of_the_standard(self):
        tree = etree.fromstring(base64.b64decode(self.report.iati_file))
        self._schema().assertValid(tree)
        self.assertEqual(tree.get("version"), "2.03")
        self.assertTrue(
            tree.findtext(".//iati-identifier").startswith("CD-RCCM 12-B-345-F")
        )
        # the schema of the test refuses another order
        activity = tree[0]
        activity.append(activity.find("title"))
        self.assertFalse(self._schema().validate(tree))

    def test_r10_iati_tells_what_the_report_tells(self):
        tree = etree.fromstring(base64.b64decode(self.report.iati_file))
        told = {
            node.findtext("title/narrative"): node for node in tree.iter("indicator")
        }
        rows = self.report.content["own"] or self.report.content["figures"]
        names = self.report._names()
        self.assertEqual(set(told), {names[row["measure"]] for row in rows})
        for row in rows:
            node = told[names[row["measure"]]]
            actual = node.find("period/actual")
            self.assertEqual(
                actual.findtext("comment/narrative"), self.report._say_told(row)
            )
            if "value" not in row:
                self.assertEqual(node.get("measure"), "5")
                self.assertIsNone(actual.get("value"))
        text = etree.tostring(tree, encoding="unicode")
        for case in self.child.values():
            self.assertNotIn(case.name, text)

    def test_iati_says_what_is_missing(self):
        self.company.company_registry = False
        self.report.invalidate_recordset()
        self.assertFalse(self.report.iati_file)
        self.assertIn("registration number", self.report.iati_missing)
        self.assertTrue(self.report.docx_file)
