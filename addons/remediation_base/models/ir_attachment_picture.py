import base64
import re
import secrets

from odoo import api, models
from odoo.exceptions import UserError

from ..tools import pictures

#: A file name made of a record's code says nothing about a person.
_CODE_NAME = re.compile(r"[A-Z]{1,3}-\d{4,}(-\d+)?\.\w{3,4}")


class IrAttachment(models.Model):
    """Photos of sensitive records lose their metadata and their name (R30).

    By whatever door they come: a field, the chatter, a portal, an import, a remote
    call, or a file that is moved to such a record later. What is a picture is decided
    by its bytes. Thumbnails are drawn from the kept picture on each request and pass
    the same check as it.
    """

    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        default = self.env.context.get("default_res_model")
        return super().create(
            [
                self._with_clean_picture(vals)
                if self._is_sensitive_model(vals.get("res_model", default))
                else vals
                for vals in vals_list
            ]
        )

    def write(self, vals):
        # sudo: only the model of the document is read, to decide what is cleaned.
        sensitive = self.sudo().filtered(
            lambda attachment: self._is_sensitive_model(attachment.res_model)
        )
        if sensitive and ({"raw", "datas"} & vals.keys()):
            vals = self._with_clean_picture(vals, field=bool(sensitive[:1].res_field))
        elif sensitive and vals.get("name"):
            vals = dict(vals, name=self._neutral_name(sensitive[:1], vals["name"]))
        result = super().write(vals)
        if self._is_sensitive_model(vals.get("res_model")):
            (self.sudo() - sensitive)._clean_pictures()  # sudo: as above
        return result

    @api.model
    def _neutral_name(self, attachment, name):
        if not (attachment.mimetype or "").startswith("image/") or attachment.res_field:
            return name
        return name if _CODE_NAME.fullmatch(name) else attachment.name

    @api.model
    def _with_clean_picture(self, vals, field=None):
        """Return the values with a picture drawn anew and named by nothing but chance.

        :raises UserError: it is a picture that cannot be drawn here
        """
        raw = vals.get("raw") or (vals.get("datas") and base64.b64decode(vals["datas"]))
        if not isinstance(raw, bytes) or not pictures.is_picture(raw):
            return vals
        try:
            data, mimetype, extension = pictures.clean(raw)
        except pictures.PictureError as error:
            raise UserError(
                self.env._(
                    "This photo cannot be read, so its place and time cannot be "
                    "removed: save it as JPEG or PNG and add it again."
                )
            ) from error
        vals = {key: value for key, value in vals.items() if key != "datas"}
        vals.update(raw=data, mimetype=mimetype)
        if field is None:
            field = bool(vals.get("res_field"))
        if not field and not _CODE_NAME.fullmatch(vals.get("name") or ""):
            vals["name"] = f"photo-{secrets.token_hex(4)}.{extension}"
        return vals

    def _clean_pictures(self):
        """Clean files that became those of a sensitive record after they were kept."""
        for attachment in self:
            raw = attachment.raw
            if raw and pictures.is_picture(raw):
                attachment.write({"raw": raw})
