{
    "name": "Remediation Sentry",
    "summary": "Errors go to Sentry without a name, a number or a story",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["remediation_base", "sentry"],
    "external_dependencies": {"python": ["sentry_sdk"]},
    "auto_install": True,
    "post_load": "post_load",
}
