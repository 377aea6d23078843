from collections import defaultdict

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

#: Only code in this process can hold this object: a remote caller sends JSON or XML.
_BY_CODE = object()
#: What people wrote, not the application.
WRITTEN_BY_PEOPLE = ("comment", "email", "email_outgoing", "auto_comment")


class PresentAccess(models.AbstractModel):
    """Messages and activities of a sensitive document follow present access to it.

    Core lets an author, a recipient or an assignee read on after losing the document,
    and lets whoever may write the document edit or delete what others wrote. On a
    model with ``_remediation_sensitive`` present read access to the document is the
    only right, for reading, creating and searching; nobody edits or deletes.
    """

    _name = "remediation.present.access"
    _description = "Access by Present Access to the Document"

    _document_model_field = "model"
    _changes_refused = True

    @api.model
    @tools.ormcache()
    def _sensitive_models(self):
        """Names of the sensitive models, split into those with and without a log."""
        with_log, without = [], []
        for name, model in self.env.registry.items():
            if getattr(model, "_remediation_sensitive", False) and not model._abstract:
                (with_log if hasattr(model, "message_post") else without).append(name)
        return tuple(with_log), tuple(without)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self:
            return result
        checked = self - result[0] if result else self
        forbidden = checked._forbidden_by_document(operation)
        if not forbidden:
            return result
        if result:
            return result[0] + forbidden, result[1]
        return forbidden, lambda: AccessError(
            self.env._("You do not have access to the document this belongs to.")
        )

    def _forbidden_by_document(self, operation):
        with_log, without = self._sensitive_models()
        # sudo: only the link to the document is read, to decide on access.
        by_model = defaultdict(lambda: defaultdict(list))
        for record in self.sudo():
            name = record[self._document_model_field]
            if name in with_log or name in without:
                by_model[name][record.res_id].append(record.id)
        forbidden = []
        for name, by_document in by_model.items():
            documents = self.env[name].browse(by_document).exists()
            refused = name in without or (
                self._changes_refused and operation in ("write", "unlink")
            )
            allowed = () if refused else documents._filtered_access("read")._ids
            for document_id, ids in by_document.items():
                if document_id not in allowed:
                    forbidden += ids
        return self.browse(forbidden)

    @api.model
    def _unseen_domain(self, with_log):
        """Hook: what of these documents the user does not see whoever sees them."""
        return Domain.FALSE

    @api.model
    def _search(
        self, domain, offset=0, limit=None, order=None, *, bypass_access=False, **kwargs
    ):
        if not (self.env.su or bypass_access):
            with_log, without = self._sensitive_models()
            field = self._document_model_field
            access = Domain(field, "not in", (*with_log, *without))
            for name in with_log:
                if self.env[name].has_access("read"):
                    access |= Domain(field, "=", name) & Domain(
                        "res_id", "in", self.env[name]._search([])
                    )
            domain = Domain(domain) & access & ~self._unseen_domain(with_log)
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs
        )


class MailThread(models.AbstractModel):
    """Nobody writes messages on a record that holds a child's data (R72): whoever may
    read the row would read the names in it. People write notes; the application logs
    what happened by code."""

    _inherit = "mail.thread"

    def _by_code(self):
        """The same records, for a message whose text the application makes itself."""
        return self.with_context(remediation_by_code=_BY_CODE)

    def _refuse_free_text(self, sensitive=None):
        if sensitive is None:
            sensitive = getattr(self, "_remediation_sensitive", False)
        if sensitive and self.env.context.get("remediation_by_code") is not _BY_CODE:
            raise AccessError(
                self.env._(
                    "Nobody writes messages here, because people who may not know "
                    "names read them: write a note instead."
                )
            )

    def message_post(self, **kwargs):
        # What core says of a new record is the application's own text.
        if self.env.context.get("remediation_created") is not _BY_CODE:
            self._refuse_free_text()
        return super().message_post(**kwargs)

    @api.model_create_multi
    def create(self, vals_list):
        if not getattr(self, "_remediation_sensitive", False):
            return super().create(vals_list)
        before = self.env.context.get("remediation_created")
        creating = self.with_context(remediation_created=_BY_CODE)
        records = super(MailThread, creating).create(vals_list)
        # The permission ends with the creation.
        return records.with_context(remediation_created=before)

    def message_notify(self, **kwargs):
        self._refuse_free_text()
        return super().message_notify(**kwargs)


class DocumentId(fields.Many2oneReference):
    """The link of a message or activity to its document.

    Core matches each new row with the lists of messages and activities of every model
    that has a log before it looks whether one of them is in memory at all: a tenth of
    the time that it takes to send a thousand referrals.
    """

    def _update_inverses(self, records, value):
        if isinstance(value, int) and not any(
            inverse._get_cache(records.env).get(value) is not None
            for inverse in records.pool.field_inverses[self]
        ):
            return None
        return super()._update_inverses(records, value)


class MailMessage(models.Model):
    _name = "mail.message"
    _inherit = ["mail.message", "remediation.present.access"]

    res_id = DocumentId()

    def _forbidden_by_document(self, operation):
        """And what people wrote before nobody could is open to who sees names."""
        forbidden = super()._forbidden_by_document(operation)
        if self.env["res.users"]._sees_names():
            return forbidden
        # sudo: only the kind of message is read, to decide on access.
        return forbidden | self.sudo().filtered(
            lambda message: (
                message.model
                and self.env["ir.attachment"]._is_sensitive_model(message.model)
                and (
                    message.message_type in WRITTEN_BY_PEOPLE
                    or message.mail_activity_type_id
                )
            )
        ).sudo(False)

    @api.model
    def _unseen_domain(self, with_log):
        """Messages on these models that the user does not see whoever sees the row."""
        if self.env["res.users"]._sees_names():
            return Domain.FALSE
        return Domain("model", "in", with_log) & (
            Domain("message_type", "in", WRITTEN_BY_PEOPLE)
            | Domain("mail_activity_type_id", "!=", False)
        )

    @api.model_create_multi
    def create(self, vals_list):
        """A remote caller makes no message of a record that holds a child's data."""
        if not self.env.su and any(
            self.env["ir.attachment"]._is_sensitive_model(vals.get("model"))
            for vals in vals_list
        ):
            self.env["mail.thread"]._refuse_free_text(sensitive=True)
        return super().create(vals_list)


class MailActivity(models.Model):
    _name = "mail.activity"
    _inherit = ["mail.activity", "remediation.present.access"]

    _document_model_field = "res_model"
    # Whoever sees the case does and closes its activities.
    _changes_refused = False

    res_id = DocumentId()
    # Known before the row is inserted, so they cost no second statement.
    res_name = fields.Char(compute="_compute_res_name", store=True, precompute=True)
    user_tz = fields.Selection(related="user_id.tz", store=True, precompute=True)

    @api.model
    def _add_precomputed_values(self, vals_list):
        """What follows from the document and the user, from all of them at once: core
        would make a record in memory of each activity for it."""
        # sudo: as core's related fields and its name of the document
        env = self.sudo().env
        documents = defaultdict(list)
        for vals in vals_list:
            if vals.get("res_model_id"):
                vals["res_model"] = env["ir.model"].browse(vals["res_model_id"]).model
            if vals.get("res_model") in env and vals.get("res_id"):
                documents[vals["res_model"]].append(vals["res_id"])
        names = {
            (model, document.id): document.display_name
            for model, ids in documents.items()
            for document in env[model].browse(ids)
        }
        users = env["res.users"].browse(
            {vals["user_id"] for vals in vals_list if vals.get("user_id")}
        )
        time_zones = {user.id: user.tz for user in users}
        for vals in vals_list:
            # Whatever was sent: both follow.
            document = vals.get("res_model"), vals.get("res_id")
            vals["res_name"] = names.get(document, False)
            vals["user_tz"] = time_zones.get(vals.get("user_id"), False)
        return super()._add_precomputed_values(vals_list)

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._refuse_free_text(vals)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su and {"summary", "note", "feedback"} & vals.keys():
            for activity in self.sudo():  # sudo: only the link to the document is read
                self._refuse_free_text(
                    {"res_model": activity.res_model, **vals},
                    activity.activity_type_id,
                )
        return super().write(vals)

    @api.model
    def _refuse_free_text(self, vals, activity_type=None):
        """An activity of a child's record says what its type says, no more (R72)."""
        model = vals.get("res_model")
        if vals.get("res_model_id"):
            # sudo: the name of a model
            model = self.env["ir.model"].sudo().browse(vals["res_model_id"]).model
        if not self.env["ir.attachment"]._is_sensitive_model(model):
            return
        if vals.get("feedback"):
            raise UserError(
                self.env._("Finish the activity without a text: write a note instead.")
            )
        types = self.env["mail.activity.type"]
        activity_type = activity_type or types.browse(vals.get("activity_type_id"))
        if (
            (vals.get("note") or "") not in ("", "<p><br></p>", "<p></p>")
            and vals["note"] != activity_type.default_note
        ) or (vals.get("summary") or activity_type.summary) != activity_type.summary:
            raise UserError(
                self.env._(
                    "An activity here has no text of its own, because people who may "
                    "not know names read it: write a note instead."
                )
            )

    def action_notify(self):
        """Core tells the assignee by a message; its text is the application's."""
        return super(
            MailActivity, self.with_context(remediation_by_code=_BY_CODE)
        ).action_notify()

    def _action_done(self, feedback=False, attachment_ids=None):
        if feedback and any(
            self.env["ir.attachment"]._is_sensitive_model(activity.res_model)
            for activity in self
        ):
            raise UserError(
                self.env._("Finish the activity without a text: write a note instead.")
            )
        # The message that tells of it is the application's.
        return super(
            MailActivity, self.with_context(remediation_by_code=_BY_CODE)
        )._action_done(feedback=feedback, attachment_ids=attachment_ids)

    def _compute_res_name(self):
        """As core, with the names of all documents of a model read at once."""
        for model, activities in self.filtered("res_id").grouped("res_model").items():
            if model:
                self.env[model].browse(activities.mapped("res_id")).mapped(
                    "display_name"
                )
        return super()._compute_res_name()


class IrAttachment(models.Model):
    """Files of a sensitive document: never public, never by token, never replaced."""

    _inherit = "ir.attachment"

    @api.model
    def _is_sensitive_model(self, name):
        return bool(
            name
            and name in self.env
            and getattr(self.env.registry[name], "_remediation_sensitive", False)
        )

    @api.model
    def _shows_a_person(self, name):
        """Hook: whether a file of this model shows who somebody is: a signed paper, a
        photo (R1)."""
        return True

    def _is_closed_today(self, attachment):
        """Whether the document gives its file to nobody without a right that the user
        does not hold today (R75)."""
        document = self.env[attachment.res_model].browse(attachment.res_id)
        check = getattr(document, "_check_may_download", None)
        if check:
            try:
                check()
            except AccessError:
                return True
        return False

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if self.env.su or not self:
            return result
        checked = self - result[0] if result else self
        forbidden = self.browse()
        named = self.env["res.users"]._sees_names()
        # sudo: only the link to the document is read, to decide on access.
        for attachment in checked.sudo():
            if not self._is_sensitive_model(attachment.res_model):
                continue
            refused = operation in ("write", "unlink")
            if not refused and attachment.res_field:
                # Core spares administrators the field's groups; a photo keeps them.
                field = self.env[attachment.res_model]._fields.get(attachment.res_field)
                refused = field is None or not self.env[
                    attachment.res_model
                ]._has_field_access(field, "read")
            if not refused and not named:
                refused = self._shows_a_person(attachment.res_model)
            if not refused:
                refused = self._is_closed_today(attachment)
            if refused:
                forbidden += attachment.sudo(False)
        if not forbidden:
            return result
        if result:
            return result[0] + forbidden, result[1]
        if operation == "read":
            return forbidden, lambda: AccessError(
                self.env._("Only people who see names may open this paper.")
            )
        return forbidden, lambda: AccessError(
            self.env._("Nobody changes or deletes this file: add a new one.")
        )

    @api.model_create_multi
    def create(self, vals_list):
        attachments = super().create(vals_list)
        attachments._check_not_exposed()
        return attachments

    def write(self, vals):
        result = super().write(vals)
        if {"public", "access_token", "res_model"} & vals.keys():
            self._check_not_exposed()
        return result

    def copy(self, default=None):
        # sudo: only the link to the document is read, to decide on access.
        if not self.env.su and any(
            self._is_sensitive_model(attachment.res_model) for attachment in self.sudo()
        ):
            raise AccessError(
                self.env._("This file stays with its record: nobody copies it.")
            )
        return super().copy(default)

    def _check_not_exposed(self):
        # sudo: the check must see the row whoever wrote it; superuser code included.
        for attachment in self.sudo():
            if (
                attachment.public or attachment.access_token
            ) and self._is_sensitive_model(attachment.res_model):
                raise AccessError(
                    self.env._(
                        "This file is never public and has no link that works without "
                        "signing in."
                    )
                )


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _sees_names(self):
        """Hook: whether the present user sees names at all; the rules say of whom."""
        return False
