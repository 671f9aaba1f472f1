import { DesktopView, expect, openLab, runCommand, test } from './lab';
import { jupyterForFile } from './jupyter';

const jupyter = jupyterForFile();

for (const backend of ['tigervnc', 'x11vnc']) {
  test(`${backend}: the desktop has the panel's size, and follows it`, async ({ page }) => {
    await jupyter.post('api/desktops', { name: backend, backend });
    await openLab(page, jupyter);
    await runCommand(page, 'vnc:open', { name: backend });
    const view = new DesktopView(page);
    await view.live();
    const sizes = async () => ({
      place: await view.place(),
      canvas: await view.size(),
      shown: await view.shownSize(),
      model: (await jupyter.model(backend))!.geometry
    });
    const all = (size: string) => ({ place: size, canvas: size, shown: size, model: size });
    await expect.poll(sizes, { message: 'as it opens' }).toEqual(all(await view.place()));
    for (const [width, height] of [
      [1500, 900],
      [900, 600]
    ]) {
      const before = await view.place();
      await page.setViewportSize({ width, height });
      await expect.poll(() => view.place()).not.toBe(before);
      await expect.poll(sizes, { message: `in a window of ${width}x${height}` }).toEqual(all(await view.place()));
    }
    await jupyter.post(`api/desktops/${backend}/stop`);
  });
}
