"""The H.264 video: when it replaces tiles, and how its rate follows each client's link and browser.

This is the model behind the package. The modules refer to it; each constant stands in the module that is named here.

Tiles, video, exact again
-------------------------
A client is sent the screen as *tiles*, which are exact unless they move (`picture.tiles`), or as one H.264 *video* of
the whole screen, which is lossy. The screen's motion decides (`motion_detector`)::

              MIN_LARGE_CHANGES changes of at least MIN_MOTION_SHARE
              of the screen within MOTION_WINDOW_SECONDS
    AT REST ────────────────────────────────────────────────────────► IN MOTION
       ▲                                                                  │
       └──────────────────────────────────────────────────────────────────┘
              no change for REST_SECONDS, or only small ones
              for LARGE_CHANGE_TIMEOUT_SECONDS

While the screen is in motion, each client that decodes H.264 is in one of these states (`broadcaster`)::

               motion begins           a frame is older than the base delay
                                       + MAX_FRAME_AGE_SECONDS
      TILES ──────────────────► VIDEO ───────────────────────► CATCHING UP
        ▲                       │ ▲ │ ▲                             │
        └───────────────────────┘ │ │ └─────────────────────────────┘
               motion ends        │ │    everything sent has been painted
                                  │ │
         its link is as good as   │ │  its link takes less than SLOW_SHARE of the
         the best one again, or   │ │  best client's bitrate, and no encoder is left
         the screen is at rest    │ ▼  for it
                                TILES, SET ASIDE

A client that catches up is sent nothing. A client that stops watching a video is sent every tile again, exactly.

What the link carries
---------------------
Fences (rfbproto, "Fence") measure it. A fence after each update is answered once the update has been *read*. An empty
update and a second fence follow; noVNC reads these once it has *painted* the update before. Separate fences, *pings*,
measure the *base delay*: the round trip of the smallest message (`link`).

Each update is a packet train. The link begins to carry it when it was sent plus the base delay, or when the update
before it arrived, whichever is later; from then until its arrival it takes its size divided by the *capacity*. So the
capacity shows at any load, and no queue has to be built up to find it. Three things are left out or corrected:

- An update that was read as soon as the one before it was painted waited for the browser, not for the link.
- Updates that follow each other without a pause count as one train: a late answer makes one of them seem slow, and the
  next one fast.
- A busy browser only ever delays answers. So more capacity is believed at once, less only if updates queue. An answer
  that is overdue is an upper bound.

What is sent
------------
- *Tiles* (`pacing`): at most MAX_TILE_UPDATES_IN_FLIGHT updates, each as large as the link carries in BURST_SECONDS, so
  that new changes overtake old ones.
- *Bitrate* (`pacing`): VIDEO_SHARE of the capacity, less while updates queue, and never more than the client's quality
  level allows (`encoder_profile`). The encoder gets the bitrate as an upper bound together with a minimum quantiser, so
  simple content takes far less.
- *Frame rate* (`pacing`): MAX_FPS, unless the browser paints more slowly. Then frames wait in the browser although the
  link is free; the frame rate falls below what the browser painted until they are gone, and is raised step by step.
- *Fewer frames, not worse ones* (`frame_rate`): if the encoder can't make frames small enough for the bitrate.
- *Chroma* (`video`): 4:4:4 if every client wants it and it costs little: the video is light and the browsers are quick.
- One encoder serves all clients at the lowest of their rates; clients that are much slower share a second one
  (`broadcaster`).

If a browser has read an update and not painted it for HUNG_DECODER_SECONDS, its decoder hangs. The decoder is reset
once; after that the client is disconnected, and gets less when it reconnects (`decoder_fallback`).

Everything but `engine` and `broadcaster` is sans I/O: callers pass the time, in seconds.
"""

from __future__ import annotations
