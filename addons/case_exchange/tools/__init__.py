from . import htcds, plain, primero, salesforce, source, writers
