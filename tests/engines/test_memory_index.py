from pathlib import Path

from assay.ports import SearchEngine
from assay.testing.contracts_search import SearchEngineContract
from assay.testing.memory_index import MemoryIndex


class TestMemoryIndex(SearchEngineContract):
    def open_engine(self, folder: Path) -> SearchEngine:
        return MemoryIndex()
