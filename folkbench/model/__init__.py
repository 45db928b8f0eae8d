"""The network: training it in torch, keeping it as a checkpoint, exporting it to ONNX and running that.

`network` and `training` need torch, `export` needs onnx; what composing imports (`checkpoint`, `session`)
needs neither.
"""
