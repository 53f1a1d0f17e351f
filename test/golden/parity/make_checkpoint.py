"""A model.tar as the legacy code's torch.save writes it, with random weights: python make_checkpoint.py PRESET ASSETS SEED OUT"""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

SIZES = {
    "legacy": {"width": 512, "layers": 6, "inner": 256, "mlp": 1024, "au": 512, "glob": 2048},
    "tiny": {"width": 32, "layers": 2, "inner": 32, "mlp": 64, "au": 16, "glob": 64},
}


def shapes(width, layers, inner, mlp, au, glob):
    """State-dict keys in their order (facts 12)."""
    yield "vit.pos_embedding", (1, 4, width)
    yield "vit.cls_token", (1, 1, width)

    def linear(name, out, into):
        yield name + ".weight", (out, into)
        yield name + ".bias", (out,)

    def norm(name, size):
        yield name + ".weight", (size,)
        yield name + ".bias", (size,)

    yield from linear("vit.FC_glob", width, glob)
    yield from norm("vit.to_patch_embedding.1", 27 * au)
    yield from linear("vit.to_patch_embedding.2", width, 27 * au)
    yield from norm("vit.to_patch_embedding.3", width)
    yield from norm("vit.transformer.norm", width)
    for i in range(layers):
        at = f"vit.transformer.layers.{i}."
        yield from norm(at + "0.norm", width)
        yield at + "0.to_qkv.weight", (3 * inner, width)
        yield from linear(at + "0.to_out.0", width, inner)
        yield from norm(at + "1.norm", width)
        yield at + "1.to_q.weight", (inner, width)
        yield at + "1.to_kv.weight", (2 * inner, width)
        yield from linear(at + "1.to_out.0", width, inner)
        yield from norm(at + "2.net.0", width)
        yield from linear(at + "2.net.1", mlp, width)
        yield from linear(at + "2.net.4", width, mlp)
    yield from linear("vit.mlp_head", 127, width)


def main(preset, assets, seed, out):
    torch.manual_seed(int(seed))
    weights = {}
    for name, shape in shapes(**SIZES[preset]):
        if name in ("vit.pos_embedding", "vit.cls_token"):
            weights[name] = torch.randn(shape)
        elif len(shape) == 2:
            weights[name] = (torch.rand(shape) * 2 - 1) / shape[1] ** 0.5
        else:
            # Not 1 and 0: a norm whose weights were swapped or left out would go unseen.
            is_scale = name.endswith("weight")
            weights[name] = (1 if is_scale else 0) + 0.1 * torch.randn(shape)
    parameters = [torch.nn.Parameter(v) for v in weights.values()]
    adam = torch.optim.Adam(parameters, lr=1e-4)
    # Without assets a small file for tests, whose readers take E_flame from elsewhere.
    e_flame = load_file(Path(assets) / "e_flame.safetensors") if assets else {}
    for name in [k for k in e_flame if k.endswith(".running_var")]:
        e_flame[name.replace("running_var", "num_batches_tracked")] = torch.tensor(0)
    bivit = {name: p.data for name, p in zip(weights, parameters)}
    state = {"E_flame": e_flame, "BiViT": bivit, "opt": adam.state_dict(), "global_step": 0, "batch_size": 1}
    torch.save(state, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
