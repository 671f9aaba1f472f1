import { xsrfTokens } from '../../services/xsrf';

import type { SoundPlayer } from './player';
import type { IOpusDecoder } from './decoder';

/** What the script `opusdecoder.js` defines. */
interface IDecoderScript {
  jupyterVncOpus?: { OpusDecoder: new (options: { channels: number }) => IOpusDecoder };
}

/**
 * Return what loads the player's parts: files beside the plain page at `pageURL`, also for JupyterLab's panels.
 *
 * The module of a worklet must be a file of its own, which the extension's bundler doesn't emit; a page's policy may
 * forbid blobs.
 */
export function soundAssets(pageURL: string): Pick<SoundPlayer.IOptions, 'addModule' | 'loadDecoder'> {
  const urlOf = (file: string) => new URL(file, new URL(pageURL, location.href)).href;
  return {
    addModule: context => addModule(context, urlOf('soundworklet.js')),
    loadDecoder: async ({ channels }) => {
      const scope = window as IDecoderScript;
      if (scope.jupyterVncOpus === undefined) {
        await loadScript(urlOf('opusdecoder.js'));
      }
      return new scope.jupyterVncOpus!.OpusDecoder({ channels });
    }
  };
}

/** Load a module into a context. A hub's server needs an XSRF token: browsers request modules in the mode "cors". */
async function addModule(context: AudioContext, url: string): Promise<void> {
  const queries = ['', ...xsrfTokens(document.cookie).map(token => `?_xsrf=${encodeURIComponent(token)}`)];
  let failure: unknown;
  for (const query of queries) {
    try {
      return await context.audioWorklet.addModule(url + query);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** Load a classic script, which a hub lets through, unlike a module. */
function loadScript(url: string): Promise<void> {
  return new Promise((done, failed) => {
    const script = document.createElement('script');
    script.src = url;
    script.addEventListener('load', () => done());
    script.addEventListener('error', () => failed(new Error(`Cannot load ${url}.`)));
    document.head.append(script);
  });
}
