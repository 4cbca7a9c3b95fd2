"""What the Pictures tab shows for a scene: values of its drawn pieces, HTML of its panels. Knows no component."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tl_core.backbones.catalogue import record_of
from tl_ui.dataset_states import READY
from tl_ui.markup import EMPTY, Html, join
from tl_ui.owned_datasets import DatasetRow
from tl_ui.present_doctor import doctor, shown_findings
from tl_ui.present_pictures import facts, found, no_test_set, tables
from tl_ui.present_use import detail, question
from tl_ui.receiving import in_words
from tl_ui.scene import Scene
from tl_ui.words import Words

PART_SAMPLES = 12
FINDING_PICTURES = 24  # looked up for each finding: its offers depend on their kinds
USUAL_SIZE = 224


@dataclass(frozen=True, slots=True)
class ShownPictures:
    """Nothing where no set is chosen."""

    scene: Scene

    @property
    def words(self) -> Words:
        return self.scene.words

    @property
    def is_chosen(self) -> bool:
        return self.scene.dataset is not None

    @property
    def can_train(self) -> bool:
        return self.scene.dataset is not None and len(self.scene.dataset.report.classes) > 1

    def shelf(self) -> dict[str, Any]:
        rows = [self._row(row) for row in self.scene.sets]
        return {"rows": rows, "chosen": self.scene.choices.dataset}

    def _row(self, row: DatasetRow) -> dict[str, Any]:
        date = time.strftime("%Y-%m-%d", time.localtime(row.created))
        if row.state != READY or row.images is None:
            told = [self.words(f"state.{row.state}"), date]
        else:
            size = in_words(row.bytes or 0) if row.bytes or not row.images else self.words("shelf.own_folder")
            told = [self.words.count("found.images", row.images), size, date]
        return {"id": row.id, "name": row.name, "detail": told, "ready": row.state == READY}

    def found(self) -> Html:
        scene = self.scene
        if scene.dataset is None or scene.pictures is None:
            return EMPTY
        report, album = scene.dataset.report, scene.pictures.album
        expert = scene.choices.is_expert
        pictures = {
            at: album.records_of(finding.paths[:FINDING_PICTURES])
            for at, finding in shown_findings(report.findings, expert=expert)
        }
        findings = doctor(report.findings, self.words, dataset=scene.choices.dataset, pictures=pictures, expert=expert)
        known = facts(album.extremes, album.formats, self.words) if expert else EMPTY
        parts = (findings, known, no_test_set(report, self.words)) if report.images else ()
        return found(scene.dataset_name, report, self.words, tables(report.tables, self.words), *parts)

    def use(self) -> Html:
        scene = self.scene
        if scene.dataset is None or scene.pictures is None or not scene.dataset.report.images:
            return EMPTY
        pictures = scene.pictures
        asked = question(pictures.use, pictures.groupings, self.words, pictures.split)
        is_lost = any(finding.kind == "detail" for finding in scene.dataset.report.findings)
        return join(asked, detail(self.words, size=self.size, own_size=self.own_size, is_lost=is_lost))

    @property
    def own_size(self) -> int:
        """What the chosen network takes where nobody says another size."""
        record = record_of(self.scene.choices.backbone)
        return record.image_size if record else USUAL_SIZE

    @property
    def size(self) -> int:
        said = self.scene.pictures.use.image_size if self.scene.pictures else ""
        return int(said) if said else self.own_size

    def part(self) -> dict[str, Any]:
        pictures = self.scene.pictures
        if pictures is None:
            return {"dataset": "", "samples": [], "part": ""}
        samples = [record.sha256 for record in pictures.album.spread(PART_SAMPLES)]
        return {"dataset": self.scene.choices.dataset, "samples": samples, "part": pictures.use.part}

    def album(self) -> dict[str, Any]:
        dataset, pictures = self.scene.dataset, self.scene.pictures
        if dataset is None or pictures is None:
            return {"dataset": ""}
        return {
            "dataset": self.scene.choices.dataset,
            "version": dataset.facts.edits,
            "left_out": pictures.left_out,
            "part": pictures.use.part,
            "size": self.size,
        }

    def split(self) -> dict[str, Any]:
        """Where there are kinds to divide, and to those who ask for everything."""
        return {"dataset": self.scene.choices.dataset if self.can_train and self.scene.choices.is_expert else ""}
