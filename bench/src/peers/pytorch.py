"""PyTorch's side of the benchmarks: reads requests and writes answers, one line of JSON each.

    {"prepare": "train", "work": {...}}   ->  {"answer": 3}        a handle
    {"run": 3, "times": 100}              ->  {"answer": 41.2}     milliseconds
    {"read": 3}                           ->  {"answer": "..."}    float32 values, base64
    {"forget": 3}, {"resident": true}     ->  {"answer": ...}      resident memory in bytes

Arrays come as {"float32": base64} or {"int32": base64}. An answer to what went wrong is {"error": "..."}.
The number of threads is the first argument. Everything runs in eager mode, float32, as PyTorch's users write it.
"""

import base64
import json
import sys
import time

import torch
import torch.nn.functional as F


def decoded(value):
    for name, dtype in (("float32", torch.float32), ("int32", torch.int32)):
        if name in value:
            return torch.frombuffer(bytearray(base64.b64decode(value[name])), dtype=dtype)
    return value


def flat(tensors):
    return torch.cat([tensor.detach().reshape(-1).float() for tensor in tensors])


def matmul(work):
    size = work["size"]
    a, b = work["a"].view(size, size), work["b"].view(size, size)
    out = torch.empty(size, size)
    return lambda: [torch.matmul(a, b, out=out)]


def convolve(work):
    batch, outputs, places = work["batch"], work["outputs"], work["places"]
    size, kernel, channels = work["size"], work["kernel"], work["channels"]
    x = work["images"].view(batch, channels, size, size)
    w = work["kernels"].view(outputs, channels // work["groups"], kernel, kernel)
    g = work["gradient"].view(batch, outputs, places, places)
    options = {"stride": work["stride"], "padding": work["padding"], "groups": work["groups"]}
    if work["part"] == "forward":
        return lambda: [F.conv2d(x, w, **options)]
    if work["part"] == "images":
        return lambda: [torch.nn.grad.conv2d_input(x.shape, w, g, **options)]
    return lambda: [torch.nn.grad.conv2d_weight(x, w.shape, g, **options)]


def pool(work):
    shape = (work["batch"], work["channels"])
    x = work["images"].view(*shape, work["size"], work["size"])
    g = work["gradient"].view(*shape, work["places"], work["places"])
    function = F.max_pool2d if work["kind"] == "max" else F.avg_pool2d
    options = (work["kernel"], work["stride"], work["padding"])
    if work["part"] == "forward":
        return lambda: [function(x, *options)]

    def gradient():
        leaf = x.detach().requires_grad_()
        return torch.autograd.grad(function(leaf, *options), [leaf], g)

    return gradient


def elementwise(work):
    x = work["x"]
    if not work["derivative"]:

        def forward():
            y = (x * 1.3).add_(0.2).tanh_()
            return [y.mul_((x * x).neg_().exp_()).add_(0.5)]

        return forward

    def gradient():
        leaf = x.detach().requires_grad_()
        y = torch.tanh(1.3 * leaf + 0.2) * torch.exp(-leaf * leaf) + 0.5
        return torch.autograd.grad(y.sum(), [leaf])

    return gradient


def expression(x, y):
    t2 = x * y
    t4 = torch.tanh(torch.sin(x) + t2)
    t5 = t4 * y
    t6 = torch.cos(t5)
    t7 = t6 + x
    t11 = torch.exp(torch.tanh(t7 * t7) - t2)
    t14 = torch.sin(t11 * t4 + t6)
    return (torch.tanh(t14 * x + y) * t11 + t5) * t14


def scalar(work):
    def values():
        leaves = [torch.tensor(work[name], requires_grad=True) for name in "xy"]
        value = expression(*leaves)
        return [torch.tensor([tensor.item() for tensor in (value, *torch.autograd.grad(value, leaves))])]

    return values


def scalar_hvp(work):
    def products():
        leaves = [torch.tensor(work[name], requires_grad=True) for name in "xy"]
        direction = [torch.tensor(work[name]) for name in ("vx", "vy")]
        slopes = torch.autograd.grad(expression(*leaves), leaves, create_graph=True)
        products = torch.autograd.grad(slopes, leaves, direction)
        return [torch.tensor([tensor.item() for tensor in products])]

    return products


def run_chains(work):
    nodes, chains = work["nodes"], work["chains"]

    def ends():
        x = work["x"].clone()
        ends = [x * (1 + i / 64) for i in range(chains)]
        for i in range(nodes):
            at = i % chains
            turn = i // chains % 3
            y = ends[at]
            ends[at] = y + x if turn == 0 else y * 0.875 if turn == 1 else torch.tanh(y)
        return ends

    return ends


def parameter(values, *shape):
    return values.clone().view(*shape).requires_grad_()


def descent(loss, parameters, kind, rate):
    """A step with the fused form of its optimiser, and the loss read every time, as a training loop does."""
    optimiser = (torch.optim.SGD if kind == "sgd" else torch.optim.Adam)(parameters, lr=rate, foreach=True)

    def step():
        optimiser.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        optimiser.step()
        return [torch.tensor([value.item()])]

    return step


def train(work):
    # Weights as [outputs, inputs], PyTorch's own layout.
    layers = [
        (
            layer["weights"].view(layer["inputs"], layer["outputs"]).t().contiguous().requires_grad_(),
            parameter(layer["biases"], layer["outputs"]),
        )
        for layer in work["layers"]
    ]
    labels = work["labels"].long()
    x = work["x"].view(len(labels), -1)
    activate = torch.relu if work["activation"] == "relu" else torch.tanh

    def loss():
        hidden = x
        for w, b in layers[:-1]:
            hidden = activate(F.linear(hidden, w, b))
        return F.cross_entropy(F.linear(hidden, *layers[-1]), labels)

    return descent(loss, [p for pair in layers for p in pair], work["optimiser"]["kind"], work["optimiser"]["learningRate"])


def convolutional(work, layout):
    labels = work["labels"].long()
    first = work["stages"][0]
    x = work["x"].view(len(labels), first["channels"], first["size"], first["size"]).contiguous(memory_format=layout)
    stages = []
    for stage in work["stages"]:
        w = stage["weights"].clone().view(stage["outputs"], stage["channels"], stage["kernel"], stage["kernel"])
        stages.append((w.contiguous(memory_format=layout).requires_grad_(), parameter(stage["biases"], stage["outputs"])))
    w = work["weights"].view(-1, work["classes"]).t().contiguous().requires_grad_()
    b = parameter(work["biases"], work["classes"])

    def loss():
        image = x
        for kernel, bias in stages:
            image = F.max_pool2d(torch.relu(F.conv2d(image, kernel, bias, padding="same")), 2)
        return F.cross_entropy(F.linear(image.reshape(len(labels), -1), w, b), labels)

    return descent(loss, [p for stage in stages for p in stage] + [w, b], "sgd", work["learningRate"])


def train_convolutional(work):
    """Channels first or last, whichever is faster here."""
    layouts = (torch.contiguous_format, torch.channels_last)
    seconds = {}
    for layout in layouts:
        step = convolutional(work, layout)
        elapsed(step, 10)
        seconds[layout] = min(elapsed(step, 10) for _ in range(3))
    return convolutional(work, min(layouts, key=seconds.get))


WORKS = {
    "matmul": matmul,
    "convolve": convolve,
    "pool": pool,
    "elementwise": elementwise,
    "scalar": scalar,
    "scalarHvp": scalar_hvp,
    "runChains": run_chains,
    "train": train,
    "trainConvolutional": train_convolutional,
}


def elapsed(work, times):
    """Milliseconds."""
    begin = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - begin) * 1000


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def answer(request, prepared):
    if "prepare" in request:
        handle = len(prepared)
        prepared[handle] = WORKS[request["prepare"]](request["work"])
        return handle
    if "run" in request:
        return elapsed(prepared[request["run"]], request["times"])
    if "read" in request:
        return base64.b64encode(flat(prepared[request["read"]]()).numpy().tobytes()).decode()
    if "forget" in request:
        prepared[request["forget"]] = None
        return None
    return resident()


def main():
    torch.set_num_threads(int(sys.argv[1]))
    prepared = {}
    print(json.dumps({"answer": torch.__version__}), flush=True)
    for line in sys.stdin:
        try:
            reply = {"answer": answer(json.loads(line, object_hook=decoded), prepared)}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


main()
