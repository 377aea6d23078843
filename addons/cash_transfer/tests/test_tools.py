from datetime import date, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import phonenumbers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.remediation_base.tools import sheets
from odoo.addons.remediation_base.tools.money import split_units

from ..tools import accounts, fifo, provider_report, sampling, split

#: Shared machines are slow: what counts is the result.
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck)
)


@tagged("post_install", "-at_install")
class TestTools(BaseCase):
    @QUICK
    @given(
        st.integers(-(10**9), 10**9),
        st.lists(st.integers(1, 10**4), min_size=1, max_size=8),
    )
    def test_split_units_sums_to_the_amount(self, total, weights):
        parts = split_units(total, weights)
        self.assertEqual(sum(parts), total)

    @QUICK
    @given(
        st.lists(st.integers(1, 10**6), min_size=1, max_size=60), st.integers(1, 9_999)
    )
    def test_r35_both_sums_are_exact_and_no_grant_drifts(self, amounts, first):
        shares = [("a", first), ("b", 10_000 - first)]
        carry = {}
        parts = list(
            split.split_lines([(amount, shares) for amount in amounts], carry, 10_000)
        )
        for amount, part in zip(amounts, parts, strict=True):
            self.assertEqual(sum(units for _key, units in part), amount)
        for index, (_key, weight) in enumerate(shares):
            exact = sum(amounts) * weight / 10_000
            got = sum(part[index][1] for part in parts)
            self.assertLessEqual(abs(got - exact), 2)

    @QUICK
    @given(
        st.lists(
            st.tuples(st.integers(1, 10**5), st.integers(0, 10**8)),
            min_size=1,
            max_size=6,
        ),
        st.lists(st.integers(1, 10**4), min_size=1, max_size=20),
    )
    def test_fifo_pieces_add_up_to_the_layers(self, layers, takes):
        used, cost, missing = 0, 0, 0
        for take in takes:
            pieces, short = fifo.consume(layers, used, take)
            self.assertEqual(sum(p[1] for p in pieces) + short, take)
            used += take
            cost += sum(p[2] for p in pieces)
            missing += short
        whole = sum(units for units, _cost in layers)
        if used - missing == whole:
            self.assertEqual(cost, sum(c for _u, c in layers))

    @QUICK
    @given(st.text(max_size=40))
    def test_r30_neutralised_text_never_starts_a_formula(self, text):
        clean = sheets.neutral(text)
        self.assertFalse(clean.startswith(("=", "+", "-", "@", "\t", "\r")))

    def test_amounts_of_every_country(self):
        for text, decimal, value in (
            ("1,234.56", "auto", "1234.56"),
            ("1.234,56", "auto", "1234.56"),
            ("1 234,5", "auto", "1234.5"),
            ("12,50", "auto", "12.50"),
            ("1,234", ",", "1.234"),
            ("1,234", ".", "1234"),
            ("USD 12", "auto", "12"),
            ("1,234,567", "auto", "1234567"),
        ):
            self.assertEqual(sheets.parse_amount(text, decimal), Decimal(value), text)
        for text, code in (
            ("1,234", "ambiguous_amount"),
            ("=1+1", "formula"),
            ("abc", "amount"),
            ("", "amount"),
            ("1-2", "amount"),
        ):
            with self.assertRaises(sheets.SheetError) as caught:
                sheets.parse_amount(text)
            self.assertEqual(caught.exception.code, code, text)

    def test_r58_figures_in_signs_of_other_keyboards(self):
        for text, value in (
            ("1\u00a0234,50", "1234.50"),
            ("1\u202f234,50", "1234.50"),
            ("1'234.50", "1234.50"),
            ("١٢٣٤٫٥٠", "1234.50"),
            ("١٬٢٣٤٫٥٠", "1234.50"),
            ("۳۰", "30"),
            ("３０", "30"),
            ("\u200e30.00\u200f", "30"),
            ("\u221230.00", "-30"),
            ("\u201330.00", "-30"),
            ("30.00-", "-30"),
            ("(30.00)", "-30"),
        ):
            self.assertEqual(sheets.parse_amount(text), Decimal(value), text)
        # a mark of a foot note is no digit
        for text in ("30.00\u00b9", "3½"):
            with self.assertRaises(sheets.SheetError):
                sheets.parse_amount(text)

    def test_r58_days_as_machines_and_people_write_them(self):
        day, clock = date(2026, 11, 28), time(10, 20, 5)
        for text, moment in (
            ("2026-11-28T10:20:05", clock),
            ("2026-11-28 10:20:05.123", clock),
            ("20261128", None),
            ("20261128102005", clock),
            ("20261128T102005", clock),
            ("28 nov. 2026 à 10h20", time(10, 20)),
            ("28 Nov 2026 10h20m05s", clock),
            ("samedi 28 novembre 2026", None),
            ("Sat, 28 Nov 2026 10:20:05", clock),
            ("Sat Nov 28 10:20:05 CAT 2026", clock),
            ("28th November 2026", None),
            ("November 28th, 2026", None),
            ("Nov-28-2026", None),
            ("28-NOV-26", None),
            ("28\u00a0novembre\u00a02026", None),
            ("28\u201111\u20112026", None),
            ("\u200e28/11/2026", None),
            ("٢٨/١١/٢٠٢٦", None),
            ("46354", None),
            (46354, None),
            (46354 + 37205 / 86400, clock),
        ):
            self.assertEqual(sheets.parse_moment(text), (day, moment), text)
        for text, other in (
            ("1er décembre 2026", date(2026, 12, 1)),
            ("mar. 24 nov. 2026", date(2026, 11, 24)),
            ("mar 24, 2026", date(2026, 3, 24)),
            ("mar. 3 mars 2026", date(2026, 3, 3)),
        ):
            self.assertEqual(sheets.parse_moment(text), (other, None), text)
        there = ZoneInfo("Africa/Lubumbashi")
        for text in ("28/11/2026 23:30 EAT", "2026-11-28T20:30:00+00", "28/11/2026Z"):
            if text.endswith("Z"):
                with self.assertRaises(sheets.SheetError):
                    sheets.parse_moment(text, None, there)
                continue
            self.assertEqual(
                sheets.parse_moment(text, None, there), (day, time(22, 30)), text
            )
        # may be two days, or no day at all
        for text in ("50126", "281126", "202611", "2026111", "Sat 2026", "46354x"):
            with self.assertRaises(sheets.SheetError, msg=text):
                sheets.parse_moment(text)

    def test_files_in_every_encoding(self):
        text = "payment;name;amount\r\nP-1;Éléonore;12,5\r\n"
        expected = (["payment", "name", "amount"], [(2, ["P-1", "Éléonore", "12,5"])])
        for encoding in (
            "utf-8",
            "utf-8-sig",
            "utf-16",
            "utf-16-le",
            "utf-16-be",
            "cp1252",
        ):
            with self.subTest(encoding):
                self.assertEqual(sheets.read(text.encode(encoding)), expected)
        for content, code in (
            (b"", "empty"),
            (b"  \n ", "empty"),
            (b"%PDF-1.4 ...", "not_a_table"),
            (b"PK\x03\x04 broken", "truncated"),
            (b'a,b\n1,"x', "truncated"),
            (b"just words\nand lines\n", "not_a_table"),
        ):
            with (
                self.subTest(content=content),
                self.assertRaises(sheets.SheetError) as caught,
            ):
                sheets.read(content)
            self.assertEqual(caught.exception.code, code)

    def test_r31_numbers(self):
        self.assertTrue(accounts.is_phone("+243812345678"))
        for number in ("0812345678", "243812345678", "+243", "+999812345678", "", "x"):
            self.assertFalse(accounts.is_phone(number), number)
        self.assertEqual(
            [accounts.is_country_code(code) for code in ("+243", "243", "+999", "+0")],
            [True, False, False, False],
        )
        self.assertEqual(accounts.clean(" +243 81-23\u00a045/67 8"), "+243812345678")
        self.assertTrue(accounts.has_valid_check("GB82WEST12345698765432", "iban"))
        self.assertFalse(accounts.has_valid_check("GB82WEST12345698765433", "iban"))
        body = "00016" + "25001" + "01234567890"
        key = 97 - int(body) * 100 % 97
        self.assertTrue(accounts.has_valid_check(f"{body}{key:02d}", "mod97"))
        self.assertFalse(accounts.has_valid_check(f"{body}{key % 97 + 1:02d}", "mod97"))
        self.assertEqual(accounts.mask("+243812345678"), "•••678")

    def test_r31_accounts_of_the_registry_are_valid_and_others_are_not(self):
        """Examples of the IBAN registry; one digit less, more or other is refused."""
        for number in (
            "FR1420041010050500013M02606",
            "BE68539007547034",
            "MU17BOMM0101101030300200000MUR",
            "DE89370400440532013000",
        ):
            self.assertTrue(accounts.has_valid_check(number, "iban"), number)
            other = str((int(number[3]) + 1) % 10)
            swapped = number[:-2] + number[-1] + number[-2]
            wrongs = {number[:-1], number[:3] + other + number[4:], swapped}
            for wrong in wrongs - {number}:
                self.assertFalse(accounts.has_valid_check(wrong, "iban"), wrong)

    def test_r30_a_number_is_read_in_each_form_it_is_written_in(self):
        """Own numbers of each country, as the library's authors chose them."""
        kind = phonenumbers.PhoneNumberType.MOBILE
        for region in ("CD", "CM", "CI", "BF", "RW", "KE", "FR", "MG", "ML", "TG"):
            phone = phonenumbers.example_number_for_type(region, kind)
            prefix = f"+{phone.country_code}"
            number = phonenumbers.format_number(
                phone, phonenumbers.PhoneNumberFormat.E164
            )
            self.assertTrue(accounts.is_phone(number))
            for form in ("plus", "zeros", "digits", "local"):
                with self.subTest(region=region, form=form):
                    written = accounts.write_phone(number, form, prefix)
                    self.assertEqual(accounts.read_phone(written, prefix), number)
                    text = f"Client {written} XXX"
                    found = provider_report.find_numbers(text, prefix)
                    self.assertEqual(found, {number})
            self.assertEqual(
                accounts.write_phone(number, "local", prefix),
                accounts.clean(
                    phonenumbers.format_number(
                        phone, phonenumbers.PhoneNumberFormat.NATIONAL
                    )
                ),
            )

    def test_r41_sample_is_drawn_again_by_its_seed(self):
        self.assertEqual(sampling.sample_size(10_000, "95", 0.05), 370)
        self.assertEqual(sampling.sample_size(5, "95", 0.05), 5)
        self.assertEqual(
            sampling.draw(range(1000), 20, 42), sampling.draw(range(1000), 20, 42)
        )
