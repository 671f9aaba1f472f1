import type { Desktop } from '../model';
import type { RfbClient } from './rfb';

/** The user's settings. A quality level of null is automatic: it depends on the browser and the server. */
export interface IQualitySettings {
  qualityLevel: number | null;
  compressionLevel: number;
}

export const AUTOMATIC_QUALITY: IQualitySettings = { qualityLevel: null, compressionLevel: 2 };

/** noVNC's default. */
const DEFAULT_QUALITY_LEVEL = 6;

/** From level 7, a server with `full_chroma` sends H.264 in 4:4:4; for others, higher levels only mean larger JPEGs. */
const FULL_CHROMA_QUALITY_LEVEL = 8;

/** H.264, High 4:4:4 Predictive profile, level 4.2 (RFC 6381 and ITU-T H.264, annex A). */
const DECODER_CONFIG: VideoDecoderConfig = {
  codec: 'avc1.F4002A',
  codedWidth: 1920,
  codedHeight: 1080,
  optimizeForLatency: true
};

/** Constrained Baseline profile, level 4.2: what a browser decodes if it decodes any H.264. */
const BASELINE_CONFIG: VideoDecoderConfig = { ...DECODER_CONFIG, codec: 'avc1.42E02A' };

/** A black frame of 64x64 pixels in that profile, encoded by x264: parameter sets and one slice, as Annex B. */
const BLACK_FRAME = 'AAAAAWf0AAqRgliRCabgICAoAAADAAgAAAMDxHiRMTAAAAABaM4cZIAAAAABZYiABDokUAAR3+TyeT169evXr169evXr4A==';

let hasDecoder = false;
let isDecoded = false;
let detection: Promise<boolean> | null = null;

/** Whether the browser decodes H.264 with full chroma (4:4:4); false until `detectFullChroma` has found that it does. */
export function decodesFullChroma(): boolean {
  return isDecoded;
}

/** Whether the browser has a decoder for H.264; false until `detectFullChroma` has found that it does. */
export function decodesH264(): boolean {
  return hasDecoder;
}

/** Detect, once, whether the browser decodes H.264 with full chroma; it takes some milliseconds. */
export function detectFullChroma(): Promise<boolean> {
  detection ??= tryDecoding().then(
    result => (isDecoded = result),
    () => false
  );
  return detection;
}

/** Return the levels to request from a desktop's VNC server. */
export function qualityFor(settings: IQualitySettings, model: Desktop.IModel | null): RfbClient.IQuality {
  const hasFullChroma = isDecoded && model?.full_chroma === true;
  return {
    qualityLevel: settings.qualityLevel ?? (hasFullChroma ? FULL_CHROMA_QUALITY_LEVEL : DEFAULT_QUALITY_LEVEL),
    compressionLevel: settings.compressionLevel
  };
}

/** Decode a frame: `isConfigSupported` alone is not reliable in Firefox and Safari. */
async function tryDecoding(): Promise<boolean> {
  if (!('VideoDecoder' in window)) {
    return false;
  }
  hasDecoder = (await VideoDecoder.isConfigSupported(BASELINE_CONFIG)).supported === true;
  if (!(await VideoDecoder.isConfigSupported(DECODER_CONFIG)).supported) {
    return false;
  }
  return new Promise(resolve => {
    const done = (result: boolean) => {
      resolve(result);
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
    decoder.configure(DECODER_CONFIG);
    const data = Uint8Array.from(atob(BLACK_FRAME), char => char.charCodeAt(0));
    decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: 0, data }));
    // Without a flush, a decoder may wait for more frames before it outputs the first.
    decoder.flush().then(
      () => done(false),
      () => done(false)
    );
  });
}
