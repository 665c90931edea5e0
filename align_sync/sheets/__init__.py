"""Workbooks (XLSX) as bytes: read into grids, and written from rows. What they mean is in `okr/tables/`."""
