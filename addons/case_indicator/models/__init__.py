from . import (
    remediation_indicator,
    remediation_indicator_measure,
    remediation_indicator_run,
    remediation_indicator_run_facts,
    remediation_indicator_figure,
    remediation_donor_report,
    remediation_donor_report_content,
    remediation_donor_report_screen,
    remediation_desk,
    remediation_data_gap,
    remediation_bi,
    remediation_site_map,
)
