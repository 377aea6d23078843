from . import remediation_organisation_setup
