"""The H.264 video: when it replaces tiles, and how its rate follows each client's link and browser.

This is the model behind the package; its modules refer to it. Names in capitals are constants of the module that is
named beside them.

Tiles, video, exact again
-------------------------
A client is sent the screen as *tiles*, which are exact unless they move (`picture.tiles`), or as one H.264 *video* of
the whole screen, which is lossy. The screen's motion decides (`motion_detector`, `picture.change_rate`)::

                MIN_LARGE_CHANGES changes of at least MIN_MOTION_SHARE
                of the screen within MOTION_WINDOW_SECONDS
    ┌─────────┐ ─────────────────────────────────────────────────────► ┌───────────┐
    │ AT REST │                                                        │ IN MOTION │
    └─────────┘ ◄───────────────────────────────────────────────────── └───────────┘
                no change for REST_SECONDS, or only small ones
                for LARGE_CHANGE_TIMEOUT_SECONDS, or nothing
                is drawn for UNDAMAGED_SECONDS

While the screen is in motion, a client that decodes H.264 moves between these states (`broadcaster`, `pacing`). When
motion ends, every client returns to TILES::

                motion begins               it falls behind
    ┌───────┐ ─────────────────► ┌───────┐ ─────────────────► ┌─────────────┐
    │ TILES │                    │ VIDEO │                    │ CATCHING UP │
    └───────┘ ◄───────────────── └───────┘ ◄───────────────── └─────────────┘
                 motion ends      │     ▲    it has painted
                                  │     │    everything
                  its link is too │     │ its link has
                  slow for it     ▼     │ caught up
                               ┌───────────┐
                               │ SET ASIDE │
                               └───────────┘

- It *falls behind* when an update is not painted MAX_FRAME_AGE_SECONDS after the base delay, or MAX_STALL_SECONDS if
  it watches alone and frames that would queue are skipped. Until it has caught up, it is sent nothing.
- Its link is *too slow* for a video that others watch if it takes less than SLOW_SHARE of the best client's bitrate and
  there is no other encoder for it. It is sent tiles, until it takes more than CAUGHT_UP_SHARE.
- A client that leaves a video is sent every tile again, exactly.

Measuring the link
------------------
Fences (rfbproto, "Fence") measure it. A fence after each update is answered once the update has been *read*. An empty
update and a second fence follow; noVNC reads these after it has *painted* the first one. Our viewer reads on while it
decodes; the second fence has BlockBefore, so it answers it after painting. Separate fences, *pings*, measure the *base
delay*: the round trip of the smallest message (`link`).

Each update is a packet train. Without any size, it would be answered one base delay after it was sent, or right after
the update before it, whichever is later. From then until its answer, it occupies the link for its size divided by the
*capacity*. So the capacity shows at any load, and no queue has to be built up to find it. Some answers need care:

- An update that was read as soon as the one before it was painted had waited for the browser. It isn't counted.
- Updates that follow each other without a pause count as one train: a late answer would make one of them seem slow, and
  the next one fast.
- A busy browser delays answers, and never hastens them. So a higher capacity is believed at once, and a lower one only
  while updates queue. An overdue answer is an upper bound.

Deciding what to send
---------------------
- *Tiles* (`pacing`): at most MAX_TILE_UPDATES_IN_FLIGHT updates, each as large as the link carries in BURST_SECONDS, so
  that new changes overtake old ones.
  Parts of a picture are smaller on a narrow link, so that one part isn't larger than an update.
- *Skipped frames* (`pacing`, `frame_chain`): on a link with a limit, a frame is sent only if it has room. The frames in
  flight and the capacity tell how long it would queue. If that is more than MAX_FRAME_QUEUE_SECONDS, the frame is
  skipped: the next one is newer, and the encoder predicts it from a frame that the client has (`Engine.skip`), which
  costs no key frame. A frame that predicts from one that a client lacks is skipped too: it was encoded before the
  encoder knew. After MAX_SKIPS in a row a frame is sent in any case, since the encoder remembers no more. Key frames
  are never skipped.
- *Bitrate* (`pacing`): VIDEO_SHARE of the capacity, less while updates queue, and never more than the client's quality
  level allows (`encoder_profile`). The encoder gets the bitrate as an upper bound together with a minimum quantiser, so
  simple content takes far less.
- *Frame rate* (`pacing`): MAX_FPS, unless the browser paints more slowly. Then frames wait in the browser, read or not,
  although the link is free; the frame rate falls below what the browser painted until they are gone, and is raised step
  by step.
- *No queue before the encoder* (`encoder_load`): pixelflux captures up to two pictures ahead of the one it encodes.
  If they wait there for MAX_WAIT_SECONDS, and have for LATE_SECONDS, the frame rate falls to what the encoder can take
  in MAX_BUSY_SHARE of its time. It is raised again after RAISE_SECONDS, and later each time that this fails. Its thread
  has a lower priority than the X server, Jupyter and our event loop (`engine_thread`).
- *Fewer bits for a busy encoder* (`encoder_load`): if encoding takes more than MAX_LOAD of the time at MAX_FPS, the
  bitrate falls by as much, at most to MIN_BITRATE_SHARE.
- *Fewer frames, not worse ones* (`frame_rate`): if the encoder can't make frames small enough for the bitrate, nor
  predict past skipped ones, as some GPUs' can't.
- *Chroma* (`video`): 4:4:4 if every client wants it and it costs little: the video is light, the browsers are fast, the
  encoder has time for twice the work, and a key frame crosses the link in MAX_KEY_FRAME_SECONDS.
- One encoder serves all clients at the lowest of their rates; clients that are much slower share a second one
  (`broadcaster`).

If a browser has read an update and not painted it for HUNG_DECODER_SECONDS, its decoder hangs. The decoder is reset
once; after that the client is disconnected, and gets less when it reconnects (`decoder_fallback`).

Everything but `engine` and `broadcaster` is sans I/O: callers pass the time, in seconds.
"""

from __future__ import annotations
