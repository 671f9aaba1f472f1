import { countSockets, DesktopView, expect, saveScreenshot, openDesktop, runCommand, sessionUp, test } from './lab';
import { jupyterForFile } from './jupyter';
import { XWindow } from './xclient';

const jupyter = jupyterForFile();

test('a reload restores the panel and the desktop', { tag: '@smoke' }, async ({ page }) => {
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  const window = await XWindow.show(jupyter);
  const saved = async () => (await fetch(jupyter.url('lab/api/workspaces/default'))).text();
  await expect.poll(saved, { message: 'JupyterLab saves its layout' }).toContain('desktop:default');

  await page.reload();
  await view.live();
  await expect(view.tab).toHaveText('Desktop');
  await window.seen(view);
  window.close();
});

test('pop-out shows the same desktop in its own window', { tag: '@smoke' }, async ({ page, context }) => {
  const view = await openDesktop(page, jupyter);
  const opening = context.waitForEvent('page');
  await view.toolbar('vnc:pop-out').click();
  const popup = new DesktopView(await opening);
  await popup.live();
  expect(new URL(popup.page.url()).pathname).toBe('/desktops/');
  await sessionUp(jupyter);
  const window = await XWindow.show(jupyter);
  for (const each of [view, popup]) {
    await window.seen(each);
  }
  await saveScreenshot(popup.page, 'popped-out');

  await window.type(popup, 'Pop');
  window.close();
});

test(
  "in full screen the desktop has the screen's size, and afterwards the panel's",
  { tag: '@smoke' },
  async ({ page }) => {
    const view = await openDesktop(page, jupyter);
    const docked = await view.place();
    const isFull = () => page.evaluate(() => document.fullscreenElement?.classList.contains('jp-Desktop') ?? false);
    await view.toolbar('vnc:full-screen').click();
    await expect.poll(isFull).toBe(true);
    await expect.poll(() => view.place()).not.toBe(docked);
    await view.fitted();

    await runCommand(page, 'vnc:full-screen');
    await expect.poll(isFull).toBe(false);
    await expect.poll(() => view.size()).toBe(docked);
  }
);

test('dragging the tab keeps the connection', { tag: '@smoke' }, async ({ page }) => {
  const sockets = countSockets(page);
  const view = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  expect(sockets).toEqual({ opened: 1, closed: 0 });
  await runCommand(page, 'launcher:create');
  await expect(view.node).toBeHidden();
  await view.dockAt('right');
  await view.live();
  await view.fitted();
  await saveScreenshot(page, 'dragged');
  const window = await XWindow.show(jupyter);
  await window.seen(view);
  window.close();
  expect(sockets).toEqual({ opened: 1, closed: 0 });
});

test('two browsers show one desktop, and one can leave', async ({ page, browser }) => {
  const first = await openDesktop(page, jupyter);
  await sessionUp(jupyter);
  const other = await browser.newContext();
  const second = await openDesktop(await other.newPage(), jupyter);
  await expect.poll(async () => (await jupyter.model())?.clients).toBe(2);
  let window = await XWindow.show(jupyter);
  for (const each of [first, second]) {
    await window.seen(each);
  }
  window.close();

  await other.close();
  await expect.poll(async () => (await jupyter.model())?.clients).toBe(1);
  window = await XWindow.show(jupyter, '#20a0e0');
  await window.seen(first);
  window.close();
  await expect(first.node).toHaveAttribute('data-connected', 'true');
});
