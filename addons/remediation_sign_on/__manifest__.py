{
    "name": "Remediation Sign-on",
    "summary": "People sign in at an identity provider, which names their roles",
    "version": "19.0.1.0.1",
    "category": "Child Remediation",
    "license": "AGPL-3",
    "author": "Child Remediation contributors",
    "development_status": "Beta",
    "depends": ["auth_oidc", "child_remediation"],
    "data": [
        "security/ir.model.access.csv",
        "views/auth_oauth_provider_views.xml",
        "views/res_users_views.xml",
    ],
    "post_init_hook": "post_init_hook",
}
