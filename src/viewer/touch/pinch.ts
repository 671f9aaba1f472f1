import type RFB from '@novnc/novnc';

/** Keep the locks in a pinch: noVNC presses Ctrl without their state, and takes both for changed. */
export function keepLocks(rfb: RFB): void {
  const { _handleKeyEvent: handleKey } = rfb;
  rfb._handleKeyEvent = (keysym, code, down, numLock = null, capsLock = null) =>
    handleKey.call(rfb, keysym, code, down, numLock, capsLock);
}
