"""The linter of OKRs: what a book says that cannot be measured, reached or understood, with a better wording."""
