"""An embedded Salesforce-compatible org on loopback, for trying the product and for its tests."""
