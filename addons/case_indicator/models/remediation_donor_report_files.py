import base64

from odoo import api, fields, models
from odoo.tools import formatLang

from ..tools import iati, paper


class DonorReport(models.Model):
    """What a report tells, as a document to work on and as IATI: both made of the
    frozen content, as the screen is."""

    _inherit = "remediation.donor.report"

    docx_file = fields.Binary(compute="_compute_papers", string="Document")
    docx_problem = fields.Char(compute="_compute_papers", string="Missing Document")
    iati_file = fields.Binary(compute="_compute_papers", string="IATI File")
    iati_missing = fields.Char(compute="_compute_papers", string="Missing for IATI")
    docx_name = fields.Char(compute="_compute_papers", string="Name of the Document")
    iati_name = fields.Char(compute="_compute_papers", string="Name of the IATI File")
    xlsx_name = fields.Char(compute="_compute_papers", string="Name of the Spreadsheet")
    hxl_name = fields.Char(compute="_compute_papers", string="Name of the HXL File")

    @api.depends("content")
    @api.depends_context("lang")
    def _compute_papers(self):
        for report in self:
            report.docx_name = f"{report.name}.docx"
            report.iati_name = f"{report.name}.xml"
            report.xlsx_name = f"{report.name}.xlsx"
            report.hxl_name = f"{report.name}.csv"
            report.iati_missing = report.content and report._missing_for_iati()
            report.docx_file = report.docx_problem = False
            if report.content:
                try:
                    report.docx_file = base64.b64encode(report._docx())
                except paper.PaperError as error:
                    report.docx_problem = self.env._(
                        "The template cannot be filled in with this report: "
                        "%(problem)s. Correct the template.",
                        problem=error,
                    )
            report.iati_file = (
                report.content
                and not report.iati_missing
                and base64.b64encode(report._iati())
            )

    # -- the document ----------------------------------------------------------
    def _docx(self):
        """The document, filled in from the organisation's template."""
        self.ensure_one()
        # sudo: the template belongs to every report of the organisation.
        template = self.company_id.sudo()._get_donor_template()
        return paper.fill(template, self._paper_values())

    def _paper_values(self):
        """What a template may name; texts and lists alone."""
        return {
            "name": self.name,
            "organisation": self.company_id.name,
            # sudo: the funder's name, which the report is addressed to.
            "funder": self.sudo().funder_id.name or "",
            "period": self._say_period(),
            "draft": ""
            if self.state == "approved"
            else self.env._("Draft: nobody has approved it."),
            "narrative": self.narrative or "",
            "tables": [
                {
                    **table,
                    "rows": [
                        [
                            formatLang(self.env, cell, digits=2)
                            if isinstance(cell, float)
                            else str(cell)
                            for cell in row
                        ]
                        for row in table["rows"]
                    ],
                }
                for table in self._tables()
            ],
            "definitions_title": self.env._("What the Figures Mean"),
            "definitions": self._told_definitions(),
            "content_hash": self.content_hash or "",
        }

    def _say_period(self):
        day = self.env["ir.qweb.field.date"].value_to_html
        return " – ".join(
            str(day(value, {})) for value in (self.date_from, self.date_to)
        )

    def _told_definitions(self):
        """``[{name, words, version}]`` of the indicators that are told."""
        versions = (self.content or {}).get("versions") or {}
        keys = {row["measure"] for row in (self.content or {}).get("figures", [])}
        # sudo: the words of definitions, which belong to every report.
        measures = self.env["remediation.indicator.measure"].sudo()
        found = measures.search([("key", "in", list(keys))]).indicator_id
        return [
            {
                "name": indicator.display_name,
                "words": indicator.words,
                "version": versions.get(indicator.key, ""),
            }
            for indicator in found.sorted(lambda i: (i.sequence, i.id))
        ]

    @api.model
    def _paper_example(self):
        """What a template is tried with: every word that it may name, once."""
        return {
            **dict.fromkeys(
                (
                    "name",
                    "organisation",
                    "funder",
                    "period",
                    "draft",
                    "narrative",
                    "definitions_title",
                    "content_hash",
                ),
                "x",
            ),
            "tables": [{"title": "x", "note": "x", "headers": ["x"], "rows": [["x"]]}],
            "definitions": [{"name": "x", "words": "x", "version": "1"}],
        }

    # -- IATI ------------------------------------------------------------------
    def _missing_for_iati(self):
        """The sentence that says what IATI needs and nobody entered; or False."""
        company = self.sudo().company_id  # sudo: as the report's letterhead
        if company.country_id and company.company_registry:
            return False
        return self.env._(
            "For the IATI file, enter the organisation's country and company "
            "registration number."
        )

    def _iati(self):
        """The IATI file: results, and the money where the report tells of it."""
        self.ensure_one()
        company = self.sudo().company_id  # sudo: as above
        ref = f"{company.country_id.code}-{company.company_registry}"
        funder = self.sudo().funder_id  # sudo: whom the report is addressed to
        return iati.activities(
            {
                "identifier": f"{ref}-F{funder.id}" if funder else f"{ref}-ALL",
                "organisation": {"ref": ref, "name": company.name},
                "funder": funder.name if funder else None,
                "title": self.name,
                "description": self.narrative or self.name,
                "language": (self.env.lang or "en_US").split("_")[0],
                "country": company.country_id.code,
                "currency": company.currency_id.name,
                "date_from": str(self.date_from),
                "date_to": str(self.date_to),
                "indicators": self._iati_indicators(),
                **self._iati_money(),
            }
        )

    def _iati_indicators(self):
        content = self.content or {}
        # sudo: the words of definitions, which belong to every report.
        measures = self.env["remediation.indicator.measure"].sudo()
        rows = content.get("own") or content.get("figures", [])
        found = {
            measure.key: measure
            for measure in measures.search(
                [("key", "in", [row["measure"] for row in rows])]
            )
        }
        told = []
        for row in rows:
            measure = found.get(row["measure"])
            if measure:
                value = row.get("value")
                kind = iati.PERCENTAGE if measure.kind == "ratio" else iati.UNIT
                told.append(
                    {
                        "title": measure.display_name,
                        "words": measure.numerator,
                        "measure": iati.QUALITATIVE if value is None else kind,
                        "ascending": not measure.less_is_better,
                        "value": value,
                        "comment": str(self._say_told(row)),
                    }
                )
        return told

    def _iati_money(self):
        """Hook: the budgets and transactions that the report tells of."""
        return {"budgets": [], "transactions": []}
