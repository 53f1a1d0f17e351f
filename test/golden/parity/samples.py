"""Three frames of a sequence and the targets of the middle one (facts 6.3, 11)."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

VALUES = np.array([0, 1, 1, 1, 2, 2, 1, 2, 2, 2, 0, 0, 0, 0], np.float32)


def load(root, rel, centre, dense_indices, slips):
    """`images` [3,3,S,S] in 0..1; of the middle frame `landmark` [68,3], `dense` [105,3], `mask` [3,S,S]."""
    folder = {tree: Path(root) / rel.replace("masks", tree) for tree in ("images", "kpts", "kpts_dense", "masks")}
    stems = sorted({p.stem for p in folder["images"].iterdir() if p.suffix in (".jpg", ".png")})
    window = stems[centre - 1 : centre + 2]
    assert centre >= 1 and len(window) == 3, f"frame {centre} of {len(stems)} has no two neighbours"
    pictures = [next(p for p in folder["images"].iterdir() if p.stem == s) for s in window]
    images = np.stack([np.asarray(Image.open(p).convert("RGB"), np.float32) / np.float32(255) for p in pictures])
    images = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    size, stem = images.shape[-1], window[1]
    points = np.load(folder["kpts"] / f"{stem}.npy").astype(np.float32)
    dense = np.load(folder["kpts_dense"] / f"{stem}.npy").astype(np.float32)[dense_indices]
    file = folder["masks"] / f"{stem}.npy"
    mask = VALUES[np.load(file).astype(np.int64)] if file.exists() else np.ones((size, size), np.float32)
    if mask.shape != (size, size):
        if slips:  # slip 4: repeated or cut, as numpy's own resize does
            mask = np.resize(mask, (size, size))
        else:
            rows, columns = (((np.arange(size) + 0.5) * n / size).astype(int) for n in mask.shape)
            mask = mask[rows][:, columns]
    mask = torch.from_numpy(mask)[None].expand(3, -1, -1)
    return {"images": images, "landmark": torch.from_numpy(points), "dense": torch.from_numpy(dense), "mask": mask}
