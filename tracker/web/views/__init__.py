"""Pages, one module per noun, each with a `blueprint`; views parse, call one service or query, and render."""
