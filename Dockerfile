# Two stages: the first installs what is pinned by hash, the second holds nothing but Python and that.
# In your own builds pin the base by digest too: --build-arg BASE=python:3.13.9-slim-trixie@sha256:…
ARG BASE=python:3.13.9-slim-trixie

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.lock deploy/build.lock ./
# What builds stays in a place of its own, which is left behind.
RUN python -m venv /build && /build/bin/pip install --require-hashes -r build.lock \
    && python -m venv --without-pip /app \
    && /build/bin/pip --python /app/bin/python install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY align_sync ./align_sync
COPY migrations ./migrations
COPY config/okrs ./config/okrs
RUN /build/bin/python -m hatchling build -t wheel -d /wheel \
    && /build/bin/pip --python /app/bin/python install --no-deps /wheel/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="align-sync" \
      org.opencontainers.image.description="Does our sprint serve our goals?" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 65532 align \
    && useradd --uid 65532 --gid 65532 --no-create-home --home-dir /data --shell /usr/sbin/nologin align \
    && install --directory --owner=65532 --group=65532 --mode=0700 /data
COPY --from=build /app /app
# Nothing but /data and /tmp is written to: the root may be mounted read-only.
ENV PATH="/app/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/data \
    ALIGN_SYNC_DATABASE__URL=sqlite:////data/align-sync.db
USER 65532:65532
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 CMD ["align-sync", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["align-sync"]
CMD ["serve"]
