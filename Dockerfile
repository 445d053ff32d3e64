# syntax=docker/dockerfile:1
# The hub in one image: what the lock files name and nothing else, run by an ordinary user.
FROM node:22-slim AS pages
WORKDIR /src/ui
COPY ui/package.json ui/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY ui ./
RUN npm run build

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.lock deploy/build.lock ./
RUN python -m venv /opt/hub && /opt/hub/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
RUN pip install --require-hashes --only-binary :all: -r build.lock
COPY pyproject.toml README.md hatch_build.py ./
COPY hub ./hub
COPY ui ./ui
COPY --from=pages /src/hub/web ./hub/web
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . && /opt/hub/bin/pip install --no-deps /wheels/*.whl

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/hub --shell /usr/sbin/nologin hub \
    && install --directory --owner=hub --group=hub --mode=0750 /var/lib/hub /var/lib/hub/attachments
COPY --from=build /opt/hub /opt/hub
ENV PATH=/opt/hub/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HUB_DATA_DIR=/var/lib/hub HUB_API_HOST=0.0.0.0 HUB_API_PORT=8484 HUB_LOG_FORMAT=json
USER hub
WORKDIR /var/lib/hub
VOLUME /var/lib/hub
EXPOSE 8484
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8484/healthz', timeout=4)"]
ENTRYPOINT ["hub"]
CMD ["serve"]
