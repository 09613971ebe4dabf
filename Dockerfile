# The app for a server: docs/deployment.md says how to run it. Build needs the network, running does not.
# Name it by its digest (--build-arg BASE=python@sha256:...) to build the same image twice; the tag moves on.
ARG BASE=python:3.11-slim
FROM ${BASE}

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 HOME=/tmp
# Streamlit's greeting would ask an outside service for this machine's address when it listens everywhere.
ENV STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE=true
WORKDIR /app

# rasterio's wheel takes libexpat from the system, and the slim image has none.
RUN apt-get update && apt-get install -y --no-install-recommends libexpat1 && rm -rf /var/lib/apt/lists/*

COPY requirements.lock pyproject.toml README.md LICENSE ./
# Everything in the lock is fetched and held against its hash; what only the tests need goes no further.
RUN pip download --disable-pip-version-check --quiet --require-hashes -r requirements.lock -d /tmp/locked \
    && python -c "import tomllib; t = tomllib.load(open('pyproject.toml', 'rb')); \
print(*t['build-system']['requires'], *t['project']['dependencies'], sep='\n')" > /tmp/needed \
    && pip install --disable-pip-version-check --no-index --find-links /tmp/locked -r /tmp/needed \
    && rm -r /tmp/locked /tmp/needed

COPY . .
# The project itself, compiled as nothing can be later; the map library beside the app; a user without rights and
# the one folder, meant for a volume, that it owns.
RUN pip install --disable-pip-version-check --no-deps --no-build-isolation -e . \
    && python -m compileall -q app.py cli geo i18n jobs layers views \
    && python -c "from layers.maps.assets import install; install()" \
    && useradd --no-create-home --shell /usr/sbin/nologin reader && install -d -o reader -g reader /data
USER reader

EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD python -c "import os, urllib.request; base = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/'); \
urllib.request.urlopen('http://127.0.0.1:8501/' + (base and base + '/') + '_stcore/health', timeout=4)"
CMD ["cahra", "app", "--server.address", "0.0.0.0", "--server.headless", "true"]
