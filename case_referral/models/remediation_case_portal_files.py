import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.remediation_base.tools import pictures

FILE_MAX_BYTES = 5 * 1024 * 1024


class RemediationCasePortal(models.Model):
    """Papers and pictures that come and go by the portal."""

    _inherit = "remediation.case"

    def portal_add_document(self, content):
        """Add a photo or a PDF (base64) to the case's papers. For the holder.

        Photos are drawn anew without metadata and get a neutral name (R30). Other
        kinds of file, or more than 5 MB, are refused (UserError).
        """
        case = self._portal_held()
        return case._portal_attach(content, case).id

    # Files

    def portal_files(self):
        """Return the papers of a case the user may read, newest first.

        For the holder and the vetted partner supervisor. Dicts of id, name, date.
        """
        self.ensure_one()
        self.check_access("read")
        self._check_sees_papers()
        # sudo: portal users read no attachments; access to the case was checked and
        # only names made by us and dates come back.
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            .search_fetch(
                self._portal_file_domain(),
                ["name", "create_date"],
                order="id desc",
                limit=50,
            )
        )
        return [
            {"id": file.id, "name": file.name, "date": file.create_date}
            for file in attachments
        ]

    @api.model
    def _check_sees_papers(self):
        """A paper says who the child is: it is read with the right to names (R72)."""
        if not self.env["res.users"]._sees_names():
            raise AccessError(self.env._("This paper is not open to you."))

    def _portal_file_domain(self):
        case = self.sudo()  # sudo: ids for a domain; each file is checked as the user
        owners = (
            fields.Domain("res_model", "=", "remediation.case")
            & fields.Domain("res_id", "in", case.ids)
            | fields.Domain("res_model", "=", "remediation.consent")
            & fields.Domain("res_id", "in", case.consent_ids.ids)
            | fields.Domain("res_model", "=", "remediation.plan")
            & fields.Domain("res_id", "in", case.plan_ids.ids)
            | fields.Domain("res_model", "=", "remediation.service.delivery")
            & fields.Domain(
                "res_id",
                "in",
                self.env["remediation.service.delivery"]
                .sudo()  # sudo: ids only, of a case that was checked
                ._search([("case_id", "in", case.ids)]),
            )
        )
        return owners & fields.Domain("res_field", "=", False)

    @api.model
    def portal_read_file(self, file_id):
        """Return one paper's facts and bytes, for a case the user may read today.

        Missing, foreign and former alike are an AccessError.
        """
        # sudo: portal users read no attachments; the case is found from the paper and
        # its access is checked as the user before anything is returned.
        attachment = self.env["ir.attachment"].sudo().browse(file_id).exists()
        case = self.browse()
        owner = False
        if attachment.res_model in (
            "remediation.case",
            "remediation.consent",
            "remediation.plan",
            "remediation.service.delivery",
        ):
            # sudo: as above
            owner = (
                self.env[attachment.res_model].sudo().browse(attachment.res_id).exists()
            )
        if owner and not attachment.res_field:
            case = owner if owner._name == "remediation.case" else owner.case_id
        found = self.search([("id", "in", case.ids)])
        found._check_sees_papers()
        if not found:
            raise AccessError(self.env._("This paper is not open to you."))
        found._check_may_download()
        self.env["remediation.access.log"]._log(
            self.env[attachment.res_model].browse(attachment.res_id), "download"
        )
        return (
            {"name": attachment.name, "mimetype": attachment.mimetype},
            attachment.raw,
        )

    def _portal_attach(self, content, record):
        """Keep a cleaned file on ``record`` under a neutral name (R30)."""
        self.ensure_one()
        data, mimetype, extension = self._clean_file(content)
        # sudo: portal users have no create right on attachments; callers checked that
        # the user holds the case.
        Attachment = self.env["ir.attachment"].sudo()
        number = Attachment.search_count(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )
        return Attachment.create(
            {
                "name": f"{self.name}-{number + 1}.{extension}",
                "res_model": record._name,
                "res_id": record.id,
                "raw": data,
                "mimetype": mimetype,
            }
        )

    @api.model
    def _clean_file(self, content):
        if isinstance(content, str):
            content = content.partition("base64,")[2] or content
            content = content.encode()
        if not isinstance(content, bytes):
            raise UserError(self.env._("Choose a photo or a PDF."))
        if len(content) > FILE_MAX_BYTES * 4 // 3 + 8:
            raise UserError(self.env._("The file is too large: 5 MB at most."))
        try:
            data = base64.b64decode(content, validate=True)
        except ValueError as error:
            raise UserError(self.env._("Choose a photo or a PDF.")) from error
        if len(data) > FILE_MAX_BYTES:
            raise UserError(self.env._("The file is too large: 5 MB at most."))
        if data.startswith(b"%PDF-"):
            return data, "application/pdf", "pdf"
        try:
            return pictures.photo(data, 1600), "image/jpeg", "jpg"
        except pictures.PictureError as error:
            self._refuse_undrawn(data)
            raise UserError(self.env._("Choose a photo or a PDF.")) from error

    @api.model
    def _refuse_undrawn(self, data):
        """Say what to do with a photo of a telephone that cannot be drawn here."""
        if pictures.is_heif(data):
            raise UserError(
                self.env._(
                    "This HEIC photo is too large or damaged: set the camera to “Most "
                    "Compatible”, or send a screenshot of it."
                )
            )
