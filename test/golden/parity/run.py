"""Both implementations on the same files, and their table: run.py --assets DIR --data ROOT --checkpoint F --center K --sequence A [--sequence B ...]

DIR is an asset folder (safetensors). Each sequence is measured alone; `--batch` makes one batch of all. `--legacy-slips` goes to both.
`--keep DIR` keeps what they said. Node and a built auseq are needed beside the packages of legacy_step.py. Exits with 1 where a row is beyond its limit.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
AUSEQ = HERE.parents[2] / "cli" / "bin" / "auseq.js"


def measure(args, sequences, folder):
    words = ["--assets", args.assets, "--data", args.data, "--checkpoint", args.checkpoint, "--center", str(args.center)]
    words += [word for one in sequences for word in ("--sequence", one)]
    words += ["--legacy-slips"] if args.legacy_slips else []
    programs = {
        "ours": ["node", str(AUSEQ), "numerics", "--output", "json"],
        "torch": [sys.executable, str(HERE / "legacy_step.py")],
    }
    files = []
    for name, program in programs.items():
        report, arrays = folder / f"{name}.json", folder / f"{name}.npz"
        with open(report, "w") as out:
            subprocess.run([*program, *words, "--out", str(arrays)], stdout=out, check=True, timeout=500)
        files += [str(report), str(arrays)]
    print(f"\n{' + '.join(sequences)}, frame {args.center}{', legacy slips' if args.legacy_slips else ''}", flush=True)
    return subprocess.run([sys.executable, str(HERE / "compare.py"), *files], check=False, timeout=60).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("assets", "data", "checkpoint"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--center", type=int, required=True)
    parser.add_argument("--sequence", action="append", required=True)
    parser.add_argument("--batch", action="store_true")
    parser.add_argument("--legacy-slips", action="store_true")
    parser.add_argument("--keep")
    args = parser.parse_args()
    groups = [args.sequence] if args.batch else [[one] for one in args.sequence]
    worst = 0
    for index, sequences in enumerate(groups):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(args.keep or scratch) / str(index)
            folder.mkdir(parents=True, exist_ok=True)
            worst = max(worst, measure(args, sequences, folder))
    return worst


if __name__ == "__main__":
    sys.exit(main())
