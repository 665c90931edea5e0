# Two stages: the first installs what is pinned by hash, the second holds nothing but Python and that.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /app && /app/bin/pip install --no-cache-dir "hatchling>=1.27"
COPY requirements.lock ./
RUN /app/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY align_sync ./align_sync
COPY migrations ./migrations
COPY config/okrs ./config/okrs
RUN /app/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /app/bin/pip uninstall -y hatchling pip

FROM python:3.13-slim
LABEL org.opencontainers.image.title="align-sync" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --create-home --home-dir /data align
COPY --from=build /app /app
ENV PATH="/app/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    ALIGN_SYNC_DATABASE__URL=sqlite:////data/align-sync.db
USER 10001
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=60s --timeout=10s CMD ["align-sync", "db", "current"]
ENTRYPOINT ["align-sync"]
CMD ["serve"]
