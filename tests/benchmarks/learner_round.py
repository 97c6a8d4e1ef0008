#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""One learner round, ours against a plain PyTorch script: the loop over workers, autograd,
torch.topk(abs), residual, index-value pairs and average that a researcher would write. Same weights,
same batches, the two in turn, one thread each.

    cmake --build build --target learner-round
    tests/benchmarks/learner_round.py --build build

Needs python3-torch; with --device cuda, a GPU and a LibTorch and PyTorch for it:

    tests/benchmarks/learner_round.py --model resnet18 --dataset cifar10 --rate 0.05 --device cuda

Prints the medians, their ratio, how far the two trained weights are apart, and
the floor: the round's matrix products at the rate at which this machine multiplies matrices, plus the
bytes that a round cannot help moving at the rate at which it copies.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before torch is loaded

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(nn.Conv2d(channels_in, channels, 1, stride, bias=False),
                                          nn.BatchNorm2d(channels))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class ResNet18(nn.Module):
    def __init__(self, channels_in, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        blocks, before = [], 64
        for channels in (64, 128, 256, 512):
            blocks += [Block(before, channels, 1 if channels == 64 else 2),
                       Block(channels, channels, 1)]
            before = channels
        self.blocks = nn.Sequential(*blocks)
        self.linear = nn.Linear(512, classes)

    def forward(self, x):
        return self.linear(self.blocks(F.relu(self.bn1(self.conv1(x)))).mean((2, 3)))


def make_model(name, shape, classes):
    if name == "resnet18":
        return ResNet18(shape[0], classes)
    pixels = shape[0] * shape[1] * shape[2]
    return nn.Sequential(nn.Flatten(), nn.Linear(pixels, 256), nn.ReLU(), nn.Linear(256, classes))


class Plain:
    """The rival."""

    def __init__(self, model, weights, workers, ratio, rate, device):
        self.model, self.device = model.to(device), device
        weights = weights.to(device)
        self.parameters = list(model.parameters())
        self.workers, self.rate = workers, rate
        self.size = weights.numel()
        self.k = max(1, self.size // ratio)
        self.memory = [torch.zeros(self.size, device=device) for _ in range(workers)]
        self.weights = weights
        nn.utils.vector_to_parameters(weights, self.parameters)

    def round(self, inputs, labels):
        losses, messages = [], []
        for i in range(self.workers):
            self.model.zero_grad()
            images, truth = inputs[i].to(self.device), labels[i].to(self.device)
            loss = F.cross_entropy(self.model(images), truth)
            loss.backward()
            gradient = torch.cat([p.grad.view(-1) for p in self.parameters])
            total = self.memory[i] + self.rate * gradient
            indices = torch.topk(total.abs(), self.k).indices
            messages.append((indices.to(torch.int32), total[indices]))
            total[indices] = 0
            self.memory[i] = total
            losses.append(loss.item())
        update = torch.zeros(self.size, device=self.device)
        for indices, values in messages:
            update.index_add_(0, indices, values)
        self.weights = self.weights - update / self.workers
        nn.utils.vector_to_parameters(self.weights, self.parameters)
        if self.device != "cpu":
            torch.cuda.synchronize()
        return sum(losses) / self.workers


class Ours:
    def __init__(self, build, folder, options):
        program = os.path.join(build, "tests", "benchmarks", "learner-round")
        self.process = subprocess.Popen(
            [program, folder, str(options.rounds), options.model, options.dataset,
             str(options.workers), str(options.batch), str(options.ratio), str(options.rate),
             options.device, options.arithmetic],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first = [int(word) for word in self.process.stdout.readline().split()]

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().split()

    def median(self, *words):
        return statistics.median(float(self.ask(*words)[0]) for _ in range(9))


def apart(ours, plain, read):
    """Distance of the two trained weights, in units of the way from the initial ones."""
    ours.ask("weights")
    start, trained = read("weights", np.float32, -1), read("trained", np.float32, -1)
    return ((trained - plain.weights.cpu()).norm() / (trained - start).norm()).item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default="build", help="build folder")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--turn", type=int, default=10, help="rounds that one runs before the other")
    parser.add_argument("--model", default="mlp", choices=["mlp", "resnet18"])
    parser.add_argument("--dataset", default="procedural")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--ratio", type=int, default=256)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    parser.add_argument("--arithmetic", default="fastest", help="ours: fastest, as the rival's is, or "
                        "reproducible")
    options = parser.parse_args()
    torch.set_num_threads(1)

    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(options.build, folder, options)
        size, *shape, classes, macs = ours.first
        ours.ask("copy", 1)  # answers once the files are written

        def read(name, kind, dimensions):
            return torch.from_numpy(np.fromfile(os.path.join(folder, name), kind)).view(dimensions)

        samples = (options.rounds, options.workers, options.batch)
        inputs = read("inputs", np.float32, (*samples, *shape))
        labels = read("labels", np.int64, samples)
        plain = Plain(make_model(options.model, shape, classes), read("weights", np.float32, -1),
                      options.workers, options.ratio, options.rate, options.device)
        if plain.size != size:
            raise SystemExit(f"the two models differ: {plain.size} and {size} parameters")

        times, losses, after_a_turn = {"plain": [], "ours": []}, [], 0
        for first in range(0, options.rounds, options.turn):
            turn = range(first, min(first + options.turn, options.rounds))
            ours_losses, plain_losses = [], []
            for t in turn:
                seconds, loss = map(float, ours.ask("round"))
                times["ours"].append(seconds)
                ours_losses.append(loss)
            for t in turn:
                start = time.perf_counter()
                plain_losses.append(plain.round(inputs[t], labels[t]))
                times["plain"].append(time.perf_counter() - start)
            losses += zip(ours_losses, plain_losses)
            if first == 0:
                after_a_turn = apart(ours, plain, read)

        at_the_end = apart(ours, plain, read)

        # Forward once, and backward twice that but for the images' own gradient, which the first
        # layer of a perceptron spares; per worker the gradient is written and read once, the memory
        # read and written once.
        backward = 2 * macs if options.model != "mlp" else 2 * macs - shape[1] * shape[2] * shape[0] * 256
        products = options.workers * options.batch * (macs + backward)
        copied = options.workers * size * 4 * 2
        rate = ours.median("products", 512 if options.device == "cpu" else 8192)
        copy = ours.median("copy", copied)
        floor = products / rate + copied / copy

    median = {who: statistics.median(of) for who, of in times.items()}
    ratios = [p / o for p, o in zip(times["plain"], times["ours"])]
    for who in times:
        print(f"{who:5s} median {1e3 * median[who]:8.3f} ms a round, {1e3 * min(times[who]):.3f} to "
              f"{1e3 * max(times[who]):.3f}")
    print(f"ratio of medians {median['plain'] / median['ours']:.2f}, of single pairs "
          f"{statistics.quantiles(ratios, n=20)[0]:.2f} to {statistics.quantiles(ratios, n=20)[-1]:.2f} "
          "(5 % to 95 %)")
    print(f"floor {1e3 * floor:.3f} ms: {products / 1e6:.0f} M multiply-adds at {rate / 1e9:.1f} G/s, "
          f"{copied / 1e6:.1f} MB copied at {copy / 1e9:.1f} GB/s; ours takes "
          f"{median['ours'] / floor:.2f} times that")
    # Rounding makes the two choose different entries now and then, and what follows differs more and
    # more; the first rounds must agree.
    print(f"the weights are {after_a_turn:.1e} of the way trained apart after {options.turn} rounds "
          f"and {at_the_end:.1e} after {options.rounds}, the losses at most "
          f"{max(abs(a - b) for a, b in losses):.1e}")
    if not (after_a_turn < 0.05 and abs(losses[0][0] - losses[0][1]) < 1e-4):
        raise SystemExit("the two did not compute the same")


if __name__ == "__main__":
    main()
