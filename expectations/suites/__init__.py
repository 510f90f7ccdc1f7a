"""The suites as code, one module per border. Declarations only: importing them imports no engine."""
