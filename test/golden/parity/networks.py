"""The frozen networks in eval mode, as functions of (weights, picture [B,3,S,S]); facts 2.1, 4.1, 4.2, 11."""

import torch
import torch.nn.functional as F

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def batch_norm(w, name, x):
    return F.batch_norm(
        x, w[name + ".running_mean"], w[name + ".running_var"], w[name + ".weight"], w[name + ".bias"], False, 0.0, 1e-5
    )


def bottleneck(w, name, x, stride):
    y = F.relu(batch_norm(w, name + ".bn1", F.conv2d(x, w[name + ".conv1.weight"])))
    y = F.relu(batch_norm(w, name + ".bn2", F.conv2d(y, w[name + ".conv2.weight"], stride=stride, padding=1)))
    y = batch_norm(w, name + ".bn3", F.conv2d(y, w[name + ".conv3.weight"]))
    if name + ".downsample.0.weight" in w:
        x = batch_norm(w, name + ".downsample.1", F.conv2d(x, w[name + ".downsample.0.weight"], stride=stride))
    return F.relu(x + y)


def resnet(w, prefix, x):
    """Last feature map [B,C,h,w]; torchvision's layout, depth read from the keys."""
    x = F.relu(batch_norm(w, prefix + "bn1", F.conv2d(x, w[prefix + "conv1.weight"], stride=2, padding=3)))
    x = F.max_pool2d(x, 3, 2, 1)
    for layer in range(1, 5):
        block = 0
        while f"{prefix}layer{layer}.{block}.conv1.weight" in w:
            x = bottleneck(w, f"{prefix}layer{layer}.{block}", x, 2 if layer > 1 and block == 0 else 1)
            block += 1
    return x


def e_flame(w, x):
    """Pooled feature [B,G] and the 236 codes; the input is not normalised."""
    feature = resnet(w, "encoder.", x).mean((2, 3))
    hidden = F.relu(F.linear(feature, w["layers.0.weight"], w["layers.0.bias"]))
    return feature, F.linear(hidden, w["layers.2.weight"], w["layers.2.bias"])


def au_block(w, name, tokens):
    y = F.linear(tokens, w[name + ".fc.weight"], w[name + ".fc.bias"])
    return F.relu(batch_norm(w, name + ".bn", y.transpose(1, 2)).transpose(1, 2))


def au_net(w, x, raw=False):
    """A unit vector for each of the 27 AUs [B,27,A]; `raw` is slip 5."""
    if not raw:
        mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (IMAGENET_MEAN, IMAGENET_STD))
        x = (x - mean) / std
    tokens = resnet(w, "backbone.", x).flatten(2).transpose(1, 2)
    tokens = au_block(w, "global_linear", tokens)
    vectors = [au_block(w, f"head.main_class_linears.{i}", tokens).mean(1) for i in range(27)]
    return F.normalize(torch.stack(vectors, 1), dim=-1, eps=1e-12)


def emotion(w, x):
    return resnet(w, "backbone.", x).mean((2, 3))
