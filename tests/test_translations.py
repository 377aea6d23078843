"""Every term of every module is there in French."""

import io

import polib

from odoo.modules.module import get_manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

import odoo.addons

AUTHOR = "Child Remediation contributors"


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def test_french_is_complete(self):
        installed = self.env["ir.module.module"].search([("state", "=", "installed")])
        for module in installed.filtered(lambda module: module.author == AUTHOR):
            with self.subTest(module=module.name):
                missing = self._terms(module.name) - self._french(module.name)
                self.assertEqual(
                    len(missing),
                    0,
                    f"{len(missing)} terms without French; run setup/i18n "
                    f"{module.name}, for example: {sorted(missing)[:5]}",
                )

    def _terms(self, module):
        """What a fresh export says has to be translated."""
        # Core takes a file for that of the first folder that it lies in: without this,
        # addons/ would be part of the root and its code have no module.
        longest = sorted(odoo.addons.__path__, key=len, reverse=True)
        self.patch(odoo.addons, "__path__", longest)
        buffer = io.BytesIO()
        trans_export(None, [module], buffer, "po", self.env)
        return {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}

    def _french(self, module):
        path = get_manifest(module)["addons_path"] + f"/{module}/i18n/fr.po"
        try:
            entries = polib.pofile(path)
        except OSError:
            return set()
        return {entry.msgid for entry in entries if entry.msgstr and not entry.fuzzy}
