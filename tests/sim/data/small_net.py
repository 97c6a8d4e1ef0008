#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Wrote small_net.pt, a TorchScript file as a user of PyTorch exports one: a convolution, batch
normalisation and a linear layer for 1 x 8 x 8 pixels and 2 classes."""

import os

import torch
from torch import nn

torch.manual_seed(1)
net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(),
                    nn.Linear(256, 2))
torch.jit.script(net).save(os.path.join(os.path.dirname(__file__), "small_net.pt"))
