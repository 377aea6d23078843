import base64

from markupsafe import Markup

from odoo import api, models

from odoo.addons.remediation_base.tools import sheets
from odoo.addons.remediation_base.tools.numbers import say_number
from odoo.addons.remediation_base.tools.small_cells import THRESHOLD


class DonorReport(models.Model):
    """What a report tells, in the reader's words: one list of tables for the screen,
    the portal, the paper and the files."""

    _inherit = "remediation.donor.report"

    @api.depends("content")
    @api.depends_context("lang")
    def _compute_shown(self):
        for report in self:
            # sudo: the words of definitions, which belong to every report.
            report.shown = (
                self.env["ir.qweb"]
                .sudo()
                ._render("case_indicator.report_tables", {"tables": report._tables()})
                if report.content
                else Markup()
            )

    @api.depends("content")
    @api.depends_context("lang")
    def _compute_files(self):
        for report in self:
            if not report.content:
                report.xlsx_file = report.hxl_file = False
                continue
            report.xlsx_file = base64.b64encode(report._xlsx())
            report.hxl_file = base64.b64encode(report._hxl())

    def _xlsx(self):
        """The tables of the report one under the other, numbers as numbers."""
        tables = self._tables()
        width = max(len(table["headers"]) for table in tables)
        rows = []
        for table in tables:
            for row in table["rows"]:
                cells = [*row, *[""] * (width - len(row))]
                rows.append([table["title"], *cells])
        headers = [self.env._("Part of the Report"), self.env._("What")]
        headers += [""] * (width - 1)
        return sheets.write_xlsx(headers, rows, title=self.env._("Report"))

    def _hxl(self):
        """Figures with HXL's tags: the lowest and highest number that is told."""
        first, last = str(self.date_from), str(self.date_to)
        names = self._names()
        rows = [
            [
                "#indicator+code",
                "#indicator+name",
                "#value+min",
                "#value+max",
                "#date+start",
                "#date+end",
            ]
        ]
        for figure in self.content["figures"]:
            low, high = figure.get("percent") or figure.get("part") or [None, None]
            if "value" in figure:
                low = high = figure["value"]
            if low is not None:
                key = figure["measure"]
                rows.append([key, names.get(key, key), low, high, first, last])
        headers = [
            self.env._("Code"),
            self.env._("Indicator"),
            self.env._("Lowest"),
            self.env._("Highest"),
            self.env._("From"),
            self.env._("To"),
        ]
        return sheets.write_csv(headers, rows, delimiter=",", encoding="utf-8")

    def _names(self):
        # sudo: an observer reads no definition; its name is what is told.
        measures = self.env["remediation.indicator.measure"].sudo()
        measures = measures.search([("key", "!=", False)])
        return {measure.key: measure.display_name for measure in measures}

    def _tables(self):
        """Hook: ``[{title, note, headers, rows}]`` of what the report tells."""
        self.ensure_one()
        content, names = self.content or {}, self._names()
        tables = []
        figure, number, unseen = (
            self.env._("Figure"),
            self.env._("What Is Told"),
            self.env._("Unseen"),
        )
        for key, title in (
            ("own", self.env._("Children You Pay For")),
            ("figures", self.env._("All Children of the Organisation")),
        ):
            if content.get(key):
                tables.append(
                    {
                        "title": title,
                        "note": self.env._(
                            "Numbers of children are told as spans, so that nobody "
                            "can be singled out."
                        ),
                        "headers": [figure, number, unseen],
                        "rows": [
                            [
                                names.get(row["measure"], row["measure"]),
                                self._say_told(row),
                                self._span(row["unseen"])
                                if row.get("unseen", [0, 0])[1]
                                else "",
                            ]
                            for row in content[key]
                        ],
                    }
                )
        tables += self._tables_of_groups(content, names)
        tables += self._tables_of_children(content)
        if content.get("restatements"):
            tables.append(
                {
                    "title": self.env._("Corrected since the Last Report"),
                    "note": "",
                    "headers": [figure, self.env._("Why")],
                    "rows": [
                        [names.get(row["measure"], row["measure"]), row["reason"]]
                        for row in content["restatements"]
                    ],
                }
            )
        return tables

    def _tables_of_groups(self, content, names):
        labels = self.env["remediation.indicator.figure"]
        rows = []
        for table in content.get("breakdowns", []):
            for key, low, high in table["cells"]:
                label = labels.new({"dimension": table["dimension"], "group_key": key})
                rows.append(
                    [
                        names.get(table["measure"], table["measure"]),
                        label.group_label,
                        self._span([low, high]),
                    ]
                )
        if not rows:
            return []
        return [
            {
                "title": self.env._("Broken Down"),
                "note": self.env._("A table with a number under 11 is left out whole."),
                "headers": [
                    self.env._("Figure"),
                    self.env._("Group"),
                    self.env._("What Is Told"),
                ],
                "rows": rows,
            }
        ]

    def _tables_of_children(self, content):
        if not content.get("children"):
            return []
        return [
            {
                "title": self.env._("Single Children"),
                "note": self.env._(
                    "Children whose family agreed, under codes made for you alone."
                ),
                "headers": [
                    self.env._("Code"),
                    self.env._("Age"),
                    self.env._("Grade or Level"),
                    self.env._("Months in School"),
                    self.env._("Months out of Child Labour"),
                ],
                "rows": [
                    [row["code"], row["age"], row["level"], row["school"], row["out"]]
                    for row in content["children"]
                ],
            }
        ]

    def _span(self, span):
        low, high = span
        if not high:
            return "0"
        if low == 1:
            return self.env._("fewer than %(count)s", count=high + 1)
        return self.env._("%(low)s to %(high)s", low=low, high=high)

    def _say_told(self, told):
        if told.get("nobody"):
            return self.env._("nobody to count")
        if told.get("few") or (told.get("whole") or [0, THRESHOLD])[1] < THRESHOLD:
            return self.env._("too few to tell")
        if "value" in told:
            number = say_number(self.env, told["value"], 2)
            return f"{number}\N{NO-BREAK SPACE}%" if told["kind"] == "ratio" else number
        if told["kind"] == "count":
            return self._span(told["part"])
        low, high = told["percent"]
        percent = (
            f"{low}\N{NO-BREAK SPACE}%"
            if low == high
            else self.env._("%(low)s to %(high)s %%", low=low, high=high)
        )
        return self.env._(
            "%(percent)s (%(part)s of %(whole)s)",
            percent=percent,
            part=self._span(told["part"]),
            whole=self._span(told["whole"]),
        )
