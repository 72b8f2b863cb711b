"""Answers questions with semble's own chunks, BM25 and ranking, and without its vectors, which a hub would have to give.

Reads one JSON object a line: {"index": folder} or {"query": text, "limit": number}; prints one a line.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from semble.index.create import create_index_from_path
from semble.index.index import SembleIndex


class NoModel:
    """All texts alike: with alpha 0 nothing of it counts."""

    dim = 1

    def encode(self, texts, **_):
        return np.ones((len(texts), 1), dtype=np.float32)


def build(folder: str) -> SembleIndex:
    root = Path(folder).resolve()
    model = NoModel()
    words, vectors, chunks, manifest = create_index_from_path(root, model=model, display_root=root)
    return SembleIndex(model, words, vectors, chunks, "none", root=root, manifest=manifest)


def main() -> None:
    index = None
    for line in sys.stdin:
        asked = json.loads(line)
        began = time.perf_counter()
        if "index" in asked:
            index = build(asked["index"])
            answer = {"chunks": len(index.chunks)}
        else:
            found = index.search(asked["query"], top_k=asked["limit"], alpha=0.0)
            answer = {
                "results": [
                    {
                        "path": each.chunk.file_path,
                        "startLine": each.chunk.start_line,
                        "endLine": each.chunk.end_line,
                        "text": f"{each.chunk.location}\n{each.chunk.content}",
                    }
                    for each in found
                ]
            }
        answer["ms"] = (time.perf_counter() - began) * 1000
        print(json.dumps(answer), flush=True)


main()
