"""What runs a plan on the rows: Ibis over DuckDB. The only package that sees a cell value."""
