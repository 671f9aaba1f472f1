# JupyterLab with a desktop:
#
#   docker build -t jupyter-vnc .
#   docker run --rm -p 8888:8888 jupyter-vnc      then open the last address that it prints
#
# Docker's default seccomp profile is enough for the desktop: X, Xfce and D-Bus run as any user. Programs with a sandbox
# of their own (Chromium, Electron) may need user namespaces, which it forbids. Start those with `--no-sandbox`, or the
# container with `--security-opt seccomp=unconfined`, which removes the filter for everything in it. They also need more
# shared memory than Docker's 64 MB: `--shm-size 512m`.

# Two build arguments:
#   BASE         the image to start from: the newest of its tag, which has Debian's security updates. To build the same
#                image again, give its digest, which `docker buildx imagetools inspect debian:bookworm-slim` prints:
#                --build-arg BASE=debian@sha256:…
#   CONSTRAINTS  a file with pip's constraints, in the repository: by default the versions with which the tests passed
#
# `scripts/image` builds this file without Docker, and checks the result.
ARG BASE=debian:bookworm-slim

# pip installs the Node.js that builds the front end, in this stage only.
FROM ${BASE} AS build
ARG CONSTRAINTS=constraints.txt
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN python3 -m venv /opt/build \
    && PIP_CONSTRAINT="/src/${CONSTRAINTS}" \
       /opt/build/bin/pip wheel --no-cache-dir --no-deps --wheel-dir /wheels /src \
    && cp "/src/${CONSTRAINTS}" /wheels/constraints.txt

FROM ${BASE}
COPY scripts/debian-packages.txt /tmp/
RUN apt-get update \
    && awk '/^(python|run|image) / { print $2 }' /tmp/debian-packages.txt \
        | DEBIAN_FRONTEND=noninteractive xargs apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/* /tmp/debian-packages.txt
COPY --from=build /wheels /tmp/wheels
# If there is no wheel of pixelflux for the platform, the image has no backend stream.
RUN python3 -m venv /opt/jupyter \
    && pip="/opt/jupyter/bin/pip install --no-cache-dir --constraint /tmp/wheels/constraints.txt" \
    && wheel=$(echo /tmp/wheels/*.whl) \
    && { $pip --only-binary=pcmflux,pixelflux "$wheel[lab,stream]" || $pip "$wheel[lab]"; } \
    && rm -rf /tmp/wheels
# The directories of X's and ICE's sockets, which only root may create, and the user that the desktop runs as.
RUN install -d -m 1777 /tmp/.X11-unix /tmp/.ICE-unix \
    && useradd --create-home --shell /bin/bash jupyter
USER jupyter
WORKDIR /home/jupyter
ENV PATH=/opt/jupyter/bin:$PATH SHELL=/bin/bash LANG=C.UTF-8
EXPOSE 8888
# tini reaps the processes that a desktop's programs leave behind; Jupyter as process 1 would not.
ENTRYPOINT ["tini", "--"]
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser"]
