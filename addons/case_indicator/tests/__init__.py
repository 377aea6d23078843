from . import (
    test_access,
    test_bi,
    test_data_gap,
    test_desk,
    test_figures,
    test_report,
    test_report_files,
    test_report_screen,
    test_site_map,
)
