# JupyterLab with a desktop in it:
#
#   docker build -t jupyter-vnc .
#   docker run --rm -p 8888:8888 jupyter-vnc      and open the last address that it prints
#
# Docker's default seccomp profile is enough for the desktop: X, Xfce and D-Bus run in it as any user. Programs that
# bring a sandbox of their own (Chromium, Electron) may want new user namespaces, which it refuses. Give those
# `--no-sandbox`; or give the container `--security-opt seccomp=unconfined`, which drops the filter for everything in it.
# They also want more shared memory than Docker's 64 MB: `--shm-size 512m`.

# pip brings the Node.js that builds the front end, and leaves it here.
FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN python3 -m venv /opt/build && /opt/build/bin/pip wheel --no-cache-dir --no-deps --wheel-dir /wheels /src

FROM debian:bookworm-slim
COPY scripts/debian-packages.txt /tmp/
RUN apt-get update \
    && awk '/^(python|run|image) / { print $2 }' /tmp/debian-packages.txt \
        | DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/* /tmp/debian-packages.txt
COPY --from=build /wheels /tmp/wheels
# Where there is no wheel of pixelflux for the platform, the backend stream is left out.
RUN python3 -m venv /opt/jupyter \
    && pip="/opt/jupyter/bin/pip install --no-cache-dir --only-binary=pixelflux" wheel=$(echo /tmp/wheels/*.whl) \
    && { $pip "$wheel[lab,stream]" || $pip "$wheel[lab]"; } \
    && rm -rf /tmp/wheels
# The directories of X's and ICE's sockets, which only root may make; and the user whom the desktop belongs to.
RUN install -d -m 1777 /tmp/.X11-unix /tmp/.ICE-unix \
    && useradd --create-home --shell /bin/bash jupyter
USER jupyter
WORKDIR /home/jupyter
ENV PATH=/opt/jupyter/bin:$PATH SHELL=/bin/bash LANG=C.UTF-8
EXPOSE 8888
# tini reaps what a desktop's programs leave behind, which Jupyter as process 1 would not.
ENTRYPOINT ["tini", "--"]
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser"]
