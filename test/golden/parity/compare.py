"""The parity table of two steps: python compare.py OURS.json OURS.npz TORCH.json TORCH.npz [--all]

Relative difference: |a - b| / max(|a|, |b|); of arrays, L2 of the difference to L2. Allowed: 1e-3; gradient norms 1e-2.
The worst entry of an array is told beside it: where a texture is rough, one texel of a sliver shows the noise of all codes.
Exits with 1 where a row is beyond it.
"""

import json
import sys

import numpy as np


def relative(a, b):
    top = max(abs(a), abs(b))
    return abs(a - b) / top if top > 1e-12 else 0.0


def rows(ours, our_arrays, theirs, their_arrays):
    for group in ("loss", "weighted"):
        for name, value in theirs[group].items():
            yield f"{group} {name}", ours[group][name], value, relative(ours[group][name], value), 1e-3
    yield "total", ours["total"], theirs["total"], relative(ours["total"], theirs["total"]), 1e-3
    for group, limit in (("grad_norms", 1e-2), ("adam_weight_norms", 1e-3)):
        assert ours[group].keys() == theirs[group].keys(), f"{group}: other keys"
        for name, value in theirs[group].items():
            yield f"{group} {name}", ours[group][name], value, relative(ours[group][name], value), limit
    for name in ("contour_bin", "covered_pixels"):
        for a, b in zip(ours[name], theirs[name], strict=True):
            yield name, a, b, relative(a, b), 0 if name == "contour_bin" else 1e-3
    for name in their_arrays:
        a, b = our_arrays[name].astype(float), their_arrays[name].astype(float)
        assert a.shape == b.shape, f"{name}: {a.shape} and {b.shape}"
        worst = np.abs(a - b).max() / max(np.abs(b).max(), 1e-12)
        lengths = np.linalg.norm(a), np.linalg.norm(b)
        off = np.linalg.norm(a - b) / max(lengths[1], 1e-12)
        yield f"array {name} {b.shape} (worst entry {worst:.1e})", *lengths, off, 1e-3


def main():
    files = [name for name in sys.argv[1:] if not name.startswith("--")]
    ours, theirs = (json.load(open(files[i])) for i in (0, 2))
    our_arrays, their_arrays = (np.load(files[i]) for i in (1, 3))
    table = list(rows(ours, our_arrays, theirs, their_arrays))
    bad = [row for row in table if not row[3] <= row[4]]
    shown = table if "--all" in sys.argv else [r for r in table if not r[0].startswith(("grad_", "adam_"))] + bad
    print(f"{'quantity':66} {'ours':>14} {'torch':>14} {'relative':>10}")
    for name, a, b, off, limit in shown:
        print(f"{name:66} {a:14.7g} {b:14.7g} {off:10.2e}{'' if off <= limit else '  BEYOND'}")
    for group in ("grad_norms", "adam_weight_norms"):
        worst = max((row for row in table if row[0].startswith(group)), key=lambda row: row[3])
        count = sum(row[0].startswith(group) for row in table)
        print(f"{group}: {count} tensors, worst {worst[3]:.2e} ({worst[0].split()[1]})")
    print(f"{len(table) - len(bad)} of {len(table)} within the limits")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
