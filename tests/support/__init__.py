"""What several tests share: databases, a browser, the project's own files. No test lives here."""
