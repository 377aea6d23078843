import json

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.tools.misc import formatLang


def _by_program(env):
    """Say whether the program itself writes: not a person, and not an administrator who
    became superuser in the browser."""
    return env.su and not (request and request.session.uid == SUPERUSER_ID)


class CashTransferSteered(models.AbstractModel):
    """Master data that steers money: it changes by two persons, with history (R63).

    A model names the fields that steer money in ``_steering_fields``. A new record is
    used once a second person agreed to it. From then on a write of such a field, by
    whatever door, changes nothing by itself: it becomes a :class:`change
    <CashTransferChange>` that somebody with a cash duty, who did not ask for it, agrees
    to. The other fields of the same write are saved at once.

    The program itself (superuser: installation, scripts) writes at once; that is in the
    history too.
    """

    _name = "cash.transfer.steered"
    _description = "Steers Money: Changes by Two Persons"
    _inherit = ["remediation.protected.mixin"]

    #: Fields that steer money; those of all classes of the model add up.
    _steering_fields = frozenset()
    #: Records that exist without anybody's agreement: only their changes wait.
    _steering_changes_only = False
    _protected_fields = frozenset({"is_in_force"})

    is_in_force = fields.Boolean(
        string="In Force",
        readonly=True,
        copy=False,
        default=False,
        help="A second person agreed to it: it is used from then on.",
    )
    change_ids = fields.One2many(
        "cash.transfer.change",
        "res_id",
        domain=lambda self: [("res_model", "=", self._name)],
        readonly=True,
        string="Changes",
    )
    waiting_change = fields.Text(
        compute="_compute_waiting_change", string="Waits for a Second Person"
    )

    @api.depends("change_ids.state", "change_ids.text")
    def _compute_waiting_change(self):
        # sudo: who reads the record reads what waits for it; rules of changes are the
        # company's as the record's
        for record in self:
            waiting = record.sudo().change_ids.filtered(lambda c: c.state == "asked")
            record.waiting_change = "\n".join(
                f"{change.asked_by_id.name}: {change.text}" for change in waiting
            )

    @api.model
    def _get_steering_fields(self):
        return self._union_over_classes("_steering_fields")

    def action_agree_changes(self):
        """Agree to everything that waits on these records; rights are the changes'
        own."""
        self._waiting_changes().action_agree()
        return True

    def action_decline_changes(self):
        """Decline everything that waits on these records; rights as above."""
        self._waiting_changes().action_decline()
        return True

    def _waiting_changes(self):
        waiting = self.change_ids.filtered(lambda change: change.state == "asked")
        if not waiting:
            raise UserError(self.env._("Nothing waits any more: reload the page."))
        return waiting.sorted("id")

    def action_open_changes(self):
        """Open the history of what steers money here."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Changes"),
            "res_model": "cash.transfer.change",
            "view_mode": "list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
        }

    # -- every door --------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self._steering_changes_only:
            return records
        if _by_program(self.env):  # installation, scripts, its own defaults
            records._unprotected().write({"is_in_force": True})
        else:
            records._ask_to_put_in_force()
        return records

    def write(self, vals):
        names = self._get_steering_fields() & vals.keys()
        if not names or self._is_unprotected():
            return super().write(vals)
        if _by_program(self.env):
            before = {record: record._steering_texts(names) for record in self}
            result = super().write(vals)
            for record, old in before.items():
                record._note_change(vals, names, old)
            return result
        self.check_access("write")
        settled = self
        if not self._steering_changes_only:
            settled = self.filtered("is_in_force")
        fresh = self - settled
        if fresh:
            super(CashTransferSteered, fresh).write(vals)
            fresh._ask_to_put_in_force()
        for record in settled:
            waits = {name for name in names if record._steers_by_now(name)}
            record._ask_change({name: vals[name] for name in waits})
            rest = {name: value for name, value in vals.items() if name not in waits}
            super(CashTransferSteered, record).write(rest)
        return True

    def _steers_by_now(self, name):
        """Hook: whether a change of this field waits for a second person already."""
        return True

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        if not _by_program(self.env) and self.filtered("is_in_force"):
            raise UserError(
                self.env._(
                    "What steers money is not deleted: archive it, and let a second "
                    "person agree."
                )
            )

    # -- asking --------------------------------------------------------------------
    def _ask_to_put_in_force(self):
        """Let new records wait for a second person; whoever edits one is an author."""
        changes = self.env["cash.transfer.change"].sudo()  # sudo: no role creates them
        for record in self:
            waiting = record.sudo().change_ids.filtered(
                lambda c: c.state == "asked" and c.kind == "new"
            )
            names = self._get_steering_fields()
            texts = record._steering_said(names)
            text = record._render_texts({name: ("", texts[name]) for name in names})
            if waiting:
                waiting._unprotected().write(
                    {"text": text, "author_ids": [fields.Command.link(self.env.uid)]}
                )
            else:
                changes._unprotected().create(record._change_vals("new", {}, {}, text))

    def _ask_change(self, values):
        """Try the change, keep what it would do, and take it back: it waits for a
        second person."""
        self.ensure_one()
        names = values.keys()
        before = self._steering_texts(names)
        said = self._steering_said(names)
        with self.env.cr.savepoint() as savepoint:
            # sudo: tried and taken back; the right to write was checked
            own = self.sudo()
            # pylint: disable=super-method-mismatch
            super(CashTransferSteered, own).write(values)
            self.env.flush_all()
            after = own._steering_texts(names)
            says = own._steering_said(names)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)
        pairs = {
            name: (before[name], after[name])
            for name in names
            if before[name] != after[name]
        }
        if not pairs:
            return
        values = {name: values[name] for name in pairs}
        changes = self.env["cash.transfer.change"].sudo()  # sudo: no role creates them
        changes._unprotected().create(
            self._change_vals(
                "change",
                json.loads(json.dumps(values, default=str)),
                {name: old for name, (old, _new) in pairs.items()},
                self._render_texts({name: (said[name], says[name]) for name in pairs}),
            )
        )
        self.env["remediation.notice"]._show(
            self.env.user,
            None,
            self.env._(
                "%(record)s steers money: the change waits for a second person.",
                record=self.display_name,
            ),
            "warning",
        )

    def _note_change(self, vals, names, before):
        """Keep in the history what the program changed."""
        self.ensure_one()
        after = self._steering_texts(names)
        pairs = {
            name: (before[name], after[name])
            for name in names
            if before[name] != after[name]
        }
        if pairs:
            text = self.with_context(lang="en_US")._render_texts(pairs)
            self.env["cash.transfer.change"]._unprotected().create(
                {
                    **self._change_vals("change", {}, {}, text),
                    "state": "program",
                    "decided_on": fields.Datetime.now(),
                }
            )

    def _change_vals(self, kind, values, before, text):
        self.ensure_one()
        company = self if self._name == "res.company" else self.company_id
        return {
            "res_model": self._name,
            "res_id": self.id,
            "name": self.display_name,
            "company_id": company.id,
            "kind": kind,
            "values": values,
            "before": before,
            "text": text,
            "author_ids": [fields.Command.link(self.env.uid)],
            "asked_by_id": self.env.uid,
            "asked_on": fields.Datetime.now(),
        }

    # -- applying --------------------------------------------------------------------
    def _apply_change(self, change):
        """Put a change in force that a second person agreed to; called with sudo.

        :raises UserError: the record changed since it was asked for.
        """
        self.ensure_one()
        if change.kind == "new":
            self._unprotected().write({"is_in_force": True})
            return
        if self._steering_texts(change.before.keys()) != change.before:
            raise UserError(
                self.env._(
                    "%(record)s changed since this was asked for: decline it and ask "
                    "again.",
                    record=self.display_name,
                )
            )
        self._unprotected().write(change.values)

    # -- words and snapshots -----------------------------------------------------------
    def _steering_texts(self, names):
        """Return field → its value in one language, by which values are compared."""
        self.ensure_one()
        # sudo: accounts and partners are named for people without a right to them; who
        # reads the record reads what it links to
        record = self.sudo().with_context(lang="en_US", active_test=False)
        return {name: record._steering_text(name) for name in names}

    def _steering_said(self, names):
        """Return field → its value as a person decides on it: sums with their currency,
        yes and no, days as a sentence has them, in the language of who asks."""
        self.ensure_one()
        # sudo: as above
        record = self.sudo().with_context(active_test=False)
        said = {}
        for name in names:
            field, value = record._fields[name], record[name]
            if field.type == "boolean":
                said[name] = self.env._("Yes") if value else self.env._("No")
            elif field.type == "monetary":
                currency = record[field.get_currency_field(record)]
                said[name] = formatLang(self.env, value, currency_obj=currency)
            elif field.type == "float":
                said[name] = formatLang(self.env, value)
            elif field.type == "date":
                said[name] = record._say_day(value)
            else:
                said[name] = record._steering_text(name)
        return said

    def _steering_text(self, name):
        field, value = self._fields[name], self[name]
        if field.type in ("one2many", "many2many"):
            return "; ".join(
                line._steering_line()
                if hasattr(line, "_steering_line")
                else f"{line.display_name} ({line.id})"
                for line in value
            )
        if field.type == "many2one":
            return f"{value.display_name} ({value.id})" if value else ""
        if field.type == "selection":
            labels = dict(field._description_selection(self.env))
            return str(labels.get(value, value or ""))
        return "" if value is False and field.type != "boolean" else str(value)

    def _render_texts(self, pairs):
        lines = []
        for name, (old, new) in sorted(pairs.items()):
            if old == new:
                continue
            label = self._fields[name]._description_string(self.env)
            lines.append(f"{label}: {old or '–'} → {new or '–'}")
        return "\n".join(lines)

    def _steering_values(self):
        """Return what steers money as plain values, for the snapshot of a plan."""
        self.ensure_one()
        return {"id": self.id, **self._steering_texts(self._get_steering_fields())}


class CashTransferSteeredLine(models.AbstractModel):
    """A line below what steers money: it changes through its parent alone (R63)."""

    _name = "cash.transfer.steered.line"
    _description = "Line of What Steers Money"

    #: Link to the steered record.
    _steering_parent = None

    def _steers(self):
        """Hook: the lines among these that steer money."""
        return self

    def _steering_line(self):
        """Return how the line is told in the history and in a plan's snapshot."""
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_steering()
        return lines

    def write(self, vals):
        self._check_steering()
        result = super().write(vals)
        self._check_steering()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_steering(self):
        self._check_steering()

    def _check_steering(self):
        """Refuse lines of what is in force; of what is new, whoever edits is an
        author."""
        if _by_program(self.env):
            return
        parents = self._steers()[self._steering_parent]
        settled = parents.filtered("is_in_force")
        if settled:
            raise UserError(
                self.env._(
                    "%(record)s is in force: change its lines on its own form, and let "
                    "a second person agree.",
                    record=settled[0].display_name,
                )
            )
        parents._ask_to_put_in_force()
