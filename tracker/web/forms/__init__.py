"""Forms check the shape of what was typed; rules belong to the services. One module per noun."""
