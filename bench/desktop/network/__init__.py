"""The simulated network between the browser and Jupyter."""
