import base64
import hashlib
import io
from decimal import Decimal, InvalidOperation

import pyzipper

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.remediation_base.tools import sheets
from odoo.addons.remediation_base.tools.steps import step

from ...tools import accounts


class CashTransferPlanInstruct(models.AbstractModel):
    """The instruction file: made once per lock, the same bytes ever after (R38)."""

    _name = "cash.transfer.plan.instruct"
    _description = "Instruction of a Payment Plan"

    @step(
        frm="released",
        duty="release",
        right="read",
        referencing=True,
        sudo="the ledger and the payments; only sentences leave",
    )
    def action_instruct(self):
        """Hand the payments to the provider: fix the file and mark them sent, in the
        background. For releasers.

        :raises UserError: not released, not funded, or the lock was tampered with.
        """
        self.ensure_one()
        missing = self._missing_funding()
        if missing:
            raise UserError(
                self.env._(
                    "Fund the plan first: %(amount)s are missing.",
                    amount=self.currency_id.format(missing),
                )
            )
        self._check_snapshot()
        if not self.pending_count:
            raise UserError(self.env._("Every payment of the plan was stopped."))
        self._check_payable()
        self._queue_job("instruct", self.pending_count)

    def _check_payable(self):
        """Ask once more what may have changed since the lock: the payee, the support,
        the contract and the grants' last day (R31, R67).

        :raises UserError: which payments to stop first.
        """
        stopped = self._query(
            """
            SELECT l.name FROM cash_transfer_payment_line l
              JOIN cash_transfer_payee y ON y.id = l.payee_id
             WHERE l.plan_id = %(plan)s AND l.status = 'pending' AND y.state = 'stopped'
            """
        )
        if stopped:
            raise UserError(
                self.env._(
                    "The payee of these payments was stopped, stop them: %(codes)s.",
                    codes=", ".join(row[0] for row in stopped[:20]),
                )
            )
        self._raise_problems(
            [
                *self._problems_of_entitlements(),
                *self._problems_of_contract(self._place_today()),
                *self._problems_of_grants(),
            ]
        )

    def _job_instruct(self):
        """Mark the payments sent and fix the file, in one transaction: whoever reads
        the file later reads what was marked."""
        today = self._place_today()
        self._check_snapshot()
        self._check_payable()
        self._execute(
            """
            UPDATE cash_transfer_cycle_line c SET payment_status = 'sent'
              FROM cash_transfer_payment_line l
             WHERE l.cycle_line_id = c.id AND l.plan_id = %(plan)s
               AND l.status = 'pending'
            """,
            plan=self.id,
        )
        count = self._execute(
            """
            UPDATE cash_transfer_payment_line
               SET status = 'sent', sent_on = %(today)s
             WHERE plan_id = %(plan)s AND status = 'pending' AND is_live
            """,
            plan=self.id,
            today=today,
        )
        self._figures_changed()
        self._write_file(self.snapshot["template"])
        self._unprotected().write(
            {
                "state": "instructed",
                "instructed_by_id": self.job_user_id.id,
                "instructed_on": fields.Datetime.now(),
                "job_done": count,
            }
        )
        self._log_event(
            self.env._(
                "Instructed: %(count)s payments, file %(hash)s.",
                count=count,
                hash=self.file_hash[:12],
            )
        )
        return True

    @step(
        frm="instructed",
        duty="release",
        right="read",
        referencing=True,
        sudo="the file is written by this step only",
    )
    def action_new_layout(self):
        """Write the file again in the provider's new layout: same payees, accounts and
        amounts, proven by the content hash. For releasers (R38)."""
        self.ensure_one()
        if self._content_digest() != self.content_hash:
            raise UserError(
                self.env._("Payees or amounts changed: a new layout cannot carry that.")
            )
        before = self.file_hash
        self._write_file(self.provider_id._file_template())
        self._log_event(
            self.env._(
                "New layout: file %(before)s replaced by %(after)s.",
                before=before[:12],
                after=self.file_hash[:12],
            )
        )

    def _write_file(self, template):
        """Write, read back, compare with the locked payments, store.

        :param dict template: of :meth:`_file_template`, as it was locked or, for a new
            layout, as two persons agreed to it since.
        """
        headers, rows, contents = self._file_table(template)
        numeric = [i for i, content in enumerate(contents) if content == "amount"]
        # E.164 keeps its plus (R30); an amount is made here
        exact = [i for i, one in enumerate(contents) if one in ("number", "amount")]
        if template["format"] == "xlsx":
            data = sheets.write_xlsx(headers, rows, numeric=numeric, exact=exact)
        else:
            if template["decimal"] == ",":
                rows = [
                    [
                        cell.replace(".", ",") if index in numeric else cell
                        for index, cell in enumerate(row)
                    ]
                    for row in rows
                ]
            data = sheets.write_csv(
                headers, rows, template["delimiter"], template["encoding"], exact
            )
        self._prove_file(data, contents)
        generation = self.file_generation + 1
        self._unprotected().write(
            {
                "file_content": base64.b64encode(data),
                "file_name": f"{self.name}-{generation}.{template['format']}",
                "file_hash": hashlib.sha256(data).hexdigest(),
                "file_generation": generation,
            }
        )

    def _file_table(self, template):
        """Return headers, rows and what each column is."""
        digits = self.currency_id.decimal_places
        day = fields.Date.to_string(self.pay_on)
        clean = self._clean_cell
        columns = template["columns"]
        rows = []
        for code, name, number, id_number, amount in self._sent_lines():
            values = {
                "payment": code,
                "name": clean(name),
                "number": self._write_number(number, template["number_form"]),
                "id_number": clean(id_number),
                "amount": f"{Decimal(amount):.{digits}f}",
                "currency": self.currency_id.name,
                "date": day,
                "reference": self.name,
            }
            rows.append(
                [
                    clean(constant) if content == "constant" else values[content]
                    for content, _header, constant in columns
                ]
            )
        return (
            [clean(header) for _content, header, _constant in columns],
            rows,
            [content for content, _header, _constant in columns],
        )

    @api.model
    def _clean_cell(self, text):
        """Return a text on one line that no spreadsheet takes for a formula (R30)."""
        return sheets.neutral(" ".join(str(text or "").split()))

    def _write_number(self, number, form):
        """Return a wallet as the provider wants it; other accounts as they are. E.164
        keeps its plus (R30)."""
        prefix = self.snapshot["who_is_paid"]["number_prefix"]
        return accounts.write_phone(number, form, prefix)

    def _sent_lines(self):
        """Return code, payee's name, number, document and amount of each payment."""
        return self._query(
            """
            SELECT name, payee_name, payee_number, payee_id_number, amount_due
              FROM cash_transfer_payment_line
             WHERE plan_id = %(plan)s AND status = 'sent' ORDER BY id
            """
        )

    def _prove_file(self, data, contents):
        """Read the file back and compare code, number and amount of every row with the
        locked payments: never with the template (R30, R63).

        :raises UserError: the file does not say what was approved.
        """
        try:
            _headers, table = sheets.read(data)
        except sheets.SheetError as error:
            raise UserError(
                self.env._(
                    "The instruction file could not be read back: check the "
                    "provider's template."
                )
            ) from error
        lines = self._sent_lines()
        wanted = {"payment", "amount"}
        if any(number for _c, _n, number, _d, _a in lines):
            wanted.add("number")
        if any(contents.count(content) != 1 for content in wanted):
            raise UserError(
                self.env._(
                    "The file names the payment, the account and the amount in one "
                    "column each: correct the template of %(provider)s.",
                    provider=self.provider_id.name,
                )
            )
        place = {content: contents.index(content) for content in wanted}
        same = len(table) == len(lines) and all(
            self._says([sheets.raw_text(cell) for cell in cells], place, line)
            for (_number, cells), line in zip(table, lines, strict=True)
        )
        if not same:
            raise UserError(
                self.env._(
                    "The instruction file does not say what was approved when it "
                    "is read back. Choose another encoding or format for "
                    "%(provider)s.",
                    provider=self.provider_id.name,
                )
            )

    def _says(self, cells, place, line):
        """Say whether a row of the file is this payment: its code, its number in any
        form of the same number, its amount."""
        code, _name, number, _document, amount = line
        try:
            found = Decimal(cells[place["amount"]].replace(",", "."))
        except (InvalidOperation, IndexError):
            return False
        return (
            cells[place["payment"]] == code
            and found == Decimal(f"{amount:.{self.currency_id.decimal_places}f}")
            and (
                "number" not in place
                or self._same_number(cells[place["number"]], number)
            )
        )

    def _same_number(self, written, number):
        """Say whether a number as a provider writes it is the locked one: with plus,
        with or without country code, with zeros before it."""
        number, written = number or "", (written or "").replace(" ", "")
        if written == number or not number.startswith("+"):
            return written == number
        prefix = self.snapshot["who_is_paid"]["number_prefix"]
        return number in (
            accounts.read_phone(written, prefix),
            accounts.read_phone(written),
        )

    def _get_zip(self, password):
        """Return the name and bytes of the file in a password-protected ZIP (R38)."""
        self.ensure_one()
        self.check_access("read")
        content = base64.b64decode(self.file_content or b"")
        if not content:
            raise UserError(self.env._("There is no instruction file yet."))
        if len(password or "") < 12:
            raise UserError(
                self.env._(
                    "Choose a password of at least 12 characters and tell it to "
                    "the provider by another way than the file."
                )
            )
        out = io.BytesIO()
        with pyzipper.AESZipFile(
            out,
            "w",
            compression=pyzipper.ZIP_DEFLATED,
            encryption=pyzipper.WZ_AES,
            # no checksum of the content outside the cipher
            encryption_kwargs={"nbits": 256, "force_wz_aes_version": 2},
        ) as archive:
            archive.setpassword(password.encode())
            archive.writestr(self.file_name, content)
        return f"{self.file_name}.zip", out.getvalue()
