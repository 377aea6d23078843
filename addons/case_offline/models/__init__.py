from . import (
    remediation_attendance,
    remediation_case,
    remediation_device,
    remediation_referral_package,
    remediation_submission,
    res_company,
    res_config_settings,
)
