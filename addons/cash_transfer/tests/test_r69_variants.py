import csv
import io
from datetime import date, datetime, timedelta
from random import Random

import xlsxwriter

from odoo.tests import tagged

from odoo.addons.remediation_base.tools.sheets import SheetError

from ..tools import provider_report
from .common import CashCommon

#: What operators write, as people who know their files list it.
STATUSES = {
    "delivered": ["Success", "SUCCESSFUL", "Completed", "Réussi", "Payé", "Terminée"]
    + ["Imefanikiwa", "imekamilika", "OK"],
    "failed": ["Failed", "FAILURE", "Échec", "Rejeté", "Refusée", "Imeshindwa"],
    "reversed": ["Reversed", "Remboursé", "Imerudishwa"],
    "pending": ["Pending", "En cours", "Inasubiri"],
}
MONTHS = {
    "en": "January February March April May June July August September October "
    "November December",
    "en_short": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre "
    "décembre",
    "fr_short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "sw": "Januari Februari Machi Aprili Mei Juni Julai Agosti Septemba Oktoba Novemba "
    "Desemba",
}
TOTALS = ["TOTAL", "Total:", "Totaux", "Grand total", "Sous-total", "Jumla", "Somme"]
NAMES = ["Kalombo Mwamba", "N'Kulu Béatrice", "Ng’andu, Élise", 'Zawadi "Petit" M.']
HEADERS = {
    "payment": ["payment", "Payment", "PAYMENT"],
    "reference": ["reference"],
    "amount": ["amount", "Amount"],
    "status": ["status", "STATUS"],
    "date": ["date", "Date"],
}


class Writer:
    """Writes facts as some operator would; it knows nothing of our reader."""

    def __init__(self, seed):
        self.dice = Random(seed)
        pick = self.dice.choice
        self.encoding = pick(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
        self.delimiter = pick(",;\t|")
        self.newline = pick(["\n", "\r\n"])
        self.point = pick(".,")
        marks = ["", " ", "\u00a0", "'", "’", "," if self.point == "." else "."]
        if self.encoding != "cp1252":
            marks.append("\u202f")
        self.thousands = pick(marks)
        self.money = pick(["{}", "{} $", "$ {}", "US$ {}", "{} USD", "USD {}", "${}"])
        self.negative = pick([None, "-{}", "({})", "{}-", "\u2212{}"])
        if self.encoding == "cp1252" and self.negative == "\u2212{}":
            self.negative = "-{}"
        self.day = pick(
            [
                lambda day: f"{day:%Y-%m-%d}",
                lambda day: f"{day:%Y-%m-%d} 10:20:05",
                lambda day: f"{day:%d/%m/%Y}",
                lambda day: f"{day:%d.%m.%Y} 10:20",
                lambda day: f"{day:%d/%m/%y}",
                self._named("en_short", "{0}-{1}-{2}"),
                self._named("en", "{0} {1} {2}"),
                self._named("en", "{1} {0}, {2}"),
                self._named("fr", "{0} {1} {2}"),
                self._named("fr_short", "{0} {1} {2} 10h20"),
                self._named("sw", "{0} {1} {2}"),
            ]
        )

    @staticmethod
    def _named(language, shape):
        names = MONTHS[language].split()
        return lambda day: shape.format(day.day, names[day.month - 1], day.year)

    def amount(self, units):
        whole, cents = divmod(units, 100)
        text = f"{whole:,}".replace(",", self.thousands) + f"{self.point}{cents:02}"
        text = self.money.format(text)
        return self.negative.format(text) if self.negative else text

    def facts(self, number):
        """A story of ``number`` payments: ``(code, units, meaning, day)``."""
        dice = self.dice
        start = date(2026, 1, 13)
        return [
            (
                f"P-{100000 + place}",
                dice.choice([1, 3000, 3001, 123456, 1234567, 99]),
                dice.choice([*["delivered"] * 5, "failed", "reversed", "pending"]),
                # a day after the twelfth tells how the whole column is written
                start + timedelta(days=dice.randrange(300) if place else 2),
            )
            for place in range(number)
        ]

    def table(self, facts):
        """Rows of text: preamble, header, payments, totals; and how many are aside."""
        dice, pick = self.dice, self.dice.choice
        columns = list(HEADERS)
        dice.shuffle(columns)
        columns.insert(dice.randrange(6), "holder")
        heads = {**HEADERS, "holder": ["holder"]}
        rows = [["Report of the operator"], ["Period", "2026"]] * dice.randrange(2)
        rows.append([pick(heads[name]) for name in columns])
        for code, units, meaning, day in facts:
            code = pick([code, f"Stipend {code}", code.replace("-", ""), code.lower()])
            values = {
                "payment": code,
                "reference": f"R{dice.randrange(10**9)}",
                "amount": self.amount(units),
                "status": pick(STATUSES[meaning]),
                "date": self.day(day),
                "holder": pick(NAMES),
            }
            rows.append([values[name] for name in columns])
            if dice.random() < 0.1:
                rows.append(rows[-1])  # told twice
        aside = 0
        if dice.random() < 0.5:
            total = sum(fact[1] for fact in facts)
            values = {"amount": self.amount(total), columns[0]: pick(TOTALS)}
            if columns[0] != "amount":
                rows.append([values.get(name, "") for name in columns])
                aside = 1
        return rows, aside

    def csv(self, rows):
        buffer = io.StringIO()
        csv.writer(
            buffer, delimiter=self.delimiter, lineterminator=self.newline
        ).writerows(rows)
        return buffer.getvalue().encode(self.encoding)

    def xlsx(self, rows, facts):
        """The same as a book: numbers are numbers, days are days, and another sheet
        comes first."""
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        book.add_worksheet("Cover").write_row(0, 0, ["Operator", "2026"])
        sheet = book.add_worksheet("Detail")
        style = book.add_format({"num_format": "dd/mm/yyyy"})
        texts = {self.amount(units): units / 100 for _c, units, _m, _d in facts}
        days = {self.day(day): day for *_rest, day in facts}
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if cell in texts:
                    value = texts[cell]
                    sheet.write_number(
                        number, place, -value if self.negative else value
                    )
                elif cell in days:
                    moment = datetime.combine(days[cell], datetime.min.time())
                    sheet.write_datetime(number, place, moment, style)
                else:
                    sheet.write_string(number, place, cell)
        book.close()
        return buffer.getvalue()


@tagged("post_install", "-at_install", "whole")
class TestVariants(CashCommon):
    """Files as operators write them: the facts go in, some hand writes them down, and
    the reader has to find the same facts (R58, R69)."""

    def _profile(self, **values):
        profile = self.env.ref("cash_transfer.report_profile_own")
        plain = profile._as_plain(self.usd, self.provider)
        for name, value in values.items():
            setattr(plain, name, value)
        return plain

    def test_r69_whatever_hand_wrote_it_the_facts_are_the_same(self):
        seen = set()
        for seed in range(400):
            writer = Writer(seed)
            facts = writer.facts(writer.dice.randrange(2, 9))
            rows, aside = writer.table(facts)
            content = writer.csv(rows)
            if seed % 4 == 0:
                content = writer.xlsx(rows, facts)
            profile = self._profile(sign="minus" if writer.negative else "plus")
            with self.subTest(seed=seed, rows=rows):
                report = provider_report.read(content, profile)
                self.assertFalse(
                    [(one.code, one.row, one.values) for one in report.problems]
                )
                found = {
                    (row["payment_code"], row["amount"], row["meaning"], row["date"])
                    for row in report.rows
                }
                self.assertEqual(found, set(facts))
                self.assertEqual(len(report.left_out), aside)
                if aside:
                    self.assertEqual(report.total, sum(fact[1] for fact in facts))
            seen |= {writer.encoding, writer.delimiter, writer.thousands, writer.money}
        self.assertGreaterEqual(len(seen), 5 + 4 + 6 + 6, "each way of writing came up")

    def test_r58_what_may_mean_two_things_is_never_guessed(self):
        profile = self._profile()
        for cells, code in (
            ("{c},12.500,Success,2026-11-28", "ambiguous_amount"),
            ("{c},30.00,Maybe,2026-11-28", "status"),
            ("{c},30.00,Success,03/04/2026", "ambiguous_date"),
            ("{c},30.00,Success,31/02/2026", "date"),
            ("{c},30.00 FC,Success,2026-11-28", "currency"),
            ("{c},30.005,Success,2026-11-28", "ambiguous_amount"),
            ("{c},-30.00,Success,2026-11-28", "negative"),
            ("{c},(30.00,Success,2026-11-28", "amount"),
            ("{c},30.00,Failed,2026-11-28", None),
        ):
            text = "payment,amount,status,date\n" + cells.format(c="P-000002") + "\n"
            report = provider_report.read(text.encode(), profile)
            found = report.problems[0].code if report.problems else None
            self.assertEqual(found, code, cells)

    def test_r69_two_tables_in_a_sheet(self):
        """The header repeated on each page is no payment; another table is refused."""
        head, row = "payment,reference,amount,status", "{},T{},30.00,Success"
        rows = [row.format(f"P-{100000 + n}", n) for n in range(4)]
        pages = "\n".join([head, *rows[:2], "", head, *rows[2:]]) + "\n"
        report = provider_report.read(pages.encode(), self._profile())
        self.assertEqual([one["amount"] for one in report.rows], [3000] * 4)
        for other in (
            "payment,amount,reference,status\nP-100009,30.00,T9,Success",
            "reference,payment,status,amount\nT9,P-100009,Success,30.00",
        ):
            content = "\n".join([head, *rows, "", other]) + "\n"
            with self.assertRaises(SheetError) as caught:
                provider_report.read(content.encode(), self._profile())
            self.assertEqual(
                (caught.exception.code, caught.exception.row), ("two_tables", 7)
            )

    def _read(self, *lines, head="payment,reference,amount,status", **profile):
        content = "\n".join([head, *lines]) + "\n"
        return provider_report.read(content.encode(), self._profile(**profile))

    def test_r69_a_code_in_signs_of_other_keyboards(self):
        for code in (
            "p-000002",
            "P\u2011000002",
            "P\u2013000002",
            "P\u00a0000002",
            "P-\u200b000002",
            "P-٠٠٠٠٠٢",
            "P-OOOOO2",
            "P-00O002",
        ):
            report = self._read(f"{code},T1,30.00,Success !")
            self.assertEqual(report.rows[0]["payment_code"], "P-000002", code)
            self.assertEqual(report.rows[0]["meaning"], "delivered")
        for text in ("PILLOOO", "POLIO 2026", "STOP-0000012", "P-00001O2X"):
            with self.assertRaises(SheetError, msg=text):
                self._read(f"{text},T1,30.00,Success")

    def test_r69_a_number_that_a_spreadsheet_rounded_names_nothing(self):
        report = self._read(
            "P-000002,2.50E+11,30.00,Success", "P-000003,2.50E+11,30.00,Success"
        )
        self.assertEqual([row["provider_ref"] for row in report.rows], [False, False])
        for key, line in (
            ("reference", ",2.50E+11,30.00,Success"),
            ("number", "2.43812E+11,T1,30.00,Success"),
        ):
            head = "number,reference,amount,status" if key == "number" else None
            head = head or "payment,reference,amount,status"
            columns = {
                name: [name] for name in ("payment", *head.split(",")) if name in head
            }
            report = self._read(
                line,
                "x,T1,30.00,Success",
                head=head,
                match_key=key,
                columns=columns,
            )
            self.assertEqual(report.problems[0].code, "rounded", key)

    def test_r39_a_wallet_that_a_sheet_took_for_a_number(self):
        number = "243812345678"
        for text in (number, f"{number}.0", "+243 812 345 678", "0812345678"):
            found = provider_report.find_numbers(text, "+243", 9)
            self.assertEqual(found, {f"+{number}"}, text)

    def test_r69_numbers_of_a_book_are_numbers_whatever_the_profile_says(self):
        buffer = io.BytesIO()
        book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["payment", "amount", "fee", "status", "date"])
        cells = [(12.5, 0.2), (1234.56, 0), (29.999999999999996, 0.30000000000000004)]
        for place, (amount, fee) in enumerate(cells):
            row = [f"P-00000{place}", amount, fee, "Success", 46354]
            sheet.write_row(place + 1, 0, row)
        book.close()
        for decimal in ("auto", ".", ","):
            report = provider_report.read(
                buffer.getvalue(), self._profile(decimal=decimal)
            )
            self.assertFalse(report.problems, decimal)
            self.assertEqual(
                [(row["amount"], row["fee_told"]) for row in report.rows],
                [(1250, 20), (123456, 0), (3000, 30)],
            )
            self.assertEqual(report.rows[0]["date"], date(2026, 11, 28))

    def test_r69_totals_of_pages_and_of_states(self):
        rows = (
            "P-000002,T2,30.00,Success",
            "P-000003,T3,20.00,Success",
            "P-000004,T4,10.00,Pending",
        )
        for totals, chosen in (
            (["Total général,,60.00,"], 6000),
            (["Total successful,,50.00,", "Total failed,,10.00,"], 5000),
            (["Total failed,,10.00,", "Grand total,,60.00,"], 6000),
            (["Subtotal,,30.00,", "Sous-total,,60.00,", "Total page,,20.00,"], 6000),
            (["Total,,90.00,", "Total,,60.00,"], 9000),
            (["Total failed,,10.00,"], 1000),
            (["Closing balance,,500.00,", "3 payments"], None),
        ):
            report = self._read(*rows, *totals)
            self.assertEqual(report.total, chosen, totals)
            self.assertEqual(len(report.rows), 3)
        with self.assertRaises(SheetError):  # cut off within a code
            broken = self._read(*rows, "P-0000")
            raise broken.problems[0]

    def test_r69_one_quotation_mark_in_any_column(self):
        for holder in ('Zawadi "Petit M', '"Petit M', 'Petit" M', "L'Écluse"):
            for delimiter in ",;\t|":
                lines = [
                    delimiter.join(cells)
                    for cells in (
                        ("payment", "holder", "amount", "status"),
                        ("P-100001", holder, "30.00", "Success"),
                        ("P-100002", "Kalombo", "30.00", "Success"),
                    )
                ]
                content = ("\n".join(lines) + "\n").encode()
                report = provider_report.read(content, self._profile())
                self.assertEqual(
                    [row["payment_code"] for row in report.rows],
                    ["P-100001", "P-100002"],
                    (holder, delimiter),
                )

    def test_r69_the_day_of_a_row_is_the_places_day(self):
        """22:30 in Greenwich is half past midnight in Lubumbashi, whoever reads it
        wherever (R62)."""
        self.company.partner_id.tz = "Africa/Lubumbashi"
        text = "payment,amount,status,date\nP-100001,30,Success,{}\n"
        for moment, day in (
            ("2026-11-27T22:30:00Z", date(2026, 11, 28)),
            ("2026-11-27T23:30:00+01:00", date(2026, 11, 28)),
            ("2026-11-28T00:30:00+03:00", date(2026, 11, 27)),
            ("2026-11-27 22:30:00", date(2026, 11, 27)),
        ):
            for zone in ("UTC", "Pacific/Auckland", "America/Los_Angeles"):
                profile = self.env.ref("cash_transfer.report_profile_own")
                profile = profile.with_context(tz=zone)._as_plain(
                    self.usd, self.provider
                )
                report = provider_report.read(text.format(moment).encode(), profile)
                self.assertEqual(report.rows[0]["date"], day, (moment, zone))
        with self.subTest("the company's zone decides"):
            self.company.partner_id.tz = "Asia/Tokyo"
            report = provider_report.read(
                text.format("2026-11-27T16:00:00Z").encode(),
                self.env.ref("cash_transfer.report_profile_own")._as_plain(
                    self.usd, self.provider
                ),
            )
            self.assertEqual(report.rows[0]["date"], date(2026, 11, 28))
