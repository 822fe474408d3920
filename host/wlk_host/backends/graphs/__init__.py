"""ONNX graphs: written without the onnx package, and run by onnxruntime on the processor.

Knows nothing of what the graphs compute.
"""
