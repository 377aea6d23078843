from . import remediation_agreement, remediation_agreement_party
