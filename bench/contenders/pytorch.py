"""PyTorch on the CPU. Arguments: number of threads, folder with the data that main.ts wrote."""

import json
import os
import sys
import time

THREADS, FOLDER = sys.argv[1], sys.argv[2]
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = THREADS

import numpy as np  # noqa: E402  (the thread counts are read when the library loads)
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

torch.set_num_threads(int(THREADS))

with open(os.path.join(FOLDER, "data.json")) as file:
    MANIFEST = json.load(file)
with open(os.path.join(FOLDER, "data.bin"), "rb") as file:
    DATA = file.read()


# How many first losses are compared; as in support/runners.mjs.
COMPARED = {"mlp": 20, "ticket": 5, "autoencoder": 3}


def load(name):
    entry = MANIFEST[name]
    count = int(np.prod(entry["shape"]))
    array = np.frombuffer(DATA, entry["dtype"], count, entry["offset"]).reshape(entry["shape"])
    return torch.from_numpy(array.copy())


def weights(model):
    prefix = model + "/"
    found = {name[len(prefix):]: load(name) for name in MANIFEST if name.startswith(prefix)}
    for name, value in found.items():
        if value.dim() == 4:  # height, width, in, out -> out, in, height, width
            found[name] = value.permute(3, 2, 0, 1).contiguous()
    return {name: value.requires_grad_() for name, value in found.items()}


def nchw(x):
    return x.permute(0, 3, 1, 2).contiguous()


def dense(p, name, x):
    return torch.addmm(p[name + "_bias"], x, p[name + "_kernel"])


def conv(p, name, x, padding=0):
    return F.relu(F.conv2d(x, p[name + "_kernel"], p[name + "_bias"], padding=padding))


def transposed(p, name, x):
    # The stored kernel is [height, width, out, in]; after the permutation of weights() it is [in, out, height, width].
    return F.relu(F.conv_transpose2d(x, p[name + "_kernel"], p[name + "_bias"]))


class Lstm:
    """torch.nn.LSTM (its fused kernel) with the given weights; gates in the order input, forget, cell, output in both."""

    def __init__(self, p, name):
        kernel, recurrent, bias = (p.pop(f"{name}_{part}") for part in ("kernel", "recurrent", "bias"))
        self.module = torch.nn.LSTM(kernel.shape[0], recurrent.shape[0], batch_first=True)
        with torch.no_grad():
            self.module.weight_ih_l0.copy_(kernel.T)
            self.module.weight_hh_l0.copy_(recurrent.T)
            self.module.bias_ih_l0.copy_(bias)
            self.module.bias_hh_l0.zero_()
        self.module.bias_hh_l0.requires_grad_(False)
        for part, value in (("ih", self.module.weight_ih_l0), ("hh", self.module.weight_hh_l0), ("b", self.module.bias_ih_l0)):
            p[f"{name}_{part}"] = value

    def __call__(self, x):
        return self.module(x)[0][:, -1]


def mlp(p, x):
    return dense(p, "d3", F.relu(dense(p, "d2", F.relu(dense(p, "d1", x)))))


def resnet(p, x, training):
    block1 = F.max_pool2d(conv(p, "c2", conv(p, "c1", x)), 3)
    block2 = conv(p, "c4", conv(p, "c3", block1, 1), 1) + block1
    block3 = conv(p, "c6", conv(p, "c5", block2, 1), 1) + block2
    hidden = F.relu(dense(p, "d1", conv(p, "c7", block3).mean((2, 3))))
    return dense(p, "d2", F.dropout(hidden, 0.5, training))


def autoencoder(p, x):
    h = F.max_pool2d(conv(p, "c2", conv(p, "c1", x)), 3)
    h = conv(p, "c4", conv(p, "c3", h)).amax((2, 3)).view(-1, 1, 4, 4)
    h = transposed(p, "t2", transposed(p, "t1", h))
    return transposed(p, "t4", transposed(p, "t3", F.interpolate(h, scale_factor=3, mode="nearest")))


class KerasOptimizer:
    """Epsilon where Keras has it. Used where losses are compared; PyTorch's own optimizers are what is timed."""

    def __init__(self, params):
        self.params, self.count = params, 0
        self.first = [torch.zeros_like(p) for p in params]
        self.second = [torch.zeros_like(p) for p in params]

    def zero_grad(self, set_to_none=True):
        for p in self.params:
            p.grad = None

    @torch.no_grad()
    def step(self):
        self.count += 1
        for p, m, v in zip(self.params, self.first, self.second):
            self.update(p, p.grad, m, v)


class KerasRmsprop(KerasOptimizer):
    def update(self, p, g, m, v):
        v.mul_(0.9).addcmul_(g, g, value=0.1)
        p.sub_(1e-3 * g / torch.sqrt(v + 1e-7))


class KerasAdam(KerasOptimizer):
    def update(self, p, g, m, v):
        m.mul_(0.9).add_(g, alpha=0.1)
        v.mul_(0.999).addcmul_(g, g, value=0.001)
        rate = 1e-3 * (1 - 0.999**self.count) ** 0.5 / (1 - 0.9**self.count)
        p.sub_(rate * m / (torch.sqrt(v) + 1e-7))


def problem(workload):
    """The weights, and a function that gives the loss for one batch."""
    p = weights(workload)
    if workload == "mlp":
        x, labels = load("mlp:x"), load("mlp:labels").long()
        return p, lambda: F.cross_entropy(mlp(p, x), labels)
    if workload == "resnet":
        x, labels = nchw(load("resnet:x")), load("resnet:labels").long()
        return p, lambda: F.cross_entropy(resnet(p, x, True), labels)
    if workload == "autoencoder":
        x = nchw(load("autoencoder:x"))
        return p, lambda: F.mse_loss(autoencoder(p, x), x)
    title, body = load("ticket:title").long(), load("ticket:body").long()
    tags, priority = load("ticket:tags"), load("ticket:priority")
    department = load("ticket:department").long()
    first, second = Lstm(p, "lstm1"), Lstm(p, "lstm2")

    def loss():
        x = torch.cat([first(F.embedding(title, p["embedding1"])), second(F.embedding(body, p["embedding2"])), tags], 1)
        heads = F.binary_cross_entropy_with_logits(dense(p, "d1", x), priority)
        return heads + 0.2 * F.cross_entropy(dense(p, "d2", x), department)

    return p, loss


def training(workload, optimizer_of):
    p, loss_of = problem(workload)
    optimizer = optimizer_of(list(p.values()))

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def prepare(row):
    workload, action = row.split(" ")[:2]
    if workload == "gemm":
        m, n, k = map(int, action.split("x"))
        a, b = load(f"gemm {m}x{n}x{k}:a"), load(f"gemm {m}x{n}x{k}:b")
        step = lambda: torch.mm(a, b)  # noqa: E731
        return step, step().flatten()[:16].tolist()
    if workload == "conv":
        x, kernel = nchw(load("conv:x")), load("conv:kernel").permute(3, 2, 0, 1).contiguous()
        step = lambda: F.conv2d(x, kernel, padding=1)  # noqa: E731
        return step, step().permute(0, 2, 3, 1).flatten()[:16].tolist()
    if action == "predict":
        rows = int(row.split(" b")[1])
        p, x = weights(workload), load(f"{workload}:x{rows}")
        x = nchw(x) if workload == "resnet" else x
        forward = (lambda: resnet(p, x, False)) if workload == "resnet" else (lambda: mlp(p, x))

        def step():
            with torch.no_grad():
                return forward()

        return step, step().flatten()[:16].tolist()
    adam = lambda params: torch.optim.Adam(params, 1e-3, eps=1e-7)  # noqa: E731
    rmsprop = lambda params: torch.optim.RMSprop(params, 1e-3, alpha=0.9, eps=1e-7)  # noqa: E731
    checked = training(workload, KerasAdam if workload == "autoencoder" else KerasRmsprop)
    losses = [checked() for _ in range(COMPARED.get(workload, 0))]
    return training(workload, adam if workload == "autoencoder" else rmsprop), losses


def first(row):
    workload, action = row.split(" ")[:2]
    if action != "first" or workload == "resnet50":
        return None
    adam = lambda params: torch.optim.Adam(params, 1e-3, eps=1e-7)  # noqa: E731
    rmsprop = lambda params: torch.optim.RMSprop(params, 1e-3, alpha=0.9, eps=1e-7)  # noqa: E731
    return training(workload, adam if workload == "autoencoder" else rmsprop)


def rss_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def reply(value):
    print(json.dumps(value), flush=True)


def main():
    reply({"versions": {"torch": torch.__version__, "threads": THREADS}})
    steps = {}
    for line in sys.stdin:
        request = json.loads(line)
        row = request["row"]
        try:
            if request["do"] == "prepare":
                started = time.perf_counter()
                steps[row], check = prepare(row)
                for _ in range(3):
                    steps[row]()
                reply({"check": check, "firstStepsMs": (time.perf_counter() - started) * 1000})
                continue
            if request["do"] == "first":
                step = first(row)
                if step is None:
                    reply({"unsupported": True})
                    continue
                started = time.perf_counter()
                loss = step()
                seconds = time.perf_counter() - started
                check = [loss] if row.split(" ")[0] in COMPARED else []
                reply({"seconds": seconds, "best": seconds, "count": 1, "check": check, "rssBytes": rss_bytes()})
                continue
            times, end = [], time.perf_counter() + request["seconds"]
            while time.perf_counter() < end or len(times) < 3:
                start = time.perf_counter()
                steps[row]()
                times.append(time.perf_counter() - start)
            times.sort()
            reply({"seconds": times[len(times) // 2], "best": times[0], "count": len(times), "rssBytes": rss_bytes()})
        except Exception as error:  # a row that fails is reported, the others go on
            reply({"error": f"{type(error).__name__}: {error}"})


main()
