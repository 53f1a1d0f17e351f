"""BiViT as trained (facts 0.1), without dropout: weights under state-dict names, AU vectors [B,3,27,A], features [B,3,G]."""

import torch
import torch.nn.functional as F


def linear(p, name, x):
    return F.linear(x, p[name + ".weight"], p.get(name + ".bias"))


def norm(p, name, x):
    return F.layer_norm(x, x.shape[-1:], p[name + ".weight"], p[name + ".bias"], 1e-5)


def attend(q, k, v, heads):
    def split(t):
        return t.unflatten(-1, (heads, -1)).transpose(1, 2)

    q, k, v = split(q), split(k), split(v)
    mix = torch.softmax(q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5, -1)
    return (mix @ v).transpose(1, 2).flatten(2)


def forward(p, afn, feature):
    """The 127 outputs [B,127]: tex 50, exp 50, light 27."""
    inner = p["vit.transformer.layers.0.0.to_qkv.weight"].shape[0] // 3
    heads = 4 if inner == 256 else 2
    x = norm(p, "vit.to_patch_embedding.1", afn.flatten(2))
    x = norm(p, "vit.to_patch_embedding.3", linear(p, "vit.to_patch_embedding.2", x))
    y = linear(p, "vit.FC_glob", feature).mean(1, keepdim=True)
    x = torch.cat([p["vit.cls_token"].expand(len(x), -1, -1), x], 1) + p["vit.pos_embedding"]
    layer = 0
    while f"vit.transformer.layers.{layer}.0.norm.weight" in p:
        at = f"vit.transformer.layers.{layer}."
        q, k, v = linear(p, at + "0.to_qkv", norm(p, at + "0.norm", x)).chunk(3, -1)
        x = x + linear(p, at + "0.to_out.0", attend(q, k, v, heads))
        q = linear(p, at + "1.to_q", norm(p, at + "1.norm", x))
        k, v = linear(p, at + "1.to_kv", norm(p, at + "1.norm", y)).chunk(2, -1)
        x = x + linear(p, at + "1.to_out.0", attend(q, k, v, heads))
        hidden = F.gelu(linear(p, at + "2.net.1", norm(p, at + "2.net.0", x)))
        x = x + linear(p, at + "2.net.4", hidden)
        layer += 1
    return linear(p, "vit.mlp_head", norm(p, "vit.transformer.norm", x)[:, 0])
