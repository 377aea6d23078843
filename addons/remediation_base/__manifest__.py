{
    "name": "Remediation Base",
    "summary": "Mechanisms that the remediation apps declare their models in",
    "version": "19.0.1.0.0",
    "category": "Hidden",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "depends": ["mail"],
    "uninstall_hook": "uninstall_hook",
}
