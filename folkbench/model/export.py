"""From a checkpoint to the ONNX model that composing runs: one step of the network as a graph.

Inputs `token` int64 (batch), `h` and `c` float32 (layers, batch, hidden); outputs `logits` (batch, vocabulary),
`h_out`, `c_out`. All h lie in -1..1, so int8 needs no measuring: h becomes round(127 h) + 128, always. The weights
have 7 bits with a scale per column (sums of products then fit 16 bits on processors without VNNI), and a token's
column of W_x1 is gathered in float32, its bias added beforehand. Sums of integers are exact in any order, so a
stream's logits are the same bits alone, in any batch and with any number of threads; onnxruntime's own dynamic
quantisation takes one scale over the whole batch, and a tune would depend on its neighbours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from folkbench.bench import write_whole
from folkbench.errors import Missing
from folkbench.model.checkpoint import Checkpoint
from folkbench.model.recall import RECALL

_OPSET = 17
_IR = 8
"""Old enough for every onnxruntime that folkbench admits."""
_STEP = np.float32(1 / 127)
_ZERO = 128
_LARGEST = 63


def export(checkpoint: Checkpoint, path: Path, *, int8: bool = True) -> None:
    """Write the network's step as an ONNX model, whole or not at all, over an older one.

    Raises Missing without the onnx package.
    """
    write_whole(path, build(checkpoint, int8=int8), force=True)


def build(checkpoint: Checkpoint, *, int8: bool = True) -> bytes:
    """The ONNX model as bytes."""
    onnx = _onnx()
    layers, hidden, vocabulary = checkpoint.layers, checkpoint.hidden, len(checkpoint.vocabulary)
    graph = _Graph(onnx)
    _network(graph, checkpoint, _Int8(graph) if int8 else _Float(graph))
    tensor, float32 = onnx.helper.make_tensor_value_info, onnx.TensorProto.FLOAT
    state = [layers, "batch", hidden]
    inputs = [tensor("token", onnx.TensorProto.INT64, ["batch"])]
    outputs = [tensor("logits", float32, ["batch", vocabulary])]
    proto = onnx.helper.make_graph(
        graph.nodes,
        "folk-rnn step",
        [*inputs, tensor("h", float32, state), tensor("c", float32, state)],
        [*outputs, tensor("h_out", float32, state), tensor("c_out", float32, state)],
        graph.constants,
    )
    opsets = [onnx.helper.make_opsetid("", _OPSET)]
    model = onnx.helper.make_model(proto, opset_imports=opsets, ir_version=_IR, producer_name="folkbench")
    onnx.helper.set_model_props(model, {"folkbench": json.dumps(_note(checkpoint, int8), ensure_ascii=False)})
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@dataclass(slots=True)
class _Graph:
    """Nodes and constants as they are added."""

    onnx: Any
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def add(self, kind: str, inputs: list[str], *outputs: str, **attributes: Any) -> str:
        """A node; returns its first output."""
        self.nodes.append(self.onnx.helper.make_node(kind, inputs, list(outputs), **attributes))
        return outputs[0]

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """A constant; returns its name."""
        self.constants.append(self.onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name


@dataclass(slots=True)
class _Float:
    """Products in float32."""

    graph: _Graph

    def ready(self, flow: str, name: str) -> str:
        """What a product takes of h."""
        return flow

    def product(self, flow: str, weight: NDArray[np.float32], name: str) -> str:
        """flow (batch, n) times weight (n, m)."""
        return self.graph.add("MatMul", [flow, self.graph.constant(f"{name}.weight", weight)], f"{name}.product")


@dataclass(slots=True)
class _Int8:
    """Products in whole numbers, with the fixed scale of h and one per column of the weights."""

    graph: _Graph

    def __post_init__(self) -> None:
        self.graph.constant("step", np.array(_STEP))
        self.graph.constant("zero", np.array(_ZERO, np.uint8))

    def ready(self, flow: str, name: str) -> str:
        """h as round(127 h) + 128."""
        return self.graph.add("QuantizeLinear", [flow, "step", "zero"], f"{name}.whole")

    def product(self, flow: str, weight: NDArray[np.float32], name: str) -> str:
        """flow (batch, n) times weight (n, m)."""
        whole, scale = quantised(weight)
        inputs = [flow, self.graph.constant(f"{name}.weight", whole), "zero"]
        total = self.graph.add("MatMulInteger", inputs, f"{name}.total")
        total = self.graph.add("Cast", [total], f"{name}.float", to=self.graph.onnx.TensorProto.FLOAT)
        return self.graph.add("Mul", [total, self.graph.constant(f"{name}.scale", scale * _STEP)], f"{name}.product")


def quantised(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Weights (n, m) as whole numbers of -63..63, and the scale of each column (m)."""
    scale = np.maximum(np.abs(weight).max(axis=0), np.float32(1e-12)) / np.float32(_LARGEST)
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def _network(graph: _Graph, checkpoint: Checkpoint, arithmetic: _Float | _Int8) -> None:
    weights, layers, hidden = checkpoint.weights, checkpoint.layers, checkpoint.hidden
    # i, f, o, c: the three sigmoids stand together, so that one node makes them
    order = np.concatenate(
        [np.arange(2 * hidden), np.arange(3 * hidden, 4 * hidden), np.arange(2 * hidden, 3 * hidden)]
    )
    graph.constant("three and one", np.array([3 * hidden, hidden], np.int64))
    graph.constant("three", np.full(3, hidden, np.int64))
    graph.constant("streams", np.array([-1, hidden], np.int64))
    graph.constant("layers", np.array([layers, -1, hidden], np.int64))
    before = [f"h{layer}.before" for layer in range(1, layers + 1)]
    cells = [f"c{layer}.before" for layer in range(1, layers + 1)]
    # layers one below the other, cut into equal parts: fewer nodes than taking each out and dropping its axis
    graph.add("Split", [graph.add("Reshape", [arithmetic.ready("h", "h"), "streams"], "h.rows")], *before, axis=0)
    graph.add("Split", [graph.add("Reshape", ["c", "streams"], "c.rows")], *cells, axis=0)
    flow, after = "", []
    for layer in range(1, layers + 1):
        name = f"layer{layer}"
        w_x, w_h, b = (weights[f"{kind}{layer}"][order].T for kind in ("W_x", "W_h", "b"))
        if layer == 1:
            columns = graph.constant(f"{name}.columns", w_x + b)
            given = graph.add("Gather", [columns, "token"], f"{name}.given", axis=0)
            product = arithmetic.product(before[0], w_h, name)
        else:
            given = graph.constant(f"{name}.bias", b)
            both = graph.add("Concat", [flow, before[layer - 1]], f"{name}.both", axis=1)
            product = arithmetic.product(both, np.concatenate([w_x, w_h]), name)
        gates = graph.add("Add", [product, given], f"{name}.gates")
        h, c = _cell(graph, name, gates, cells[layer - 1])
        after.append((h, c))
        flow = arithmetic.ready(h, name)
    product = arithmetic.product(flow, weights["V"].T, "softmax")
    graph.add("Add", [product, graph.constant("v", weights["v"])], "logits")
    for place, output in ((0, "h_out"), (1, "c_out")):
        rows = graph.add("Concat", [pair[place] for pair in after], f"{output}.rows", axis=0)
        graph.add("Reshape", [rows, "layers"], output)


def _cell(graph: _Graph, name: str, gates: str, before: str) -> tuple[str, str]:
    """h and c after the step, from the gates' sums (batch, 4 hidden) and c before it."""
    graph.add("Split", [gates, "three and one"], f"{name}.ifo", f"{name}.candidate", axis=1)
    graph.add("Sigmoid", [f"{name}.ifo"], f"{name}.open")
    graph.add("Split", [f"{name}.open", "three"], f"{name}.i", f"{name}.f", f"{name}.o", axis=1)
    graph.add("Tanh", [f"{name}.candidate"], f"{name}.g")
    graph.add("Mul", [f"{name}.i", f"{name}.g"], f"{name}.new")
    graph.add("Mul", [f"{name}.f", before], f"{name}.old")
    c = graph.add("Add", [f"{name}.new", f"{name}.old"], f"{name}.c")
    graph.add("Tanh", [c], f"{name}.shown")
    return graph.add("Mul", [f"{name}.o", f"{name}.shown"], f"{name}.h"), c


def _note(checkpoint: Checkpoint, int8: bool) -> dict[str, Any]:
    weights, layers = checkpoint.weights, range(1, checkpoint.layers + 1)
    return {
        "vocabulary": checkpoint.vocabulary,
        "encoding": checkpoint.encoding,
        "hash": checkpoint.hash,
        "corpus": checkpoint.history.get("corpus", {}),
        "arithmetic": "int8" if int8 else "float32",
        "recall": weights[RECALL].tolist() if RECALL in weights else None,
        "start": {kind: [weights[f"{kind}0_{layer}"].tolist() for layer in layers] for kind in "hc"},
    }


def _onnx() -> Any:
    try:
        import onnx
        import onnx.helper
        import onnx.numpy_helper
    except ImportError as error:
        raise Missing("exporting needs the onnx package", "pip install 'folkbench[train]'") from error
    return onnx
