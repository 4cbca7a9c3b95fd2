"""The words of a hosted demo: how long things stay, each person's share, erasing it, in English."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "app.promise_hosted": "Public demo: nothing private here. Everything is erased after {n} hours.",
    "mine.kept": "Pictures and runs on this demo vanish after {n} hours: download yours.",
    "mine.queue": "{n} trainings wait their turn.",
    "mine.queue_free": "No training waits.",
    "mine.near": "Nearly used up: {what}.",
    "mine.title": "Your share of this demo",
    "mine.pictures": "{used} of {most} pictures",
    "mine.upload": "{used} of {most} MB sent in 24 hours",
    "mine.disk": "{used} of {most} MB of the disk",
    "mine.runs": "{used} of {most} trainings running or waiting",
    "mine.training": "{used} of {most} minutes of training in 24 hours",
    "mine.predictions": "{used} of {most} pictures tried in this minute",
    "mine.erase": "Erase everything of mine now",
    "mine.sure": "Erase all your pictures, runs and models now? There is no way back.",
}
