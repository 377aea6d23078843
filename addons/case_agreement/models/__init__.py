from . import (
    remediation_agreement,
    remediation_agreement_party,
    remediation_agreement_child,
    remediation_agreement_cost,
    remediation_agreement_month,
    remediation_agreement_forecast,
    remediation_agreement_child_forecast,
    remediation_beneficiary,
    remediation_case,
)
