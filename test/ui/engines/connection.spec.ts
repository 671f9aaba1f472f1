import { GtkField } from '../gtkfield';
import { Relay } from '../relay';
import { note } from './abilities';
import { expect, test } from './fixtures';

test('a page whose socket was cut connects again, and so does one that was reloaded', async ({ desk, engine }) => {
  const relay = await Relay.to(desk.jupyter.port, 0);
  try {
    await desk.openPage(relay.through(desk.jupyter.url('desktops/')));
    const field = await GtkField.show(desk.jupyter);
    await desk.click(300, 300);
    await desk.display.type('one');
    await field.has('one');
    relay.cut();
    await expect.poll(() => desk.connected()).toBe('false');
    relay.mend();
    await desk.live();
    await desk.showsDesktop();
    await desk.display.type(' two');
    await field.has('one two');
    await desk.browser.reload();
    await desk.live();
    await desk.showsDesktop();
    await desk.click(300, 300);
    await desk.display.type(' three');
    await field.has('one two three');
    note(engine, 'Reconnect', 'yes');
  } finally {
    relay.close();
  }
});
