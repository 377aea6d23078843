from . import remediation_export, remediation_import_job
