"""The database's own promises: guards, transactions, the write queue. No service is called here."""
