"""Writes the small sample files in formats/ that the readers of worker/src/formats are tested with.

Run by hand (python3 with numpy, scipy and torch; not part of npm test):  python3 test/golden/write_format_samples.py
All values are synthetic: arange-like numbers that the tests know.
"""
import collections, copyreg, io, os, pickle, sys, types
import numpy as np
import scipy.sparse as sp
import torch

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "formats")
os.makedirs(OUT, exist_ok=True)

# chumpy does not install any more: a class of its name with the same state is all that a pickle shows of it.
chumpy = types.ModuleType("chumpy")
ch = types.ModuleType("chumpy.ch")


class Ch(object):
    def __init__(self, x):
        self.x = x

    def __reduce__(self):
        return copyreg._reconstructor, (Ch, object, None), {"x": self.x, "_dirty_vars": set(), "name": None}


Ch.__module__, Ch.__qualname__ = "chumpy.ch", "Ch"
ch.Ch = Ch
sys.modules["chumpy"], sys.modules["chumpy.ch"] = chumpy, ch


class Csc(object):
    """scipy's matrix as Python 2 wrote it: an object whose state is a dict."""

    def __init__(self, matrix):
        self.matrix = matrix

    def __reduce__(self):
        m = self.matrix
        state = {"_shape": m.shape, "data": m.data, "indices": m.indices, "indptr": m.indptr, "maxprint": 50}
        return copyreg._reconstructor, (Csc, object, None), state


Csc.__module__, Csc.__qualname__, Csc.__name__ = "scipy.sparse.csc", "csc_matrix", "csc_matrix"
csc_module = types.ModuleType("scipy.sparse.csc")
csc_module.csc_matrix = Csc
sys.modules["scipy.sparse.csc"] = csc_module


class Python2Pickler(pickle._Pickler):
    """Writes text and bytes as Python 2 did: as byte strings."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_text(self, value):
        raw = value.encode("latin1") if isinstance(value, str) else bytes(value)
        if len(raw) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(raw)]) + raw)
        else:
            self.write(pickle.BINSTRING + len(raw).to_bytes(4, "little") + raw)
        self.memoize(value)

    dispatch[str] = save_text
    dispatch[bytes] = save_text


def path(name):
    return os.path.join(OUT, name)


grid = np.arange(24, dtype=np.float64).reshape(2, 3, 4) / 8
regressor = sp.csc_matrix(np.array([[0, 0.5, 0, 0.5], [1, 0, 0, 0], [0, 0, 0.25, 0.75]]))

with open(path("python2.pkl"), "wb") as file:
    Python2Pickler(file, protocol=2).dump(
        {
            "f": np.array([[0, 1, 2], [2, 1, 3]], dtype=np.uint32),
            "v_template": Ch(np.array([[0.5, -1.5], [2.5, 3.0]])),
            "shapedirs": Ch(grid),
            "posedirs": np.asfortranarray(grid),
            "J_regressor": Csc(regressor),
            "kintree_table": np.array([[2**32 - 1, 0, 1], [0, 1, 2]], dtype=np.int64),
            "bs_style": "lbs",
            "big": 2**70,
            "small": -(2**40),
            "eight": np.arange(400, dtype=np.uint8),
        }
    )

plain = {
    "none": None,
    "yes": True,
    "no": False,
    "int": [0, 255, 65535, -1, 2**31 - 1, -(2**31), 2**53, -(2**64)],
    "float": [0.0, -0.5, 1e300, float("inf")],
    "text": "Gr\u00fc\u00dfe \U0001f600\n'quoted' \\ back",
    "bytes": bytes(range(256)),
    "tuple": (1, (2, 3), ()),
    "nested": {"a": [{"b": (None,)}], 7: "seven"},
    "ordered": collections.OrderedDict([("z", 1), ("a", 2)]),
    "set": {1, 2, 3},
    "array": np.arange(6, dtype=np.float32).reshape(2, 3),
    "scalar": np.float64(2.5),
    "big_endian": np.arange(4, dtype=">i4"),
    "bool": np.array([True, False, True]),
    "half": np.array([0.5, -2.0, 65504.0, 2.0**-24], dtype=np.float16),
}
for protocol in range(6):
    with open(path(f"protocol{protocol}.pkl"), "wb") as file:
        pickle.dump(plain, file, protocol=protocol)

base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
tensors = {
    "state_dict": collections.OrderedDict(
        [
            ("module.weight", base),
            ("module.transposed", base.t()),
            ("module.slice", base[1:, 1:3]),
            ("module.parameter", torch.nn.Parameter(torch.tensor([1.5, -2.5]))),
            ("module.half", torch.tensor([0.5, -0.25], dtype=torch.float16)),
            ("module.bf16", torch.tensor([1.0, -3.0], dtype=torch.bfloat16)),
            ("module.long", torch.tensor([1, -(2**40)], dtype=torch.int64)),
            ("module.bool", torch.tensor([True, False])),
            ("module.scalar", torch.tensor(7, dtype=torch.int64)),
            ("module.empty", torch.zeros(0, 3)),
        ]
    ),
    "epoch": 3,
}
torch.save(tensors, path("torch.pth"))
torch.save(tensors, path("torch-old.pth"), _use_new_zipfile_serialization=False)

np.save(path("float64.npy"), grid)
np.save(path("fortran.npy"), np.asfortranarray(grid))
np.save(path("big-endian.npy"), grid.astype(">f4"))
np.save(path("int64.npy"), np.array([[1, -2], [3, 2**60]], dtype=np.int64))
np.save(path("scalar.npy"), np.float32(1.25))
embedding = {
    "static_lmk_faces_idx": np.arange(3),
    "dynamic_lmk_faces_idx": torch.arange(4).reshape(2, 2),
    "dynamic_lmk_bary_coords": torch.arange(6, dtype=torch.float64).reshape(2, 3) / 4,
}
np.save(path("objects.npy"), np.array(embedding, dtype=object), allow_pickle=True)
np.savez(path("stored.npz"), mean=grid, index=np.array([1, 2, 3], dtype=np.int32))
np.savez_compressed(path("deflated.npz"), mean=np.zeros((20, 20)), index=np.array([1, 2, 3], dtype=np.int32))

with open(path("head.obj"), "w") as file:
    file.write("# a square\nmtllib head.mtl\nv 0 0 0\nv 1 0 0\nv 1 1 0.5\nv 0 1 -1e-3\n")
    file.write("vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nvt 0.5 0.5\nvn 0 0 1\ns off\nf 1/1/1 2/2/1 3/3/1\nf 1/5 3/3 -1/4\n")


class Evil(object):
    def __reduce__(self):
        return os.system, ("echo run",)


with open(path("evil.pkl"), "wb") as file:
    pickle.dump({"weights": Evil()}, file, protocol=2)

if __name__ == "__main__":
    for name in sorted(os.listdir(OUT)):
        print(f"{os.path.getsize(path(name)):8d}  {name}")
