"""From a model's name to open sessions: find the model, choose a device, load, time and free it.

Knows neither messages nor the browser.
"""
