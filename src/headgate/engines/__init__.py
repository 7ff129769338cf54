"""What runs a plan on the rows: Ibis over DuckDB. The only package that sees a cell value, inside the cell.

Nothing is imported here: what the other processes need of it (`interface`, `wording`, `work`) loads no engine.
"""
