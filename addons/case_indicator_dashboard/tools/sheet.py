"""A dashboard as o-spreadsheet reads it, from a few lines that say what it shows.

Cards stand on top, charts below, a table last; a phone shows cards and charts. Sources
are pivots and lists without any number of a record, so that a file fits every database.
"""

import json

WIDTH, GAP = 1000, 10
CARD_WIDTH, CARD_HEIGHT, CARDS = 242, 84, 4
CHART_WIDTH, CHART_HEIGHT = 495, 320
ROW = 23
MONTHS = 12
TREND = "remediation.indicator.trend"
TALLY = "remediation.case.tally"
#: How many figures there may be, and what a table of them says.
ALL_FIGURES = 100
HEADS = {"name": "Figure", "now": "Now", "trend": "Before and Target"}
LOCALE = {
    "name": "English (US)",
    "code": "en_US",
    "thousandsSeparator": ",",
    "decimalSeparator": ".",
    "dateFormat": "mm/dd/yyyy",
    "timeFormat": "hh:mm:ss",
    "formulaArgSeparator": ",",
    "weekStart": 7,
}
INK, PAPER = "#01666B", "#F1F5F5"


class Sheet:
    """Collects what a dashboard shows; :meth:`dump` is the file's text.

    :param str name: of the dashboard, for the ids of its figures
    """

    def __init__(self, name):
        self.name = name
        self.cards, self.charts = [], []
        self.pivots, self.lists = {}, {}
        self.cells, self.data = {}, {}
        self.table_of = None
        self.columns = [400, *[150] * 4]
        #: Ranges of the second sheet that are shares, though made from amounts.
        self.percents = {}

    # Cards

    def card(self, title, value, baseline=None, mode="text", words=None, less=False):
        """A number: formulas of its value and of what it is compared with."""
        row = len(self.cards) + 1
        self.data[f"H{row}"] = value
        figure = {
            "type": "scorecard",
            "title": {
                "text": title,
                "bold": True,
                "color": "#434343",
                "fontSize": 12,
            },
            "background": PAPER,
            "keyValue": f"Data!H{row}",
            "baselineMode": mode,
            "baselineColorUp": "#DC6965" if less else "#00A04A",
            "baselineColorDown": "#00A04A" if less else "#DC6965",
            "humanize": False,
        }
        if baseline:
            self.data[f"I{row}"] = baseline
            figure["baseline"] = f"Data!I{row}"
        if words:
            figure["baselineDescr"] = {"text": words}
        self.cards.append(figure)

    def count(self, title, value, since=None, target=None):
        """A card with a number of records that the reader sees.

        :param str value: its formula, as :meth:`records` and :meth:`in_hand` give it
        :param since: of what came and of what went in a month, ``(came, went)`` as
            :meth:`of_month` and :meth:`lately` have them: tells how many there were
            when it began
        :param target: how many there should be
        """
        if since:
            came, went = since
            before = f"{value}-{came()}+{went()}"
            self.card(title, f"={value}", f"={before}", mode="difference", less=True,
                      words="this month")  # fmt: skip
        else:
            aim = None if target is None else f"={self.aim(target)}"
            self.card(title, f"={value}", aim)

    def month(self, title, of, less=False, target=None):
        """A card with the number of this month, and the difference from the last.

        :param of: what is counted, as :meth:`of_month` and :meth:`lately` have it
        :param target: how many there should be: a number, or what is counted
        """
        if target is None:
            self.card(title, f"={of()}", f"={of(-1)}", mode="difference", less=less,
                      words="than last month")  # fmt: skip
            return
        aim = target if isinstance(target, int) else target()
        row = len(self.cards) + 1
        self.data[f"J{row}"], self.data[f"K{row}"] = f"={of(-1)}", f"={aim}"
        arrow = f'IF(H{row}>J{row},"▲ ",IF(H{row}<J{row},"▼ ","= "))'
        trend = f'={arrow}&J{row}&" · "&{self.aim(f"K{row}")}'
        self.card(title, f"={of()}", trend)

    def aim(self, number):
        """The formula of a target in words, as figures of runs have them."""
        figure = "%(figure)s"
        return f'SUBSTITUTE(_t("target {figure}"),"{figure}",{number})'

    def records(self, model, domain=()):
        """The formula for the number of records."""
        return f'PIVOT.VALUE({self.pivot(model, list(domain))},"__count")'

    def of_month(self, model, field, domain=()):
        """A function that gives the formula for the number of a month, this one or so
        many before."""
        number = self.pivot(model, list(domain), f"{field}:month")
        return self._of_month(number, f'"{field}:month"')

    def in_hand(self, kind):
        """The formula for what of a kind the reader has in hand now."""
        number = self.pivot(TALLY, [], "day:month", row="kind")
        return f'IFERROR(PIVOT.VALUE({number},"__count","kind","{kind}")+0,0)'

    def lately(self, kind):
        """The same as :meth:`of_month`, for a kind of what happened lately."""
        number = self.pivot(TALLY, [], "day:month", row="kind")
        return self._of_month(number, f'"kind","{kind}","day:month"')

    def _of_month(self, number, place):
        def of(months=0):
            day = f"EDATE(TODAY(),{months})" if months else "TODAY()"
            month = f'TEXT({day},"mm/yyyy")'
            return f'IFERROR(PIVOT.VALUE({number},"__count",{place},{month})+0,0)'

        return of

    def figures(self, titles, table=False):
        """Cards of an indicator's figures: key → title; with all figures in a table."""
        domain = [["is_last", "=", True]]
        last = ALL_FIGURES if table else len(titles)
        if not table:
            domain.append(["key", "in", list(titles)])
        columns = ["key", "short", "trend", "name", "now"]
        number = self.list(TREND, columns, domain, "sequence")
        for row in range(1, last + 1):
            for column, field in zip("ABC", columns, strict=False):
                self.data[f"{column}{row}"] = f'=ODOO.LIST({number},{row},"{field}")'
        for key, title in titles.items():
            at = f'MATCH("{key}",A1:A{last},0)'
            self.card(
                title,
                f'=IFERROR(INDEX(B1:B{last},{at}),"–")',
                f'=IFERROR(INDEX(C1:C{last},{at}),"")',
            )
        if table:
            self.table(number, HEADS, last)

    # Charts

    def chart(self, kind, title, model, group, measure="__count", domain=(), **more):
        """A chart of records that the reader sees, grouped."""
        self.charts.append(
            {
                "type": f"odoo_{kind}",
                "title": {"text": title, "bold": True, "color": INK},
                "background": "#FFFFFF",
                "legendPosition": "top" if len(group) > 1 else "none",
                "metaData": {
                    "groupBy": list(group),
                    "measure": measure,
                    "order": None,
                    "resModel": model,
                    "mode": "line" if kind == "line" else "bar",
                    "cumulatedStart": False,
                },
                "searchParams": {
                    "comparison": None,
                    # A month in which nothing was counted is not a month of 0.
                    "context": {"fill_temporal": False} if kind == "line" else {},
                    "domain": list(domain),
                    "groupBy": list(group),
                    "orderBy": [],
                },
                "dataSets": [{}],
                "verticalAxisPosition": "left",
                "stacked": kind == "bar" and len(group) > 1,
                "showValues": kind != "line" and len(group) == 1,
                "fieldMatching": {},
                **more,
            }
        )

    def funnel(self):
        self.chart(
            "funnel",
            "From the Report to Seen Out of Child Labour",
            "remediation.case.step",
            ["step"],
        )

    def cohorts(self, title="Out at 6, 12 and 24 Months (%)", key="i13"):
        """A line for each time that went by since the plans began."""
        self.over_time(title, [f"{key}_{months}" for months in (6, 12, 24)], "horizon")

    def over_time(self, title, keys, line="line"):
        """A line for each figure, run by run; a run without anybody to count has no
        point."""
        self.chart(
            "line",
            title,
            TREND,
            ["date_to:quarter", line],
            "value",
            [["key", "in", keys], ["denominator", ">", 0]],
        )

    def months(self, title, model, field, share, domain=()):
        """A line of the last months: the mean of a share, in parts of a hundred; a
        month of which nothing is known has no point."""
        number = self.pivot(model, domain, f"{field}:month", share)
        for row in range(2, MONTHS + 2):
            day = f"EDATE(TODAY(),{row - MONTHS - 1})"
            month = f'TEXT({day},"mm/yyyy")'
            value = f'PIVOT.VALUE({number},"{share}:avg","{field}:month",{month})'
            self.data[f"M{row}"] = f"={month}"
            self.data[f"N{row}"] = (
                f'=IFERROR(IF({value}="","",ROUND(100*{value},1)),"")'
            )
        self.data["N1"] = f'=_t("{title}")'
        self.ranged(title, f"M2:M{MONTHS + 1}", f"N1:N{MONTHS + 1}", "line")

    def ranged(self, title, labels, values, kind="bar"):
        """Shares that stand in the second sheet."""
        self.percents[values] = 1
        shape = {"horizontal": True, "stacked": False, "showValues": True}
        if kind == "line":
            shape = {"labelsAsText": True, "cumulative": False, "stacked": False}
        self.charts.append(
            {
                "type": kind,
                "title": {"text": title, "bold": True, "color": INK},
                "background": "#FFFFFF",
                "legendPosition": "none",
                "dataSets": [{"dataRange": f"Data!{values}"}],
                "dataSetsHaveTitle": True,
                "labelRange": f"Data!{labels}",
                "aggregated": False,
                **shape,
            }
        )

    # Sources

    def pivot(self, model, domain, column=None, share=None, row=None):
        """The number of a source that counts records; asked for once, however many
        cards read it."""
        rows = [{"fieldName": row, "order": "asc"}] if row else []
        columns = []
        if column:
            name, granularity = column.split(":")
            columns = [{"fieldName": name, "granularity": granularity, "order": "asc"}]
        measure = {"id": "__count", "fieldName": "__count"}
        if share:
            measure = {"id": f"{share}:avg", "fieldName": share, "aggregator": "avg"}
        asked = {
            "model": model,
            "domain": list(domain),
            "columns": columns,
            "rows": rows,
            "measures": [measure],
        }
        for number, pivot in self.pivots.items():
            if asked.items() <= pivot.items():
                return number
        number = str(len(self.pivots) + 1)
        self.pivots[number] = {
            "type": "ODOO",
            "id": number,
            "formulaId": number,
            "name": model,
            "model": model,
            "domain": list(domain),
            "context": {},
            "measures": [measure],
            "rows": rows,
            "columns": columns,
            "sortedColumn": None,
            "fieldMatching": {},
        }
        return number

    def list(self, model, columns, domain, order, ascending=True):
        number = str(len(self.lists) + 1)
        self.lists[number] = {
            "id": number,
            "name": model,
            "model": model,
            "columns": columns,
            "domain": domain,
            "context": {},
            "orderBy": [{"name": order, "asc": ascending}],
            "fieldMatching": {},
        }
        return number

    def table(self, number, heads, rows, first=400):
        """The rows of a list below the charts: column → words of its head.

        :param first: how wide the first column is, which holds names
        """
        self.table_of = number, heads, rows
        self.columns = [first, *[150] * ((WIDTH - first) // 150)]

    # The file

    def _placed(self):
        """Cards four to a row, charts two to a row; and where the table begins."""
        figures = []
        for index, data in enumerate(self.cards):
            row, column = divmod(index, CARDS)
            figures.append(
                (
                    data,
                    column * (CARD_WIDTH + GAP),
                    GAP + row * (CARD_HEIGHT + GAP),
                    CARD_WIDTH,
                    CARD_HEIGHT,
                )
            )
        top = GAP + -(-len(self.cards) // CARDS) * (CARD_HEIGHT + GAP)
        for index, data in enumerate(self.charts):
            row, column = divmod(index, 2)
            figures.append(
                (
                    data,
                    column * (CHART_WIDTH + GAP),
                    top + row * (CHART_HEIGHT + GAP),
                    CHART_WIDTH,
                    CHART_HEIGHT,
                )
            )
        top += -(-len(self.charts) // 2) * (CHART_HEIGHT + GAP)
        return figures, top // ROW + 2

    def dump(self):
        """The text of the file."""
        figures, begin = self._placed()
        rows, styles = self._write_table(begin)
        content = {
            "version": "18.5.10",
            "sheets": [
                self._sheet(
                    "shown",
                    self.cells,
                    (len(self.columns), rows),
                    figures=[
                        {
                            "id": f"{self.name}-{index}",
                            "tag": "chart",
                            "width": width,
                            "height": height,
                            "col": 0,
                            "row": 0,
                            "offset": {"x": left, "y": top},
                            "data": {**data, "chartId": f"{self.name}-{index}"},
                        }
                        for index, (data, left, top, width, height) in enumerate(
                            figures
                        )
                    ],
                    styles=styles,
                    cols={
                        str(column): {"size": size}
                        for column, size in enumerate(self.columns)
                    },
                ),
                self._sheet(
                    "data", self.data, (14, ALL_FIGURES), formats=dict(self.percents)
                ),
            ],
            "styles": {"1": {"bold": True, "textColor": INK, "fontSize": 11}},
            "formats": {"1": "0.0"},
            "borders": {},
            "revisionId": "START_REVISION",
            "uniqueFigureIds": True,
            "settings": {"locale": LOCALE},
            "pivots": self.pivots,
            "pivotNextId": len(self.pivots) + 1,
            "customTableStyles": {},
            "globalFilters": [],
            "lists": self.lists,
            "listNextId": len(self.lists) + 1,
            "chartOdooMenusReferences": {},
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"

    def _write_table(self, begin):
        """Write the cells of the table; how many rows are there then, its styles."""
        if not self.table_of:
            return begin, {}
        number, heads, count = self.table_of
        for column, (field, words) in zip("ABCDEF", heads.items(), strict=False):
            self.cells[f"{column}{begin}"] = f'=_t("{words}")'
            for row in range(1, count + 1):
                self.cells[f"{column}{begin + row}"] = (
                    f'=ODOO.LIST({number},{row},"{field}")'
                )
        return begin + count + 1, {f"A{begin}:F{begin}": 1}

    def _sheet(self, name, cells, size, **more):
        columns, rows = size
        return {
            "id": f"{self.name}-{name}",
            "name": name.title(),
            "colNumber": columns,
            "rowNumber": rows,
            "rows": {},
            "cols": {},
            "merges": [],
            "cells": cells,
            "styles": {},
            "formats": {},
            "borders": {},
            "conditionalFormats": [],
            "dataValidationRules": [],
            "figures": [],
            "tables": [],
            "areGridLinesVisible": False,
            "isVisible": True,
            "headerGroups": {"ROW": [], "COL": []},
            "comments": {},
            **more,
        }
