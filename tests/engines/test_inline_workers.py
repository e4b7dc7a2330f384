from assay.testing.contracts_workers import ENTRY, WorkersContract
from assay.testing.inline_workers import InlineWorkers


class TestInlineWorkers(WorkersContract):
    def start(self) -> InlineWorkers:
        return InlineWorkers(ENTRY)


def test_inline_workers_claim_no_jail() -> None:
    assert not InlineWorkers(ENTRY).jail().whole
