"""What is taken away: the day as text, tables as CSV and XLSX, reports as PDF, in the reader's language.

Figures come from queries; who may have which file is decided by those who call: web, jobs and cli.
"""
