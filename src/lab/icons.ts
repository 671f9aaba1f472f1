import { LabIcon } from '@jupyterlab/ui-components';

import desktopSvg from '../../style/icons/desktop.svg';
import fullScreenSvg from '../../style/icons/full-screen.svg';
import keysSvg from '../../style/icons/keys.svg';
import monitorSvg from '../../style/icons/monitor.svg';
import pointerSvg from '../../style/icons/pointer.svg';
import recordSvg from '../../style/icons/record.svg';
import screenshotSvg from '../../style/icons/screenshot.svg';

/** The icon of a desktop: launcher tile, tab, menus. */
export const desktopIcon = new LabIcon({ name: 'jupyter-vnc-proxy:desktop', svgstr: desktopSvg });

export const fullScreenIcon = new LabIcon({
  name: 'jupyter-vnc-proxy:full-screen',
  svgstr: fullScreenSvg
});

/** The icon of keys that the browser or the operating system would intercept. */
export const keysIcon = new LabIcon({ name: 'jupyter-vnc-proxy:keys', svgstr: keysSvg });

/** The icon of another monitor beside one. */
export const monitorIcon = new LabIcon({ name: 'jupyter-vnc-proxy:monitor', svgstr: monitorSvg });

export const pointerIcon = new LabIcon({ name: 'jupyter-vnc-proxy:pointer', svgstr: pointerSvg });

/** The icon of a recording. */
export const recordIcon = new LabIcon({ name: 'jupyter-vnc-proxy:record', svgstr: recordSvg });

export const screenshotIcon = new LabIcon({ name: 'jupyter-vnc-proxy:screenshot', svgstr: screenshotSvg });
