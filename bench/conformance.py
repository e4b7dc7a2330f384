"""Public conformance suites against our own code: Merkle proofs and BagIt folders.

    .venv/bin/python bench/conformance.py --corpus DIR

DIR holds `merkle/testdata` of transparency-dev/merkle (inclusion and consistency) and the
folders of the Library of Congress's bagit-conformance-suite under `bagit/`. Exit code 1 where
one case ends otherwise than the suite says.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from pathlib import Path

from assay.errors import BadProof
from assay.proof import merkle
from assay.verify.bag import verify_bag


def check_merkle(folder: Path) -> int:
    """Every vector of inclusion/ and consistency/; returns how many disagree."""
    wrong = 0
    for kind in ("inclusion", "consistency"):
        files = sorted((folder / kind).rglob("*.json"))
        for path in files:
            vector = json.loads(path.read_text())
            proof = [base64.b64decode(item or "") for item in vector["proof"] or []]
            try:
                if kind == "inclusion":
                    leaf, root = (base64.b64decode(vector[k] or "") for k in ("leafHash", "root"))
                    merkle.check_inclusion(leaf, vector["leafIdx"], vector["treeSize"], proof, root)
                else:
                    first, second = (base64.b64decode(vector[k] or "") for k in ("root1", "root2"))
                    merkle.check_consistency(vector["size1"], vector["size2"], first, second, proof)
                holds = True
            except BadProof:
                holds = False
            if holds == vector["wantErr"]:
                wrong += 1
                print(f"merkle {path.relative_to(folder)}: {vector['desc']}")
        print(f"merkle {kind}: {len(files)} vectors")
    return wrong


def check_bags(folder: Path) -> int:
    """Every bag: valid and warning hold, invalid do not; returns how many disagree."""
    wrong = count = 0
    for kind in ("valid", "warning", "invalid"):
        for bag in sorted(folder.glob(f"v*/{kind}/*")):
            if bag.is_dir():
                count += 1
                report = verify_bag(bag)
                if report.ok != (kind != "invalid"):
                    wrong += 1
                    print(f"bag {bag.relative_to(folder)}: {report.ok}")
    print(f"bags: {count}")
    return wrong


def main() -> None:
    """Run both suites."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    corpus = parser.parse_args().corpus
    wrong = check_merkle(corpus / "merkle" / "testdata") + check_bags(corpus / "bagit")
    print(f"{wrong} disagree")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
