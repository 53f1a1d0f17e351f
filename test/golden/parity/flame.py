"""FLAME by linear blend skinning, its landmarks and its camera (facts 1.2-1.4, 2.2, 11)."""

import math

import torch


def rodrigues(r):
    """Axis-angle [...,3] -> rotation [...,3,3]."""
    angle = (r + 1e-8).norm(dim=-1, keepdim=True)
    x, y, z = (r / angle).unbind(-1)
    o = torch.zeros_like(x)
    k = torch.stack([o, -z, y, z, o, -x, -y, x, o], -1).unflatten(-1, (3, 3))
    angle = angle[..., None]
    return torch.eye(3) + angle.sin() * k + (1 - angle.cos()) * (k @ k)


def vertices(f, shape, exp, pose):
    """[B,5023,3] in metres from shape [B,100], exp [B,50], pose [B,6] = root, jaw."""
    batch = len(shape)
    rest = f["template"] + torch.einsum("bk,vck->bvc", torch.cat([shape, exp], 1), f["shapeDirs"])
    joints = torch.einsum("jv,bvc->bjc", f["jointRegressor"], rest)
    zero = torch.zeros(batch, 3)
    turns = rodrigues(torch.stack([pose[:, :3], zero, pose[:, 3:], zero, zero], 1))
    feature = (turns[:, 1:] - torch.eye(3)).flatten(1)
    posed = rest + (feature @ f["poseDirs"]).unflatten(1, (-1, 3))
    rotation, position = [turns[:, 0]], [joints[:, 0]]
    for joint in range(1, 5):
        parent = int(f["parents"][joint])
        rotation.append(rotation[parent] @ turns[:, joint])
        offset = joints[:, joint] - joints[:, parent]
        position.append((rotation[parent] @ offset[..., None])[..., 0] + position[parent])
    moved = 0
    for joint in range(5):
        local = posed - joints[:, joint, None]
        there = local @ rotation[joint].transpose(1, 2) + position[joint][:, None]
        moved = moved + f["lbsWeights"][:, joint, None] * there
    return moved


def contour_bin(pose):
    """Row of the 79 contour rows for one pose [6]; the neck stays at rest."""
    r = rodrigues(pose[None, :3])[0]
    yaw = math.degrees(math.atan2(-float(r[2, 0]), math.hypot(float(r[0, 0]), float(r[1, 0]))))
    whole = min(round(yaw), 39)  # Python rounds half to even
    return whole if whole >= 0 else 39 - whole if whole >= -39 else 78


def points(mesh, faces, face_index, bary):
    """Landmarks [B,L,3]: barycentric mixes of triangle corners; indices [B,L], bary [B,L,3]."""
    corners = faces[face_index]
    rows = torch.arange(len(mesh))[:, None, None]
    return (mesh[rows, corners] * bary[..., None]).sum(2)


def project(mesh, cam):
    """[B,N,3] into the picture, y down, smaller z nearer; cam [B,3] = scale, shift x, shift y."""
    scale, shift = cam[:, None, :1], cam[:, None, 1:]
    x, y = (scale * (mesh[..., :2] + shift)).unbind(-1)
    return torch.stack([x, -y, -(scale * mesh[..., 2:])[..., 0]], -1)
