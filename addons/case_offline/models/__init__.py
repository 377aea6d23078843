from . import (
    remediation_case,
    remediation_device,
    remediation_submission,
    res_company,
    res_config_settings,
)
