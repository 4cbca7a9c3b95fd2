"""The look of Gradio's own components: ice blue and slate, readable in light and dark. Ours stand in style.css."""

from __future__ import annotations

import gradio as gr

FONT = ("Inter", "ui-sans-serif", "system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
MONO = ("ui-monospace", "Cascadia Code", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """System fonts only: nothing is fetched, and Chinese looks as it does elsewhere on the machine."""
    return gr.themes.Default(
        primary_hue="sky",
        secondary_hue="sky",
        neutral_hue="slate",
        radius_size="lg",
        text_size="md",
        spacing_size="md",
        font=FONT,
        font_mono=MONO,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_border_width="1px",
        block_shadow="none",
        block_label_text_color="*neutral_700",
        block_title_text_weight="600",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        input_border_color="*neutral_300",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        button_secondary_background_fill="white",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_border_color="*neutral_300",
        button_secondary_background_fill_dark="*neutral_800",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
        color_accent="*primary_700",
        color_accent_soft="*primary_50",
    )
