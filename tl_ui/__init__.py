"""The screen and its web edge: the only importer of gradio."""
