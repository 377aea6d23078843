from . import ctdc, htcds, htcds_read, plain, primero, salesforce, source, writers
