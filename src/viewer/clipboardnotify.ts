import type RFB from '@novnc/novnc';

/** The forms of what was copied on a desktop. */
export interface IForms {
  text: boolean;
  html: boolean;
  picture: boolean;
}

/** The head of a ServerCutText without its type: three bytes of padding, its length, and the extended clipboard's flags. */
const HEAD_BYTES = 7;
const EXTENDED_HEAD_BYTES = 11;

/** The extended clipboard's action and formats (rfbproto); of the formats, noVNC knows the text only. */
const NOTIFY = 1 << 27;
const TEXT = 1 << 0;
const HTML = 1 << 2;
const PICTURE = 1 << 3;

/** Call back with the forms in which something copied on the desktop can be had, before noVNC requests its text. */
export function followNotifies(rfb: RFB, callback: (forms: IForms) => void): void {
  const handle = rfb._handleServerCutText.bind(rfb);
  const socket = rfb._sock;
  rfb._handleServerCutText = () => {
    if (socket.rQwait('ServerCutText', HEAD_BYTES, 1)) {
      return false;
    }
    // The length of an extended message is negative.
    const isExtended = new DataView(socket.rQpeekBytes(HEAD_BYTES).buffer).getInt32(3) < 0;
    if (isExtended && socket.rQwait('ServerCutText', EXTENDED_HEAD_BYTES, 1)) {
      return false;
    }
    const flags = isExtended ? new DataView(socket.rQpeekBytes(EXTENDED_HEAD_BYTES).buffer).getInt32(7) : 0;
    if (flags & NOTIFY && !rfb.viewOnly) {
      callback({ text: (flags & TEXT) !== 0, html: (flags & HTML) !== 0, picture: (flags & PICTURE) !== 0 });
    }
    return handle();
  };
}
