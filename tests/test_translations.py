"""Every term of every module is there in French."""

import io
from pathlib import Path
from unittest.mock import patch

import polib
from _lib import i18n
from lxml import etree

from odoo.modules.module import get_manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import avoid_pattern, trans_export, xml_translate

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

    def test_no_text_stands_where_core_does_not_translate(self):
        """Core passes over a view that begins with a document type, and over the
        expressions of every view."""
        installed = self.env["ir.module.module"].search([("state", "=", "installed")])
        ours = installed.filtered(lambda module: module.author == AUTHOR)
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "in", ours.mapped("name"))]
        )
        views = self.env["ir.ui.view"].browse(data.mapped("res_id"))
        passed_over = 0
        for view in views.with_context(lang=None):
            self.assertNotRegex(view.arch_db, r"\b_\(", view.key)
            root = etree.fromstring(view.arch_db)
            if not avoid_pattern.match(root.text or ""):
                continue
            passed_over += 1
            root.text = None
            terms = []
            xml_translate(terms.append, etree.tostring(root, encoding="unicode"))
            self.assertEqual(terms, [], view.key)
        self.assertTrue(passed_over, "the portal's page begins with a document type")

    def _terms(self, module):
        """What a fresh export says has to be translated."""
        # Core reads all folders of all modules for each one; and it takes a file for
        # that of the first folder that it lies in, which is the root for addons/ too.
        place = get_manifest(module)["addons_path"]
        buffer = io.BytesIO()
        with patch.object(odoo.addons, "__path__", [place]):
            trans_export(None, [module], buffer, "po", self.env)
        exported = polib.pofile(buffer.getvalue().decode())
        folder = Path(place) / module
        return {entry.msgid for entry in i18n.clean(exported, folder)}

    def _french(self, module):
        path = get_manifest(module)["addons_path"] + f"/{module}/i18n/fr.po"
        try:
            entries = polib.pofile(path)
        except OSError:
            return set()
        return {entry.msgid for entry in entries if entry.msgstr and not entry.fuzzy}
