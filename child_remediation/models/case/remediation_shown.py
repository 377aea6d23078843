import json

from odoo import api, fields, models
from odoo.models import MAGIC_COLUMNS
from odoo.tools import format_datetime, hmac

_SCOPE = "remediation-shown"


class Shown(models.AbstractModel):
    """What somebody signs is what the page showed them.

    ``content_hash`` is over all that people wrote of a record, its files, and the lines
    that it decides over. A page keeps it beside what it shows and gives it back with
    the button: a step with ``seen="content_hash"`` refuses what changed since.

    A model says by :meth:`_version_before` which record this one replaces, and by
    :meth:`_shown_rows` how its lines are told. :meth:`get_shown` says what is
    different, and whom it is about.
    """

    _name = "remediation.shown"
    _description = "Signed as the Page Shows It"
    # For whoever reads the record: a duty without names may sign what it sees.
    _open_texts = frozenset({"content_hash"})

    content_hash = fields.Char(
        compute="_compute_content_hash", string="Hash of What Is Shown"
    )

    def _compute_content_hash(self):
        # sudo: the hash is the same for whoever reads the record, whichever fields
        # their rights leave out. It is keyed: nobody guesses a field from it.
        records = self.sudo().with_context(lang=None, active_test=False)
        lines = {name: _contents(records[name]) for name in _lines_of(records)}
        contents = _contents(records)
        for record, signed in zip(self, records, strict=True):
            content = [contents.get(signed._origin.id)] + [
                [texts[line.id] for line in signed[name]._origin.sorted("id")]
                for name, texts in lines.items()
            ]
            record.content_hash = hmac(
                signed.env, _SCOPE, json.dumps(content, default=str, sort_keys=True)
            )

    # -- beside the thing itself -------------------------------------------------
    @api.readonly
    def get_shown(self):
        """What stands beside a record that waits for a signature. For who may read it.

        :return: ``{facts, before, changes}``: whom it is about, what the version before
            is called, and ``[{label, before, now}]``
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        former = self._version_before()
        return {
            "facts": self._shown_facts(),
            "before": former.display_name or False,
            "changes": self._changes_since(former) if former else [],
        }

    def _version_before(self):
        """Hook: the record that this one replaces, if any."""
        return self.browse()

    def _shown_facts(self):
        """Hook: whom the record is about, as the page draws it, or False."""
        return False

    def _shown_rows(self):
        """Hook: ``{key: (label, text)}`` of the lines that are decided on with it."""
        return {}

    def _changes_since(self, former):
        """What the reader may read of what differs from an earlier version."""
        hidden = self._union_over_classes("_protected_fields")
        texts = [
            (
                self._fields[name]._description_string(self.env),
                former._shown_text(name),
                self._shown_text(name),
            )
            for name in _written_names(self)
            if name not in hidden
            and self._fields[name].string
            and self._has_field_access(self._fields[name], "read")
        ]
        old, new = former._shown_rows(), self._shown_rows()
        texts += [
            (
                (new.get(key) or old[key])[0],
                old.get(key, ("", ""))[1],
                new.get(key, ("", ""))[1],
            )
            for key in [*old, *(key for key in new if key not in old)]
        ]
        return [
            {"label": label, "before": before or "–", "now": now or "–"}
            for label, before, now in texts
            if before != now
        ]

    def _shown_text(self, name):
        """A value as people read it."""
        field, value = self._fields[name], self[name]
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "date":
            return self._say_day(value)
        if field.type == "datetime":
            return format_datetime(self.env, value) if value else ""
        if field.type == "monetary":
            return self[field.get_currency_field(self)].format(value)
        if field.type in ("properties", "json"):
            return ""
        return str(value) if value else ""


def _written_names(records):
    """The fields that people write, and what was decided on them: columns that nothing
    computes, and links to many."""
    return [
        name
        for name, field in records._fields.items()
        if field.store
        and (field.column_type or field.type == "many2many")
        and not field.related
        and (not field.compute or not field.readonly)
        and name not in MAGIC_COLUMNS
        and name != "message_main_attachment_id"
    ]


def _lines_of(records):
    """The links to lines that a record decides over (``_decided_by``)."""
    return [
        name
        for name, field in records._fields.items()
        if field.type == "one2many"
        and getattr(records.env[field.comodel_name], "_decided_by", None)
        == field.inverse_name
    ]


def _plain(record, name):
    """A value as JSON keeps it, the same whenever it is read."""
    value = record[name]
    if record._fields[name].relational:
        return sorted(value.ids)
    if record._fields[name].type == "properties":
        return {key: str(value[key]) for key in value or ()}
    return value


def _contents(records):
    """``{id: what people wrote, and their files by checksum}``."""
    records = records._origin
    names = _written_names(records)
    contents = {
        record.id: {name: _plain(record, name) for name in names} for record in records
    }
    files = [
        name
        for name, field in records._fields.items()
        if field.type == "binary" and field.store and field.attachment
    ]
    if files and records:
        for file in records.env["ir.attachment"].search(
            [
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
                ("res_field", "in", files),
            ]
        ):
            contents[file.res_id][f"file {file.res_field}"] = file.checksum
    return contents
