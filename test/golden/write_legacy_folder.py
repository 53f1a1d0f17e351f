"""Writes a folder of legacy files, in their real formats and names, from an asset folder of `auseq assets synth`.

Run by hand (numpy, scipy, torch, pillow, safetensors):  write_legacy_folder.py ASSETS OUT [--facing]
--facing turns E_flame's camera so that the face fills the picture, as DECA's would: a stand-in's covers a few pixels.
`auseq assets import OUT --out BACK` must then give files with the very sha256 of ASSETS (the two feature networks'
unused parts and the 400 FLAME directions are filled up with numbers that an import must not look at).
"""
import collections, os, pickle, sys
import numpy as np
import torch
from PIL import Image
from safetensors.numpy import load_file

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from write_format_samples import Ch, Csc, Python2Pickler  # noqa: E402
import scipy.sparse as sp  # noqa: E402

source, out = sys.argv[1:3]
os.makedirs(out, exist_ok=True)
load = lambda name: load_file(os.path.join(source, name + ".safetensors"))
path = lambda name: os.path.join(out, name)

flame = load("flame")
n = 5023
shapedirs = np.full((n, 3, 400), 7.0)
used = flame["shapeDirs"].reshape(n, 3, 150)
shapedirs[:, :, :100], shapedirs[:, :, 300:350] = used[:, :, :100], used[:, :, 100:]
parents = flame["parents"].astype(np.int64)
parents[0] = 2**32 - 1
with open(path("generic_model.pkl"), "wb") as file:
    Python2Pickler(file, protocol=2).dump(
        {
            "f": flame["faces"].astype(np.uint32).reshape(-1, 3),
            "v_template": Ch(flame["template"].astype(np.float64).reshape(n, 3)),
            "shapedirs": Ch(shapedirs),
            "posedirs": np.asfortranarray(flame["poseDirs"].reshape(36, n * 3).T.reshape(n, 3, 36).astype(np.float64)),
            "J_regressor": Csc(sp.csc_matrix(flame["jointRegressor"].reshape(5, n).astype(np.float64))),
            "weights": flame["lbsWeights"].reshape(n, 5).astype(np.float64),
            "kintree_table": np.stack([parents, np.arange(5)]),
            "bs_style": "lbs",
            "bs_type": "lrotmin",
        }
    )
with open(path("head_template.obj"), "w") as file:
    file.write("mtllib head_template.mtl\n")
    for x, y, z in flame["template"].reshape(n, 3):
        file.write(f"v {float(x)!r} {float(y)!r} {float(z)!r}\n")
    for u, v in flame["uvs"].reshape(-1, 2):
        file.write(f"vt {float(u)!r} {float(v)!r}\n")
    for face, uv in zip(flame["faces"].reshape(-1, 3), flame["uvFaces"].reshape(-1, 3)):
        file.write("f " + " ".join(f"{a + 1}/{b + 1}" for a, b in zip(face, uv)) + "\n")

marks = load("landmarks")
embedding = {
    "static_lmk_faces_idx": marks["staticFaces"].astype(np.int64),
    "static_lmk_bary_coords": marks["staticBary"].reshape(51, 3).astype(np.float64),
    "dynamic_lmk_faces_idx": torch.from_numpy(marks["dynamicFaces"].astype(np.int64).reshape(79, 17)),
    "dynamic_lmk_bary_coords": torch.from_numpy(marks["dynamicBary"].astype(np.float64).reshape(79, 17, 3)),
    "full_lmk_faces_idx": marks["fullFaces"].astype(np.int64).reshape(1, 68),
    "full_lmk_bary_coords": marks["fullBary"].reshape(1, 68, 3),
}
np.save(path("landmark_embedding.npy"), np.array(embedding, dtype=object), allow_pickle=True)
np.savez(
    path("mediapipe_landmark_embedding.npz"),
    lmk_face_idx=marks["denseFaces"].astype(np.int64),
    lmk_b_coords=marks["denseBary"].reshape(105, 3).astype(np.float64),
    landmark_indices=marks["denseIndices"].astype(np.int64),
)

# The albedo file holds 0..1 and so gives the very bits back; FLAME_texture's 0..255 would round.
texture = load("texture")
twice = lambda a: a.repeat(2, axis=0).repeat(2, axis=1)[:, :, ::-1]
basis = np.full((512, 512, 3, 199), 9.0, dtype=np.float32)
basis[..., :50] = twice(texture["basis"].reshape(256, 256, 3, 50))
np.savez(
    path("FLAME_albedo_from_BFM.npz"),
    MU=twice(texture["mean"].reshape(256, 256, 3)).reshape(-1),
    PC=basis.reshape(-1, 199),
)
masks = load("uv_masks")
for name, key in (("uv_face_mask.png", "face"), ("uv_face_eye_mask.png", "faceEye")):
    picture = np.rint(masks[key].reshape(256, 256) * 255).astype(np.uint8)
    Image.fromarray(twice(picture[:, :, None].repeat(3, axis=2))).save(path(name))


def state(name, prefix=""):
    return collections.OrderedDict((prefix + key, torch.from_numpy(value)) for key, value in load(name).items())


e_flame = state("e_flame")
if "--facing" in sys.argv:
    camera = slice(206, 209)  # behind shape 100, tex 50, exp 50, pose 6
    e_flame["layers.2.weight"][camera] *= 0.02
    e_flame["layers.2.bias"][camera] = torch.tensor([8.0, 0.0, 0.02])
torch.save({"E_flame": e_flame, "E_detail": {"x": torch.zeros(3)}}, path("deca_model.tar"))
au = state("au_net", "module.")
au["module.head.gnn.U.weight"] = torch.zeros(4, 4)
torch.save({"epoch": 9, "state_dict": au, "optimizer": {"state": {}}}, path("second_hybrid.pth"))
emotion = state("emotion_net")
emotion["linear.0.weight"] = torch.zeros(8, 4)
torch.save({"state_dict": emotion, "global_step": 5}, path("emotion.ckpt"), _use_new_zipfile_serialization=False)
with open(path("resnet50_ft_weight.pkl"), "wb") as file:
    Python2Pickler(file, protocol=2).dump(load("identity_net"))
