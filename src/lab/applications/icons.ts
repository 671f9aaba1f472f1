import { LabIcon } from '@jupyterlab/ui-components';

import type { IDesktopAPI } from '../../tokens';

/** The names of these icons begin with it; the id of the application follows. */
const PREFIX = 'jupyter-vnc-proxy:application:';

const icons = new Map<string, LabIcon>();

/**
 * Return the icon of an application.
 *
 * The server's picture is loaded as an image within an SVG, so that nothing in it becomes a part of the page.
 */
export function applicationIcon(id: string, api: IDesktopAPI): LabIcon {
  let icon = icons.get(id);
  if (icon === undefined) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 16 16');
    svg.setAttribute('width', '16');
    const image = document.createElementNS('http://www.w3.org/2000/svg', 'image');
    image.setAttribute('width', '16');
    image.setAttribute('height', '16');
    image.setAttribute('href', api.applicationIconURL(id));
    svg.append(image);
    icon = new LabIcon({ name: PREFIX + id, svgstr: new XMLSerializer().serializeToString(svg) });
    icons.set(id, icon);
  }
  return icon;
}

/** Return the application whose icon is within an element, or null. */
export function applicationIn(node: Element): string | null {
  const name = node.querySelector<SVGElement>(`svg[data-icon^="${PREFIX}"]`)?.dataset.icon;
  return name?.slice(PREFIX.length) ?? null;
}
