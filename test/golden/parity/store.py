"""Stores what PyTorch makes of the small inputs, for the test of `auseq numerics`:

node make_inputs.mjs INPUTS && python store.py INPUTS      -> tiny-model.tar, tiny-steps.json beside this file
"""

import json
import sys
from pathlib import Path

import torch

import legacy_step
import make_checkpoint

HERE = Path(__file__).resolve().parent
STORED = ("exp", "tex", "light", "shape", "pose", "cam", "landmarks68", "landmarks105")


def main(inputs):
    torch.set_num_threads(1)
    make_checkpoint.main("tiny", None, 3, HERE / "tiny-model.tar")
    state = torch.load(HERE / "tiny-model.tar", weights_only=True)
    assets = legacy_step.read_assets(Path(inputs) / "assets")
    root = Path(inputs) / "data"
    names = sorted(str(p.relative_to(root)) for p in (root / "Aff-wild2" / "masks").glob("*/*"))
    cases = [{"asked": [[name, 1]], "slips": False} for name in names]
    cases += [{"asked": [[names[0], 1], [names[2], 1]], "slips": slips} for slips in (False, True)]
    for case in cases:
        report, arrays = legacy_step.step(assets, case["asked"], str(root), state, case["slips"])
        case["report"] = report
        case["arrays"] = {k: [float(f"{x:.8g}") for x in arrays[k].ravel()] for k in STORED}
        case["lengths"] = {k: float((v.astype(float) ** 2).sum() ** 0.5) for k, v in arrays.items()}
    (HERE / "tiny-steps.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
