from . import (
    test_access,
    test_export,
    test_export_standards,
    test_import_primero,
    test_import_salesforce,
)
