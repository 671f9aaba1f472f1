import { DesktopView, expect, saveScreenshot, openLab, sessionUp, test, tile } from './lab';
import { jupyterForFile } from './jupyter';
import { XWindow } from './xclient';

test.describe('a session that exits immediately', () => {
  const jupyter = jupyterForFile({
    config: { VncProxy: { session_command: ['sh', '-c', 'echo "no such thing as a desktop"; exit 3'] } }
  });

  test('shows the reason, the log and a command, and can be retried', async ({ page }) => {
    await openLab(page, jupyter);
    await tile(page).click();
    const view = new DesktopView(page);
    await view.phase('failed');
    await expect(view.tab).toHaveText('Desktop (failed)');
    await expect(view.status).toContainText('The desktop has failed');
    await expect(view.status.locator('.jp-Desktop-reason')).toContainText('exit status 3');
    await expect(view.status.locator('pre')).toContainText('no such thing as a desktop');
    await expect(view.status.locator('.jp-Desktop-command code')).toContainText('JUPYTER_VNC_SESSION=');
    await saveScreenshot(page, 'failed');

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await view.button('Copy Report').click();
    await expect(view.button('Copied')).toBeVisible();
    const report = await page.evaluate(() => navigator.clipboard.readText());
    expect(report).toContain('default');
    expect(report).toContain('exit status 3');

    const phases: string[] = [];
    await page.exposeFunction('notePhase', (phase: string) => phases.push(phase));
    await view.node.evaluate((node: HTMLElement) =>
      new MutationObserver(() =>
        (window as unknown as { notePhase(phase?: string): void }).notePhase(node.dataset.phase)
      ).observe(node, { attributeFilter: ['data-phase'] })
    );
    await view.button('Try Again').click();
    await expect.poll(() => phases).toContain('starting');
    await view.phase('failed');
  });
});

test.describe('a session that is not installed', () => {
  const jupyter = jupyterForFile({ config: { VncProxy: { session: 'plasma' } } });

  test('shows the command that installs it', async ({ page }) => {
    await openLab(page, jupyter);
    await tile(page).click();
    const view = new DesktopView(page);
    await view.phase('failed');
    await expect(view.status).toContainText('The session KDE Plasma is not installed');
    await expect(view.status.locator('.jp-Desktop-command code')).toContainText('kde-plasma-desktop');
    await expect(view.button('Try Again')).toBeVisible();
    await saveScreenshot(page, 'not-installed');
  });
});

test.describe('without the server extension', () => {
  const jupyter = jupyterForFile({
    config: { ServerApp: { jpserver_extensions: { jupyter_vnc_proxy: false } } },
    root: 'vnc/api/desktops'
  });

  test('the panel shows the desktop through jupyter-server-proxy', async ({ page }) => {
    expect((await fetch(jupyter.url('api/desktops'))).status).toBe(404);
    await openLab(page, jupyter);
    await tile(page).click();
    const view = new DesktopView(page);
    await view.live();
    await sessionUp(jupyter);
    const window = await XWindow.show(jupyter);
    await window.seen(view);
    await window.type(view, 'typed');
    window.close();
  });
});

test.describe('without the package on the server', () => {
  const jupyter = jupyterForFile({
    config: { ServerApp: { jpserver_extensions: { jupyter_vnc_proxy: false, jupyter_server_proxy: false } } }
  });

  test('the panel shows what to install', async ({ page }) => {
    await openLab(page, jupyter);
    await tile(page).click();
    const view = new DesktopView(page);
    await view.phase('missing');
    await expect(view.tab).toHaveText('Desktop (not installed)');
    await expect(view.status.locator('code')).toHaveText('pip install jupyter-vnc-proxy');
    await saveScreenshot(page, 'missing');
  });
});
