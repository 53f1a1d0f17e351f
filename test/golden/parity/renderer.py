"""Rasteriser, normals, spherical harmonics and texture (facts 1.5, 2.3, 2.4, 11)."""

import numpy as np
import torch
import torch.nn.functional as F


def rasterise(projected, faces, size):
    """Which face covers each pixel centre: [S,S] int64, -1 = none. One picture, [N,3] fp32."""
    shown = projected.astype(np.float32).copy()
    shown[:, 2] += np.float32(10)
    shown = shown.astype(np.float64)
    owner = np.full((size, size), -1, np.int64)
    depth = np.full((size, size), np.inf)
    centres = -1 + (2 * np.arange(size) + 1) / size
    for index, (a, b, c) in enumerate(shown[faces]):
        area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        if abs(area) <= 1e-8:
            continue
        low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
        i0, i1 = np.searchsorted(centres, [low[0], high[0]])
        j0, j1 = np.searchsorted(centres, [low[1], high[1]])
        if i0 == i1 or j0 == j1:
            continue
        x, y = centres[None, i0:i1], centres[j0:j1, None]
        wa = ((b[0] - x) * (c[1] - y) - (b[1] - y) * (c[0] - x)) / area
        wb = ((c[0] - x) * (a[1] - y) - (c[1] - y) * (a[0] - x)) / area
        wc = ((a[0] - x) * (b[1] - y) - (a[1] - y) * (b[0] - x)) / area
        z = wa * a[2] + wb * b[2] + wc * c[2]
        seen = depth[j0:j1, i0:i1]
        nearer = (wa > 0) & (wb > 0) & (wc > 0) & (z < seen)
        seen[nearer] = z[nearer]
        owner[j0:j1, i0:i1][nearer] = index
    return owner


def vertex_normals(mesh, faces):
    """Unit normals [B,N,3]; each face counts by its area."""
    a, b, c = (mesh[:, faces[:, k]] for k in range(3))
    total = torch.zeros_like(mesh)
    for k, (one, two, three) in enumerate([(a, b, c), (b, c, a), (c, a, b)]):
        total = total.index_add(1, faces[:, k], torch.cross(two - one, three - one, dim=-1))
    return F.normalize(total, dim=-1, eps=1e-6)


def shading(normals, light):
    """The legacy basis: normals [B,P,3], light [B,9,3] -> [B,P,3]."""
    x, y, z = normals.unbind(-1)
    terms = [torch.ones_like(x), y, z, x, x * y, y * z, 2 * (z * z - x * x - y * y), z * x, x * x - y * y]
    factors = [0.886227, 1.023327, 1.023327, 1.023327, 0.858086, 0.858086, 0.247708, 0.858086, 0.858086]
    basis = torch.stack([f * t for f, t in zip(factors, terms)], -1)
    return basis @ light


def albedo(texture, tex):
    """[B,3,256,256], RGB."""
    return (texture["mean"] + torch.einsum("bk,hwck->bhwc", tex, texture["basis"])).permute(0, 3, 1, 2)


def render(assets, mesh, projected, texture, light, size):
    """The un-masked picture [B,3,S,S], alpha [B,1,S,S] and the sampled face-eye mask [B,1,S,S]."""
    f = assets["flame"]
    faces, batch = f["faces"], len(mesh)
    owner = torch.stack(
        [torch.from_numpy(rasterise(p.detach().numpy(), faces.numpy(), size)) for p in projected]
    ).flatten(1)
    alpha = (owner >= 0).float()
    face = owner.clamp(min=0)
    rows = torch.arange(batch)[:, None, None]
    corners = projected[rows, faces[face]][..., :2]  # [B,P,3,2]
    line = -1 + (2 * torch.arange(size) + 1) / size
    here = torch.stack(torch.meshgrid(line, line, indexing="xy"), -1).flatten(0, 1)  # x fastest
    a, b, c = corners.unbind(2)

    def cross(u, v):
        return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]

    area = cross(b - a, c - a)
    area = torch.where(alpha > 0, area, torch.ones_like(area))
    weight = torch.stack([cross(b - here, c - here), cross(c - here, a - here), cross(a - here, b - here)], -1)
    weight = (weight / area[..., None]) * alpha[..., None]
    corner_uv = f["uvs"][f["uvFaces"][face]]
    corner_uv = torch.stack([2 * corner_uv[..., 0] - 1, -(2 * corner_uv[..., 1] - 1)], -1)
    uv = (corner_uv * weight[..., None]).sum(2)
    normals = vertex_normals(mesh, faces)[rows, faces[face]]
    normals = (normals * weight[..., None]).sum(2)
    grid = uv.unflatten(1, (size, size))
    colour = F.grid_sample(texture, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    lit = shading(normals, light).transpose(1, 2).unflatten(2, (size, size))
    alpha = alpha.view(batch, 1, size, size)
    mask = assets["uv_masks"]["faceEye"][None, None].expand(batch, -1, -1, -1)
    mask = F.grid_sample(mask, grid.detach(), mode="bilinear", padding_mode="zeros", align_corners=False)
    return colour * lit * alpha, alpha, mask
