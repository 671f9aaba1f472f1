import { once } from 'node:events';
import { expect } from '@playwright/test';

import { DesktopView, openLab, runCommand } from './lab';
import { pixel } from './pixels';
import { startOn } from './xclient';

import type { Page, Route } from '@playwright/test';
import type { Jupyter } from './jupyter';

/** The background colours that tell desktops apart; each component is a multiple of 16. */
export const COLOURS: Record<string, string> = { red: '#c02020', green: '#20a040', blue: '#2040c0' };

/** Sets the background of a desktop whose session leaves it visible. */
export async function paint(jupyter: Jupyter, name: string, colour = COLOURS[name]): Promise<void> {
  await once(await startOn(jupyter, ['xsetroot', '-solid', colour], name), 'exit');
}

/** Waits until the lower left corner of a view has a colour. */
export async function painted(view: DesktopView, colour: string): Promise<void> {
  const corner = async () => {
    const height = await view.canvas.evaluate((canvas: HTMLCanvasElement) => canvas.height);
    return pixel(view.canvas, 10, height - 10);
  };
  await expect.poll(corner, { message: `the background is ${colour}` }).toBe(colour);
}

/** Holds the requests for the list of desktops, which pages poll, so that events alone tell; returns what ends that. */
export async function holdPolls(...pages: Page[]): Promise<() => Promise<void>> {
  const held: Route[] = [];
  const isList = (url: URL) => url.pathname.endsWith('/api/desktops');
  for (const page of pages) {
    await page.route(isList, route => void held.push(route));
  }
  return async () => {
    await Promise.all(pages.map(page => page.unroute(isList)));
    await Promise.all(held.map(route => route.continue()));
  };
}

/** Creates a desktop for each colour, opens them side by side, and waits until each shows its colour. */
export async function openSideBySide(page: Page, jupyter: Jupyter): Promise<Record<string, DesktopView>> {
  const names = Object.keys(COLOURS);
  await Promise.all(names.map(name => jupyter.post('api/desktops', { name })));
  await openLab(page, jupyter);
  const views = Object.fromEntries(names.map(name => [name, new DesktopView(page, { name })]));
  for (const name of names) {
    await runCommand(page, 'vnc:open', { name });
    await views[name].live();
    await paint(jupyter, name);
  }
  await views.green.dockAt('right');
  await views.blue.dockAt('right');
  await allPainted(views);
  return views;
}

/** Waits until every view is live and has the colour of its desktop. */
export async function allPainted(views: Record<string, DesktopView>): Promise<void> {
  for (const [name, view] of Object.entries(views)) {
    await view.live();
    await painted(view, COLOURS[name]);
  }
}
