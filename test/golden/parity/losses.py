"""The losses of the published run on the middle frame (facts 0.3, 0.7, 11); each is a mean over the batch."""

import torch

WEIGHTS = {
    "AUFLoss": 1.0,
    "expression": 7.0,
    "landmark_dense": 8.0,
    "landmark": 8.0,
    "eye_distance": 1.0,
    "lip_distance": 0.0,
    "relative_landmark": 1.0,
    "photometric": 5.0,
    "expression_reg": 1e-4,
    "tex_reg": 1e-4,
    "light_reg": 1.0,
    "jaw_reg": 0.01,
}

LIPS = (
    [(65, 68), (69, 77), (70, 84), (71, 80), (85, 82), (87, 95), (88, 102), (89, 98), (103, 100), (66, 67)]
    + [(76, 78), (75, 83), (74, 79), (86, 81), (94, 96), (93, 101), (92, 97), (104, 99), (72, 90), (73, 91)]
)
RELATIVE = [(57, 8), (51, 33), (48, 54), (60, 64), (61, 67), (62, 66), (63, 65)]


def dense_weights():
    k = torch.full((105,), 1.5)
    k[[21, 22, 37, 38, 65, 66, 67, 68, 72, 73, 90, 91]] = 3
    k[[24, 30, 40, 46]] = 2
    return k


def contour_weights():
    k = torch.zeros(68)
    k[:17] = 1.5
    k[[5, 6, 10, 11]] = 3
    return k


def weighted_l1(predicted, target, weights):
    k = target[..., 2] * weights
    miss = (predicted[..., :2] - target[..., :2]).abs().sum(-1)
    return ((k * miss).sum(1) / (2 * k.sum(1))).mean()


def gap(points, pair):
    return (points[:, pair[0], :2] - points[:, pair[1], :2]).norm(dim=-1)


def eye_openness(points):
    """[B,2]: both lid gaps of an eye over twice its width."""
    eyes = [((23, 31), (25, 29), (21, 22)), ((41, 45), (39, 47), (37, 38))]
    return torch.stack([(gap(points, p) + gap(points, q)) / (2 * gap(points, w)) for p, q, w in eyes], 1)


def pair_distances(points, pairs):
    return torch.stack([gap(points, pair) for pair in pairs], 1)


def half_squares(codes, summed):
    total = codes.square().sum() / 2
    return total if summed else total / len(codes)


def all_losses(face, target, slips):
    """`face`: codes, points, pictures and features of the render; `target`: those of the file."""
    lips = [(65, 61)] + LIPS[1:] if slips else LIPS
    grey = face["light"].mean(2, keepdim=True)
    return {
        "AUFLoss": (face["afn"] - target["afn"]).square().mean(),
        "expression": (face["emotion"] - target["emotion"]).square().mean(),
        "landmark_dense": weighted_l1(face["landmarks105"], target["dense"], dense_weights()),
        "landmark": weighted_l1(face["landmarks68"], target["landmark"], contour_weights()),
        "eye_distance": (eye_openness(face["landmarks105"]) - eye_openness(target["dense"])).abs().sum(1).mean() / 2,
        "lip_distance": (pair_distances(face["landmarks105"], lips) - pair_distances(target["dense"], lips)).abs().mean(),
        "relative_landmark": (
            pair_distances(face["landmarks68"], RELATIVE) - pair_distances(target["landmark"], RELATIVE)
        ).abs().mean(),
        "photometric": (target["mask"] * (face["picture"] - target["image"]).abs()).mean(),
        "expression_reg": half_squares(face["exp"], slips),
        "tex_reg": half_squares(face["tex"], slips),
        "light_reg": (grey - face["light"]).square().mean(),
        "jaw_reg": half_squares(face["pose"][:, 3:], slips),
    }


def weights_of(slips):
    """Slip 1: AUFLoss is multiplied by the weight of expression."""
    return {**WEIGHTS, "AUFLoss": WEIGHTS["expression"]} if slips else WEIGHTS
