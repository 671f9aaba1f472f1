import { DesktopView, dialogButton, expect, openDesktop, runCommand, saveScreenshot, test } from './lab';
import { jupyterForFile } from './jupyter';
import { XWindow } from './xclient';

import type { Browser, Locator, Page } from '@playwright/test';

const VncProxy = { session_command: ['openbox'] };
const jupyter = jupyterForFile({ config: { VncProxy } });

test.afterEach(() => jupyter.removeDesktops());

function banner(view: DesktopView): Locator {
  return view.node.locator('.jp-Desktop-viewers');
}

/** Opens the dialog from the panel's toolbar. */
async function openShare(owner: DesktopView): Promise<Locator> {
  await owner.toolbar('vnc:share').click();
  const dialog = owner.page.locator('.jp-Desktop-share');
  await expect(dialog).toBeVisible();
  return dialog;
}

/** Creates a link in the dialog, and closes it. */
async function createLink(owner: DesktopView, access: 'see' | 'control'): Promise<string> {
  const dialog = await openShare(owner);
  const links = dialog.locator('.jp-Desktop-invitations').getByRole('button', { name: 'Revoke' });
  await expect(dialog.locator('.jp-Desktop-invitations li')).not.toHaveCount(0);
  const before = await links.count();
  await dialog.locator(`input[value=${access}]`).check();
  await dialog.getByRole('button', { name: 'Create Link' }).click();
  const link = dialog.getByLabel('Link', { exact: true });
  await expect(link).toHaveValue(/\/desktops\/\?desktop=default#invitation=.+/);
  const url = await link.inputValue();
  await expect(links).toHaveCount(before + 1);
  await dialogButton(owner.page, 'Close').click();
  return url;
}

/** Opens a link in another browser, which logs in first, as another user. */
async function openLink(browser: Browser, url: string): Promise<DesktopView> {
  const context = await browser.newContext({ viewport: { width: 700, height: 500 } });
  const page = await context.newPage();
  await page.goto(jupyter.url('api/status'));
  await page.goto(url);
  const guest = new DesktopView(page);
  await guest.live();
  return guest;
}

/** Clicks and types in the middle of a view. */
async function clickAndType(view: DesktopView, text: string): Promise<void> {
  const box = (await view.canvas.boundingBox())!;
  await view.page.mouse.click(box.x + box.width / 5, box.y + box.height / 5);
  await view.page.keyboard.type(text);
}

/** Records the types of the RFB messages that a page sends, each in a frame of its own. */
function recordSent(page: Page): { types: number[] } {
  const record = { types: [] as number[] };
  page.on('websocket', socket => {
    socket.on('framesent', ({ payload }) => {
      if (typeof payload !== 'string' && payload.length > 0) {
        record.types.push(payload[0]);
      }
    });
  });
  return record;
}

test('an invited viewer looks only, at its own scale, and the owner is told', async ({ page, browser }) => {
  const owner = await openDesktop(page, jupyter);
  const window = await XWindow.show(jupyter);
  await window.seen(owner);
  await owner.fitted();
  const size = await owner.size();
  await expect(banner(owner)).toBeHidden();

  const url = await createLink(owner, 'see');
  const guest = await openLink(browser, url);
  expect(guest.page.url(), 'the secret left the address bar').not.toContain('invitation');
  await expect(banner(guest)).toHaveText('View only');
  await expect(banner(owner)).toContainText('viewing this desktop.');
  await window.seen(owner);
  await saveScreenshot(page, 'banner-viewing');
  await saveScreenshot(guest.page, 'guest-view-only');

  // It scales the owner's desktop, and never resizes it.
  expect(await guest.size()).toBe(size);
  await guest.page.setViewportSize({ width: 500, height: 640 });
  await expect.poll(async () => Number((await guest.shownSize()).split('x')[0])).toBeLessThanOrEqual(500);
  expect(await owner.size()).toBe(size);

  // Whatever it types does not arrive, while the owner's keys do.
  await clickAndType(guest, 'intruder');
  await window.type(owner, 'owner');
  expect(await guest.size()).toBe(size);

  // A reload finds the secret again, though the address does not have it.
  await guest.page.reload();
  await guest.live();
  await expect(banner(guest)).toHaveText('View only');
  await expect(guest.node.locator('.jp-Desktop-bar').getByRole('button', { name: 'Share…' })).toBeHidden();
  window.close();
  await guest.page.context().close();
  await expect(banner(owner)).toBeHidden();
});

test('the server drops what a client sends without the right to', async ({ page, browser }) => {
  const owner = await openDesktop(page, jupyter);
  const window = await XWindow.show(jupyter);
  await window.seen(owner);
  const url = await createLink(owner, 'see');
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page2 = await context.newPage();
  // A client that claims all rights: the viewer believes the ticket's response.
  await page2.route('**/ticket', async route => {
    const response = await route.fetch();
    const ticket = (await response.json()) as object;
    const rights = ['see', 'keys', 'pointer', 'clipboard-in', 'clipboard-out', 'resize'];
    await route.fulfill({ response, json: { ...ticket, rights, connection: 'none' } });
  });
  const sent = recordSent(page2);
  await page2.goto(jupyter.url('api/status'));
  await page2.goto(url);
  const guest = new DesktopView(page2);
  await guest.live();
  await clickAndType(guest, 'intruder');
  // PointerEvent, and KeyEvent or QEMU's extended key event.
  await expect.poll(() => sent.types).toContain(5);
  await expect.poll(() => sent.types.some(type => type === 4 || type === 255)).toBe(true);
  await window.type(owner, 'owner');
  await context.close();
  window.close();
});

test('a revoked link closes its connection at once, and opens no other', async ({ page, browser }) => {
  const owner = await openDesktop(page, jupyter);
  const url = await createLink(owner, 'control');
  const guest = await openLink(browser, url);
  await expect(banner(owner)).toContainText('controlling this desktop.');
  await banner(owner).getByRole('button', { name: 'Manage…' }).click();
  const dialog = page.locator('.jp-Desktop-share');
  await expect(dialog.locator('.jp-Desktop-connections li')).toHaveCount(2);
  await expect(dialog.locator('.jp-Desktop-connections')).toContainText('(this view): control');
  await saveScreenshot(page, 'share-dialog');
  await dialog.getByRole('button', { name: 'Revoke' }).last().click();

  await expect(guest.status).toContainText('Your access was withdrawn.');
  await expect(guest.node).toHaveAttribute('data-connected', 'false');
  await expect(dialog.locator('.jp-Desktop-connections li')).toHaveCount(1);
  await saveScreenshot(guest.page, 'guest-revoked');

  // Only the user's click connects again, and is refused with the reason.
  await guest.button('Reconnect').click();
  await expect(guest.status).toContainText('has ended or was withdrawn');
  await dialogButton(page, 'Close').click();
  await expect(banner(owner)).toBeHidden();
  await owner.live();
  await guest.page.context().close();
});

test('control is taken back, and the guest goes on to look', async ({ page, browser }) => {
  const owner = await openDesktop(page, jupyter);
  const window = await XWindow.show(jupyter);
  await window.seen(owner);
  const guest = await openLink(browser, await createLink(owner, 'control'));
  await window.type(guest, 'guest');
  const dialog = await openShare(owner);
  await dialog.getByRole('button', { name: 'Take Back Control' }).click();
  await expect(dialog.locator('.jp-Desktop-connections')).toContainText('view only');
  await dialogButton(page, 'Close').click();

  await clickAndType(guest, 'intruder');
  await guest.live();
  await expect(banner(owner)).toContainText('viewing this desktop.');
  window.close();
  const second = await XWindow.show(jupyter);
  await second.seen(guest);
  await clickAndType(guest, 'intruder');
  await second.type(owner, 'owner');
  second.close();
  await guest.page.context().close();
});

test('one connection is closed, and the link works again', async ({ page, browser }) => {
  const owner = await openDesktop(page, jupyter);
  const url = await createLink(owner, 'see');
  const guest = await openLink(browser, url);
  const dialog = await openShare(owner);
  await dialog.getByRole('button', { name: 'Disconnect' }).click();
  await expect(guest.status).toContainText('Your access was withdrawn.');
  await expect(dialog.locator('.jp-Desktop-connections li')).toHaveCount(1);
  await guest.button('Reconnect').click();
  await guest.live();
  await dialogButton(page, 'Close').click();
  await guest.page.context().close();
});

test('the plain page shares its desktop', async ({ page }) => {
  await page.goto(jupyter.url('desktops/'));
  const view = new DesktopView(page);
  await view.live();
  const bar = view.node.locator('.jp-Desktop-bar');
  await bar.hover();
  await bar.getByRole('button', { name: 'Share…' }).click();
  const dialog = page.locator('dialog');
  await dialog.getByRole('button', { name: 'Create Link' }).click();
  await expect(dialog.locator('.jp-Desktop-invitations li').last()).toContainText('view only, until');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await saveScreenshot(page, `page-share-${colorScheme}`);
  }
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toHaveCount(0);
  await view.live();
});

test('the dialog and the banner fit both themes', async ({ page, browser }) => {
  const owner = await openDesktop(page, jupyter);
  const guest = await openLink(browser, await createLink(owner, 'see'));
  await expect(banner(owner)).toContainText('viewing this desktop.');
  for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
    await runCommand(page, 'apputils:change-theme', { theme });
    await expect(page.locator('body')).toHaveAttribute('data-jp-theme-name', theme);
    await saveScreenshot(page, `banner-${theme.split(' ')[1]}`);
    const dialog = await openShare(owner);
    await dialog.getByRole('button', { name: 'Create Link' }).click();
    await expect(dialog.getByLabel('Link', { exact: true })).toBeVisible();
    await expect(dialog.locator('.jp-Desktop-connections li')).toHaveCount(2);
    await saveScreenshot(page, `share-${theme.split(' ')[1]}`);
    await dialogButton(page, 'Close').click();
  }
  await guest.page.context().close();
});
