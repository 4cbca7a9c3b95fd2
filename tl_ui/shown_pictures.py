"""What the Pictures tab shows for a scene: values of its drawn pieces, HTML of its panels. Knows no component."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from tl_core.backbones.catalogue import record_of
from tl_ui.album import Album
from tl_ui.dataset_use import DatasetUse
from tl_ui.markup import EMPTY, Html, join
from tl_ui.owned_datasets import READY, DatasetRow
from tl_ui.present_doctor import doctor, shown_findings
from tl_ui.present_pictures import facts, found, no_test_set
from tl_ui.present_use import detail, question
from tl_ui.receiving import in_words
from tl_ui.scene import Scene
from tl_ui.words import Words

PART_SAMPLES = 12
FINDING_PICTURES = 24  # looked up for each finding: its offers depend on their kinds
USUAL_SIZE = 224


@dataclass(frozen=True, slots=True)
class ShownPictures:
    """`album` and `use` belong to the chosen set; None and nothing where none is chosen."""

    scene: Scene
    album_of: Album | None
    answers: DatasetUse

    @classmethod
    def of(cls, scene: Scene) -> ShownPictures:
        return cls(scene, scene.album, scene.use)

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
        return {"id": row.id, "name": row.name, "detail": " · ".join(told), "ready": row.state == READY}

    def found(self) -> Html:
        scene, album = self.scene, self.album_of
        if scene.dataset is None or album is None:
            return EMPTY
        report = scene.dataset.report
        expert = scene.choices.is_expert
        pictures = {
            at: album.records_of(finding.paths[:FINDING_PICTURES])
            for at, finding in shown_findings(report.findings, expert=expert)
        }
        findings = doctor(report.findings, self.words, dataset=scene.choices.dataset, pictures=pictures, expert=expert)
        known = facts(album.extremes, album.formats, self.words) if expert else EMPTY
        parts = (findings, known, no_test_set(report, self.words)) if report.images else ()
        return found(scene.dataset_name, report, self.words, *parts)

    def use(self) -> Html:
        scene = self.scene
        if scene.dataset is None or not scene.dataset.report.images:
            return EMPTY
        asked = question(self.answers, scene.groupings, self.words, scene.split)
        is_lost = any(finding.kind == "detail" for finding in scene.dataset.report.findings)
        return join(asked, detail(self.words, size=self.size, own_size=self.own_size, is_lost=is_lost))

    @property
    def own_size(self) -> int:
        """What the chosen network takes where nobody says another size."""
        record = record_of(self.scene.choices.backbone)
        return record.image_size if record else USUAL_SIZE

    @property
    def size(self) -> int:
        return int(self.answers.image_size) if self.answers.image_size else self.own_size

    def part(self) -> dict[str, Any]:
        album = self.album_of
        samples = [record.sha256 for record in album.spread(PART_SAMPLES)] if album else []
        return {"dataset": self.scene.choices.dataset, "samples": samples, "part": self.answers.part}

    def album(self) -> dict[str, Any]:
        dataset = self.scene.dataset
        return {
            "dataset": self.scene.choices.dataset if dataset else "",
            "version": dataset.facts.edits if dataset else 0,
            "left_out": self.scene.left_out,
            "part": self.answers.part,
            "size": self.size,
        }

    def split(self) -> dict[str, Any]:
        """Where there are kinds to divide, and to those who ask for everything."""
        return {"dataset": self.scene.choices.dataset if self.can_train and self.scene.choices.is_expert else ""}
