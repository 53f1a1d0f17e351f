"""One training step of the published run in plain PyTorch, written from the facts alone: the yardstick of `auseq numerics`.

python legacy_step.py --assets DIR --data ROOT --sequence REL --center K [--sequence REL --center K]
    --checkpoint model.tar [--legacy-slips] [--out FILE.npz]     -> one JSON object on stdout

DIR holds safetensors as `auseq assets import` writes them. The weights are those of model.tar, the Adam state too.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

import bivit
import flame
import losses
import networks
import renderer
import samples


def read_assets(folder):
    files = ("flame", "landmarks", "texture", "uv_masks", "e_flame", "au_net", "emotion_net")
    assets = {name: load_file(Path(folder) / f"{name}.safetensors") for name in files}
    for part in ("flame", "landmarks"):
        assets[part] = {k: v.long() if v.dtype == torch.int32 else v for k, v in assets[part].items()}
    return assets


def step(assets, sequences, root, state, slips):
    indices = assets["landmarks"]["denseIndices"].numpy()
    loaded = [samples.load(root, rel, centre, indices, slips) for rel, centre in sequences]
    batch, size = len(loaded), loaded[0]["images"].shape[-1]
    frames = torch.cat([one["images"] for one in loaded])
    with torch.no_grad():
        # Frame by frame, so that a batch of sequences has the bits of its parts.
        seen = [networks.e_flame(assets["e_flame"], frame[None]) for frame in frames]
        feature = torch.cat([one[0] for one in seen]).unflatten(0, (batch, 3))
        coarse = torch.cat([one[1] for one in seen]).unflatten(0, (batch, 3))[:, 1]
        afn = torch.cat([networks.au_net(assets["au_net"], frame[None], slips) for frame in frames])
        afn = afn.unflatten(0, (batch, 3))
        middle = frames.unflatten(0, (batch, 3))[:, 1]
        real_emotion = torch.cat([networks.emotion(assets["emotion_net"], frame[None]) for frame in middle])
    shape, _, _, pose, cam, _ = coarse.split([100, 50, 50, 6, 3, 27], 1)

    weights = {k.removeprefix("module."): v.clone().requires_grad_() for k, v in state["BiViT"].items()}
    tex, exp, light = bivit.forward(weights, afn, feature).split([50, 50, 27], 1)
    light = light.unflatten(1, (9, 3))
    mesh = flame.vertices(assets["flame"], shape, exp, pose)
    projected = flame.project(mesh, cam)
    marks = assets["landmarks"]
    bins = [flame.contour_bin(one) for one in pose]
    faces68 = torch.stack([torch.cat([marks["dynamicFaces"][b], marks["staticFaces"]]) for b in bins])
    bary68 = torch.stack([torch.cat([marks["dynamicBary"][b], marks["staticBary"]]) for b in bins])
    faces = assets["flame"]["faces"]
    landmarks68 = flame.points(projected, faces, faces68, bary68)
    dense = (marks["denseFaces"].expand(batch, -1), marks["denseBary"].expand(batch, -1, -1))
    landmarks105 = flame.points(projected, faces, *dense)
    texture = renderer.albedo(assets["texture"], tex)
    picture, alpha, mask = renderer.render(assets, mesh, projected, texture, light, size)
    face = {
        **{"exp": exp, "tex": tex, "light": light, "pose": pose, "picture": picture * mask * alpha},
        **{"landmarks68": landmarks68, "landmarks105": landmarks105},
        "afn": networks.au_net(assets["au_net"], picture, slips),
        "emotion": networks.emotion(assets["emotion_net"], picture),
    }
    target = {name: torch.stack([one[name] for one in loaded]) for name in ("landmark", "dense", "mask")}
    target |= {"image": middle, "afn": afn[:, 1], "emotion": real_emotion}
    values = losses.all_losses(face, target, slips)
    scale = losses.weights_of(slips)
    total = sum(scale[name] * value for name, value in values.items())
    total.backward()

    adam = torch.optim.Adam(weights.values(), lr=1e-4)
    if state["opt"]["state"]:
        adam.load_state_dict(state["opt"])
    gradients = {k: torch.zeros_like(v) if v.grad is None else v.grad for k, v in weights.items()}
    norms = {k: float(v.double().norm()) for k, v in gradients.items()}
    adam.step()
    report = {
        "loss": {name: float(value.detach()) for name, value in values.items()},
        "weighted": {name: float(value.detach()) * scale[name] for name, value in values.items()},
        "total": float(total.detach()),
        "grad_norms": norms,
        "adam_weight_norms": {k: float(v.detach().double().norm()) for k, v in weights.items()},
        "contour_bin": bins,
        "covered_pixels": [int(one.sum()) for one in alpha],
    }
    arrays = {
        **{"exp": exp, "tex": tex, "light": light, "shape": shape, "pose": pose, "cam": cam, "vertices": mesh},
        **{"landmarks68": landmarks68[..., :2], "landmarks105": landmarks105[..., :2]},
        **{"render": picture, "alpha": alpha},
    }
    return report, {k: v.detach().numpy() for k, v in arrays.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("assets", "data", "checkpoint"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--sequence", action="append", required=True)
    parser.add_argument("--center", action="append", type=int, required=True)
    parser.add_argument("--legacy-slips", action="store_true")
    parser.add_argument("--out")
    args = parser.parse_args()
    torch.set_num_threads(1)
    centres = args.center * len(args.sequence) if len(args.center) == 1 else args.center
    state = torch.load(args.checkpoint, weights_only=True)
    sequences = list(zip(args.sequence, centres, strict=True))
    report, arrays = step(read_assets(args.assets), sequences, args.data, state, args.legacy_slips)
    if args.out:
        np.savez(args.out, **arrays)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
