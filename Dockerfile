# One image for app, worker and migration; they differ by their command only.
FROM node:22-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --loglevel=error
COPY scripts/build_assets.mjs scripts/
RUN npm run --silent assets

FROM python:3.11-slim-bookworm
# Letters and approval forms are set in this font.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 EJIA_HOME=/var/lib/ejia
WORKDIR /srv/ejia
COPY requirements/runtime.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY main.py pyproject.toml ejia ./
COPY backend backend
COPY admin_pages admin_pages
COPY policies policies
COPY storage storage
COPY migrations migrations
COPY --from=assets /build/admin_pages/static/vendor admin_pages/static/vendor
RUN ln -s /srv/ejia/ejia /usr/local/bin/ejia
RUN useradd --system --uid 10001 --home-dir /var/lib/ejia --create-home ejia
USER ejia
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "backend.cli", "serve", "--host", "0.0.0.0", "--port", "8000"]
