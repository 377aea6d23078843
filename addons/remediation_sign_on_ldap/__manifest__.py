{
    "name": "Remediation Sign-on by LDAP",
    "summary": "People sign in by a directory, which names their roles",
    "version": "19.0.1.0.0",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["auth_ldap", "remediation_sign_on"],
    "data": ["views/res_company_ldap_views.xml"],
    "external_dependencies": {"python": ["python-ldap"]},
    "auto_install": True,
}
