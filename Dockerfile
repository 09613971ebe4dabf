# The app for a server: docs/deployment.md says how to run it. Build needs the network, running does not.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 HOME=/tmp
WORKDIR /app

COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --disable-pip-version-check --require-hashes -r requirements.lock

COPY . .
# The project itself, the map library beside the app, and a user without rights.
RUN pip install --disable-pip-version-check --no-deps --no-build-isolation -e . \
    && python -c "from layers.assets import install; install()" \
    && useradd --no-create-home --shell /usr/sbin/nologin reader
USER reader

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"
CMD ["cahra", "app", "--server.address", "0.0.0.0", "--server.headless", "true"]
