import type { RemoteScreen } from './rfb';
import type { Desktop } from '../tokens';

/** What people chose; a level that nobody chose is null, and depends on browser and server. */
export interface IQualityChoice {
  qualityLevel: number | null;
  compressionLevel: number;
}

export const UNCHOSEN: IQualityChoice = { qualityLevel: null, compressionLevel: 2 };

/** noVNC's own, and from 7 on our server sends H.264 with a colour for each pixel (4:4:4). */
const PLAIN_LEVEL = 6;
const FULL_COLOUR_LEVEL = 8;

/** The backends whose VNC server is our own, by name and transport; to others a higher level is larger JPEGs only. */
const OWN_SERVER = ['stream direct', 'wayland direct'];

/** H.264, High 4:4:4 Predictive profile, level 4.2 (RFC 6381 and ITU-T H.264, annex A). */
const CONFIG: VideoDecoderConfig = {
  codec: 'avc1.F4002A',
  codedWidth: 1920,
  codedHeight: 1080,
  optimizeForLatency: true
};

/** A black picture of 64x64 pixels in that profile, by x264: parameter sets and one slice as Annex B. */
const PICTURE = 'AAAAAWf0AAqRgliRCabgICAoAAADAAgAAAMDxHiRMTAAAAABaM4cZIAAAAABZYiABDokUAAR3+TyeT169evXr169evXr4A==';

let decodes = false;
let checking: Promise<boolean> | null = null;

/** Whether the browser decodes H.264 in 4:4:4, as far as is known: at first it is taken not to. */
export function decodesFullColour(): boolean {
  return decodes;
}

/** Find out, once; it takes some milliseconds, and nothing has to wait for it. */
export function checkFullColour(): Promise<boolean> {
  checking ??= tryDecoding().then(
    answer => (decodes = answer),
    () => false
  );
  return checking;
}

/** The levels to ask a desktop's server for. */
export function qualityFor(choice: IQualityChoice, model: Desktop.IModel | null): RemoteScreen.IQuality {
  const own = model !== null && OWN_SERVER.includes(`${model.backend} ${model.transport}`);
  return {
    qualityLevel: choice.qualityLevel ?? (own && decodes ? FULL_COLOUR_LEVEL : PLAIN_LEVEL),
    compressionLevel: choice.compressionLevel
  };
}

/** What a browser says of a profile isn't always so (Firefox, Safari): it has to show a picture. */
async function tryDecoding(): Promise<boolean> {
  if (!('VideoDecoder' in window) || !(await VideoDecoder.isConfigSupported(CONFIG)).supported) {
    return false;
  }
  return new Promise(resolve => {
    const done = (answer: boolean) => {
      resolve(answer);
      if (decoder.state !== 'closed') {
        decoder.close();
      }
    };
    const decoder = new VideoDecoder({
      output: frame => {
        frame.close();
        done(true);
      },
      error: () => done(false)
    });
    decoder.configure(CONFIG);
    const data = Uint8Array.from(atob(PICTURE), letter => letter.charCodeAt(0));
    decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data }));
    // Without a flush, a decoder may wait for more before it shows anything.
    decoder.flush().then(
      () => done(false),
      () => done(false)
    );
  });
}
