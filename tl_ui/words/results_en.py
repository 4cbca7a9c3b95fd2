"""The words of Results and Try, in English."""

from __future__ import annotations

WORDS: dict[str, str] = {
    # 4 results
    "results.title": "Results",
    "results.empty": "Train first; your answer appears here.",
    "results.running": "Still training. The answer appears here when it is done.",
    "results.failed": "This training ended without a model.",
    "results.sentence": "Right on {correct} of {images} new pictures ({percent} %); "
    "the true rate is likely {low} to {high} %.",
    "results.baseline": "Always saying “{name}” would give {percent} %.",
    "results.on_test": "Measured on {n} test pictures that training never saw.",
    "results.on_validation": "Measured on {n} pictures set aside from training.",
    "results.on_validation_chose": "They also chose which epoch to keep, so this flatters a little. "
    "Bring a test folder for a stricter answer.",
    "results.unmeasured": "Not a single picture of {names} was among them: of that the result says nothing.",
    "results.on_cross": "Measured on {n} pictures, each one left out once.",
    "results.on_folds": "Measured on {n} pictures, each judged by heads that were fitted without it, "
    "in {folds} folds, {times} times. The final head learned from all of them.",
    "results.on_validation_compared": "They also chose where the ice lies, so this flatters a little. "
    "Bring a test folder for a stricter answer.",
    "results.over_seeds": "Over {n} seeds it was {mean} % on average, from {low} to {high} % "
    "(standard deviation: {spread} points). The model is the first seed's.",
    "results.kept_first": "Training on brought nothing on the validation pictures, so the first model was kept: "
    "only its last step learned.",
    "results.places_same": "This is for the same places and days; new places may score lower.",
    "results.places_unknown": "No whole groups were kept out of training: new places may score lower.",
    "results.places_new": "Whole groups were kept out of training ({groups} {by} in all): so it holds for new ones.",
    "results.by_table": "groups of your table",
    "results.by_folder": "outer folders",
    "results.by_camera": "cameras",
    "results.by_day": "days",
    "results.by_name": "groups by file name",
    "results.mixed": "Most often mixed up: “{truth}” taken for “{answer}” ({n}).",
    "results.no_mistakes": "No mistake among these pictures.",
    "results.confusion": "What was taken for what",
    "results.confusion_help": "Rows: what it was. Columns: what the network said. (Confusion matrix)",
    "results.mistakes": "The commonest mistakes",
    "results.truth": "It was",
    "results.answer": "The network said",
    "results.per_class": "Each kind",
    "results.class": "Kind",
    "results.precision": "Precision",
    "results.recall": "Recall",
    "results.f1": "F1",
    "results.support": "Pictures",
    "results.precision_help": "when it says so, it is right",
    "results.recall_help": "of these, so many were found",
    "results.unknown": "not known",
    "results.likely": "likely {low} to {high} %",
    "results.right": "right",
    # 5 try
    "try.title": "Try it",
    "try.lead": "Show your network something new.",
    "try.empty": "Train first, then show it something new.",
    "try.not_ready": "The model is not ready yet. Come back when training is done.",
    "try.first": "This is the first model; a better one may replace it when training is done.",
    "try.first_kept": "Training did not come to its end; this is its first model.",
    "try.label": "Drop zone for a picture to try",
    "try.asking": "Looking…",
    "try.here": "The answer appears here.",
    "try.answer": "{name}, {percent} % sure.",
    "try.took": "Answered in {n} ms.",
    "try.failed": "No answer: {reason}",
    "try.too_big": "This file is larger than 50 MB.",
    "try.your_picture": "Your picture: {name}",
    "try.ranked": "All kinds, most likely first",
    "keep.title": "Take it with you",
    "keep.download": "Download the model",
    "keep.lead": "One zip with the weights, the names of the kinds and a README. It gives the same answers as here:",
    "keep.command": "python -m tl_core predict {file} picture.jpg",
}
