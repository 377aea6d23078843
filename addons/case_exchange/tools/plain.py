"""Text that a database and a sheet can hold."""

from odoo.addons.remediation_base.tools.sheets import CONTROL


def plain(node):
    """Return a parsed document without characters that nothing can store."""
    if isinstance(node, str):
        return CONTROL.sub("", node)
    if isinstance(node, list):
        return [plain(one) for one in node]
    if isinstance(node, dict):
        return {plain(key): plain(value) for key, value in node.items()}
    return node
